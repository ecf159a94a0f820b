import type { Lifecycle } from "@aws-sdk/client-backup";
import { parseVaultArn, pointArn, vaultArn } from "@/sandbox/aws/arns";
import { delayMs, durationMs } from "@/sandbox/aws/engine/durations";
import { createJobId, drawHex, type Place, scheduleAt } from "@/sandbox/aws/engine/engine";
import { findLockConflict, findVault, schedulePoint } from "@/sandbox/aws/engine/lifecycle";
import { findTrouble } from "@/sandbox/aws/engine/troubles";
import { judgePolicy } from "@/sandbox/aws/engine/vault-policy";
import type { CopyJob, Creator, RecoveryPoint, ResourceType, Vault } from "@/sandbox/aws/world";

const acrossBoth = new Set<ResourceType>(["RDS", "Aurora", "DocumentDB", "Neptune"]);

export type CopyOrder = {
  point: RecoveryPoint;
  destinationVaultArn: string;
  lifecycle: Lifecycle | null;
  iamRoleArn: string;
  createdBy: Creator | null;
};

/** A copy job, CREATED and on the calendar. */
export function createCopyJob(place: Place, order: CopyOrder): CopyJob {
  const { engine, account, region, index } = place;
  const { point } = order;
  const id = createJobId();
  const runsAtMs = engine.nowMs + delayMs(engine, id);
  const job: CopyJob = {
    id,
    sourceVaultArn: vaultArn(account.id, region.name, point.vaultName),
    sourceRecoveryPointArn: point.arn,
    destinationVaultArn: order.destinationVaultArn,
    destinationRecoveryPointArn: null,
    resourceArn: point.resourceArn,
    resourceType: point.resourceType,
    resourceName: point.resourceName,
    state: "CREATED",
    statusMessage: null,
    createdMs: engine.nowMs,
    completedMs: null,
    sizeBytes: 0,
    iamRoleArn: order.iamRoleArn,
    createdBy: order.createdBy,
    lifecycle: order.lifecycle,
    isParent: point.isParent,
    parentJobId: null,
    program: {
      runsAtMs,
      endsAtMs: runsAtMs + durationMs(engine, "copy", point.sizeBytes, id),
      outcome: "completed",
      message: null,
    },
  };
  region.copyJobs[id] = job;
  index.copyJobs.add(job);
  scheduleAt(place, runsAtMs, "copy_job", id);
  engine.isDirty = true;
  return job;
}

/** Takes a copy job to its next state, if its moment has come. */
export function advanceCopyJob(place: Place, id: string): void {
  const job = place.region.copyJobs[id];
  if (!job?.program) return;
  const { nowMs } = place.engine;
  if (job.state === "CREATED" && nowMs >= job.program.runsAtMs) {
    job.state = "RUNNING";
    scheduleAt(place, job.program.endsAtMs, "copy_job", id);
  } else if (job.state === "RUNNING" && nowMs >= job.program.endsAtMs) endCopy(place, job);
}

function endCopy(place: Place, job: CopyJob) {
  const point = place.region.recoveryPoints[job.sourceRecoveryPointArn];
  const destination = findVault(place, parseVaultArn(job.destinationVaultArn));
  const failure = findFailure(place, job, point, destination);
  job.completedMs = place.engine.nowMs;
  job.program = null;
  if (failure !== null || !point || !destination) {
    job.state = "FAILED";
    job.statusMessage = failure;
    return;
  }
  const copy = newCopy(place, job, point, destination);
  destination.place.index.addPoint(copy);
  schedulePoint(destination.place, copy);
  job.destinationRecoveryPointArn = copy.arn;
  job.sizeBytes = point.sizeBytes;
  job.state = "COMPLETED";
}

type Destination = { place: Place; vault: Vault };

function findFailure(
  place: Place,
  job: CopyJob,
  point: RecoveryPoint | undefined,
  destination: Destination | null,
): string | null {
  if (!point || point.status === "EXPIRED") return "The source recovery point does not exist.";
  if (!destination) return `Destination backup vault ${job.destinationVaultArn} does not exist.`;
  if (point.storageClass === "COLD") return "Recovery points in cold storage cannot be copied.";
  const resource = place.region.resources[job.resourceArn];
  const trouble = resource && findTrouble(resource, "copy_fails", place.engine.nowMs);
  if (trouble) return trouble.message;
  const isOtherAccount = destination.place.account.id !== place.account.id;
  if (isOtherAccount) {
    if (place.account.globalSettings.isCrossAccountBackupEnabled !== "true")
      return "Cross-account backup is not enabled for this organization.";
    const verdict = judgePolicy(
      destination.vault.accessPolicy,
      "backup:CopyIntoBackupVault",
      place.account.id,
      job.iamRoleArn,
    );
    if (verdict !== "allow")
      return `Access Denied trying to call AWS Backup service: the policy of ${job.destinationVaultArn} does not allow backup:CopyIntoBackupVault.`;
    if (destination.place.region.name !== place.region.name && !acrossBoth.has(job.resourceType))
      return `${job.resourceType} does not support a copy to another account and another Region at once.`;
  }
  return findLockConflict(destination.vault, job.lifecycle);
}

function newCopy(
  place: Place,
  job: CopyJob,
  point: RecoveryPoint,
  { place: there, vault }: Destination,
): RecoveryPoint {
  const { engine } = place;
  const form = {
    accountId: there.account.id,
    region: there.region.name,
    jobId: job.id,
    hex: drawHex(32, engine.world.seed, job.id),
    resourceName: point.resourceName ?? "copy",
  };
  const isAlways = job.lifecycle?.DeleteAfterDays === -1;
  return {
    ...point,
    arn: pointArn(point.resourceType, form, vault.type !== "BACKUP_VAULT"),
    vaultName: vault.name,
    status: "COMPLETED",
    statusMessage: null,
    // A copy of a continuous point is a snapshot of its latest state.
    createdMs: point.continuous ? job.createdMs : point.createdMs,
    initiatedMs: job.createdMs,
    completedMs: engine.nowMs,
    continuous: null,
    lifecycle: isAlways ? point.lifecycle : job.lifecycle,
    storageClass: "WARM",
    iamRoleArn: job.iamRoleArn,
    encryptionKeyArn: vault.encryptionKeyArn,
    createdBy: job.createdBy,
    sourceVaultArn: job.sourceVaultArn,
    lastRestoreMs: null,
    restoreMetadata: point.restoreMetadata ? { ...point.restoreMetadata } : null,
    tags: point.tags ? { ...point.tags } : null,
  };
}
