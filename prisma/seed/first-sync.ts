import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { type JobActor, jobPermissions } from "@/lib/access/permissions";
import { evaluateHealth } from "@/lib/health/jobs";
import { db } from "@/lib/platform/db";
import { expectRuns } from "@/lib/policies/jobs";
import { enqueue } from "@/lib/queue/enqueue";
import { seedProofs } from "@/prisma/seed/proofs";

const limitMs = 10 * 60_000;

type Run = { id: string; name: string };
type Counts = Record<string, { read: number }>;

const isCounts = (value: unknown): value is Counts => typeof value === "object" && value !== null;

/** Asks for a reading, or joins the one that the worker's own timer has asked for already. */
async function requestRun(connection: { id: string; name: string; lastFullAt: Date | null }): Promise<Run> {
  const kind = connection.lastFullAt === null ? "full" : "incremental";
  return db.$transaction(async (tx) => {
    await tx.$executeRaw`
      insert into sync_runs (connection_id, kind, state) values (${connection.id}::uuid, ${kind}::sync_kind, 'queued')
      on conflict (connection_id, kind) where state in ('queued', 'running') do nothing`;
    const { id } = await tx.syncRun.findFirstOrThrow({
      where: { connectionId: connection.id, kind, state: { in: ["queued", "running"] } },
      select: { id: true },
    });
    const payload = { connectionId: connection.id, kind, runId: id } as const;
    await enqueue(tx, "connection.sync", payload, { key: `${connection.id}:${kind}` });
    return { id, name: connection.name };
  });
}

async function awaitRun({ id, name }: Run): Promise<void> {
  const until = Date.now() + limitMs;
  while (Date.now() < until) {
    const row = await db.syncRun.findUniqueOrThrow({
      where: { id },
      select: { finishedAt: true, state: true, counts: true, perRegion: true },
    });
    if (row.finishedAt) {
      if (row.state === "failed") throw new Error(`${name} could not be read: ${JSON.stringify(row.perRegion)}`);
      const counts = isCounts(row.counts) ? Object.entries(row.counts) : [];
      const told = counts.filter(([, { read }]) => read > 0).map(([sort, { read }]) => `${read} ${sort}`);
      process.stdout.write(`  ${name}: ${told.join(", ") || row.state}\n`);
      return;
    }
    await pause(250);
  }
  throw new Error(`${name} was not read to its end within ${limitMs / 60_000} minutes.`);
}

/** Has the worker read every connection, waits until it has, and judges what it found. */
export async function synchronise(): Promise<void> {
  const connections = await db.connection.findMany({
    where: { state: "active" },
    select: { id: true, name: true, lastFullAt: true },
    orderBy: { name: "asc" },
  });
  const runs: Run[] = [];
  for (const connection of connections) runs.push(await requestRun(connection));
  await Promise.all(runs.map(awaitRun));
  await seedProofs();
  const actor: JobActor = { kind: "job", id: "demo-seed", permissions: jobPermissions, requestId: randomUUID() };
  for (const { id } of connections) await expectRuns(actor, id);
  const { systems, resources } = await evaluateHealth(actor, {});
  process.stdout.write(`  ${systems} systems and ${resources} resources judged\n`);
}
