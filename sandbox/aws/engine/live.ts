import { allPlaces, type Engine, findPlace, type Place, scheduleAt } from "@/sandbox/aws/engine/engine";
import type { SandboxEvent } from "@/sandbox/aws/engine/event-queue";
import { agePoint, schedulePoint } from "@/sandbox/aws/engine/lifecycle";
import { advanceBackupJob } from "@/sandbox/aws/engine/run-backup";
import { advanceCopyJob } from "@/sandbox/aws/engine/run-copy";
import { runRule, schedulePlan } from "@/sandbox/aws/engine/run-plans";
import { advanceRestoreJob, resumeDatabaseWork } from "@/sandbox/aws/engine/run-restore";

const dayMs = 24 * 60 * 60 * 1000;
const keepJobsMs = 35 * dayMs;
const longestGapMs = 35 * dayMs;

/** Puts on the calendar everything that the state leaves open, from the moment it is true at. */
export function layOutEvents(engine: Engine): void {
  const { world, clock } = engine;
  world.asOfMs = Math.max(world.asOfMs, clock.now() - longestGapMs);
  engine.nowMs = world.asOfMs;
  for (const place of allPlaces(engine)) layOutPlace(place);
}

function layOutPlace(place: Place) {
  const { region, engine } = place;
  for (const plan of Object.values(region.plans)) schedulePlan(place, plan);
  for (const point of Object.values(region.recoveryPoints)) schedulePoint(place, point);
  const layOutJobs = (
    jobs: Record<string, { id: string; program: { runsAtMs: number; endsAtMs: number } | null }>,
    kind: SandboxEvent["kind"],
  ) => {
    for (const job of Object.values(jobs)) {
      if (!job.program) continue;
      scheduleAt(place, Math.max(job.program.runsAtMs, engine.nowMs), kind, job.id);
      scheduleAt(place, Math.max(job.program.endsAtMs, engine.nowMs), kind, job.id);
    }
  };
  layOutJobs(region.backupJobs, "backup_job");
  layOutJobs(region.copyJobs, "copy_job");
  layOutJobs(region.restoreJobs, "restore_job");
  for (const job of Object.values(region.restoreJobs)) if (job.program) resumeDatabaseWork(place, job);
  for (const vault of Object.values(region.vaults))
    if (vault.state === "CREATING") scheduleAt(place, engine.nowMs, "settle", vault.name);
  for (const hold of Object.values(region.legalHolds)) scheduleAt(place, engine.nowMs, "settle", hold.id);
  scheduleAt(place, engine.nowMs + dayMs, "prune", "jobs");
}

/**
 * Lives through everything that is due by now. Under a virtual clock it stops where a database has to finish first and
 * answers that work; the real clock never waits.
 */
export function catchUp(engine: Engine): Promise<void> | null {
  const untilMs = engine.clock.now();
  for (let event = engine.queue.takeDue(untilMs); event !== null; event = engine.queue.takeDue(untilMs)) {
    engine.nowMs = Math.max(engine.nowMs, event.atMs);
    engine.isDirty = true;
    const pending = liveThrough(engine, event);
    if (pending && engine.clock.kind === "virtual") return pending;
  }
  engine.nowMs = untilMs;
  engine.world.asOfMs = untilMs;
  return null;
}

/** As `catchUp`, and waits for database work until nothing is due any more. */
export async function catchUpFully(engine: Engine): Promise<void> {
  for (let pending = catchUp(engine); pending !== null; pending = catchUp(engine)) await pending;
}

function liveThrough(engine: Engine, event: SandboxEvent): Promise<void> | null {
  const place = findPlace(engine, event.accountId, event.region);
  if (!place) return null;
  switch (event.kind) {
    case "backup_job":
      advanceBackupJob(place, event.key);
      return null;
    case "copy_job":
      advanceCopyJob(place, event.key);
      return null;
    case "restore_job":
      return advanceRestoreJob(place, event.key);
    case "plan_rule":
      runRule(place, event.key);
      return null;
    case "recovery_point":
      agePoint(place, event.key);
      return null;
    case "settle":
      settle(place, event.key);
      return null;
    case "prune":
      pruneJobs(place);
      return null;
  }
}

/** Vaults and legal holds that were made or cancelled a moment ago reach their lasting state. */
function settle(place: Place, key: string) {
  const vault = place.region.vaults[key];
  if (vault?.state === "CREATING") vault.state = "AVAILABLE";
  const hold = place.region.legalHolds[key];
  if (hold?.status === "CREATING") hold.status = "ACTIVE";
  if (hold?.status === "CANCELING") hold.status = "CANCELED";
}

/** AWS forgets jobs after 30 days, and tokens sooner. */
function pruneJobs(place: Place) {
  const { region, index, engine } = place;
  const beforeMs = engine.nowMs - keepJobsMs;
  for (const [jobs, list] of [
    [region.backupJobs, index.backupJobs],
    [region.copyJobs, index.copyJobs],
  ] as const)
    for (const job of Object.values(jobs)) {
      if (job.createdMs >= beforeMs || job.program) continue;
      delete jobs[job.id];
      (list as { remove(item: unknown): void }).remove(job);
    }
  for (const [key, { atMs }] of Object.entries(region.tokens))
    if (atMs < engine.nowMs - 7 * dayMs) delete region.tokens[key];
  scheduleAt(place, engine.nowMs + dayMs, "prune", "jobs");
}
