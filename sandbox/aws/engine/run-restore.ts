import { parseArn } from "@/sandbox/aws/arns";
import { delayMs, durationMs } from "@/sandbox/aws/engine/durations";
import { createJobId, findPlace, type Place, scheduleAt } from "@/sandbox/aws/engine/engine";
import { noTagCopy, readKey } from "@/sandbox/aws/engine/restore-metadata";
import { describeRestored, mayTargetExist, nameTarget } from "@/sandbox/aws/engine/restored-resource";
import { findMissingRight } from "@/sandbox/aws/engine/roles";
import { findTrouble } from "@/sandbox/aws/engine/troubles";
import type { DatabaseRef, RecoveryPoint, Resource, RestoreJob } from "@/sandbox/aws/world";

const coldWaitMs = 4 * 60 * 60 * 1000;
const recheckMs = 250;

export type RestoreOrder = {
  point: RecoveryPoint;
  iamRoleArn: string;
  metadata: Record<string, string>;
  copySourceTags: boolean;
};

/** A restore job, PENDING and on the calendar. */
export function createRestoreJob(place: Place, order: RestoreOrder): RestoreJob {
  const { engine, region, index } = place;
  const { point } = order;
  const id = createJobId();
  const runsAtMs = engine.nowMs + delayMs(engine, id);
  const thawMs = point.storageClass === "COLD" ? Math.round(coldWaitMs / engine.speed) : 0;
  const endsAtMs = runsAtMs + thawMs + durationMs(engine, "restore", point.sizeBytes, id);
  const job: RestoreJob = {
    id,
    recoveryPointArn: point.arn,
    vaultName: point.vaultName,
    resourceArn: point.resourceArn,
    resourceType: point.resourceType,
    status: "PENDING",
    statusMessage: null,
    createdMs: engine.nowMs,
    completedMs: null,
    percentDone: 0,
    sizeBytes: point.sizeBytes,
    iamRoleArn: order.iamRoleArn,
    metadata: order.metadata,
    createdResourceArn: null,
    recoveryPointCreatedMs: point.createdMs,
    copySourceTags: order.copySourceTags,
    validation: null,
    parentJobId: null,
    isParent: false,
    program: { runsAtMs, endsAtMs, outcome: "completed", message: null },
  };
  region.restoreJobs[id] = job;
  index.restoreJobs.add(job);
  scheduleAt(place, runsAtMs, "restore_job", id);
  engine.isDirty = true;
  return job;
}

/** Takes a restore job to its next state; answers the database work that has to end first, if there is any. */
export function advanceRestoreJob(place: Place, id: string): Promise<void> | null {
  const job = place.region.restoreJobs[id];
  if (!job?.program) return null;
  const { nowMs } = place.engine;
  if (job.status === "PENDING" && nowMs >= job.program.runsAtMs) {
    begin(place, job);
    return null;
  }
  return job.status === "RUNNING" && nowMs >= job.program.endsAtMs ? end(place, job) : null;
}

function begin(place: Place, job: RestoreJob) {
  const { engine, region } = place;
  const point = region.recoveryPoints[job.recoveryPointArn];
  const failure = point ? findFailure(place, job, point) : "The recovery point does not exist any more.";
  const { program } = job;
  if (!program) return;
  job.status = "RUNNING";
  if (failure !== null)
    Object.assign(program, {
      outcome: "failed",
      message: failure,
      endsAtMs: Math.min(program.endsAtMs, engine.nowMs + Math.round(20_000 / engine.speed)),
    });
  else if (point) startDatabaseWork(place, job, point);
  scheduleAt(place, program.endsAtMs, "restore_job", job.id);
}

function findFailure(place: Place, job: RestoreJob, point: RecoveryPoint): string | null {
  const { engine, region, account } = place;
  if (job.copySourceTags && noTagCopy.has(job.resourceType))
    return `Copying source tags to the restored resource is not supported for ${job.resourceType}.`;
  const missing = findMissingRight(account, job.iamRoleArn, job.resourceType, "restore");
  if (missing !== null) return missing;
  const source = findSource(place, point);
  const trouble = source && findTrouble(source, "restore_fails", engine.nowMs);
  if (trouble) return trouble.message;
  const target = nameTarget(place, job);
  const existing = region.resources[target.arn];
  const isThere = existing !== undefined && existing.deletedMs === null;
  if (isThere && !mayTargetExist(job)) return collisionMessage(job, target.name);
  const isMeantToExist = job.resourceType === "EFS" && mayTargetExist(job);
  if (!isThere && isMeantToExist) return `The file system ${target.name} does not exist.`;
  if (job.resourceType === "S3" && !isThere && mayTargetExist(job)) return `The bucket ${target.name} does not exist.`;
  return null;
}

function collisionMessage(job: RestoreJob, name: string): string {
  switch (job.resourceType) {
    case "RDS":
      return "DB instance already exists (Service: Rds, Status Code: 400, Error Code: DBInstanceAlreadyExists)";
    case "Aurora":
    case "DocumentDB":
    case "Neptune":
      return "DB Cluster already exists (Service: Rds, Status Code: 400, Error Code: DBClusterAlreadyExistsFault)";
    case "DynamoDB":
      return `Table already exists: ${name}`;
    default:
      return `A resource named ${name} already exists.`;
  }
}

/** The resource that a point was taken of; a copy's source lives where its ARN says. */
export function findSource(place: Place, point: RecoveryPoint): Resource | undefined {
  const here = place.region.resources[point.resourceArn];
  if (here) return here;
  const parts = parseArn(point.resourceArn);
  const home = parts && findPlace(place.engine, parts.accountId, parts.region);
  return home?.region.resources[point.resourceArn];
}

/** The moment whose data a restore brings: the point's own, or the one asked for on a continuous point. */
function findMomentMs(place: Place, job: RestoreJob, point: RecoveryPoint): number {
  const wanted = readKey(job.metadata, "RestoreTime") ?? readKey(job.metadata, "RestoreToTime");
  if (!point.continuous) return point.createdMs;
  return wanted === undefined ? latestRestorableMs(place.engine.world.seed, point, job.createdMs) : Date.parse(wanted);
}

/** How far a continuous point can bring a resource back: logs arrive every five minutes, and later for S3. */
export function latestRestorableMs(seed: string, point: RecoveryPoint, nowMs: number): number {
  const stepMs = 5 * 60_000;
  const leastLagMs = point.resourceType === "S3" ? 12 * 60_000 : 45_000;
  let offset = 0;
  for (const character of seed + point.resourceArn) offset = (offset * 31 + character.charCodeAt(0)) % stepMs;
  const latest = Math.floor((nowMs - leastLagMs - offset) / stepMs) * stepMs + offset;
  const stopped = point.continuous?.stoppedMs ?? Number.POSITIVE_INFINITY;
  return Math.max(point.continuous?.earliestMs ?? 0, Math.min(latest, stopped));
}

function startDatabaseWork(place: Place, job: RestoreJob, point: RecoveryPoint) {
  const { engine, account, region } = place;
  const source = findSource(place, point)?.database;
  if (!source || !engine.databases || engine.databaseWork.has(job.id)) return;
  const { databases } = engine;
  const target: DatabaseRef = {
    accountId: account.id,
    region: region.name,
    identifier: nameTarget(place, job).name.toLowerCase(),
    kind: source.ref.kind,
  };
  const work = { promise: Promise.resolve(), result: null } as Parameters<typeof engine.databaseWork.set>[1];
  const moment = new Date(findMomentMs(place, job, point));
  // What an earlier world left under the name is in nobody's records.
  const restored = databases.drop(target).then(() => databases.restore({ source: source.ref, moment, target }));
  work.promise = restored.then(
    ({ sizeBytes, ...endpoint }) => {
      work.result = { ok: true, endpoint, sizeBytes };
    },
    (error: unknown) => {
      work.result = {
        ok: false,
        message: `The database could not be restored: ${error instanceof Error ? error.message : String(error)}`,
      };
    },
  );
  engine.databaseWork.set(job.id, work);
}

/** Starts the database work of a restore anew that a stop of the sandbox cut short. */
export function resumeDatabaseWork(place: Place, job: RestoreJob): void {
  const point = place.region.recoveryPoints[job.recoveryPointArn];
  if (point && job.status === "RUNNING" && job.program?.outcome === "completed") startDatabaseWork(place, job, point);
}

function end(place: Place, job: RestoreJob): Promise<void> | null {
  const { engine } = place;
  const work = engine.databaseWork.get(job.id);
  if (work && work.result === null) {
    scheduleAt(place, engine.clock.now() + (engine.clock.kind === "real" ? recheckMs : 0), "restore_job", job.id);
    return work.promise;
  }
  const point = place.region.recoveryPoints[job.recoveryPointArn];
  const failure =
    job.program?.outcome === "failed" ? job.program.message : work?.result?.ok === false ? work.result.message : null;
  engine.databaseWork.delete(job.id);
  job.completedMs = engine.nowMs;
  job.program = null;
  if (failure !== null || !point) {
    job.status = "FAILED";
    job.statusMessage = failure ?? "The recovery point does not exist any more.";
    return null;
  }
  complete(place, job, point);
  const made = job.createdResourceArn === null ? undefined : place.region.resources[job.createdResourceArn];
  const source = findSource(place, point)?.database;
  if (made && source && work?.result?.ok) {
    const ref: DatabaseRef = {
      ...source.ref,
      accountId: place.account.id,
      region: place.region.name,
      identifier: made.name.toLowerCase(),
    };
    const restoredFrom = { source: source.ref, momentMs: findMomentMs(place, job, point) };
    made.database = { ref, endpoint: work.result.endpoint, restoredFrom, accidents: [] };
    made.settings.DBName = work.result.endpoint.databaseName;
  }
  return null;
}

function complete(place: Place, job: RestoreJob, point: RecoveryPoint) {
  const target = nameTarget(place, job);
  const existing = place.region.resources[target.arn];
  const isThere = existing !== undefined && existing.deletedMs === null;
  if (!isThere) place.region.resources[target.arn] = describeRestored(place, job, point, findSource(place, point));
  job.status = "COMPLETED";
  job.percentDone = 100;
  job.createdResourceArn = target.arn;
  point.lastRestoreMs = place.engine.nowMs;
}
