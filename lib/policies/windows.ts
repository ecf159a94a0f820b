import { percentFloor4 } from "@/lib/health/time-in-rpo";

/** A backup job that ended well; moments in milliseconds since 1970. */
export type DoneJob = { id: string; startedAtMs: number; completedAtMs: number };

export type WindowTerms = {
  /** How long before its moment a run may start and still belong to it. */
  earlyToleranceMs: number;
  /** How long after its moment a run must be complete. */
  completeWindowMs: number;
};

export type WindowsMet = {
  /** By the moment a run was due: the job that met it. */
  met: Map<number, string>;
  missedMs: number[];
  metPctFloor4: number | null;
  /** The most runs in a row that nothing met. */
  longestMissRun: number;
};

/**
 * Which runs that were due were met (§7.2): jobs in the order of their start belong to the latest run that was due when
 * they started, or soon enough after; the first that completes inside its window meets it. `dueMs` ascends.
 */
export function matchWindows(dueMs: readonly number[], jobs: readonly DoneJob[], terms: WindowTerms): WindowsMet {
  const met = new Map<number, string>();
  const inOrder = [...jobs].sort((a, b) => a.startedAtMs - b.startedAtMs || a.completedAtMs - b.completedAtMs);
  let at = -1;
  for (const job of inOrder) {
    while (at + 1 < dueMs.length && (dueMs[at + 1] ?? 0) - terms.earlyToleranceMs <= job.startedAtMs) at++;
    const due = dueMs[at];
    if (due !== undefined && job.completedAtMs <= due + terms.completeWindowMs && !met.has(due)) met.set(due, job.id);
  }
  const missedMs = dueMs.filter((due) => !met.has(due));
  let [longestMissRun, run] = [0, 0];
  for (const due of dueMs) {
    run = met.has(due) ? 0 : run + 1;
    longestMissRun = Math.max(longestMissRun, run);
  }
  return { met, missedMs, metPctFloor4: percentFloor4(met.size, dueMs.length), longestMissRun };
}

/** How old data may get under a schedule: the longest wait between two runs, and the time until the later can be used. */
export type WorstAge = { longestGapMs: number; durationMs: number; worstAgeMs: number };

/**
 * The worst age a schedule allows when everything works (BKP-06): just before a run's data can be used, the newest is
 * that of the run before it. Null where it runs less than twice. A daily job cannot meet a 24-hour RPO.
 */
export function worstAge(dueMs: readonly number[], durationMs: number): WorstAge | null {
  let longestGapMs = 0;
  for (const [index, due] of dueMs.entries())
    if (index > 0) longestGapMs = Math.max(longestGapMs, due - (dueMs[index - 1] ?? due));
  return longestGapMs === 0 ? null : { longestGapMs, durationMs, worstAgeMs: longestGapMs + durationMs };
}
