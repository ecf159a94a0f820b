import { afterAll, beforeAll, expect, it } from "vitest";
import { evaluateHealth } from "@/lib/health/jobs";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person, theWorker } from "@/lib/platform/testing/people";
import { countEstate } from "./data";

let estate: Estate;

beforeAll(async () => {
  estate = await openEstate();
  await estate.client.query("set session_replication_role = replica");
  await estate.client.query("truncate systems, connections, tiers, tier_objectives cascade");
  await estate.client.query("set session_replication_role = origin");
  await estate.tiers();
});
afterAll(() => estate.close());

it("counts the estate for who sees everything as for who sees each of its resources", async () => {
  const tags = { team: "all" };
  const { connectionId, vaultId, systemId } = await estate.protectedSystem();
  const make = (over: Record<string, unknown> = {}) => estate.resource(connectionId, { tags, ...over });
  await estate.client.query("update resources set tags = $1", [JSON.stringify(tags)]);
  const gone = { vanished_at: new Date() };
  await estate.member(systemId, await make());
  await estate.member(systemId, await make(gone));
  await make(gone);
  await make();
  await estate.point({ connectionId, vaultId, resourceId: await make() }, 5);
  await evaluateHealth(theWorker(), {});
  const seen = await countEstate(await person("operator", { kind: "tag", key: "team", value: "all" }), {});
  expect(await countEstate(await person("operator"), {})).toEqual(seen);
  expect(seen).toEqual({ systems: 1, resources: 4, unassigned: 2, unassignedUnprotected: 1 });
});
