import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Client } from "pg";
import { becomeWorker, benchHome } from "@/bench/env";
import type { Tx } from "@/lib/platform/db";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";

const connections = 8;
const rounds = 3;
const roundMs = 4_000;

fs.mkdirSync(benchHome, { mode: 0o755 });
const server = await startEmbedded({ dataDir: `${benchHome}/postgres`, durable: true });
const passwords = { app: "app-in-bench", worker: "worker-in-bench", sealer: "sealer-in-bench" };
becomeWorker(await migrate({ ownerUrl: server.url, passwords, dispatch: "web" }), {
  accessKeyId: "-",
  secretAccessKey: "-",
});

const { db, reader, closeDatabase } = await import("@/lib/platform/db");
const { jobPermissions } = await import("@/lib/access/permissions");
const { record } = await import("@/lib/audit/record");
const { closeSealer, sealPending } = await import("@/lib/audit/seal");
const { sealedLog, sealedSize } = await import("@/lib/audit/sealed-log");
const { bundleOf } = await import("@/lib/audit/bundle");
const { verifyBundle, verifyLog } = await import("@/lib/audit/verify.mjs");

const actor = { kind: "job", id: "bench", permissions: jobPermissions, requestId: randomUUID() } as const;
const detail = { changed: [{ field: "ownerTeamId", from: randomUUID(), to: randomUUID() }], revision: 7 };

const owner = new Client({ connectionString: server.url });
await owner.connect();
for (const name of ["bench_plain", "bench_chain"]) {
  await owner.query(`create table ${name} (like audit_events including all)`);
  await owner.query(`grant select, insert on ${name} to public`);
}
await owner.query("alter table bench_chain add column previous bytea, add column nth bigserial");
await owner.query("create index on bench_chain (nth desc); grant usage on sequence bench_chain_nth_seq to public");

/** A body as record() makes them, for the floors. */
const bodyOf = (id: string) =>
  JSON.stringify({
    action: "system.edit",
    actor: { id: actor.id, type: "system" },
    detail,
    id,
    install: randomUUID(),
    outcome: "success",
    request: { id: actor.requestId },
    target: { id: randomUUID(), type: "system" },
    ts: new Date().toISOString(),
    v: 1,
  });
const hashOf = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

async function plain(tx: Tx): Promise<void> {
  const id = randomUUID();
  const body = bodyOf(id);
  await tx.$executeRaw`insert into bench_plain (id, body, leaf) values (${id}::uuid, ${body}, ${hashOf(body)})`;
}

async function chained(tx: Tx): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(7240199)`;
  const [last] = await tx.$queryRaw<{ leaf: Uint8Array }[]>`select leaf from bench_chain order by nth desc limit 1`;
  const id = randomUUID();
  const body = bodyOf(id);
  const previous = new Uint8Array(last?.leaf ?? new Uint8Array(32));
  await tx.$executeRaw`
    insert into bench_chain (id, body, leaf, previous) values (${id}::uuid, ${body}, ${hashOf(previous, body)}, ${previous})`;
}

const ours = (tx: Tx) =>
  record(tx, {
    actor,
    action: "system.edit",
    outcome: "success",
    subject: ["system", randomUUID()],
    detail,
    at: new Date(),
  });

/** Transactions a second over all connections, each with two milliseconds of other work before its append. */
async function rate(append: (tx: Tx) => Promise<void>): Promise<number> {
  let done = 0;
  const began = performance.now();
  const work = async () => {
    while (performance.now() - began < roundMs) {
      await db.$transaction(async (tx) => {
        await tx.$queryRaw`select 1 from pg_sleep(0.002)`;
        await append(tx);
      });
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return (done / (performance.now() - began)) * 1_000;
}

const median = (values: readonly number[]) =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
const say = (label: string, perSecond: number, more = "") =>
  process.stdout.write(`${label.padEnd(58)} ${perSecond.toFixed(0).padStart(7)} /s ${more}\n`);

async function timed(work: () => Promise<number>): Promise<number> {
  const began = performance.now();
  const events = await work();
  return (events / (performance.now() - began)) * 1_000;
}

async function sealAll(): Promise<number> {
  for (let size = 0; ; ) {
    const sealed = await sealPending();
    if (sealed === null) return size;
    size = sealed.size;
  }
}

const bundle = path.join(benchHome, "log.holdfastaudit");
async function writeBundle(): Promise<number> {
  const size = await sealedSize(reader);
  for await (const piece of bundleOf(reader, size, new Date())) fs.appendFileSync(bundle, piece);
  return size;
}

/** Everything must hold, or the time it took says nothing. */
function sizeOf({ verdict, size }: { verdict: string; size: number }): number {
  if (verdict !== "ok") throw new Error("The log of this measurement does not verify.");
  return size;
}

const appended = 12_000;
try {
  const rates = { plain: [] as number[], chained: [] as number[], ours: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    rates.plain.push(await rate(plain));
    rates.chained.push(await rate(chained));
    rates.ours.push(await rate(ours));
  }
  const floor = median(rates.plain);
  say("a plain insert of the same row (the floor)", floor);
  say(
    "append and queue, as record() does",
    median(rates.ours),
    `${(median(rates.ours) / floor).toFixed(2)} of the floor`,
  );
  say(
    "a hash chain under one lock",
    median(rates.chained),
    `${(median(rates.chained) / floor).toFixed(2)} of the floor`,
  );
  say(
    "append and queue against the chain",
    median(rates.ours),
    `${(median(rates.ours) / median(rates.chained)).toFixed(2)} times`,
  );

  const missing = appended - (await db.auditEvent.count());
  for (let from = 0; from < missing; from += 200)
    await db.$transaction(async (tx) => {
      for (let nth = 0; nth < 200; nth += 1) await ours(tx);
    });
  say("the sealer, in batches of 1,000", await timed(sealAll));
  say("the bundle, written", await timed(writeBundle));
  say("verification of the bundle", await timed(async () => sizeOf(await verifyBundle({ bundle }))));
  say("verification in the database", await timed(async () => sizeOf(await verifyLog(await sealedLog(reader)))));
} finally {
  await owner.end();
  await closeSealer();
  await closeDatabase();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
