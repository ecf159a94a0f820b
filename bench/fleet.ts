import { Client } from "pg";

export type FleetSize = { resources: number; systems: number; points: number };

const resourcesPerSystem = 5;
const pointsPerResource = 50;

/** What a fleet of so many resources is made of. */
export const sizeOf = (resources: number): FleetSize => ({
  resources,
  systems: Math.ceil(resources / resourcesPerSystem),
  points: resources * pointsPerResource,
});

/** Statements in the order of their making; `$1` is the number of systems. Rows come as they would arrive: by time. */
const layers: readonly { what: string; sql: string }[] = [
  {
    what: "systems",
    sql: `insert into systems (slug, name, in_service_from)
     select 'bench-' || n, 'Bench ' || n, now() - interval '60 days' from generate_series(1, $1::int) n`,
  },
  {
    what: "tiers",
    sql: `insert into system_tiers (system_id, tier_id, valid_from)
     select id, 'tier-' || (case when x < 10 then 1 when x < 40 then 2 else 3 end), now() - interval '60 days'
     from (select id, abs(hashtext(id::text)) % 100 as x from systems) s`,
  },
  {
    what: "connections",
    sql: `insert into connections (kind, name, account, settings, last_success_at)
     select 'aws', 'Bench ' || n, lpad(n::text, 12, '1'), '{}', now() from generate_series(1, greatest(2, $1::int / 1000)) n`,
  },
  {
    what: "regions",
    sql: `insert into connection_regions (connection_id, region, state, watermark, last_success_at)
     select c.id, g, 'ok', now(), now() from connections c, unnest(array['eu-central-1', 'eu-west-1']) g`,
  },
  {
    what: "vaults",
    sql: `insert into vaults (connection_id, region, provider_ref, name, kind, observed_at)
     select c.id, g, v, v, 'standard', now() from connections c, unnest(array['eu-central-1', 'eu-west-1']) g, unnest(array['main', 'second']) v`,
  },
  {
    what: "resources",
    sql: `insert into resources (connection_id, region, provider_ref, kind, name, account, tags, observed_at)
     select c.id, case when x.s % 3 = 0 then 'eu-west-1' else 'eu-central-1' end, 'bench-' || x.s || '-' || x.n, 'RDS',
       'bench-' || x.s || '-db-' || x.n, c.account, jsonb_build_object('app', 'bench-' || x.s), now()
     from (select s, n, s % (select count(*) from connections) + 1 as nth
       from generate_series(1, $1::int) s, generate_series(1, ${resourcesPerSystem}) n) x
     join (select *, row_number() over (order by name) as nth from connections) c on c.nth = x.nth`,
  },
  {
    what: "members",
    sql: `insert into system_resources (system_id, resource_id, valid_from)
     select s.id, r.id, now() - interval '60 days' from systems s join resources r on r.tags ->> 'app' = s.slug`,
  },
  // A fleet takes its points in waves; the youngest wave is some share of the tier's RPO old, and one in fifty is late.
  {
    what: "points",
    sql: `insert into recovery_points (connection_id, region, provider_ref, resource_id, vault_id, account, kind, status, raw_status,
       data_as_of, started_at, completed_at, expires_at, size_bytes, copy_of_ref, observed_at)
     select r.connection_id, r.region, r.provider_ref || '-p' || n, r.id, v.id, r.account, 'snapshot', 'available', 'COMPLETED',
       x.at, x.at, x.at + interval '1 minute', now() + interval '30 days', 1000000000,
       case when n % 5 = 4 then r.provider_ref || '-p' || (n - 1) end, now()
     from generate_series(${pointsPerResource - 1}, 0, -1) n
     cross join (
       select q.*, o.rpo_seconds, abs(hashtext(q.id::text)) % 1000 as h from resources q
       join system_resources m on m.resource_id = q.id join system_tiers st on st.system_id = m.system_id
       join tier_objectives o on o.tier_id = st.tier_id) r
     join vaults v on v.connection_id = r.connection_id and v.region = r.region and v.name = case when n % 5 = 4 then 'second' else 'main' end,
     lateral (select now() - make_interval(secs => least(r.rpo_seconds, 43200)
       * (n * 0.9 + case when r.h % 50 = 0 then 1.5 else r.h * 0.0005 end))) x (at)`,
  },
  {
    what: "windows",
    sql: `insert into restore_windows (resource_id, from_at, latest_at, observed_at)
     select m.resource_id, now() - interval '7 days', now() - interval '2 minutes', now()
     from system_resources m join system_tiers st on st.system_id = m.system_id and st.tier_id = 'tier-1'`,
  },
  {
    what: "verifications",
    sql: `insert into verifications (point_id, level, result, at)
     select p.id, 'validated'::proof_level, 'passed'::proof_result, now() - interval '10 days' from recovery_points p
     where p.provider_ref like '%-p40' and abs(hashtext(p.resource_id::text)) % 30 > 0
     union all
     select p.id, 'validated', 'failed', now() - interval '5 minutes' from recovery_points p
     where p.provider_ref like '%-p0' and abs(hashtext(p.resource_id::text)) % 500 = 0`,
  },
  {
    what: "policies",
    sql: `insert into policies (connection_id, region, provider_ref, name, observed_at)
     select c.id, 'eu-central-1', 'plan', 'half-hourly', now() from connections c`,
  },
  {
    what: "rules",
    sql: `insert into policy_rules (policy_id, provider_ref, name, schedule, start_window_minutes, completion_window_minutes, vault_name, valid_from)
     select id, 'rule', 'half-hourly', 'cron(0/30 * * * ? *)', 60, 120, 'main', now() - interval '60 days' from policies`,
  },
  {
    what: "assignments",
    sql: `insert into policy_assignments (policy_id, resource_id, valid_from)
     select p.id, r.id, now() - interval '60 days' from policies p join resources r on r.connection_id = p.connection_id`,
  },
  {
    what: "runs",
    sql: `insert into expected_runs (rule_id, resource_id, due_at, start_by, complete_by, state)
     select q.id, r.id, x.at, x.at + interval '1 hour', x.at + interval '2 hours',
       (case when n < 0 then 'pending' when abs(hashtext(r.id::text)) % 40 = 0 and n < 3 then 'missed' else 'matched' end)::run_state
     from generate_series(29, -4, -1) n cross join resources r
     join policies p on p.connection_id = r.connection_id join policy_rules q on q.policy_id = p.id,
     lateral (select date_trunc('hour', now()) - make_interval(hours => 12 * n)) x (at)`,
  },
  {
    what: "jobs",
    sql: `insert into jobs (connection_id, region, provider_ref, kind, state, raw_status, resource_id, message, created_at, observed_at)
     select r.connection_id, r.region, r.provider_ref || '-j' || n, 'backup',
       (case when abs(hashtext(r.id::text)) % 100 = 7 and n < 2 then 'failed' else 'succeeded' end)::job_state, 'x', r.id,
       case when abs(hashtext(r.id::text)) % 100 = 7 and n < 2 then 'The key is disabled.' end, now() - make_interval(hours => 12 * n), now()
     from generate_series(9, 0, -1) n cross join resources r`,
  },
];

const heavy = ["recovery_points", "expected_runs", "jobs", "verifications"];

/** The indexes that are no constraint: filling an indexed table row by row would take most of the time. */
async function putIndexesAside(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; made_by: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made_by from pg_index i
     join pg_class c on c.oid = i.indexrelid and not c.relispartition
     where i.indrelid = any($1::regclass[]) and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)`,
    [heavy],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  return rows.map(({ made_by }) => made_by.replace(" ON ONLY ", " ON "));
}

/** Lays a fleet into an empty database that has its tiers: as its owner, past triggers, with every index at the end. */
export async function layFleet(ownerUrl: string, size: FleetSize): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica");
    await client.query("set maintenance_work_mem = '512MB'");
    const indexes = await putIndexesAside(client);
    for (const { what, sql } of layers) {
      await client.query(sql, sql.includes("$1") ? [size.systems] : []);
      if (["members", "points"].includes(what)) await client.query("analyze");
    }
    for (const sql of indexes) await client.query(sql);
    await client.query("vacuum analyze");
    await client.query("checkpoint");
  } finally {
    await client.end();
  }
}

/** What a running installation does every few minutes: every connection was read, every stream went on. */
export async function freshen(owner: Client): Promise<void> {
  await owner.query("update connections set last_success_at = now()");
  await owner.query("update connection_regions set last_success_at = now(), watermark = now()");
  await owner.query("update restore_windows set latest_at = now() - interval '2 minutes', observed_at = now()");
}

/** The number behind `--name=`, or what stands for it. */
export function flag(name: string, otherwise: string): string {
  const found = process.argv.find((word) => word.startsWith(`--${name}=`));
  return found ? found.slice(name.length + 3) : otherwise;
}
