import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "@/lib/access/permissions";
import { writeCursor } from "@/lib/core/cursor";
import { getActivity } from "@/lib/health/activity";
import { getHome, getHomeStamp } from "@/lib/health/data";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { getHistory, getMakeup, getSystemStamp, listCoverage, listSizes } from "@/lib/systems/history";
import { getPoint, listPointFilters, listPoints } from "./data";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

const viewer = (scope?: Scope) => person("viewer", scope);

describe("recovery points", () => {
  it("are paged by key in both directions, newest data first, and never twice", async () => {
    const teamId = await estate.team();
    const { systemId: _, ...ids } = await estate.protectedSystem("tier-1", { owner_team_id: teamId });
    for (let index = 0; index < 7; index += 1) await estate.point(ids, index < 3 ? 10 : index * 20);
    await estate.point(ids, 5, { data_as_of: null, status: "creating", completed_at: null });
    const actor = await viewer({ kind: "team", teamId });
    const whole = await listPoints(actor, {});
    expect(whole).toMatchObject({ total: 8, beyondCount: false, before: null, after: null });
    expect(whole.rows.at(-1)).toMatchObject({ dataAsOf: null, usable: false, why: "It is still being made." });
    const first = await listPoints(actor, { limit: 3 });
    const second = await listPoints(actor, { limit: 3, after: first.after });
    const third = await listPoints(actor, { limit: 3, after: second.after });
    expect([...first.rows, ...second.rows, ...third.rows].map(({ id }) => id)).toEqual(whole.rows.map(({ id }) => id));
    expect(third.after).toBeNull();
    const back = await listPoints(actor, { limit: 3, before: third.before });
    expect(back.rows.map(({ id }) => id)).toEqual(second.rows.map(({ id }) => id));
    expect((await listPoints(actor, { after: "garbage", status: "nonsense", q: "\u0000" })).rows).toHaveLength(8);
    for (const moment of ["1", "Tue", "+012345-01-01T00:00:00Z", "2026-01-01T00:00:00Z (x)", "\u0000"]) {
      const after = writeCursor([moment, randomUUID()]);
      expect((await listPoints(actor, { after })).rows).toHaveLength(8);
    }
  });

  it("can be narrowed down by what counts, status, kind, vault and name", async () => {
    const teamId = await estate.team();
    const { systemId, ...ids } = await estate.protectedSystem("tier-1", { owner_team_id: teamId });
    const good = await estate.point(ids, 10);
    const bad = await estate.point(ids, 20, { malware: "infected" });
    const stopped = await estate.point(ids, 30, { kind: "continuous", status: "stopped" });
    const actor = await viewer({ kind: "team", teamId });
    const idsOf = async (query: object) => (await listPoints(actor, query)).rows.map(({ id }) => id);
    expect(await idsOf({ usable: "yes" })).toEqual([good]);
    expect(await idsOf({ usable: "no" })).toEqual([bad, stopped]);
    expect(await idsOf({ kind: "continuous" })).toEqual([stopped]);
    expect(await idsOf({ status: "stopped" })).toEqual([stopped]);
    expect(await idsOf({ vault: ids.vaultId, system: systemId, resource: ids.resourceId })).toHaveLength(3);
    expect(await idsOf({ system: ids.vaultId })).toEqual([]);
  });

  it("tell of their copies, proofs and restore window", async () => {
    const { systemId: _, ...ids } = await estate.protectedSystem();
    const original = await estate.point(ids, 10, { provider_ref: "rp-original", size_bytes: 5_000_000_000_000 });
    const copied = await estate.point(ids, 9, { copy_of_ref: "rp-original", region: "eu-west-1" });
    await estate.proof(original, "validated", "passed", 5);
    await estate.proof(original, "restored", "failed", 4);
    const actor = await viewer();
    const point = await getPoint(actor, { pointId: original });
    expect(point).toMatchObject({
      sizeBytes: 5_000_000_000_000,
      copies: [{ id: copied, region: "eu-west-1", original: false }],
    });
    expect(point?.verifications.map(({ level, passed }) => [level, passed])).toEqual([
      ["restored", false],
      ["validated", true],
    ]);
    expect(() => JSON.stringify(point)).not.toThrow();
    expect(await getPoint(actor, { pointId: copied })).toMatchObject({ copies: [{ id: original, original: true }] });
  });

  it("of others are not there, in any read", async () => {
    const [mine, theirs] = [await estate.team(), await estate.team()];
    const seen = await estate.protectedSystem("tier-1", { owner_team_id: mine });
    const hidden = await estate.protectedSystem("tier-1", { owner_team_id: theirs });
    const [seenPoint, hiddenPoint] = [await estate.point(seen, 10), await estate.point(hidden, 10)];
    const actor = await viewer({ kind: "team", teamId: mine });
    expect((await listPoints(actor, {})).rows.map(({ id }) => id)).toEqual([seenPoint]);
    expect(await getPoint(actor, { pointId: hiddenPoint })).toBeNull();
    expect((await listPointFilters(actor, {})).vaults.map(({ id }) => id)).toEqual([seen.vaultId]);
    const ref = { systemId: hidden.systemId };
    expect(await getHistory(actor, ref)).toBeNull();
    expect(await getSystemStamp(actor, ref)).toBeNull();
    expect([await listSizes(actor, ref), await listCoverage(actor, ref)]).toEqual([[], []]);
    expect(await getMakeup(actor, ref)).toEqual({ runs: [], copies: null });
    expect((await getHistory(actor, { systemId: seen.systemId }))?.points.map(({ id }) => id)).toEqual([seenPoint]);
  });

  it("whose identifier is none are refused before any query", async () => {
    await expect(getPoint(await viewer(), { pointId: "x" })).rejects.toThrow();
  });
});

describe("home", () => {
  it("counts and lists what its reader may see, and nothing else", async () => {
    const teamId = await estate.team();
    const actor = await viewer({ kind: "team", teamId });
    expect((await getHome(actor, {})).verdict.kind).toBe("none");
    const { systemId, ...ids } = await estate.protectedSystem("tier-1", { owner_team_id: teamId });
    await estate.point(ids, 47);
    await estate.client.query(
      "update system_health set state = 'within', next_change_at = now() - interval '1 s' where system_id = $1",
      [systemId],
    );
    await estate.insert("jobs", {
      connection_id: ids.connectionId,
      resource_id: ids.resourceId,
      region: "eu-central-1",
      provider_ref: `job-${systemId}`,
      kind: "backup",
      state: "running",
      raw_status: "RUNNING",
      percent: 40,
      created_at: estate.ago(5),
      observed_at: new Date(),
    });
    const other = await estate.protectedSystem();
    await estate.insert("jobs", {
      connection_id: other.connectionId,
      resource_id: other.resourceId,
      region: "eu-central-1",
      provider_ref: `job-${other.systemId}`,
      kind: "backup",
      state: "running",
      raw_status: "RUNNING",
      created_at: estate.ago(5),
      observed_at: new Date(),
    });
    const home = await getHome(actor, {});
    expect(home.verdict.sentence).toBe("Not everything. 1 of 1 system would lose more than it may.");
    expect(home.tiers.find(({ id }) => id === "tier-1")).toMatchObject({ expected: 1, within: 0, beyond: 1 });
    expect(home.attention).toMatchObject({
      total: 1,
      rows: [{ id: systemId, state: "breached", step: { label: "Back up now" } }],
    });
    expect((await getActivity(actor, {})).running).toMatchObject([{ kind: "backup", percent: 40 }]);
    expect((await getActivity(await viewer(), {})).runningTotal).toBe(2);
    expect((await getHomeStamp(actor, {})).stamp).toMatch(/^[0-9a-f]{32}$/);
  });
});
