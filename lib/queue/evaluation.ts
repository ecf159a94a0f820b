import "server-only";
import type { Tx } from "@/lib/platform/db";
import { enqueue } from "./enqueue";

const evaluateAtMost = 1_000;

/** Has the verdicts on these resources reconsidered. */
export async function enqueueEvaluation(tx: Tx, resourceIds: Iterable<string>): Promise<void> {
  const ids = [...new Set(resourceIds)];
  for (let at = 0; at < ids.length; at += evaluateAtMost)
    await enqueue(tx, "health.evaluate", { resourceIds: ids.slice(at, at + evaluateAtMost) });
}
