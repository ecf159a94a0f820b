import fs from "node:fs";
import { Client } from "pg";
import { becomeWorker, benchHome } from "@/bench/env";
import { flag, layFleet, sizeOf } from "@/bench/fleet";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";

/** `--resources=1000` measures another size than this. */
const size = sizeOf(Number(flag("resources", "10000")));
const rounds = Number(flag("rounds", "3"));

fs.mkdirSync(benchHome, { mode: 0o755 });
const server = await startEmbedded({ dataDir: `${benchHome}/postgres`, durable: true });
const passwords = { app: "app-in-bench", worker: "worker-in-bench", sealer: "sealer-in-bench" };
const urls = await migrate({ ownerUrl: server.url, passwords, dispatch: "web" });
becomeWorker(urls, { accessKeyId: "none", secretAccessKey: "none" });
const { closeDatabase, db, reader } = await import("@/lib/platform/db");
const { jobPermissions } = await import("@/lib/access/permissions");
const { quarterOf } = await import("@/lib/health/verdict");
const { Prisma } = await import("@/lib/platform/prisma/client");
const { readTierBurn } = await import("@/lib/service-levels/burn");
const { advanceBurn } = await import("@/lib/service-levels/jobs");
const { ensureDefaultTiers } = await import("@/lib/tiers/ensure");

const actor = { kind: "job", id: "bench", permissions: jobPermissions, requestId: "bench" } as const;
const owner = new Client({ connectionString: server.url });

const median = (values: readonly number[]) =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The middle of several rounds, each prepared outside the clock. */
async function measure(work: () => Promise<unknown>, prepare: () => Promise<unknown> = async () => undefined) {
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await prepare();
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  return median(took);
}

/** What any sum must read: the quarter's points of each resource, by their index. */
const readAll = `select max(p.completed_at), max(p.ended_at) from resources r cross join lateral (
  select max(p.completed_at) as completed_at, max(p.expires_at) as ended_at from recovery_points p
  where p.resource_id = r.id and p.data_as_of > date_trunc('quarter', now()) and p.malware <> 'infected' and not p.contradictory) p`;

try {
  await owner.connect();
  await db.$transaction((tx) => ensureDefaultTiers(tx, new Date(Date.now() - 90 * 86_400_000)));
  await layFleet(server.url, size);
  await owner.query("vacuum analyze");
  process.stdout.write(`${size.resources} resources in ${size.systems} systems with ${size.points} points\n`);
  const floorMs = await measure(() => owner.query(readAll));
  const say = (what: string, ms: number) =>
    process.stdout.write(
      `${what.padEnd(56)}${ms.toFixed(0).padStart(8)} ms  ${((1_000 * ms) / size.systems).toFixed(0).padStart(6)} µs a system  ${(ms / floorMs).toFixed(2)} × the floor\n`,
    );
  const sum = () => advanceBurn(actor);
  say("floor: the quarter's points of each resource, read once", floorMs);
  say("the whole quarter of every system", await measure(sum, () => owner.query("truncate rpo_burn")));
  say(
    "an hour on, for every system",
    await measure(sum, () => owner.query("update rpo_burn set through_at = through_at - interval '61 minutes'")),
  );
  const now = new Date();
  say(
    "what home adds up",
    await measure(() => readTierBurn(reader, "all", Prisma.sql`system_health h`, quarterOf(now), now)),
  );
} finally {
  await owner.end();
  await closeDatabase();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
