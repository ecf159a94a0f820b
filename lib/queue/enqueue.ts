import "server-only";
import { fromPrisma, PgBoss } from "pg-boss";
import type { Tx } from "@/lib/platform/db";
import { databaseUrl } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import type { JobName, Jobs } from "./names";

const kept = globalThis as { holdfastSender?: Promise<PgBoss> };

/** A pg-boss that only sends: it keeps no timers and installs nothing (decisions 15). */
const sender = () => {
  kept.holdfastSender ??= openSender();
  return kept.holdfastSender;
};

async function openSender(): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: databaseUrl(),
    max: 2,
    supervise: false,
    schedule: false,
    migrate: false,
    createSchema: false,
  });
  boss.on("error", (error) => log.error({ error }, "queue"));
  return boss.start();
}

/**
 * Queues a job with the change that asked for it: both are committed, or neither is. Of jobs with one key, one waits
 * at a time.
 */
export async function enqueue<N extends JobName>(
  tx: Tx,
  name: N,
  payload: Jobs[N],
  options: { key?: string; startAfterSeconds?: number } = {},
): Promise<void> {
  const boss = await sender();
  await boss.send(name, payload, {
    db: fromPrisma(tx),
    ...(options.key ? { singletonKey: options.key } : {}),
    ...(options.startAfterSeconds ? { startAfter: options.startAfterSeconds } : {}),
  });
}

/** Ends the sender's connections; for processes that end. */
export async function closeQueue(): Promise<void> {
  const boss = await kept.holdfastSender;
  if (boss) await boss.stop({ graceful: false });
  delete kept.holdfastSender;
}
