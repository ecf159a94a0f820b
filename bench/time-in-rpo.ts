import fs from "node:fs";
import { Client } from "pg";
import { becomeWorker, benchHome } from "@/bench/env";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";

const rounds = 30;
const warmUps = 5;
const year = 365;

fs.mkdirSync(benchHome, { mode: 0o755 });
const server = await startEmbedded({ dataDir: `${benchHome}/postgres`, durable: true });
const passwords = { app: "app-in-bench", worker: "worker-in-bench", sealer: "sealer-in-bench" };
const urls = await migrate({ ownerUrl: server.url, passwords, dispatch: "web" });
becomeWorker(urls, { accessKeyId: "none", secretAccessKey: "none" });
const { db, reader, closeDatabase } = await import("@/lib/platform/db");
const { ensureDefaultTiers } = await import("@/lib/tiers/ensure");
const { judgeSpan } = await import("@/lib/service-levels/judge");
const { restorables } = await import("@/lib/health/usable");
const { timeInRpo } = await import("@/lib/health/time-in-rpo");
const { readHoldings } = await import("@/lib/service-levels/holdings");

const median = (values: readonly number[]) =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The floor and the work take turns, so that a busy machine slows both alike. */
async function inTurns(works: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const took = works.map((): number[] => []);
  for (let round = 0; round < warmUps + rounds; round += 1)
    for (const [index, work] of works.entries()) {
      const began = performance.now();
      await work();
      if (round >= warmUps) took[index]?.push(performance.now() - began);
    }
  return took.map(median);
}

/** One system of one resource with a point every quarter of an hour for a year, each kept for 30 days. */
async function layYear(owner: Client, points: number): Promise<{ systemId: string; resourceId: string }> {
  await db.$transaction((tx) => ensureDefaultTiers(tx, new Date(Date.now() - 500 * 86_400_000)));
  const { rows } = await owner.query<{ system_id: string; resource_id: string }>(
    `with c as (insert into connections (kind, name, account, settings) values ('aws', 'year ' || $1, '1', '{}') returning id),
       r as (insert into resources (connection_id, region, provider_ref, kind, name, account, observed_at)
         select id, 'eu-central-1', 'arn:year', 'RDS', 'year', '1', now() from c returning id, connection_id),
       v as (insert into vaults (connection_id, region, provider_ref, name, kind, observed_at)
         select id, 'eu-central-1', 'vault', 'main', 'standard', now() from c returning id),
       s as (insert into systems (slug, name, in_service_from) values ('year-' || $1, 'Year ' || $1, now() - interval '400 days') returning id),
       t as (insert into system_tiers (system_id, tier_id, valid_from) select id, 'tier-2', now() - interval '400 days' from s),
       m as (insert into system_resources (system_id, resource_id, valid_from)
         select s.id, r.id, now() - interval '400 days' from s, r),
       p as (insert into recovery_points (connection_id, region, provider_ref, resource_id, vault_id, account, kind, status, raw_status,
           data_as_of, started_at, completed_at, expires_at, vanished_at, size_bytes, observed_at)
         select r.connection_id, 'eu-central-1', 'rp-' || n, r.id, v.id, '1', 'snapshot', 'available', 'COMPLETED',
           at, at, at + interval '4 minutes', at + interval '30 days', case when at < now() - interval '30 days' then at + interval '30 days' end, 1, now()
         from r, v, generate_series(1, $2::int) n, lateral (select now() - n * (interval '365 days' / $2::int) as at) x)
     select s.id as system_id, r.id as resource_id from s, r`,
    [points, points],
  );
  await owner.query("vacuum analyze");
  const [row] = rows;
  if (!row) throw new Error("The year was not laid.");
  return { systemId: row.system_id, resourceId: row.resource_id };
}

const owner = new Client({ connectionString: server.url });
await owner.connect();
const shown = (ms: number) => `${ms.toFixed(1)} ms`.padStart(11);
try {
  for (const points of [350, 3_500, 35_000]) {
    const { systemId, resourceId } = await layYear(owner, points);
    const system = {
      id: systemId,
      lifecycle: "active",
      lifecycle_at: new Date(0),
      in_service_from: new Date(Date.now() - 400 * 86_400_000),
      retired_at: null,
    };
    const span = { from: Date.now() - year * 86_400_000, to: Date.now() };
    const scope = { excludeRegions: new Set<string>(), requireVerified: false };
    const held = (await readHoldings(reader, [resourceId], span)).get(resourceId);
    if (!held) throw new Error("Nothing was read.");
    const always = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    const [floor = 0, bare = 0, whole = 0, arithmetic = 0] = await inTurns([
      () => reader.$queryRaw`select id, data_as_of, started_at, completed_at, expires_at, vanished_at, status::text, region
        from recovery_points where resource_id = ${resourceId}::uuid`,
      () =>
        owner.query(
          "select id, data_as_of, started_at, completed_at, expires_at, vanished_at, status::text, region from recovery_points where resource_id = $1",
          [resourceId],
        ),
      () => judgeSpan(reader, "all", system, span, scope),
      async () =>
        timeInRpo(
          { restorables: restorables(held.points, scope), streams: [] },
          [span],
          [{ span: always, rpoMs: 3_600_000 }],
        ),
    ]);
    const judged = await judgeSpan(reader, "all", system, span, scope);
    const times = (ms: number) => `${(ms / floor).toFixed(2)} × the floor`;
    process.stdout.write(
      `\n${points} points of one system in a year: ${judged.whole.compliancePctFloor4} % within, ${judged.whole.breaches.length} breaches\n`,
    );
    process.stdout.write(`floor: reading those rows and nothing else       ${shown(floor)}\n`);
    process.stdout.write(`the same by the bare driver                      ${shown(bare)}   ${times(bare)}\n`);
    process.stdout.write(`time in compliance, read and judged              ${shown(whole)}   ${times(whole)}\n`);
    process.stdout.write(
      `its arithmetic alone                             ${shown(arithmetic)}   ${times(arithmetic)}\n`,
    );
  }
} finally {
  await owner.end();
  await closeDatabase();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
process.exit(0);
