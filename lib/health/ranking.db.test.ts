import { afterAll, beforeAll, expect, it } from "vitest";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person, theWorker } from "@/lib/platform/testing/people";
import { listSystems } from "@/lib/systems/matrix";
import { getHome } from "./data";
import { evaluateHealth } from "./jobs";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.client.query("set session_replication_role = replica");
  await estate.client.query("truncate systems, connections, tiers, tier_objectives cascade");
  await estate.client.query("set session_replication_role = origin");
  await estate.tiers();
});
afterAll(() => estate.close());

const minutesOfHours = (hours: number) => hours * 60;

/** A system by that name with one point, or none. */
async function lay(name: string, tier: string, ageHours: number | null, over: Record<string, unknown> = {}) {
  const { systemId, ...ids } = await estate.protectedSystem(tier, { name, environment: "production", ...over });
  if (ageHours !== null) await estate.point({ ...ids }, minutesOfHours(ageHours));
  return systemId;
}
const needs = (fromId: string, toId: string, over: Record<string, unknown> = {}) =>
  estate.insert("system_dependencies", {
    from_id: fromId,
    to_id: toId,
    kind: "hard",
    valid_from: estate.ago(60),
    ...over,
  });

it("puts first what a loss would cost most, on the home page as in the matrix, before and after it is written down", async () => {
  const shop = await lay("Shop", "tier-2", 0.7);
  const orders = await lay("Orders", "tier-2", 0.7);
  const ledger = await lay("Ledger", "tier-2", 0.7);
  const retired = await lay("Gone", "tier-3", 0.1, { lifecycle: "retired" });
  const identity = await lay("Identity", "tier-2", 4);
  // Three wait for it, one of them through another and another in a circle with it; soft, past and retired needs do not.
  await needs(shop, identity);
  await needs(orders, shop);
  await needs(ledger, identity);
  await needs(identity, ledger);
  await needs(retired, identity);
  await needs(await lay("Soft", "tier-2", 0.7), identity, { kind: "soft" });
  await needs(await lay("Past", "tier-2", 0.7), identity, { valid_to: estate.ago(1) });
  await lay("Twin B", "tier-3", 6);
  await lay("Twin A", "tier-3", 6);
  await lay("Payments", "tier-1", 4);
  await lay("Sandbox", "tier-1", 4, { environment: "development" });
  await lay("Empty", "tier-3", null, { criticality: "low" });

  const viewer = await person("viewer");
  const order = ["Identity", "Payments", "Empty", "Sandbox", "Twin A", "Twin B"];
  const names = async () => (await listSystems(viewer, { sort: "worst" })).rows.map(({ name }) => name);
  await estate.client.query("update system_health set next_change_at = now() - interval '1 second'");
  const before = await names();
  await evaluateHealth(theWorker(), {});
  const { attention } = await getHome(viewer, {});
  const found = attention.rows.map(({ name }) => name);
  expect({ home: found.slice(0, order.length), before: before.slice(0, order.length) }).toEqual({
    home: order,
    before: order,
  });
  expect(await names()).toEqual(before);
  expect(attention.rows.find(({ name }) => name === "Identity")?.rank).toBe(
    "3 systems wait for it; 3 h beyond 1 h; production",
  );
  expect(attention.rows.find(({ name }) => name === "Empty")?.rank).toBe(
    "nothing to restore from; low to the business; production",
  );
});
