import "server-only";
import type { Job, PgBoss, WorkOptions } from "pg-boss";
import { closeSealer } from "@/lib/audit/seal";
import { minutes, seconds } from "@/lib/core/time";
import { closeDatabase } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { captureConsole, endOnUncaught, log } from "@/lib/platform/log";
import { openBoss } from "@/lib/queue/boss";
import { closeQueue } from "@/lib/queue/enqueue";
import { type JobName, type Jobs, queueNames } from "@/lib/queue/names";
import { handlers, workerActor } from "./handlers";
import { keepTime } from "./schedule";

/** How many jobs of a name this worker carries out at once, and how often it looks for new ones. */
const pace: Record<JobName, { localConcurrency: number; pollingIntervalSeconds: number }> = {
  "connection.sync": { localConcurrency: 3, pollingIntervalSeconds: 1 },
  "runs.expect": { localConcurrency: 1, pollingIntervalSeconds: 1 },
  "health.evaluate": { localConcurrency: 1, pollingIntervalSeconds: 1 },
  "restore.dispatch": { localConcurrency: 4, pollingIntervalSeconds: 0.5 },
  "restore.follow": { localConcurrency: 8, pollingIntervalSeconds: 0.5 },
  "backup.dispatch": { localConcurrency: 2, pollingIntervalSeconds: 0.5 },
  "change.apply": { localConcurrency: 1, pollingIntervalSeconds: 0.5 },
  "audit.seal": { localConcurrency: 1, pollingIntervalSeconds: 2 },
  "audit.verify": { localConcurrency: 1, pollingIntervalSeconds: 1 },
};

const graceMs = seconds(30);

async function consume<N extends JobName>(boss: PgBoss, name: N, stopping: AbortSignal): Promise<void> {
  const options: WorkOptions = pace[name];
  await boss.work<Jobs[N], void>(name, options, async (jobs: Job<Jobs[N]>[]) => {
    for (const job of jobs) await perform(name, job.id, job.data, stopping);
  });
}

async function perform<N extends JobName>(
  name: N,
  jobId: string,
  payload: Jobs[N],
  stopping: AbortSignal,
): Promise<void> {
  const actor = workerActor();
  const startedMs = performance.now();
  const about = { job: name, jobId, requestId: actor.requestId };
  try {
    await handlers[name](payload, { actor, stopping });
    log.debug({ ...about, durationMs: Math.round(performance.now() - startedMs) }, "job done");
  } catch (error) {
    log.error({ ...about, error, durationMs: Math.round(performance.now() - startedMs) }, "job failed");
    throw error;
  }
}

/** Works until told to stop, then lets what is under way end or hands it back to the queue. */
async function main(): Promise<void> {
  if (env.HOLDFAST_ROLE !== "worker") throw new Error("The worker runs with HOLDFAST_ROLE=worker.");
  const stop = new AbortController();
  const boss = await openBoss();
  for (const name of queueNames) await consume(boss, name, stop.signal);
  const timers = keepTime(stop.signal);
  log.info({ pid: process.pid, queues: queueNames }, "worker started");
  const signal = await told();
  log.info({ signal }, "worker stops");
  stop.abort();
  const deadline = setTimeout(() => process.exit(1), graceMs + minutes(1));
  deadline.unref();
  await Promise.all([timers, boss.stop({ graceful: true, timeout: graceMs })]);
  await closeQueue();
  await closeSealer();
  await closeDatabase();
  log.info("worker stopped");
}

const told = () =>
  new Promise<string>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  });

captureConsole();
endOnUncaught();
main().then(
  () => process.exit(0),
  (error: unknown) => {
    log.fatal({ error }, "worker");
    process.exit(1);
  },
);
