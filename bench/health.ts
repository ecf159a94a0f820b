import fs from "node:fs";
import { Client } from "pg";
import { becomeWorker, benchHome } from "@/bench/env";
import { type FleetSize, flag, freshen, layFleet, sizeOf } from "@/bench/fleet";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";

/** `--resources=1000,10000` measures other sizes than these. */
const sizes = flag("resources", "1000,10000,100000").split(",").map(Number);
const rounds = Number(flag("rounds", "3"));
const newPoints = 1_000;

fs.mkdirSync(benchHome, { mode: 0o755 });
const server = await startEmbedded({ dataDir: `${benchHome}/postgres`, durable: true });
const passwords = { app: "app-in-bench", worker: "worker-in-bench", sealer: "sealer-in-bench" };
const urls = await migrate({ ownerUrl: server.url, passwords, dispatch: "web" });
becomeWorker(urls, { accessKeyId: "none", secretAccessKey: "none" });
const { db, closeDatabase } = await import("@/lib/platform/db");
const { ensureDefaultTiers } = await import("@/lib/tiers/ensure");
const { evaluateHealth, sweepHealth } = await import("@/lib/health/jobs");
const { jobPermissions } = await import("@/lib/access/permissions");

const actor = { kind: "job", id: "bench", permissions: jobPermissions, requestId: "bench" } as const;
const owner = new Client({ connectionString: server.url });

const median = (values: readonly number[]) =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

async function clock(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The middle of several rounds, each prepared outside the clock. */
async function measure(work: () => Promise<unknown>, prepare: () => Promise<unknown> = async () => undefined) {
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await prepare();
    took.push(await clock(work));
  }
  return median(took);
}

/** One sequential read of all recovery points, looking at each column that the rules look at. */
const readAll = `select count(*), max(data_as_of), max(completed_at), max(expires_at), count(vanished_at), count(copy_of_ref),
  count(*) filter (where status = 'available' and storage_class <> 'deleted' and malware <> 'infected' and not contradictory
    and kind <> 'continuous') from recovery_points`;
/** The same for every column there is. */
const readEveryColumn = "select sum(hash_record_extended(p, 0)::numeric) from recovery_points p";

async function scan(sql: string, workers: number): Promise<number> {
  await owner.query(
    `set enable_indexscan = off; set enable_indexonlyscan = off; set enable_bitmapscan = off; set max_parallel_workers_per_gather = ${workers}`,
  );
  const tookMs = await clock(() => owner.query(sql));
  await owner.query("reset all");
  return tookMs;
}

/** What a reading of the cloud brings: one newer point for each of many resources, spread over the fleet. */
async function bringPoints(): Promise<string[]> {
  const { rows } = await owner.query<{ resource_id: string }>(
    `insert into recovery_points (connection_id, region, provider_ref, resource_id, vault_id, account, kind, status, raw_status,
       data_as_of, started_at, completed_at, expires_at, size_bytes, observed_at)
     select r.connection_id, r.region, r.provider_ref || '-' || gen_random_uuid(), r.id, v.id, r.account, 'snapshot', 'available',
       'COMPLETED', now() - interval '1 minute', now() - interval '1 minute', now(), now() + interval '30 days', 1, now()
     from (select * from resources order by random() limit $1) r
     join vaults v on v.connection_id = r.connection_id and v.region = r.region and v.name = 'main'
     returning resource_id`,
    [newPoints],
  );
  return rows.map(({ resource_id }) => resource_id);
}

const forget = () =>
  owner
    .query("truncate resource_health, system_health, findings, breach_episodes, fleet_counts")
    .then(() => freshen(owner));

const shown = (ms: number) => `${ms.toFixed(0)} ms`.padStart(10);
const say = (what: string, ms: number, more = "") => process.stdout.write(`${what.padEnd(62)}${shown(ms)}   ${more}\n`);

type Measured = { size: FleetSize; floorMs: number; firstMs: number; againMs: number; changedMs: number };

async function measureSize(size: FleetSize): Promise<Measured> {
  process.stdout.write(`\n${size.resources} resources in ${size.systems} systems with ${size.points} points\n`);
  await owner.query("set session_replication_role = replica");
  await owner.query("truncate systems, connections, findings, breach_episodes, fleet_counts cascade");
  await owner.query("set session_replication_role = origin");
  const laidMs = await clock(() => layFleet(server.url, size));
  say("(laying the fleet)", laidMs);
  await scan(readAll, 0);
  // Floor and work take turns, so that their ratio holds on a machine that others use, too.
  const floors: number[] = [];
  const takeFloor = async () => floors.push(await scan(readAll, 0));
  const firstMs = await measure(
    () => evaluateHealth(actor, {}),
    () => forget().then(takeFloor),
  );
  await owner.query("vacuum analyze");
  const againMs = await measure(
    () => evaluateHealth(actor, {}),
    () => freshen(owner).then(takeFloor),
  );
  const floorMs = median(floors);
  const parallelMs = await scan(readAll, 2);
  const everyMs = await scan(readEveryColumn, 0);
  let touched: string[] = [];
  const changedMs = await measure(
    () => evaluateHealth(actor, { resourceIds: touched }),
    async () => {
      touched = await bringPoints();
    },
  );
  const sweepMs = await clock(() => sweepHealth(actor));
  const times = (ms: number) => `${(ms / floorMs).toFixed(2)} × the floor`;
  const states = await db.systemHealth.groupBy({ by: ["state"], _count: true });
  say("floor: one sequential read of what the rules look at", floorMs, "1 process");
  say("the same with parallel workers", parallelMs, times(parallelMs));
  say("one sequential read of every column", everyMs, times(everyMs));
  say("the whole fleet, nothing judged before", firstMs, times(firstMs));
  say("the whole fleet again, little changed", againMs, times(againMs));
  say(
    `after ${newPoints} new points on ${newPoints} resources`,
    changedMs,
    `${((100 * changedMs) / firstMs).toFixed(1)} % of the whole`,
  );
  say("a sweep of what was due", sweepMs);
  process.stdout.write(`  ${states.map(({ state, _count }) => `${_count} ${state}`).join(", ")}\n`);
  return { size, floorMs, firstMs, againMs, changedMs };
}

try {
  await owner.connect();
  await db.$transaction((tx) => ensureDefaultTiers(tx, new Date(Date.now() - 90 * 86_400_000)));
  const all: Measured[] = [];
  for (const resources of sizes) all.push(await measureSize(sizeOf(resources)));
  process.stdout.write("\nTime for each resource, which a growth no worse than linear does not raise\n");
  for (const { size, firstMs, againMs } of all)
    process.stdout.write(
      `  ${String(size.resources).padStart(7)} resources: ${((1_000 * firstMs) / size.resources).toFixed(0)} µs at first, ${((1_000 * againMs) / size.resources).toFixed(0)} µs again\n`,
    );
} finally {
  await owner.end();
  await closeDatabase();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
