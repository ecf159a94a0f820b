import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { groupKinds } from "./grouping";
import { listSystemGroups } from "./groups";
import { listSystems } from "./matrix";
import { listPlaces } from "./places";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

/** Systems of one search word: two tiers, two environments, two teams and nobody. */
async function lay() {
  const word = `grp${randomUUID().slice(0, 8)}`;
  const [one, two] = [await estate.team(), await estate.team()];
  const { id: owner } = await person("viewer");
  const rows: [string, string, Record<string, unknown>][] = [
    ["tier-1", "production", { owner_team_id: one }],
    ["tier-1", "staging", { owner_team_id: one, owner_user_id: owner }],
    ["tier-3", "production", { owner_team_id: two }],
    ["tier-3", "production", { owner_user_id: owner }],
    ["tier-3", "production", {}],
  ];
  const ids: string[] = [];
  for (const [index, [tier, environment, over]] of rows.entries())
    ids.push(await estate.system({ name: `${word} ${index}`, slug: `${word}-${index}`, environment, ...over }, tier));
  const states = ["within", "breached", "within", "at_risk", "unprotected"];
  for (const [index, id] of ids.entries()) await estate.verdict(id, states[index] ?? "unknown");
  return { word, one, two, owner };
}

describe("the matrix in groups", () => {
  it("has none where nothing, or nonsense, is asked for", async () => {
    const actor = await person("viewer");
    expect(await listSystemGroups(actor, {})).toBeNull();
    expect(await listSystemGroups(actor, { group: "colour" })).toBeNull();
  });

  it.each(groupKinds)(
    "by %s counts what the filter of each group lists, and its worst stands first there",
    async (group) => {
      const { word } = await lay();
      const actor = await person("viewer");
      const groups = await listSystemGroups(actor, { q: word, group });
      expect(groups?.length).toBeGreaterThan(1);
      for (const { asked, total, worst } of groups ?? []) {
        const page = await listSystems(actor, { q: word, ...asked });
        expect(page.total).toBe(total);
        expect(page.rows[0]?.state).toBe(worst);
      }
    },
  );

  it("stands with each of its owners, a team and a person", async () => {
    const { word, one, two, owner } = await lay();
    const groups = await listSystemGroups(await person("viewer"), { q: word, group: "owner" });
    expect(Object.fromEntries((groups ?? []).map(({ key, total }) => [key, total]))).toEqual({
      [one]: 2,
      [two]: 1,
      [owner]: 2,
      none: 1,
    });
    expect(await listSystemGroups(await person("viewer"), { q: word, group: "owner", owner: one })).toMatchObject([
      { key: one, total: 2 },
    ]);
  });

  it("follows the tiers' own order, and the order of urgency among states", async () => {
    const { word } = await lay();
    const actor = await person("viewer");
    const keys = async (group: string) => (await listSystemGroups(actor, { q: word, group }))?.map(({ key }) => key);
    expect(await keys("tier")).toEqual(["tier-1", "tier-3"]);
    expect(await keys("state")).toEqual(["unprotected", "breached", "at_risk", "within"]);
  });

  it("counts for a team no more than its own systems", async () => {
    const { word, one } = await lay();
    const groups = await listSystemGroups(await person("viewer", { kind: "team", teamId: one }), {
      q: word,
      group: "tier",
    });
    expect(groups).toMatchObject([{ key: "tier-1", total: 2, worst: "breached", worstCount: 1 }]);
  });
});

describe("where a system lies", () => {
  it("is told by region and account: production first, then usable points, and which of them nobody can delete", async () => {
    const { systemId, ...ids } = await estate.protectedSystem();
    const far = { region: "eu-west-1", account: "222222222222" };
    const locked = { lock_mode: "compliance", lock_final_at: estate.ago(5) };
    const copies = await estate.vault(ids.connectionId, { region: far.region, ...locked });
    await estate.point(ids, 10);
    await estate.point(ids, 20, { malware: "infected" });
    await estate.point({ ...ids, vaultId: copies }, 15, { ...far, locked_until: estate.ago(-60) });
    const { places } = await listPlaces(await person("viewer"), { systemId });
    expect(places).toMatchObject([
      { region: "eu-central-1", account: "111111111111", production: 1, points: 1, locked: false },
      { ...far, production: 0, points: 1, locked: true, airGapped: false },
    ]);
  });

  it.each([
    ["whose lock still cools off", { lock_mode: "compliance" }, -60, -60, false],
    ["in governance mode", { lock_mode: "governance" }, null, -60, false],
    ["whose lock ran out on the point", { lock_mode: "compliance" }, 60, 1, false],
    ["locked with no day told", { lock_mode: "compliance" }, null, -60, true],
    ["that is air-gapped", { kind: "air_gapped" }, null, null, true],
  ])("calls a point in a vault %s locked only where it is", async (_, vault, finalMinutes, untilMinutes, expected) => {
    const { systemId, ...ids } = await estate.protectedSystem();
    const at = (minutes: number | null) => (minutes === null ? null : estate.ago(minutes));
    const vaultId = await estate.vault(ids.connectionId, { ...vault, lock_final_at: at(finalMinutes) });
    await estate.point({ ...ids, vaultId }, 10, { locked_until: at(untilMinutes) });
    const { places } = await listPlaces(await person("viewer"), { systemId });
    expect(places[0]?.locked).toBe(expected);
  });

  it("is not told to whoever may not see it", async () => {
    const { systemId } = await estate.protectedSystem();
    const stranger = await person("viewer", { kind: "team", teamId: await estate.team() });
    expect((await listPlaces(stranger, { systemId })).places).toEqual([]);
  });
});
