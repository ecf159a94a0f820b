import { pointArn } from "@/sandbox/aws/arns";
import { createJobId, drawHex, type Place } from "@/sandbox/aws/engine/engine";
import { schedulePoint } from "@/sandbox/aws/engine/lifecycle";
import { findTrouble } from "@/sandbox/aws/engine/troubles";
import type { BackupJob, RecoveryPoint } from "@/sandbox/aws/world";

const compositeTypes = new Set(["EKS", "CloudFormation"]);

/**
 * A backup of a cluster or a stack is a parent of parts, one for each member that its last backup had. Answers why the
 * parent is PARTIAL, or null where every part was made.
 */
export function backUpParts(place: Place, parentJob: BackupJob, parent: RecoveryPoint): string | null {
  const members = compositeTypes.has(parent.resourceType) ? findMembers(place, parent) : [];
  if (members.length === 0) return null;
  parent.isParent = true;
  parentJob.isParent = true;
  const failed = members.filter((member) => !backUpPart(place, parentJob, parent, member));
  return failed.length === 0
    ? null
    : `${failed.length} of ${members.length + 1} nested recovery points could not be created.`;
}

/** The parts of the newest earlier point that has any. */
function findMembers({ index }: Place, parent: RecoveryPoint): RecoveryPoint[] {
  const earlier = index.pointsOfResource(parent.resourceArn).all();
  for (const previous of earlier) {
    if (previous === parent || !previous.isParent) continue;
    const parts = index.pointsOfVault(previous.vaultName).all();
    const members = parts.filter(({ parentArn }) => parentArn === previous.arn);
    if (previous.status === "COMPLETED" && members.length > 0) return members;
  }
  return [];
}

function backUpPart(place: Place, parentJob: BackupJob, parent: RecoveryPoint, member: RecoveryPoint): boolean {
  const { engine, account, region, index } = place;
  const resource = region.resources[member.resourceArn];
  const trouble = resource && findTrouble(resource, "backup_fails", engine.nowMs, parentJob.createdBy?.ruleId);
  const isThere = resource !== undefined && resource.deletedMs === null;
  const failure = isThere ? (trouble?.message ?? null) : `Resource ${member.resourceArn} does not exist.`;
  const id = createJobId();
  const form = {
    accountId: account.id,
    region: region.name,
    jobId: id,
    hex: drawHex(32, engine.world.seed, id),
    resourceName: member.resourceName ?? "part",
  };
  const arn = pointArn(member.resourceType, form, region.vaults[parent.vaultName]?.type !== "BACKUP_VAULT");
  const sizeBytes = resource?.sizeBytes ?? 0;
  const job: BackupJob = {
    ...parentJob,
    id,
    resourceArn: member.resourceArn,
    resourceType: member.resourceType,
    resourceName: member.resourceName,
    recoveryPointArn: failure === null ? arn : null,
    state: failure === null ? "COMPLETED" : "FAILED",
    statusMessage: failure,
    completedMs: engine.nowMs,
    percentDone: failure === null ? 100 : 0,
    sizeBytes: failure === null ? sizeBytes : 0,
    isParent: false,
    parentJobId: parentJob.id,
    program: null,
  };
  region.backupJobs[id] = job;
  index.backupJobs.add(job);
  if (failure !== null) return false;
  const point: RecoveryPoint = {
    ...parent,
    arn,
    resourceArn: member.resourceArn,
    resourceType: member.resourceType,
    resourceName: member.resourceName,
    status: "COMPLETED",
    statusMessage: null,
    completedMs: engine.nowMs,
    sizeBytes,
    isParent: false,
    parentArn: parent.arn,
    compositeMemberIdentifier: member.compositeMemberIdentifier,
    restoreMetadata: { ...resource?.settings },
    tags: { ...resource?.tags },
  };
  index.addPoint(point);
  schedulePoint(place, point);
  return true;
}
