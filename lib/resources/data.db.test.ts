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

it("counts along with every change, and as before once the changes were added up", async () => {
  const actor = await person("operator");
  const { client } = estate;
  const counted = async () => {
    const { rows } =
      await client.query(`select (select count(*)::int from systems where lifecycle <> 'retired') as systems,
      (select count(*)::int from resources where vanished_at is null) as resources,
      (select count(*)::int from resources r where r.vanished_at is null and not exists (
        select 1 from system_resources m where m.resource_id = r.id and m.valid_to is null)) as unassigned`);
    return rows[0];
  };
  const { systemId, connectionId } = await estate.protectedSystem();
  const resourceId = await estate.resource(connectionId);
  const changes = [
    "insert into systems (slug, name, in_service_from) select 'many-' || n, 'Many ' || n, now() from generate_series(1, 7) n",
    "update systems set lifecycle = 'retired', retired_at = now() where slug in ('many-1', 'many-2')",
    "update systems set lifecycle = 'active', retired_at = null where slug = 'many-2'",
    `insert into system_resources (system_id, resource_id, valid_from) values ('${systemId}', '${resourceId}', now())`,
    `update system_resources set valid_to = now() where resource_id = '${resourceId}'`,
    `update resources set vanished_at = now() where id = '${resourceId}'`,
    `update resources set vanished_at = null where id = '${resourceId}'`,
    `delete from systems where id = '${systemId}'`,
    `delete from connections where id = '${connectionId}'`,
  ];
  for (const change of changes) {
    await client.query(change);
    expect(await countEstate(actor, {}), change).toMatchObject(await counted());
  }
  for (let n = 0; n < 130; n += 1)
    await client.query("insert into estate_counts (key, value) values ('resources.live', $1)", [n % 2 ? 1 : -1]);
  await evaluateHealth(theWorker(), {});
  const { rows } = await client.query("select count(*)::int as count from estate_counts");
  expect(rows[0].count).toBe(3);
  expect(await countEstate(actor, {})).toMatchObject(await counted());
});
