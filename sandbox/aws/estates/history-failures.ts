import { findTrouble } from "@/sandbox/aws/engine/troubles";
import type { Run } from "@/sandbox/aws/estates/history-parts";

const dayMs = 86_400_000;

/** What becomes of a run that makes no point. */
export type Failure = { state: "FAILED" | "EXPIRED"; message: string };

const mishaps = [
  "The snapshot could not be created because the resource was being modified. Try again later.",
  "Throttling: Rate exceeded. The request was retried the maximum number of times.",
  "An internal error occurred in the underlying service. Request a new backup.",
];

/** Why a run fails: by the story, or by a chance that leaves the last day alone. */
export function failureOf(run: Run, id: string): Failure | null {
  const { resource, rule, dueMs, nowMs, draw } = run;
  const trouble = findTrouble(resource, "backup_fails", dueMs, rule.RuleId ?? "");
  if (trouble) return { state: "FAILED", message: trouble.message };
  if (findTrouble(resource, "window_missed", dueMs, rule.RuleId ?? ""))
    return { state: "EXPIRED", message: "Backup job expired before it could start." };
  // The last day is the story's own; chance would blur what the estate promises to show.
  if (dueMs > nowMs - dayMs) return null;
  const chance = draw.fraction(id, "mishap");
  if (chance < 0.004)
    return { state: "FAILED", message: mishaps[Math.floor(draw.fraction(id, "which") * mishaps.length)] ?? "" };
  if (chance < 0.006)
    return {
      state: "EXPIRED",
      message: "Backup job expired before it could start because there was a running job for the same resource.",
    };
  return null;
}
