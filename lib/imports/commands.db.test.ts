import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor, Scope } from "@/lib/access/permissions";
import { type Cell, csvOf } from "@/lib/core/csv";
import { readCsv } from "@/lib/core/csv-read";
import { db } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { checkImport, commitImport, openImport, stageRows } from "./commands";
import { getImport, listForExport, listImportRows } from "./data";
import { batchesOf, readTable } from "./rules";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

const operator = (scope?: Scope) => person("operator", scope);
const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

function demand<T>(outcome: { ok: true; value: T } | { ok: false; message: string }): T {
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.value;
}

/** What the browser does with a file: read it, send it in batches, ask what it would do. */
async function bringIn(actor: Actor, text: string): Promise<string> {
  const { columns, rows } = demand(readTable(demand(readCsv(text))));
  const opened = await openImport(actor, {
    fileName: "systems.csv",
    columns,
    rows: rows.length,
  });
  const { id } = demand(opened);
  for (const batch of batchesOf(rows)) demand(await stageRows(actor, { importId: id, rows: batch }));
  demand(await checkImport(actor, { importId: id }));
  return id;
}

const table = (...rows: Cell[][]) =>
  csvOf([["slug", "name", "tier", "environment", "lifecycle", "owner_team"], ...rows]);
const linesOf = async (actor: Actor, importId: string) => (await listImportRows(actor, { importId }))?.rows ?? [];

describe("bringing in a table", () => {
  it("says of every line what it would do, does it all at once, and puts that into one event", async () => {
    const ana = await operator();
    const teamName = unique("team");
    const teamId = await estate.team(teamName);
    const [raised, same] = [unique("raised"), unique("same")];
    const raisedId = await estate.system({ slug: raised, name: "Raised", environment: "staging" }, "tier-3");
    await estate.system({ slug: same, name: "Same", environment: "production" }, "tier-1");
    const made = unique("made");
    const id = await bringIn(
      ana,
      table(
        [made, "Made", "Tier 2", "production", "", teamName],
        [raised, "Raised", "1", "production", "active", teamName],
        [same, "Same", "tier-1", "production", "active", ""],
      ),
    );
    expect(await getImport(ana, { importId: id })).toMatchObject({ counts: { bad: 0, create: 1, change: 1, same: 1 } });
    expect(await linesOf(ana, id)).toMatchObject([
      { line: 2, outcome: "create", changes: [] },
      {
        line: 3,
        outcome: "change",
        changes: [
          { field: "tier", from: expect.stringContaining("3"), to: expect.stringContaining("1") },
          { field: "environment", from: "staging", to: "production" },
          { field: "owner_team", from: "", to: teamName },
        ],
      },
      { line: 4, outcome: "same", changes: [] },
    ]);
    expect(await db.system.count({ where: { slug: made } })).toBe(0);
    expect(await commitImport(ana, { importId: id })).toEqual({ ok: true, value: { created: 1, changed: 1 } });
    const system = await db.system.findUniqueOrThrow({ where: { slug: made }, include: { tiers: true, health: true } });
    expect(system).toMatchObject({ name: "Made", environment: "production", ownerTeamId: teamId, lifecycle: "active" });
    expect(system.tiers).toMatchObject([{ tierId: "tier-2", validTo: null }]);
    expect(system.health).toMatchObject({ state: "unknown" });
    const tiers = await db.systemTier.findMany({ where: { systemId: raisedId }, orderBy: { validFrom: "asc" } });
    expect(tiers.map(({ tierId, validTo }) => [tierId, validTo === null])).toEqual([
      ["tier-3", false],
      ["tier-1", true],
    ]);
    const [event] = await db.auditEvent.findMany({ orderBy: { id: "desc" }, take: 1 });
    expect(JSON.parse(event?.body ?? "{}")).toMatchObject({
      action: "import.commit",
      target: { id },
      detail: { created: 1, changed: 1, unchanged: 1 },
    });
    expect(await commitImport(ana, { importId: id })).toMatchObject({ ok: false, code: "not_found" });
  });

  it("takes what was taken out as unchanged, formulas and all", async () => {
    const ana = await operator();
    const slug = unique("formula");
    await estate.system({ slug, name: "=1+1", description: 'one\n"two", three' });
    const exported = (await listForExport(ana, { limit: 5_000 })).filter((one) => one.slug === slug);
    const keys = [
      "slug",
      "name",
      "description",
      "tier",
      "environment",
      "criticality",
      "lifecycle",
      "owner_team",
      "health",
    ] as const;
    const text = csvOf([[...keys], ...exported.map((one) => keys.map((key) => one[key]))]);
    expect(text).toContain("'=1+1");
    const id = await bringIn(ana, text);
    expect(await linesOf(ana, id)).toMatchObject([{ outcome: "same", problems: [] }]);
  });

  it.each([
    [
      "a tier nobody knows",
      ["new", "New", "platinum", "", "", ""],
      "tier",
      'There is no tier "platinum". Choose one of',
    ],
    ["a team nobody knows", ["new", "New", "1", "", "", "Nobody's"], "owner_team", `There is no team "Nobody's".`],
    ["an environment nobody knows", ["new", "New", "1", "prod", "", ""], "environment", "Choose production"],
    ["a slug that is none", ["New One", "New", "1", "", "", ""], "slug", "is not a slug"],
    ["no name for a new system", ["new", "", "1", "", "", ""], "name", "a new one needs a name"],
    ["no tier for a new system", ["new", "New", "", "", "", ""], "tier", "a new one needs a tier"],
    ["a worse tier", ["kept", "", "3", "", "", ""], "tier", "This would lower what protects Kept, from"],
    ["another environment than production", ["kept", "", "", "staging", "", ""], "environment", "out of production"],
    ["a system that is to be judged no more", ["kept", "", "", "", "retired", ""], "lifecycle", "judged no more"],
    ["a system that is to be parked", ["kept", "", "", "", "parked", ""], "lifecycle", "judged no more"],
  ] as const)("with %s changes nothing, and names line, column and remedy", async (_, cells, column, message) => {
    const ana = await operator();
    const kept = unique("kept");
    const keptId = await estate.system({ slug: kept, name: "Kept", environment: "production" }, "tier-1");
    const slug = cells[0] === "kept" ? kept : cells[0] === "new" ? unique("new") : cells[0];
    const id = await bringIn(ana, table([unique("good"), "Good", "1", "", "", ""], [slug, ...cells.slice(1)]));
    expect((await linesOf(ana, id))[1]).toMatchObject({
      line: 3,
      outcome: "bad",
      problems: [{ column, message: expect.stringContaining(message) }],
    });
    const before = await db.system.count();
    expect(await commitImport(ana, { importId: id })).toMatchObject({ ok: false, code: "invalid" });
    expect(await db.system.count()).toBe(before);
    expect(await db.system.findUniqueOrThrow({ where: { id: keptId } })).toMatchObject({
      environment: "production",
      lifecycle: "active",
      revision: 1,
    });
  });

  it.each([
    ["drawn closer", "eu-central-1", "eu-central-1 eu-west-1", "change"],
    ["given where none was", "eu-central-1", "", "change"],
    ["left as it is in another order", "eu-west-1;eu-central-1", "eu-central-1 eu-west-1", "same"],
    ["widened", "eu-central-1 eu-west-1 us-east-1", "eu-central-1 eu-west-1", "bad"],
    ["moved", "us-east-1", "eu-central-1", "bad"],
    ["taken away", "", "eu-central-1", "bad"],
  ])("takes a rule of where data may be kept that is %s for what it is", async (_, said, was, outcome) => {
    const ana = await operator();
    const slug = unique("kept");
    const systemId = await estate.system({ slug, name: "Kept", allowed_regions: was.split(" ").filter(Boolean) });
    const id = await bringIn(
      ana,
      csvOf([
        ["slug", "allowed_regions"],
        [slug, said],
      ]),
    );
    const [line] = await linesOf(ana, id);
    expect(line).toMatchObject({ outcome });
    if (outcome === "bad")
      expect(line?.problems).toMatchObject([
        { column: "allowed_regions", message: expect.stringContaining(`where its rule says ${was}.`) },
      ]);
    if (outcome !== "change") return;
    expect(line?.changes).toEqual([{ field: "allowed_regions", from: was, to: said }]);
    expect(await commitImport(ana, { importId: id })).toMatchObject({ ok: true });
    expect(await db.system.findUniqueOrThrow({ where: { id: systemId } })).toMatchObject({ allowedRegions: [said] });
    const [out] = (await listForExport(ana, { limit: 5_000 })).filter((one) => one.slug === slug);
    expect(out?.allowed_regions).toBe(said);
  });

  it("gives a new system its regions", async () => {
    const ana = await operator();
    const slug = unique("new");
    const id = await bringIn(
      ana,
      csvOf([
        ["slug", "name", "tier", "allowed_regions"],
        [slug, "New", "1", "us-east-1;eu-west-1"],
      ]),
    );
    expect(await commitImport(ana, { importId: id })).toMatchObject({ ok: true });
    expect(await db.system.findUniqueOrThrow({ where: { slug } })).toMatchObject({
      allowedRegions: ["eu-west-1", "us-east-1"],
    });
  });

  it("with one slug on two lines names the first of them", async () => {
    const ana = await operator();
    const slug = unique("twin");
    const id = await bringIn(ana, table([slug, "Twin", "1", "", "", ""], [slug, "Twin", "2", "", "", ""]));
    expect(await linesOf(ana, id)).toMatchObject([
      { line: 2, outcome: "create" },
      {
        line: 3,
        outcome: "bad",
        problems: [{ column: "slug", message: `Line 2 is about ${slug} already. Keep one of the two.` }],
      },
    ]);
  });

  it("does what was shown or nothing: where the estate moved on, it is looked at again", async () => {
    const ana = await operator();
    const slug = unique("raced");
    const id = await bringIn(ana, table([slug, "Raced", "1", "", "", ""]));
    await estate.system({ slug, name: "Somebody else's" });
    expect(await commitImport(ana, { importId: id })).toMatchObject({
      ok: false,
      code: "conflict",
      message: expect.stringContaining("has changed since"),
    });
    demand(await checkImport(ana, { importId: id }));
    expect(await linesOf(ana, id)).toMatchObject([{ outcome: "change", changes: [{ field: "name" }] }]);
    expect(await commitImport(ana, { importId: id })).toMatchObject({ ok: true, value: { created: 0, changed: 1 } });
  });

  it("is its owner's alone, and ends after a day", async () => {
    const [ana, ben] = [await operator(), await operator()];
    const id = await bringIn(ana, table([unique("mine"), "Mine", "1", "", "", ""]));
    expect(await getImport(ben, { importId: id })).toBeNull();
    expect(await listImportRows(ben, { importId: id })).toBeNull();
    expect(await commitImport(ben, { importId: id })).toMatchObject({ ok: false, code: "not_found" });
    await estate.client.query("update imports set expires_at = now() - interval '1 second' where id = $1", [id]);
    expect(await getImport(ana, { importId: id })).toBeNull();
    expect(await commitImport(ana, { importId: id })).toMatchObject({ ok: false, code: "not_found" });
  });

  it("is not committed before it is whole and checked, and a batch sent twice counts once", async () => {
    const ana = await operator();
    const { id } = demand(await openImport(ana, { fileName: "a.csv", columns: ["slug", "name", "tier"], rows: 2 }));
    const batch = [[2, unique("one"), "One", "1"]];
    demand(await stageRows(ana, { importId: id, rows: batch }));
    demand(await stageRows(ana, { importId: id, rows: batch }));
    expect(await commitImport(ana, { importId: id })).toMatchObject({ ok: false, code: "conflict" });
    expect(await checkImport(ana, { importId: id })).toMatchObject({
      ok: false,
      message: expect.stringContaining("1 of 2 lines"),
    });
  });

  it("keeps to the scope of whoever brings it in", async () => {
    const teamName = unique("scoped");
    const teamId = await estate.team(teamName);
    const ben = await operator({ kind: "team", teamId });
    const other = unique("other");
    await estate.team(other);
    const [theirs, mine] = [unique("theirs"), unique("mine")];
    await estate.system({ slug: theirs });
    await estate.system({ slug: mine, name: "Mine", owner_team_id: teamId });
    const id = await bringIn(
      ben,
      table(
        [theirs, "Taken over", "", "", "", teamName],
        [unique("free"), "Free", "1", "", "", ""],
        [unique("given"), "Given", "1", "", "", other],
        [mine, "Mine", "", "", "", other],
        [unique("fine"), "Fine", "1", "", "", teamName],
      ),
    );
    const lines = await linesOf(ben, id);
    expect(lines.map(({ outcome, problems }) => [outcome, problems[0]?.column])).toEqual([
      ["bad", "slug"],
      ["bad", "owner_team"],
      ["bad", "owner_team"],
      ["bad", "owner_team"],
      ["create", undefined],
    ]);
    expect((await listForExport(ben, {})).map(({ slug }) => slug)).toEqual([mine]);
  });

  it("is refused to a viewer", async () => {
    expect(await openImport(await person("viewer"), { fileName: "a.csv", columns: ["slug"], rows: 1 })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
  });
});

describe("50,000 lines", () => {
  it("are brought in at once, and once more as unchanged", { timeout: 240_000 }, async () => {
    const ana = await operator();
    const mark = unique("bulk");
    const lines = Array.from({ length: 50_000 }, (_, n) => `${mark}-${n},Bulk system ${n},${(n % 3) + 1},production`);
    const text = `slug,name,tier,environment\r\n${lines.join("\r\n")}\r\n`;
    const began = performance.now();
    const first = await bringIn(ana, text);
    const checked = performance.now();
    expect(await getImport(ana, { importId: first })).toMatchObject({ received: 50_000, counts: { create: 50_000 } });
    const committing = performance.now();
    expect(await commitImport(ana, { importId: first })).toMatchObject({ ok: true, value: { created: 50_000 } });
    const done = performance.now();
    expect(await db.systemTier.count({ where: { system: { slug: { startsWith: mark } }, validTo: null } })).toBe(
      50_000,
    );
    const second = await bringIn(ana, text.replaceAll(",Bulk system 4999", ",Renamed 4999"));
    expect(await getImport(ana, { importId: second })).toMatchObject({
      counts: { create: 0, change: 11, same: 49_989 },
    });
    expect(await commitImport(ana, { importId: second })).toMatchObject({ ok: true, value: { changed: 11 } });
    process.stdout.write(
      `50,000 lines: read, sent and checked in ${Math.round(checked - began)} ms, committed in ${Math.round(done - committing)} ms\n`,
    );
  });
});
