import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { addRule, assignResources, releaseResources } from "./commands";
import { listCoverageChoices, listCoverageGaps } from "./coverage";
import { listTagRules, previewRule } from "./tag-rules";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

async function planFor(connectionId: string, resourceId: string) {
  const policyId = await estate.insert("policies", {
    connection_id: connectionId,
    region: "eu-central-1",
    provider_ref: `plan-${resourceId}`,
    name: "Daily",
    observed_at: new Date(),
  });
  await estate.insert("policy_assignments", { policy_id: policyId, resource_id: resourceId, valid_from: new Date() });
}

describe("the gaps in coverage", () => {
  it("are told for each resource that has one, and for no other", async () => {
    const ana = await person("operator");
    const { connectionId, resourceId: whole, vaultId, systemId } = await estate.protectedSystem();
    await planFor(connectionId, whole);
    await estate.point({ connectionId, resourceId: whole, vaultId }, 10);
    const add = async (over: Record<string, unknown>, planned = true) => {
      const id = await estate.resource(connectionId, over);
      await estate.member(systemId, id);
      if (planned) await planFor(connectionId, id);
      return id;
    };
    const unplanned = await add({ name: "unplanned" }, false);
    const pointless = await add({ name: "pointless" });
    const expired = await add({ name: "expired" });
    await estate.point({ connectionId, resourceId: expired, vaultId }, 90, { expires_at: estate.ago(5) });
    const streamed = await add({ name: "streamed" });
    await estate.insert("restore_windows", {
      resource_id: streamed,
      from_at: estate.ago(60),
      latest_at: new Date(),
      observed_at: new Date(),
    });
    const gone = await add({ name: "gone", vanished_at: estate.ago(60) });
    const twin = await add({ name: "twin", provider_ref: "arn:twin" });
    await estate.point({ connectionId, resourceId: twin, vaultId }, 10);
    const other = await estate.connection({ name: "the other" });
    const free = await estate.resource(other, { name: "free twin", provider_ref: "arn:twin" });
    const page = await listCoverageGaps(ana, { connection: connectionId });
    const gapsOf = new Map(page.rows.map(({ id, gaps }) => [id, gaps]));
    expect(Object.fromEntries(gapsOf)).toEqual({
      [unplanned]: ["no_plan"],
      [pointless]: ["no_point"],
      [expired]: ["no_point"],
      [gone]: ["vanished"],
      [twin]: ["twice"],
    });
    expect(page.counts).toEqual({ no_plan: 1, no_point: 2, vanished: 1, twice: 1, unassigned: 0 });
    expect(page.rows.find(({ id }) => id === twin)).toMatchObject({ twin: "the other", system: { id: systemId } });
    expect(page.rows.find(({ id }) => id === gone)?.vanishedAt).not.toBeNull();
    expect((await listCoverageGaps(ana, { connection: other })).rows).toMatchObject([
      { id: free, gaps: ["no_plan", "twice", "unassigned"], system: null },
    ]);
    const only = await listCoverageGaps(ana, {
      connection: connectionId,
      gap: "no_point",
      kind: "RDS",
      region: "eu-central-1",
    });
    expect(only.rows.map(({ id }) => id).sort()).toEqual([pointless, expired].sort());
    expect((await listCoverageGaps(ana, { connection: connectionId, region: "us-east-1" })).rows).toEqual([]);
    expect((await listCoverageChoices(ana, {})).connections).toContainEqual({ id: other, name: "the other" });
  });

  it("are paged by name in both directions", async () => {
    const ana = await person("operator");
    const connection = await estate.connection();
    for (const name of ["a", "B", "c", "d", "E"]) await estate.resource(connection, { name });
    const names = async (at: object) => {
      const page = await listCoverageGaps(ana, { connection, limit: 2, ...at });
      return { ...page, names: page.rows.map(({ name }) => name) };
    };
    const first = await names({});
    expect([first.names, first.before]).toEqual([["a", "B"], null]);
    const second = await names({ after: first.after });
    expect(second.names).toEqual(["c", "d"]);
    const last = await names({ after: second.after });
    expect([last.names, last.after]).toEqual([["E"], null]);
    expect((await names({ before: second.before })).names).toEqual(["a", "B"]);
    expect((await names({ after: "rubbish" })).names).toEqual(["a", "B"]);
  });

  it("are those of one's own resources", async () => {
    const teamId = await estate.team();
    const ben = await person("operator", { kind: "team", teamId });
    const { systemId, resourceId } = await estate.protectedSystem("tier-1", { owner_team_id: teamId });
    await estate.protectedSystem();
    const page = await listCoverageGaps(ben, {});
    expect(page.rows).toMatchObject([{ id: resourceId, system: { id: systemId } }]);
    expect(page.resources).toBe(1);
  });

  it("of what vanished ends by taking it out of its system, also where a rule put it there", async () => {
    const ana = await person("operator");
    const connection = await estate.connection();
    const systemId = await estate.system();
    const mark = systemId.slice(-8);
    const id = await estate.resource(connection, { tags: { vanish: mark } });
    await addRule(ana, { systemId, tagKey: "vanish", tagValue: mark });
    expect(await releaseResources(ana, { resourceIds: [id] })).toMatchObject({ ok: false, code: "conflict" });
    await estate.client.query("update resources set vanished_at = now() where id = $1", [id]);
    expect((await listCoverageGaps(ana, { connection })).counts.vanished).toBe(1);
    expect(await releaseResources(ana, { resourceIds: [id] })).toMatchObject({ ok: true });
    expect((await listCoverageGaps(ana, { connection })).counts.vanished).toBe(0);
  });
});

describe("a tag rule before it is made", () => {
  it("says what comes, what moves from a later rule, and what stays by hand or with an earlier rule", async () => {
    const ana = await person("operator");
    const connection = await estate.connection();
    const [mine, early, late, hand] = [
      await estate.system({ name: "mine" }),
      await estate.system({ name: "early" }),
      await estate.system({ name: "late" }),
      await estate.system({ name: "hand" }),
    ];
    const mark = mine.slice(-8);
    const make = (name: string, tags: Record<string, string> = {}) =>
      estate.resource(connection, { name, tags: { app: mark, ...tags } });
    const ids = {
      free: await make("free"),
      early: await make("held early", { early: mark }),
      late: await make("held late", { late: mark }),
      hand: await make("held by hand"),
      here: await make("here"),
    };
    await addRule(ana, { systemId: early, tagKey: "early", tagValue: mark, priority: "50" });
    await addRule(ana, { systemId: late, tagKey: "late", tagValue: mark, priority: "200" });
    await assignResources(ana, { systemId: hand, resourceIds: [ids.hand] });
    await assignResources(ana, { systemId: mine, resourceIds: [ids.here] });
    const rule = { systemId: mine, tagKey: "app", tagValue: mark, priority: "100" };
    const preview = await previewRule(ana, rule);
    expect(preview).toMatchObject({ total: 5, comes: 1, moves: 1, byHand: 1, byRule: 1, here: 1 });
    expect(preview.sample.map(({ name, fate, owner }) => [name, fate, owner])).toEqual([
      ["free", "comes", null],
      ["held late", "moves", "late"],
      ["held by hand", "by_hand", "hand"],
      ["held early", "by_rule", "early"],
      ["here", "here", "mine"],
    ]);
    expect(await addRule(ana, rule)).toMatchObject({ ok: true });
    const owners = await db.systemResource.findMany({
      where: { resourceId: { in: Object.values(ids) }, validTo: null },
      select: { resourceId: true, systemId: true },
    });
    expect(Object.fromEntries(owners.map((one) => [one.resourceId, one.systemId]))).toEqual({
      [ids.free]: mine,
      [ids.late]: mine,
      [ids.early]: early,
      [ids.hand]: hand,
      [ids.here]: mine,
    });
    const rules = await listTagRules(ana, { q: mark });
    expect(rules.rows.map(({ system, priority, matches, holds }) => [system, priority, matches, holds])).toEqual([
      ["early", 50, 1, 1],
      ["mine", 100, 5, 2],
      ["late", 200, 1, 0],
    ]);
  });

  it.each([
    ["0", "at least 1"],
    ["1001", "at most 1000"],
    ["x", "a whole number"],
  ])("takes no priority of %s", async (priority, message) => {
    const systemId = await estate.system();
    expect(
      await addRule(await person("operator"), { systemId, tagKey: "a", tagValue: systemId, priority }),
    ).toMatchObject({ ok: false, fields: { priority: expect.stringContaining(message) } });
  });

  it("is not made for a retired system", async () => {
    const systemId = await estate.system({ lifecycle: "retired" });
    expect(await addRule(await person("operator"), { systemId, tagKey: "a", tagValue: systemId })).toMatchObject({
      ok: false,
      fields: { systemId: expect.stringContaining("retired") },
    });
  });

  it("is listed to whoever sees its system, page by page", async () => {
    const ana = await person("operator");
    const teamId = await estate.team();
    const systemId = await estate.system({ owner_team_id: teamId });
    for (const tagValue of ["one", "two", "three"])
      await addRule(ana, {
        systemId,
        tagKey: systemId.slice(-8),
        tagValue,
        priority: tagValue === "three" ? "1" : "100",
      });
    const ben = await person("operator", { kind: "team", teamId });
    const first = await listTagRules(ben, { limit: 2 });
    expect([first.total, first.rows.map(({ tagValue }) => tagValue)]).toEqual([3, ["three", "one"]]);
    const second = await listTagRules(ben, { limit: 2, after: first.after });
    expect([second.after, second.rows.map(({ tagValue }) => tagValue)]).toEqual([null, ["two"]]);
  });
});
