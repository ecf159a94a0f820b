import { minutes } from "@/lib/core/time";
import { percentFloor4 } from "@/lib/health/time-in-rpo";

/** A backup job; moments in milliseconds since 1970. */
export type RunJob = {
  id: string;
  startedAtMs: number;
  /** When it ended well; null where it did not, or not yet. */
  completedAtMs: number | null;
};

/**
 * The jobs of each moment that something was due at, in the order of their start (§7.2): a job belongs to the latest
 * moment it did not start too early for. `dueMs` ascends.
 */
export function jobsByDue<Job extends RunJob>(
  dueMs: readonly number[],
  jobs: readonly Job[],
  earlyToleranceMs: number,
): Map<number, Job[]> {
  const out = new Map<number, Job[]>(dueMs.map((due) => [due, []]));
  let at = -1;
  for (const job of [...jobs].sort((a, b) => a.startedAtMs - b.startedAtMs)) {
    while (at + 1 < dueMs.length && (dueMs[at + 1] ?? 0) - earlyToleranceMs <= job.startedAtMs) at++;
    out.get(dueMs[at] ?? Number.NaN)?.push(job);
  }
  return out;
}

/** The job that met a run: the first of its own, by start, that ended well inside its window. */
const meeting = <Job extends RunJob>(own: readonly Job[], completeByMs: number): Job | undefined =>
  own.find(({ completedAtMs }) => completedAtMs !== null && completedAtMs <= completeByMs);

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

/** Which runs that were due were met (§7.2), by the rule that settles the estate's runs. `dueMs` ascends. */
export function matchWindows(dueMs: readonly number[], jobs: readonly RunJob[], terms: WindowTerms): WindowsMet {
  const met = new Map<number, string>();
  for (const [due, own] of jobsByDue(dueMs, jobs, terms.earlyToleranceMs)) {
    const job = meeting(own, due + terms.completeWindowMs);
    if (job) met.set(due, job.id);
  }
  const missedMs = dueMs.filter((due) => !met.has(due));
  let [longestMissRun, run] = [0, 0];
  for (const due of dueMs) {
    run = met.has(due) ? 0 : run + 1;
    longestMissRun = Math.max(longestMissRun, run);
  }
  return { met, missedMs, metPctFloor4: percentFloor4(met.size, dueMs.length), longestMissRun };
}

/** By how much the clocks of a provider and its schedule may differ. */
export const clockSlackMs = minutes(1);

/** A job as it was last seen. */
export type SeenJob = RunJob & { isOpen: boolean };
export type Verdict = { state: "matched" | "missed"; jobId: string | null };

/**
 * What came of a run that was promised, from its own jobs by start; null while it is too early to say. Beyond §7.2 a
 * provider's run has a start window: a job made after it is not the run's. A job that ended badly is told at once, and
 * may be made good by another inside the start window.
 */
export function verdictOn(
  { startByMs, completeByMs }: { startByMs: number; completeByMs: number },
  jobs: readonly SeenJob[],
  readToMs: number,
): Verdict | null {
  const own = jobs.filter(({ startedAtMs }) => startedAtMs <= startByMs + clockSlackMs);
  const job = meeting(own, completeByMs);
  if (job) return { state: "matched", jobId: job.id };
  const open = own.find(({ isOpen }) => isOpen);
  if (open) return completeByMs < readToMs ? { state: "missed", jobId: open.id } : null;
  const [first] = own;
  if (first) return { state: "missed", jobId: first.id };
  return startByMs + clockSlackMs < readToMs ? { state: "missed", jobId: null } : null;
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
