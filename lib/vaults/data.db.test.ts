import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Scope } from "@/lib/access/permissions";
import { writeCursor } from "@/lib/core/cursor";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { getVault, listVaultChoices, listVaults } from "./data";
import { type Lock, lockState, lockStates } from "./rules";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

const viewer = (scope?: Scope) => person("viewer", scope);
const day = 24 * 60;

/** A vault with a name of its own, so that a search finds it alone. */
async function laidVault(over: Record<string, unknown> = {}) {
  const connectionId = await estate.connection();
  const name = `vault-${randomUUID()}`;
  const vaultId = await estate.vault(connectionId, { name, ...over });
  return { connectionId, vaultId, name };
}

async function filledVault() {
  const teamId = await estate.team();
  const { connectionId, vaultId, name } = await laidVault();
  const resourceId = await estate.resource(connectionId);
  const systemId = await estate.system({ owner_team_id: teamId });
  await estate.member(systemId, resourceId);
  return { teamId, connectionId, vaultId, name, resourceId, systemId };
}

describe("the list of vaults", () => {
  it("is paged by name in both directions, and never shows one twice", async () => {
    const connectionId = await estate.connection();
    for (const name of ["b", "a", "A", "c", "b"]) await estate.vault(connectionId, { name });
    const actor = await viewer();
    const of = { connection: connectionId };
    const whole = await listVaults(actor, of);
    expect(whole.rows.map(({ name }) => name.toLowerCase())).toEqual(["a", "a", "b", "b", "c"]);
    const first = await listVaults(actor, { ...of, limit: 2 });
    const second = await listVaults(actor, { ...of, limit: 2, after: first.after });
    const third = await listVaults(actor, { ...of, limit: 2, after: second.after });
    expect([...first.rows, ...second.rows, ...third.rows].map(({ id }) => id)).toEqual(whole.rows.map(({ id }) => id));
    const back = await listVaults(actor, { ...of, limit: 2, before: third.before });
    expect(back.rows.map(({ id }) => id)).toEqual(second.rows.map(({ id }) => id));
    for (const after of ["garbage", writeCursor(["a", "b"]), writeCursor(["a"])])
      expect((await listVaults(actor, { ...of, after })).rows).toHaveLength(5);
  });

  it("is narrowed down by connection, region, kind and name, and by nothing it does not know", async () => {
    const { connectionId, vaultId, name } = await laidVault({ region: "eu-west-1", kind: "air_gapped" });
    await estate.vault(connectionId, { name: "other" });
    const actor = await viewer();
    const idsOf = async (query: object) =>
      (await listVaults(actor, { connection: connectionId, ...query })).rows.map(({ id }) => id);
    expect(await idsOf({ region: "eu-west-1" })).toEqual([vaultId]);
    expect(await idsOf({ kind: "air_gapped" })).toEqual([vaultId]);
    expect(await idsOf({ q: name.slice(0, 20) })).toEqual([vaultId]);
    expect(await idsOf({ q: "%" })).toEqual([]);
    expect(await idsOf({ lock: "nonsense", region: "'; --" })).toHaveLength(2);
    const choices = await listVaultChoices(actor, {});
    expect(choices.connections.map(({ id }) => id)).toContain(connectionId);
    expect(choices.regions).toContain("eu-west-1");
  });

  it("knows each lock by the same rule as the screen", async () => {
    const connectionId = await estate.connection();
    const moments = [null, estate.ago(5), estate.ago(-day)];
    const locks = (["none", "governance", "compliance"] as const).flatMap((mode) =>
      moments.map((finalAt): Lock => ({ mode, finalAt })),
    );
    for (const { mode, finalAt } of locks)
      await estate.vault(connectionId, { lock_mode: mode, lock_final_at: finalAt });
    const actor = await viewer();
    for (const state of lockStates) {
      const wanted = locks.filter((lock) => lockState(lock, new Date()) === state).length;
      const page = await listVaults(actor, { connection: connectionId, lock: state });
      expect(page.rows).toHaveLength(wanted);
      expect(page.rows.every(({ lock }) => lock === state)).toBe(true);
    }
  });

  it("says what a vault holds: points that are still there, their sizes as far as known, and its legal holds", async () => {
    const { teamId, name, ...ids } = await filledVault();
    const held = await estate.point(ids, 10, { size_bytes: 100 });
    await estate.point(ids, 20, { size_bytes: 50 });
    await estate.point(ids, 30, { size_bytes: null });
    await estate.point(ids, 40, { size_bytes: 1_000, vanished_at: new Date() });
    for (const released of [null, new Date()]) {
      const hold = {
        connection_id: ids.connectionId,
        region: "eu-central-1",
        provider_ref: randomUUID(),
        title: "Case 7",
      };
      const id = await estate.insert("legal_holds", {
        ...hold,
        raw_status: "ACTIVE",
        created_at: estate.ago(day),
        observed_at: new Date(),
        released_at: released,
      });
      await estate.insert("legal_hold_points", { hold_id: id, point_id: held });
    }
    const [row] = (await listVaults(await viewer(), { q: name })).rows;
    expect(row).toMatchObject({ points: 3, sizeBytes: 150, sizeCut: false, holds: 1 });
    expect(
      (await getVault(await viewer({ kind: "team", teamId }), { vaultId: ids.vaultId }))?.legalHolds,
    ).toMatchObject([{ title: "Case 7", points: 1 }]);
  });
});

describe("a vault", () => {
  it("shows its points by resource, most first, and what expires next without what is gone", async () => {
    const { teamId: _, systemId, ...ids } = await filledVault();
    const other = await estate.resource(ids.connectionId);
    await estate.point({ ...ids, resourceId: other }, 5);
    const late = await estate.point(ids, 10, { expires_at: estate.ago(-3 * day) });
    const soon = await estate.point(ids, 20, { expires_at: estate.ago(-day) });
    await estate.point(ids, 30, { expires_at: estate.ago(1) });
    await estate.point(ids, 40, { expires_at: estate.ago(-1), vanished_at: new Date() });
    const vault = await getVault(await viewer(), { vaultId: ids.vaultId });
    expect(vault?.resources).toMatchObject([
      { id: ids.resourceId, points: 3, system: { id: systemId } },
      { id: other, points: 1, system: null },
    ]);
    expect(vault?.resourcesTotal).toBe(2);
    expect(vault?.expiring.map(({ id }) => id)).toEqual([soon, late]);
  });

  it("is seen, and counted, only as far as its resources are", async () => {
    const { teamId, name, ...ids } = await filledVault();
    await estate.point(ids, 10, { size_bytes: 7 });
    const foreign = await estate.resource(ids.connectionId);
    await estate.point({ ...ids, resourceId: foreign }, 10, { size_bytes: 9 });
    const [whole, mine, stranger] = [
      await viewer(),
      await viewer({ kind: "team", teamId }),
      await viewer({ kind: "team", teamId: await estate.team() }),
    ];
    const seen = async (actor: typeof whole) => (await listVaults(actor, { q: name })).rows.map(({ points }) => points);
    expect(await seen(whole)).toEqual([2]);
    expect(await seen(mine)).toEqual([1]);
    expect(await seen(stranger)).toEqual([]);
    expect(await getVault(stranger, { vaultId: ids.vaultId })).toBeNull();
    expect(await getVault(mine, { vaultId: ids.vaultId })).toMatchObject({
      points: 1,
      sizeBytes: 7,
      resourcesTotal: 1,
    });
    expect((await listVaults(stranger, {})).locks).toEqual({ none: 0, governance: 0, cooling_off: 0, compliance: 0 });
  });

  it("is not there under an id of nothing", async () => {
    expect(await getVault(await viewer(), { vaultId: randomUUID() })).toBeNull();
  });
});
