import type { Draw } from "@/sandbox/aws/estates/draw";
import type { Account, BackupJob, RecoveryPoint, Region, Resource } from "@/sandbox/aws/world";

/**
 * A backup of an EKS cluster is a parent of parts: the cluster's own state and its volumes. The last days' points are
 * rewritten as such, and the last but one is PARTIAL because one volume could not be copied.
 */
export function composeCluster(place: { account: Account; region: Region }, draw: Draw): void {
  const { region } = place;
  const resources = Object.values(region.resources);
  const volumes = resources.filter((resource) => resource.type === "EBS" && resource.tags.system === "platform-eks");
  const parents = Object.values(region.recoveryPoints)
    .filter((point) => point.resourceType === "EKS" && point.status === "COMPLETED")
    .sort((left, right) => right.createdMs - left.createdMs);
  const broken = parents[1];
  for (const parent of parents) {
    parent.isParent = true;
    const parentJob = Object.values(region.backupJobs).find((job) => job.recoveryPointArn === parent.arn) ?? null;
    if (parentJob) parentJob.isParent = true;
    const missing = parent === broken ? volumes[0] : undefined;
    for (const volume of volumes) addPart(place, { parent, parentJob, volume, isMissing: volume === missing }, draw);
    if (!missing) continue;
    parent.status = "PARTIAL";
    parent.statusMessage = `1 of ${volumes.length + 1} nested recovery points could not be created.`;
    if (parentJob) Object.assign(parentJob, { state: "PARTIAL", statusMessage: parent.statusMessage });
  }
  if (!broken) throw new Error("The estate's cluster has no recovery points to take apart.");
}

type Part = { parent: RecoveryPoint; parentJob: BackupJob | null; volume: Resource; isMissing: boolean };

function addPart({ region }: { region: Region }, { parent, parentJob, volume, isMissing }: Part, draw: Draw): void {
  const id = draw.jobId("part", parent.arn, volume.arn);
  const arn = `arn:aws:ec2:${region.name}::snapshot/snap-0${draw.hex(16, id)}`;
  const sizeBytes = Math.round(volume.sizeBytes * 0.98);
  if (parentJob)
    region.backupJobs[id] = {
      ...parentJob,
      id,
      resourceArn: volume.arn,
      resourceType: volume.type,
      resourceName: volume.name,
      recoveryPointArn: isMissing ? null : arn,
      state: isMissing ? "FAILED" : "COMPLETED",
      statusMessage: isMissing ? "The volume was detached while its snapshot was being made." : null,
      percentDone: isMissing ? 0 : 100,
      sizeBytes: isMissing ? 0 : sizeBytes,
      isParent: false,
      parentJobId: parentJob.id,
    };
  if (isMissing) return;
  region.recoveryPoints[arn] = {
    ...parent,
    arn,
    resourceArn: volume.arn,
    resourceType: volume.type,
    resourceName: volume.name,
    status: "COMPLETED",
    statusMessage: null,
    sizeBytes,
    isParent: false,
    parentArn: parent.arn,
    compositeMemberIdentifier: `pvc-${volume.name.replace(/^vol-/, "")}`,
  };
}
