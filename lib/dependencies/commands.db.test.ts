import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { addDependency, endDependency } from "./commands";
import { getDependencyGraph, listDependencies } from "./data";
import { mostNodes } from "./rules";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

const eventsOf = async (id: string) =>
  (await db.auditEvent.findMany({ orderBy: { id: "desc" }, take: 40 }))
    .map(({ body }) => JSON.parse(body))
    .filter((event) => event.target.id === id);

describe("a dependency", () => {
  it("is written down with its moment and an audit event, and its end is kept as history", async () => {
    const ana = await person("operator");
    const [orders, identity] = [await estate.system({ name: "Orders" }), await estate.system({ name: "Identity" })];
    const added = await addDependency(ana, { systemId: orders, toId: identity, kind: "hard" });
    if (!added.ok) throw new Error(added.message);
    expect(await listDependencies(ana, { systemId: orders })).toMatchObject({
      needs: [{ systemId: identity, kind: "hard" }],
      neededBy: [],
    });
    expect(await listDependencies(ana, { systemId: identity })).toMatchObject({ neededBy: [{ systemId: orders }] });
    expect(await endDependency(ana, { systemId: identity, dependencyId: added.value.id })).toMatchObject({ ok: true });
    const graph = await getDependencyGraph(ana, { systemId: orders });
    expect(graph?.edges).toEqual([]);
    expect(graph?.ended).toMatchObject([{ systemId: identity, needed: true, kind: "hard" }]);
    expect(await eventsOf(orders)).toMatchObject([
      { action: "system.undepend", detail: { needsName: "Identity" } },
      { action: "system.depend", detail: { needs: identity, kind: "hard" } },
    ]);
    expect(await addDependency(ana, { systemId: orders, toId: identity })).toMatchObject({ ok: true });
  });

  it.each([
    ["on itself", "itself", "A system does not need itself."],
    ["that is there already", "twice", "already needs"],
    ["on a retired system", "retired", "is retired"],
    ["on a system that is not there", "nowhere", "is not there"],
  ])("%s is refused, and says why", async (_, target, message) => {
    const ana = await person("operator");
    const systemId = await estate.system();
    const twice = await estate.system();
    await addDependency(ana, { systemId, toId: twice, kind: "soft" });
    const targets: Record<string, string> = {
      itself: systemId,
      twice,
      retired: await estate.system({ lifecycle: "retired" }),
      nowhere: "00000000-0000-7000-8000-000000000000",
    };
    expect(await addDependency(ana, { systemId, toId: targets[target], kind: "hard" })).toMatchObject({
      ok: false,
      fields: { toId: expect.stringContaining(message) },
    });
  });

  it("is never there twice, even when two people write it down at once", async () => {
    const [ana, ben] = [await person("operator"), await person("operator")];
    const [systemId, toId] = [await estate.system(), await estate.system()];
    const outcomes = await Promise.all([ana, ben].map((one) => addDependency(one, { systemId, toId })));
    expect(outcomes.map(({ ok }) => ok).sort()).toEqual([false, true]);
  });

  it("that closes a circle names its members first, and is written down when it is meant", async () => {
    const ana = await person("operator");
    const [a, b, c] = [
      await estate.system({ name: "Alpha" }),
      await estate.system({ name: "Beta" }),
      await estate.system({ name: "Gamma" }),
    ];
    await addDependency(ana, { systemId: a, toId: b });
    await addDependency(ana, { systemId: b, toId: c });
    const refused = await addDependency(ana, { systemId: c, toId: a });
    expect(refused).toMatchObject({
      ok: false,
      code: "conflict",
      fields: { acceptCircle: expect.stringContaining("Alpha, Beta, Gamma") },
    });
    expect(await addDependency(ana, { systemId: c, toId: a, kind: "soft" })).toMatchObject({ ok: true });
    const soft = await listDependencies(ana, { systemId: c });
    await endDependency(ana, { systemId: c, dependencyId: soft?.needs[0]?.id });
    expect(await addDependency(ana, { systemId: c, toId: a, acceptCircle: "on" })).toMatchObject({
      ok: true,
      value: { circle: ["Alpha", "Beta", "Gamma"] },
    });
    const graph = await getDependencyGraph(ana, { systemId: b });
    expect(graph?.circle).toMatchObject({
      members: [{ name: "Alpha" }, { name: "Beta" }, { name: "Gamma" }],
      hidden: 0,
    });
  });

  it("takes a scope over both systems, to begin and to end", async () => {
    const everyone = await person("operator");
    const teamId = await estate.team();
    const ben = await person("operator", { kind: "team", teamId });
    const [mine, theirs] = [await estate.system({ owner_team_id: teamId }), await estate.system()];
    expect(await addDependency(ben, { systemId: mine, toId: theirs })).toMatchObject({ ok: false, code: "not_found" });
    const added = await addDependency(everyone, { systemId: mine, toId: theirs });
    if (!added.ok) throw new Error(added.message);
    const ended = await endDependency(ben, { systemId: mine, dependencyId: added.value.id });
    expect(ended).toMatchObject({ ok: false, code: "not_found" });
    const graph = await getDependencyGraph(ben, { systemId: mine });
    expect(graph).toMatchObject({ hidden: 1, edges: [] });
    expect(graph?.nodes.map(({ id }) => id)).toEqual([mine]);
  });

  it("is refused to a viewer", async () => {
    const [systemId, toId] = [await estate.system(), await estate.system()];
    expect(await addDependency(await person("viewer"), { systemId, toId })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
  });
});

describe("the graph", () => {
  it("reaches three levels in both directions and no further", async () => {
    const ana = await person("operator");
    const chain: string[] = [];
    for (let place = 0; place < 9; place += 1) chain.push(await estate.system({ name: `chain-${place}` }));
    for (let place = 0; place < 8; place += 1)
      await addDependency(ana, { systemId: chain[place], toId: chain[place + 1] });
    const graph = await getDependencyGraph(ana, { systemId: chain[4] });
    const levels = Object.fromEntries((graph?.nodes ?? []).map(({ name, level }) => [name, level]));
    expect(levels).toEqual({
      "chain-1": 3,
      "chain-2": 2,
      "chain-3": 1,
      "chain-4": 0,
      "chain-5": -1,
      "chain-6": -2,
      "chain-7": -3,
    });
  });

  it("says what needs a tier that is too low, and how many systems it left out", async () => {
    const ana = await person("operator");
    const systemId = await estate.system({}, "tier-1");
    const low = await estate.system({ name: "a-low" }, "tier-3");
    await addDependency(ana, { systemId, toId: low });
    await estate.client.query(
      `with made as (insert into systems (slug, name, in_service_from) select 'fan-' || $1 || '-' || n, 'fan ' || n, now() from generate_series(1, 70) n returning id)
       insert into system_dependencies (from_id, to_id, kind, valid_from) select id, $1::uuid, 'hard', now() from made`,
      [systemId],
    );
    const graph = await getDependencyGraph(ana, { systemId });
    expect(graph?.nodes).toHaveLength(mostNodes);
    expect(graph?.leftOut).toBe(72 - mostNodes);
    expect(graph?.findings.map(({ rule, toId }) => [rule, toId])).toEqual([
      ["incoherence", low],
      ["inversion", low],
    ]);
  });
});
