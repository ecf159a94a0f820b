import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "@/lib/access/permissions";
import { addDependency } from "@/lib/dependencies/commands";
import { listDependencies } from "@/lib/dependencies/data";
import { db } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { doAtOnce, tierForm } from "@/lib/platform/testing/governing";
import { person } from "@/lib/platform/testing/people";
import { addRule, assignResources, releaseResources, removeRule } from "@/lib/resources/commands";
import { countEstate, listInboxChoices, listRules, listUnassigned } from "@/lib/resources/data";
import { previewRule } from "@/lib/resources/tag-rules";
import { editTier } from "@/lib/tiers/commands";
import { getTier, listTiers } from "@/lib/tiers/data";
import { classifySystems, createSystem, editSystem, ownSystems } from "./commands";
import { findSystemChoices, getSystem, getSystemChoice } from "./data";
import { listSystems } from "./matrix";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

const operator = (scope?: Scope) => person("operator", scope);
const lastEvents = async (id: string) =>
  (await db.auditEvent.findMany({ orderBy: { id: "desc" }, take: 40 }))
    .map(({ body }) => JSON.parse(body))
    .filter((event) => event.target.id === id);

describe("adding a system", () => {
  it("gives it an address, a tier from its first moment, and an audit event", async () => {
    const ana = await operator();
    const made = await createSystem(ana, {
      name: "  Zahlungen & Größe  ",
      tierId: "tier-2",
      environment: "production",
    });
    if (!made.ok) throw new Error(made.message);
    expect(made.value.slug).toBe("zahlungen-gro-e");
    expect(await getSystem(ana, { system: made.value.slug })).toMatchObject({
      name: "Zahlungen & Größe",
      tier: { id: "tier-2" },
      state: "unprotected",
    });
    expect(await lastEvents(made.value.id)).toMatchObject([
      { action: "system.create", outcome: "success", actor: { id: ana.id } },
    ]);
  });

  it("never gives two systems one address, even when both are added at once", async () => {
    const ana = await operator();
    const made = await Promise.all(
      Array.from({ length: 5 }, () => createSystem(ana, { name: "Twin", tierId: "tier-3" })),
    );
    expect(made.map((one) => one.ok && one.value.slug).sort()).toEqual([
      "twin",
      "twin-2",
      "twin-3",
      "twin-4",
      "twin-5",
    ]);
  });

  it.each([
    ["nothing", "   ", "The name is missing."],
    ["121 characters", "x".repeat(121), "The name may have at most 120 characters."],
    ["an override of direction", "orders\u202Egnp", "cannot be seen"],
    ["a zero-width space", "or\u200Bders", "cannot be seen"],
    ["a line break", "orders\ndb", "cannot be seen"],
    ["a NUL", "orders\u0000", "cannot be seen"],
  ])("refuses a name of %s, and says which field", async (_, name, message) => {
    const outcome = await createSystem(await operator(), { name, tierId: "tier-3" });
    expect(outcome).toMatchObject({ ok: false, code: "invalid", fields: { name: expect.stringContaining(message) } });
  });

  it("takes a name of 120 characters in any script", async () => {
    expect(await createSystem(await operator(), { name: "支".repeat(120), tierId: "tier-3" })).toMatchObject({
      ok: true,
    });
  });

  it("is refused to a viewer, and the refusal is on record", async () => {
    expect(await createSystem(await person("viewer"), { name: "No", tierId: "tier-3" })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
  });
});

describe("two who edit one system", () => {
  it("lose nothing: the second learns what changed, and may then go on", async () => {
    const [ana, ben] = [await operator(), await operator()];
    const systemId = await estate.system({ name: "orders" });
    const base = {
      name: "orders",
      description: "",
      environment: "unknown",
      criticality: "medium",
      lifecycle: "active",
      tierId: "tier-1",
      ownerTeamId: null,
      ownerUserId: null,
      detectionAllowanceSeconds: 0,
    };
    const form = {
      systemId,
      revision: "1",
      base: JSON.stringify(base),
      name: "orders",
      description: "",
      environment: "unknown",
      criticality: "medium",
      lifecycle: "active",
      tierId: "tier-1",
      ownerTeamId: "",
      ownerUserId: "",
      detectionAllowanceMinutes: "0",
    };
    const outcomes = await Promise.all([
      editSystem(ana, { ...form, environment: "production" }),
      editSystem(ben, { ...form, description: "Takes orders." }),
    ]);
    const lost = outcomes.findIndex(({ ok }) => !ok);
    const refused = outcomes[lost];
    if (!refused || refused.ok) throw new Error("One of the two should have been refused.");
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(refused.code).toBe("conflict");
    expect(refused.message).toMatch(
      /environment from unknown to production|description from nothing to Takes orders\./,
    );

    const again = await editSystem(lost === 0 ? ana : ben, {
      ...form,
      ...(lost === 0 ? { environment: "production" } : { description: "Takes orders." }),
      revision: refused.fields?.revision,
    });
    expect(again).toMatchObject({ ok: true });
    expect(await getSystem(ana, { system: systemId })).toMatchObject({
      environment: "production",
      description: "Takes orders.",
      revision: 3,
    });
  });
});

describe("classifying", () => {
  it("keeps the tier that held before, without gap or overlap", async () => {
    const ana = await operator();
    const systemIds = [await estate.system(), await estate.system()];
    expect(await classifySystems(ana, { systemIds, tierId: "tier-3" })).toMatchObject({
      ok: true,
      value: { moved: 2 },
    });
    expect(await classifySystems(ana, { systemIds, tierId: "tier-3" })).toMatchObject({
      ok: true,
      value: { moved: 0 },
    });
    const rows = await db.systemTier.findMany({
      where: { systemId: { in: systemIds } },
      orderBy: [{ systemId: "asc" }, { validFrom: "asc" }],
    });
    expect(rows.map(({ tierId, validTo }) => [tierId, validTo === null])).toEqual([
      ["tier-1", false],
      ["tier-3", true],
      ["tier-1", false],
      ["tier-3", true],
    ]);
    expect(rows[0]?.validTo).toEqual(rows[1]?.validFrom);
  });

  it("changes none when one of them is not there", async () => {
    const systemId = await estate.system();
    const outcome = await classifySystems(await operator(), {
      systemIds: [systemId, "019aaaaa-0000-7000-8000-000000000000"],
      tierId: "tier-3",
    });
    expect(outcome).toMatchObject({ ok: false, code: "not_found" });
    expect(await db.systemTier.count({ where: { systemId } })).toBe(1);
  });

  it("is seen at once, before the worker has written anything down", async () => {
    const ana = await operator();
    const { systemId, ...ids } = await estate.protectedSystem("tier-1");
    await estate.point(ids, 47);
    expect(await getSystem(ana, { system: systemId })).toMatchObject({ state: "breached", rpoSeconds: 900 });
    await classifySystems(ana, { systemIds: [systemId], tierId: "tier-3" });
    const page = await listSystems(ana, { q: (await getSystem(ana, { system: systemId }))?.name });
    expect(page.rows).toMatchObject([{ id: systemId, state: "at_risk", rpoSeconds: 14_400 }]);
  });
});

describe("a tag rule", () => {
  it("assigns what is free, leaves what a person assigned, and lets go when it goes", async () => {
    const ana = await operator();
    const connectionId = await estate.connection();
    const [mine, theirs] = [await estate.system(), await estate.system()];
    const tags = { app: "shop" };
    const [free, held] = [await estate.resource(connectionId, { tags }), await estate.resource(connectionId, { tags })];
    await estate.resource(connectionId, { tags: { app: "other" } });
    await assignResources(ana, { systemId: theirs, resourceIds: [held] });
    expect(await previewRule(ana, { systemId: mine, tagKey: "app", tagValue: "shop" })).toMatchObject({
      total: 2,
      comes: 1,
      byHand: 1,
      here: 0,
    });
    const added = await addRule(ana, { systemId: mine, tagKey: "app", tagValue: "shop" });
    if (!added.ok) throw new Error(added.message);
    const ownerOf = async (resourceId: string) =>
      (await db.systemResource.findFirst({ where: { resourceId, validTo: null } }))?.systemId;
    expect([await ownerOf(free), await ownerOf(held)]).toEqual([mine, theirs]);
    expect(await releaseResources(ana, { resourceIds: [free] })).toMatchObject({ ok: false, code: "conflict" });
    expect(await addRule(ana, { systemId: theirs, tagKey: "app", tagValue: "shop" })).toMatchObject({
      ok: false,
      code: "conflict",
    });
    expect(await removeRule(ana, { ruleId: added.value.id })).toMatchObject({ ok: true, value: { released: 1 } });
    expect([await ownerOf(free), await ownerOf(held)]).toEqual([undefined, theirs]);
  });

  it("takes a resource that a person let go", async () => {
    const ana = await operator();
    const connectionId = await estate.connection();
    const [mine, theirs] = [await estate.system(), await estate.system()];
    const resourceId = await estate.resource(connectionId, { tags: { app: "crm" } });
    await assignResources(ana, { systemId: theirs, resourceIds: [resourceId] });
    await addRule(ana, { systemId: mine, tagKey: "app", tagValue: "crm" });
    expect(await releaseResources(ana, { resourceIds: [resourceId] })).toMatchObject({ ok: true });
    expect((await db.systemResource.findFirst({ where: { resourceId, validTo: null } }))?.systemId).toBe(mine);
  });
});

describe("a tier", () => {
  it("is changed by administrators alone, and its past stays", async () => {
    expect(await doAtOnce(editTier, await operator(), tierForm({ rpoSeconds: "30 min" }))).toMatchObject({
      ok: false,
      code: "forbidden",
    });
    const admin = await person("administrator");
    const ofATag = await person("administrator", { kind: "tag", key: "team", value: "one" });
    expect(await doAtOnce(editTier, ofATag, tierForm({ rpoSeconds: "30 min" }))).toMatchObject({
      ok: false,
      code: "forbidden",
    });
    expect(await doAtOnce(editTier, admin, tierForm({ rpoSeconds: "2 d" }))).toMatchObject({
      ok: false,
      code: "invalid",
      fields: { rpoSeconds: expect.any(String) },
    });
    expect(await doAtOnce(editTier, admin, tierForm({ rpoSeconds: "30 min" }))).toMatchObject({
      ok: true,
      value: { revision: 2 },
    });
    expect(
      await doAtOnce(editTier, admin, { ...tierForm(), base: JSON.stringify({ rpoSeconds: 3_600 }) }),
    ).toMatchObject({
      ok: false,
      code: "conflict",
      message: expect.stringContaining("RPO from 1 h to 30 min"),
    });
    const tier = await getTier(admin, { tierId: "tier-2" });
    expect(tier?.history.map(({ objectives, to }) => [objectives.rpoSeconds, to === null])).toEqual([
      [1_800, true],
      [3_600, false],
    ]);
  });
});

describe("what may be seen", () => {
  it("is the same in every read: all, one's teams' systems, or what carries one's tags", async () => {
    const everyone = await operator();
    const teamId = await estate.team();
    const connectionId = await estate.connection();
    const [owned, tagged, hidden] = [
      await estate.system({ owner_team_id: teamId }),
      await estate.system(),
      await estate.system(),
    ];
    const mark = `mark-${teamId.slice(-6)}`;
    const [inOwned, inTagged, inHidden, freeTagged, freeHidden] = [
      await estate.resource(connectionId),
      await estate.resource(connectionId, { tags: { scope: mark } }),
      await estate.resource(connectionId),
      await estate.resource(connectionId, { tags: { scope: mark } }),
      await estate.resource(connectionId),
    ];
    await estate.member(owned, inOwned);
    await estate.member(tagged, inTagged);
    await estate.member(hidden, inHidden);
    const byTeam = await operator({ kind: "team", teamId });
    const byTag = await operator({ kind: "tag", key: "scope", value: mark });
    await addDependency(everyone, { systemId: owned, toId: hidden });

    const systemsOf = async (actor: typeof byTeam) =>
      (await listSystems(actor, { limit: 200 })).rows.map(({ id }) => id).sort();
    expect(await systemsOf(byTeam)).toEqual([owned]);
    expect(await systemsOf(byTag)).toEqual([tagged]);
    expect(await systemsOf(everyone)).toEqual(expect.arrayContaining([owned, tagged, hidden]));

    const inboxOf = async (actor: typeof byTeam) =>
      (await listUnassigned(actor, { limit: 200 })).rows.map(({ id }) => id);
    expect(await inboxOf(byTeam)).toEqual([]);
    expect(await inboxOf(byTag)).toEqual([freeTagged]);
    expect(await inboxOf(everyone)).toEqual(expect.arrayContaining([freeTagged, freeHidden]));

    const offered = async (actor: typeof byTeam) =>
      (await findSystemChoices(actor, { q: "" })).map(({ value }) => value);
    expect(await offered(byTeam)).toEqual([owned]);
    expect(await offered(byTag)).toEqual([tagged]);
    expect(await getSystemChoice(byTeam, { systemId: hidden })).toBeNull();
    expect(await countEstate(byTeam, {})).toMatchObject({ systems: 1, resources: 1, unassigned: 0 });
    expect(await countEstate(byTag, {})).toMatchObject({ systems: 1, resources: 2, unassigned: 1 });
    expect((await listTiers(byTeam, {})).reduce((sum, { systems }) => sum + systems, 0)).toBe(1);
    expect(await listInboxChoices(byTeam, {})).toEqual({ kinds: [], connections: [] });
    expect(await listRules(byTeam, { systemId: hidden })).toEqual([]);
    expect(await previewRule(byTeam, { systemId: owned, tagKey: "scope", tagValue: mark })).toMatchObject({ total: 0 });

    expect(await getSystem(byTeam, { system: owned })).toMatchObject({ id: owned, members: [{ id: inOwned }] });
    expect(await getSystem(byTeam, { system: hidden })).toBeNull();
    expect(await getSystem(byTag, { system: owned })).toBeNull();
    expect(await listDependencies(byTeam, { systemId: owned })).toMatchObject({ needs: [] });
    expect(await listDependencies(byTeam, { systemId: hidden })).toBeNull();
    expect(await listDependencies(everyone, { systemId: owned })).toMatchObject({ needs: [{ systemId: hidden }] });

    expect(await classifySystems(byTeam, { systemIds: [hidden], tierId: "tier-2" })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    expect(await assignResources(byTeam, { systemId: owned, resourceIds: [freeHidden] })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    expect(await ownSystems(byTeam, { systemIds: [owned], ownerTeamId: "" })).toMatchObject({
      ok: false,
      code: "invalid",
    });
    expect(await addRule(byTeam, { systemId: owned, tagKey: "a", tagValue: "b" })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
  });

  it("is nothing for whoever has a role over nothing", async () => {
    const nobody = { ...(await operator({ kind: "team", teamId: await estate.team() })) };
    expect((await listSystems(nobody, {})).rows).toEqual([]);
  });
});

describe("the matrix", () => {
  it.each(["worst", "name", "tier", "age", "proof"] as const)(
    "is paged by key in both directions when sorted by %s",
    async (sort) => {
      const teamId = await estate.team();
      const reader = await operator({ kind: "team", teamId });
      for (let index = 0; index < 7; index += 1) {
        const { systemId: _, ...ids } = await estate.protectedSystem(`tier-${(index % 3) + 1}`, {
          owner_team_id: teamId,
          name: index < 2 ? "Same" : `S ${index}`,
        });
        if (index % 2 === 0) await estate.point(ids, index * 40);
      }
      const whole = (await listSystems(reader, { sort })).rows.map(({ id }) => id);
      expect(whole).toHaveLength(7);
      const walked: string[] = [];
      const pages: string[][] = [];
      let after: string | null | undefined;
      let before: string | null = null;
      do {
        const page = await listSystems(reader, { sort, limit: 3, ...(after ? { after } : {}) });
        pages.push(page.rows.map(({ id }) => id));
        walked.push(...page.rows.map(({ id }) => id));
        after = page.after;
        before = page.before;
      } while (after);
      expect(walked).toEqual(whole);
      const back = await listSystems(reader, { sort, limit: 3, before });
      expect(back.rows.map(({ id }) => id)).toEqual(pages[1]);
      expect((await listSystems(reader, { sort, after: "not-a-place" })).rows).toHaveLength(7);
    },
  );

  it("leaves out of account what an address may not ask", async () => {
    const page = await listSystems(await operator(), {
      q: "a\u0000b",
      status: "nonsense",
      owner: "x'; drop table systems",
      sort: "?",
    });
    expect(page.rows.length).toBeGreaterThan(0);
  });
});
