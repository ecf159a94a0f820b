import type { CopyAction, Lifecycle } from "@aws-sdk/client-backup";
import { continuousPointArn, pointArn } from "@/sandbox/aws/arns";
import { delayMs, durationMs } from "@/sandbox/aws/engine/durations";
import { createJobId, drawHex, type Place, scheduleAt } from "@/sandbox/aws/engine/engine";
import { findLockConflict, schedulePoint } from "@/sandbox/aws/engine/lifecycle";
import { findMissingRight } from "@/sandbox/aws/engine/roles";
import { createCopyJob } from "@/sandbox/aws/engine/run-copy";
import { backUpParts } from "@/sandbox/aws/engine/run-parts";
import { findTrouble } from "@/sandbox/aws/engine/troubles";
import type { BackupJob, Creator, RecoveryPoint, Resource, ResourceType, Vault } from "@/sandbox/aws/world";

const minuteMs = 60_000;
const continuousTypes = new Set<ResourceType>(["RDS", "Aurora", "S3", "SAP HANA on Amazon EC2"]);

export type BackupOrder = {
  resource: Resource;
  vaultName: string;
  iamRoleArn: string;
  lifecycle: Lifecycle | null;
  createdBy: Creator | null;
  startWindowMinutes: number;
  completionWindowMinutes: number;
  recoveryPointTags: Record<string, string> | null;
  backupOptions: Record<string, string> | null;
  isContinuous: boolean;
};

/** A backup job, CREATED and on the calendar. */
export function createBackupJob(place: Place, order: BackupOrder): BackupJob {
  const { engine, region, index } = place;
  const { resource } = order;
  const id = createJobId();
  const runsAtMs = engine.nowMs + delayMs(engine, id);
  const job: BackupJob = {
    id,
    resourceArn: resource.arn,
    resourceType: resource.type,
    resourceName: resource.name,
    vaultName: order.vaultName,
    recoveryPointArn: null,
    state: "CREATED",
    statusMessage: null,
    messageCategory: null,
    createdMs: engine.nowMs,
    startByMs: engine.nowMs + order.startWindowMinutes * minuteMs,
    completedMs: null,
    expectedCompletionMs: null,
    percentDone: 0,
    sizeBytes: 0,
    iamRoleArn: order.iamRoleArn,
    createdBy: order.createdBy,
    lifecycle: order.lifecycle,
    recoveryPointTags: order.recoveryPointTags,
    backupOptions: order.backupOptions,
    isContinuous: order.isContinuous,
    isParent: false,
    parentJobId: null,
    program: {
      runsAtMs,
      endsAtMs: runsAtMs + durationMs(engine, "backup", resource.sizeBytes, id),
      outcome: "completed",
      message: null,
    },
  };
  const latestEndMs = engine.nowMs + order.completionWindowMinutes * minuteMs;
  if (job.program && job.program.endsAtMs > latestEndMs)
    job.program = {
      runsAtMs,
      endsAtMs: Math.max(latestEndMs, runsAtMs + 1),
      outcome: "aborted",
      message: "Backup job expired before completion.",
    };
  region.backupJobs[id] = job;
  index.backupJobs.add(job);
  scheduleAt(place, runsAtMs, "backup_job", id);
  engine.isDirty = true;
  return job;
}

/** Takes a backup job to its next state, if its moment has come. */
export function advanceBackupJob(place: Place, id: string): void {
  const job = place.region.backupJobs[id];
  if (!job?.program) return;
  const { nowMs } = place.engine;
  if (job.state === "CREATED" || job.state === "PENDING") {
    if (nowMs >= job.program.runsAtMs) beginBackup(place, job);
  } else if (job.state === "ABORTING") {
    finishBackup(place, job, "ABORTED", "Backup job was stopped by user.");
  } else if (job.state === "RUNNING" && nowMs >= job.program.endsAtMs) endBackup(place, job);
}

function beginBackup(place: Place, job: BackupJob) {
  const { engine, region, index } = place;
  const resource = region.resources[job.resourceArn];
  const vault = region.vaults[job.vaultName];
  if (!resource || resource.deletedMs !== null)
    return finishBackup(place, job, "FAILED", `Resource ${job.resourceArn} does not exist.`);
  if (!vault) return finishBackup(place, job, "FAILED", `Backup vault ${job.vaultName} does not exist.`);
  const isStuck = findTrouble(resource, "window_missed", engine.nowMs, job.createdBy?.ruleId) !== null;
  const running = index.runningBackup.get(job.resourceArn);
  if (isStuck || running !== undefined) return waitForTurn(place, job, running !== undefined);

  const program = job.program;
  if (!program) return;
  const failure = findFailure(place, job, resource, vault);
  if (failure !== null)
    Object.assign(program, {
      outcome: "failed",
      message: failure,
      endsAtMs: Math.min(program.endsAtMs, engine.nowMs + 30_000 / engine.speed),
    });
  job.state = "RUNNING";
  job.expectedCompletionMs = program.endsAtMs;
  index.runningBackup.set(job.resourceArn, job.id);
  if (failure === null) job.recoveryPointArn = openPoint(place, job, resource, vault).arn;
  scheduleAt(place, program.endsAtMs, "backup_job", job.id);
}

/** AWS tries again at least every 10 minutes while the start window lasts. */
function waitForTurn(place: Place, job: BackupJob, isBusy: boolean) {
  const { nowMs } = place.engine;
  const startByMs = job.startByMs ?? nowMs;
  if (!job.program || nowMs >= startByMs) {
    const reason = isBusy ? " because there was a running job for the same resource." : ".";
    return finishBackup(place, job, "EXPIRED", `Backup job expired before it could start${reason}`);
  }
  const waitMs = Math.max(1, Math.round((10 * minuteMs) / place.engine.speed));
  const lengthMs = job.program.endsAtMs - job.program.runsAtMs;
  job.program.runsAtMs = Math.min(nowMs + waitMs, startByMs);
  job.program.endsAtMs = job.program.runsAtMs + lengthMs;
  scheduleAt(place, job.program.runsAtMs, "backup_job", job.id);
}

function findFailure(place: Place, job: BackupJob, resource: Resource, vault: Vault): string | null {
  const trouble = findTrouble(resource, "backup_fails", place.engine.nowMs, job.createdBy?.ruleId);
  if (trouble) return trouble.message;
  const missing = findMissingRight(place.account, job.iamRoleArn, job.resourceType, "backup");
  if (missing !== null) return missing;
  return isContinuousRun(job) ? null : findLockConflict(vault, job.lifecycle);
}

function isContinuousRun(job: BackupJob): boolean {
  return job.isContinuous && continuousTypes.has(job.resourceType);
}

/** The resource's point with point-in-time recovery that is alive, if it has one. */
export function findContinuousPoint(place: Place, resourceArn: string): RecoveryPoint | null {
  const points = place.index.pointsOfResource(resourceArn).all();
  return points.find((point) => point.continuous !== null && point.status === "AVAILABLE") ?? null;
}

function openPoint(place: Place, job: BackupJob, resource: Resource, vault: Vault): RecoveryPoint {
  const existing = isContinuousRun(job) ? findContinuousPoint(place, resource.arn) : null;
  if (existing && existing.createdBy?.planId === job.createdBy?.planId && existing.vaultName === job.vaultName)
    return existing;
  if (existing && job.program)
    Object.assign(job.program, {
      outcome: "completed_with_issues",
      message: `PITR already configured in backup plan: [${existing.createdBy?.planArn ?? "unknown"}]`,
    });
  const point = newPoint(place, job, resource, vault, isContinuousRun(job) && existing === null);
  place.index.addPoint(point);
  return point;
}

function newPoint(
  place: Place,
  job: BackupJob,
  resource: Resource,
  vault: Vault,
  isContinuous: boolean,
): RecoveryPoint {
  const { engine, account, region } = place;
  const form = {
    accountId: account.id,
    region: region.name,
    jobId: job.id,
    hex: drawHex(32, engine.world.seed, job.id),
    resourceName: resource.name,
  };
  const tags = { ...resource.tags, ...job.recoveryPointTags };
  return {
    arn: isContinuous
      ? continuousPointArn(resource.type, form)
      : pointArn(resource.type, form, vault.type !== "BACKUP_VAULT"),
    vaultName: vault.name,
    resourceArn: resource.arn,
    resourceType: resource.type,
    resourceName: resource.name,
    status: "CREATING",
    statusMessage: null,
    createdMs: engine.nowMs,
    initiatedMs: job.createdMs,
    completedMs: null,
    sizeBytes: 0,
    lifecycle: job.lifecycle,
    storageClass: "WARM",
    iamRoleArn: job.iamRoleArn,
    encryptionKeyArn: resource.settings.kmsKeyId ?? vault.encryptionKeyArn,
    createdBy: job.createdBy,
    sourceVaultArn: null,
    lastRestoreMs: null,
    isParent: false,
    parentArn: null,
    compositeMemberIdentifier: null,
    continuous: isContinuous ? { earliestMs: engine.nowMs, stoppedMs: null } : null,
    restoreMetadata: { ...resource.settings },
    tags: Object.keys(tags).length > 0 ? tags : null,
  };
}

const unfinished = { failed: "FAILED", aborted: "ABORTED", expired: "EXPIRED" } as const;

function endBackup(place: Place, job: BackupJob) {
  const { outcome, message } = job.program ?? { outcome: "failed", message: null };
  if (outcome in unfinished) return finishBackup(place, job, unfinished[outcome as keyof typeof unfinished], message);
  const resource = place.region.resources[job.resourceArn];
  const point = place.region.recoveryPoints[job.recoveryPointArn ?? ""];
  if (!point || !resource)
    return finishBackup(place, job, "FAILED", message ?? "The resource was deleted during the backup.");
  job.sizeBytes = resource.sizeBytes;
  const gap = backUpParts(place, job, point);
  if (point.status === "CREATING") closePoint(place, point, resource.sizeBytes);
  if (gap !== null) Object.assign(point, { status: "PARTIAL", statusMessage: gap });
  finishBackup(place, job, gap === null ? "COMPLETED" : "PARTIAL", gap ?? message);
  for (const action of findCopyActions(place, job)) startPlannedCopy(place, job, point, action);
}

function closePoint(place: Place, point: RecoveryPoint, sizeBytes: number) {
  point.status = point.continuous ? "AVAILABLE" : "COMPLETED";
  point.completedMs = place.engine.nowMs;
  point.sizeBytes = sizeBytes;
  schedulePoint(place, point);
}

function finishBackup(place: Place, job: BackupJob, state: BackupJob["state"], message: string | null) {
  const { engine, region, index } = place;
  job.state = state;
  job.statusMessage = message;
  job.completedMs = engine.nowMs;
  if (state === "COMPLETED" || state === "PARTIAL") job.percentDone = 100;
  job.program = null;
  if (index.runningBackup.get(job.resourceArn) === job.id) index.runningBackup.delete(job.resourceArn);
  if (state === "COMPLETED" || state === "PARTIAL") return;
  const point = job.recoveryPointArn === null ? undefined : region.recoveryPoints[job.recoveryPointArn];
  if (point?.status === "CREATING") index.removePoint(point);
  job.recoveryPointArn = null;
}

function findCopyActions(place: Place, job: BackupJob): CopyAction[] {
  if (!job.createdBy) return [];
  const { planId, planVersion, ruleId } = job.createdBy;
  const version = place.region.plans[planId]?.versions.find(({ versionId }) => versionId === planVersion);
  return version?.rules.find((rule) => rule.RuleId === ruleId)?.CopyActions ?? [];
}

function startPlannedCopy(place: Place, job: BackupJob, point: RecoveryPoint, action: CopyAction) {
  if (action.DestinationBackupVaultArn === undefined) return;
  createCopyJob(place, {
    point,
    destinationVaultArn: action.DestinationBackupVaultArn,
    lifecycle: action.Lifecycle ?? null,
    iamRoleArn: job.iamRoleArn,
    createdBy: job.createdBy,
  });
}
