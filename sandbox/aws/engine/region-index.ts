import { SortedList } from "@/sandbox/aws/engine/sorted-list";
import type { BackupJob, CopyJob, RecoveryPoint, Region, RestoreJob } from "@/sandbox/aws/world";

/** Lists of a region's records in the order they are answered; derived from the world and never saved. */
export type RegionIndex = {
  backupJobs: SortedList<BackupJob>;
  copyJobs: SortedList<CopyJob>;
  restoreJobs: SortedList<RestoreJob>;
  pointsOfVault(vaultName: string): SortedList<RecoveryPoint>;
  pointsOfResource(resourceArn: string): SortedList<RecoveryPoint>;
  /** ARNs of everything that has at least one recovery point here, whatever its status. */
  protectedArns(): Iterable<string>;
  addPoint(point: RecoveryPoint): void;
  removePoint(point: RecoveryPoint): void;
  /** The backup job that runs for a resource now; AWS runs one at a time. */
  runningBackup: Map<string, string>;
};

const keyOfPoint = (point: RecoveryPoint) => ({ atMs: point.createdMs, id: point.arn });
const keyOfJob = (job: { createdMs: number; id: string }) => ({ atMs: job.createdMs, id: job.id });

/** Builds the lists of a region from its records. */
export function createRegionIndex(region: Region): RegionIndex {
  const byVault = new Map<string, SortedList<RecoveryPoint>>();
  const byResource = new Map<string, SortedList<RecoveryPoint>>();
  const listIn = (lists: Map<string, SortedList<RecoveryPoint>>, key: string) => {
    const list = lists.get(key) ?? new SortedList(keyOfPoint);
    lists.set(key, list);
    return list;
  };
  fillPoints(region, byVault, (point) => point.vaultName);
  fillPoints(region, byResource, (point) => point.resourceArn);

  const backupJobs = listJobs(region.backupJobs);
  const runningBackup = new Map<string, string>();
  for (const job of backupJobs.all())
    if (job.state === "RUNNING" || job.state === "ABORTING") runningBackup.set(job.resourceArn, job.id);

  return {
    backupJobs,
    copyJobs: listJobs(region.copyJobs),
    restoreJobs: listJobs(region.restoreJobs),
    pointsOfVault: (vaultName) => listIn(byVault, vaultName),
    pointsOfResource: (resourceArn) => listIn(byResource, resourceArn),
    *protectedArns() {
      for (const [arn, list] of byResource) if (list.all().length > 0) yield arn;
    },
    addPoint: (point) => {
      region.recoveryPoints[point.arn] = point;
      listIn(byVault, point.vaultName).add(point);
      listIn(byResource, point.resourceArn).add(point);
    },
    removePoint: (point) => {
      delete region.recoveryPoints[point.arn];
      listIn(byVault, point.vaultName).remove(point);
      listIn(byResource, point.resourceArn).remove(point);
    },
    runningBackup,
  };
}

function listJobs<T extends { createdMs: number; id: string }>(jobs: Record<string, T>): SortedList<T> {
  const list = new SortedList<T>(keyOfJob);
  list.addAll(Object.values(jobs));
  return list;
}

function fillPoints(
  region: Region,
  lists: Map<string, SortedList<RecoveryPoint>>,
  keyOf: (point: RecoveryPoint) => string,
) {
  const groups = new Map<string, RecoveryPoint[]>();
  for (const point of Object.values(region.recoveryPoints)) {
    const group = groups.get(keyOf(point));
    if (group) group.push(point);
    else groups.set(keyOf(point), [point]);
  }
  for (const [key, points] of groups) {
    const list = new SortedList(keyOfPoint);
    list.addAll(points);
    lists.set(key, list);
  }
}
