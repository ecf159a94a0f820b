import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluateHealth } from "@/lib/health/jobs";
import { db } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person, theWorker } from "@/lib/platform/testing/people";
import { createSystem, editSystem } from "./commands";
import { getSystem } from "./data";
import { listSystems } from "./matrix";
import { listPlaces } from "./places";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

const far = { region: "us-east-1", account: "222222222222" };

/** A proven system in Frankfurt with a copy in Virginia, and the rule of where its data may be kept. */
async function lay(allowed: readonly string[], copy: Record<string, unknown> = {}) {
  const name = `res${randomUUID().slice(0, 8)}`;
  const ids = await estate.protectedSystem("tier-1", { name, slug: name, allowed_regions: allowed });
  await estate.proof(await estate.point(ids, 2), "validated", "passed", 1);
  const vaultId = await estate.vault(ids.connectionId, { region: far.region });
  await estate.point({ ...ids, vaultId }, 2, { ...far, ...copy });
  return { ...ids, name };
}

const told = async (systemId: string) => (await getSystem(await person("viewer"), { system: systemId })) ?? null;

describe("where a system's data may be kept", () => {
  it.each<[string, string[], Record<string, unknown>, string, string]>([
    ["nowhere in particular is kept to by any copy", [], {}, "within", "rpo.within"],
    ["is kept to by copies in these regions", ["eu-central-1", "us-east-1"], {}, "within", "rpo.within"],
    ["is broken by a copy elsewhere", ["eu-central-1"], {}, "at_risk", "residency.violated"],
    [
      "is broken by a copy that is no longer usable, too",
      ["eu-central-1"],
      { status: "expired" },
      "at_risk",
      "residency.violated",
    ],
    [
      "is not broken by what its provider no longer lists",
      ["eu-central-1"],
      { vanished_at: new Date() },
      "within",
      "rpo.within",
    ],
    ["is not broken by what was deleted", ["eu-central-1"], { storage_class: "deleted" }, "within", "rpo.within"],
  ])("%s", async (_, allowed, copy, state, rule) => {
    const { systemId } = await lay(allowed, copy);
    expect(await told(systemId)).toMatchObject({ state, reasons: [{ rule }] });
  });

  it("names region and count, and counts production itself", async () => {
    const { systemId } = await lay(["eu-west-1"]);
    expect((await told(systemId))?.reasons[0]).toMatchObject({
      text: "It runs in eu-central-1 and 2 copies lie in eu-central-1 and us-east-1, outside where its data may be kept.",
      step: { href: `/systems/${systemId}#places` },
    });
  });

  it("cuts the matrix the same before and after the worker has written the verdict down", async () => {
    const { systemId, name } = await lay(["eu-central-1"]);
    await estate.client.query("update system_health set next_change_at = $2 where system_id = $1", [
      systemId,
      estate.ago(1),
    ]);
    const cut = async (q: string) =>
      (await listSystems(await person("viewer"), { q, is: "outside_regions" })).rows.map(({ id }) => id);
    expect(await cut(name)).toEqual([systemId]);
    await evaluateHealth(theWorker(), { systemIds: [systemId, (await lay([])).systemId] });
    expect(await cut(name)).toEqual([systemId]);
    expect(await cut((await lay([])).name)).toEqual([]);
  });

  it("is said by people, seen at once, and stands in the log", async () => {
    const ana = await person("operator");
    const { systemId } = await lay([]);
    const base = await told(systemId);
    if (!base) throw new Error("The system was expected.");
    const values = { ...base, tierId: base.tier?.id, detectionAllowanceMinutes: 0, systemId };
    const edited = await editSystem(ana, {
      ...values,
      base: JSON.stringify(values),
      allowedRegions: "EU-West-1; eu-central-1 eu-west-1",
    });
    expect(edited).toMatchObject({ ok: true });
    expect(await told(systemId)).toMatchObject({ allowedRegions: "eu-central-1 eu-west-1", state: "at_risk" });
    const events = await db.auditEvent.findMany({ orderBy: { id: "desc" }, take: 20 });
    expect(events.map(({ body }) => JSON.parse(body)).find(({ target }) => target.id === systemId)).toMatchObject({
      action: "system.edit",
      detail: { changed: [{ field: "allowedRegions", from: "anywhere", to: "eu-central-1 eu-west-1" }] },
    });
  });

  it("refuses what is no region by name", async () => {
    const outcome = await createSystem(await person("operator"), {
      name: "Odd",
      tierId: "tier-3",
      allowedRegions: "eu-central-1 moon!",
    });
    expect(outcome).toMatchObject({
      ok: false,
      fields: { allowedRegions: expect.stringContaining('"moon!" is not the name') },
    });
  });
});

describe("the places of a system", () => {
  it("say which of them its rule leaves out, and how many copies are still there", async () => {
    const { systemId } = await lay(["eu-central-1"], { status: "expired" });
    expect(await listPlaces(await person("viewer"), { systemId })).toMatchObject({
      allowed: ["eu-central-1"],
      places: [
        { region: "eu-central-1", points: 1, kept: 1, allowed: true },
        { ...far, points: 0, kept: 1, allowed: false },
      ],
    });
  });

  const key = (account: string) => `arn:aws:kms:us-east-1:${account}:key/k1`;

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["by whom nobody says", { encrypted: null }, { encrypted: null, key: null }],
    ["not at all", { encrypted: false, key_ref: key(far.account) }, { encrypted: false, key: null }],
    ["with a key that is not told", { encrypted: true }, { encrypted: true, key: null, keyWithProduction: false }],
    [
      "with a key of its own account",
      { encrypted: true, key_ref: key(far.account) },
      { encrypted: true, key: { name: "k1", account: far.account, region: "us-east-1" }, keyWithProduction: false },
    ],
    [
      "with a key of the account that production runs in",
      { encrypted: true, key_ref: key("111111111111") },
      { encrypted: true, key: { account: "111111111111" }, keyWithProduction: true },
    ],
  ])("say when their copies are encrypted %s", async (_, copy, expected) => {
    const { systemId } = await lay([], copy);
    const { places } = await listPlaces(await person("viewer"), { systemId });
    expect(places.find(({ region }) => region === far.region)?.encryption).toMatchObject([{ copies: 1, ...expected }]);
  });
});
