import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { readClock } from "@/lib/platform/clock";
import { enqueueEvaluation } from "@/lib/queue/evaluation";
import { dropRuns, listRunRules, materializeRule, settleRuns } from "./runs";

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
  for (const id of await settleRuns(actor, connectionId)) touched.add(id);
  await observe(actor, (tx) => enqueueEvaluation(tx, touched));
}
