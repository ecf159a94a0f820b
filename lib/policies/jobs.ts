import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { readClock } from "@/lib/platform/clock";
import { enqueueEvaluation } from "@/lib/queue/evaluation";
import { dropRuns, listRunRules, listUnsettled, materializeRule, settleRuns } from "./runs";

/** So many resources are settled by one statement: a first reading may leave a week of runs for each. */
const settledAtOnce = 250;
const settleLockKey = 7_240_122;

/** Settles the due runs of a connection, a part at a time. Answers the resources whose runs were settled. */
export async function settleConnection(actor: JobActor, connectionId: string): Promise<string[]> {
  const open = await observe(actor, (tx) => listUnsettled(tx, connectionId));
  const settled: string[] = [];
  for (let at = 0; at < open.length; at += settledAtOnce) {
    const part = open.slice(at, at + settledAtOnce);
    settled.push(
      ...(await observe(actor, async (tx) => {
        // One at a time: two that settle the same runs would wait for each other's rows.
        await tx.$executeRaw`select pg_advisory_xact_lock(${settleLockKey}, hashtext(${connectionId}))`;
        return settleRuns(tx, part);
      })),
    );
  }
  return settled;
}

/**
 * Writes down what a connection's schedules promise, rule by rule, and settles what is due; to be called when its policies or
 * resources may have changed. What was done stays done when it is interrupted, and is not done twice.
 */
export async function expectRuns(actor: JobActor, connectionId: string): Promise<void> {
  const { now, dropped, rules } = await observe(actor, async (tx) => {
    const now = await readClock(tx);
    return { now, dropped: await dropRuns(tx, connectionId, now), rules: await listRunRules(tx, connectionId) };
  });
  const touched = new Set(dropped);
  for (const rule of rules)
    for (const id of await observe(actor, (tx) => materializeRule(tx, rule, now))) touched.add(id);
  for (const id of await settleConnection(actor, connectionId)) touched.add(id);
  await observe(actor, (tx) => enqueueEvaluation(tx, touched));
}
