import type { Lifecycle } from "@aws-sdk/client-backup";
import { drawFraction, findPlace, type Place, scheduleAt } from "@/sandbox/aws/engine/engine";
import { findMissingRight } from "@/sandbox/aws/engine/roles";
import { invalidValue } from "@/sandbox/aws/wire/errors";
import type { LegalHold, RecoveryPoint, Vault } from "@/sandbox/aws/world";

const dayMs = 24 * 60 * 60 * 1000;
const hourMs = 60 * 60 * 1000;
const forever = -1;

/** Types whose points can be kept in cold storage. */
const coldTypes = new Set([
  "EBS",
  "EFS",
  "DynamoDB",
  "Timestream",
  "SAP HANA on Amazon EC2",
  "VirtualMachine",
  "CloudFormation",
]);

/** Refuses a lifecycle that AWS Backup does not accept. */
export function checkLifecycle(lifecycle: Lifecycle | undefined | null): void {
  if (!lifecycle) return;
  const { DeleteAfterDays: deleteAfter, MoveToColdStorageAfterDays: coldAfter } = lifecycle;
  for (const days of [deleteAfter, coldAfter])
    if (days !== undefined && days !== forever && (days < 1 || days > 36500 || !Number.isInteger(days)))
      throw invalidValue("Lifecycle days must be between 1 and 36500.");
  if (deleteAfter === undefined || coldAfter === undefined || deleteAfter === forever || coldAfter === forever) return;
  if (deleteAfter < coldAfter + 90)
    throw invalidValue(
      "Invalid lifecycle. DeleteAfterDays must be at least 90 days greater than MoveToColdStorageAfterDays",
    );
}

/** When the point is due for deletion; null keeps it forever. */
export function deleteAtMs(point: RecoveryPoint): number | null {
  const days = point.lifecycle?.DeleteAfterDays;
  if (point.continuous || days === undefined || days === forever) return null;
  return point.createdMs + days * dayMs;
}

/** When the point moves to cold storage; null keeps it warm. */
export function coldAtMs(point: RecoveryPoint): number | null {
  const days = point.lifecycle?.MoveToColdStorageAfterDays;
  if (point.continuous || days === undefined || days === forever || !coldTypes.has(point.resourceType)) return null;
  return point.createdMs + days * dayMs;
}

/** Puts the point's next change on the calendar; deletion comes at a random moment of the 8 hours after expiry. */
export function schedulePoint(place: Place, point: RecoveryPoint): void {
  if (point.status === "CREATING" || point.status === "EXPIRED") return;
  const deleteMs = deleteAtMs(point);
  const coldMs = point.storageClass === "WARM" ? coldAtMs(point) : null;
  const spreadMs = drawFraction(place.engine.world.seed, point.arn, "delete") * 8 * hourMs;
  const next = Math.min(coldMs ?? Number.POSITIVE_INFINITY, (deleteMs ?? Number.POSITIVE_INFINITY) + spreadMs);
  if (Number.isFinite(next)) scheduleAt(place, Math.max(next, place.engine.nowMs), "recovery_point", point.arn);
}

/** Lives through a point's move to cold storage or its deletion; a point under legal hold waits. */
export function agePoint(place: Place, arn: string): void {
  const point = place.region.recoveryPoints[arn];
  if (!point || point.status === "EXPIRED" || point.status === "CREATING") return;
  const nowMs = place.engine.nowMs;
  const deleteMs = deleteAtMs(point);
  if (deleteMs !== null && nowMs >= deleteMs) {
    if (findHold(place, point)) scheduleAt(place, nowMs + 24 * hourMs, "recovery_point", arn);
    else discardPoint(place, point);
    return;
  }
  const coldMs = coldAtMs(point);
  if (point.storageClass === "WARM" && coldMs !== null && nowMs >= coldMs) point.storageClass = "COLD";
  schedulePoint(place, point);
}

/** Deletes the point; where its role may not delete the snapshot it stays behind, EXPIRED. */
export function discardPoint(place: Place, point: RecoveryPoint): void {
  const missing = findMissingRight(place.account, point.iamRoleArn, point.resourceType, "delete");
  if (missing === null) {
    place.index.removePoint(point);
    return;
  }
  point.status = "EXPIRED";
  point.statusMessage = missing;
}

/** The active legal hold that covers the point, or null; continuous points are never held. */
export function findHold(place: Place, point: RecoveryPoint): LegalHold | null {
  if (point.continuous) return null;
  const holds = Object.values(place.region.legalHolds);
  return holds.find((hold) => hold.status === "ACTIVE" && isHeldBy(hold, point)) ?? null;
}

/** Whether the point lies in the hold's scope. */
export function isHeldBy({ scope }: LegalHold, point: RecoveryPoint): boolean {
  if (point.continuous) return false;
  if (scope.vaultNames !== null && !scope.vaultNames.includes(point.vaultName)) return false;
  if (scope.resourceArns !== null && !scope.resourceArns.includes(point.resourceArn)) return false;
  if (scope.fromMs !== null && point.createdMs < scope.fromMs) return false;
  return scope.toMs === null || point.createdMs < scope.toMs;
}

/** Why the vault's lock does not take a point of this lifecycle, or null. */
export function findLockConflict(vault: Vault, lifecycle: Lifecycle | null): string | null {
  if (!vault.lock) return null;
  const { minRetentionDays, maxRetentionDays } = vault.lock;
  const days = lifecycle?.DeleteAfterDays;
  const isForever = days === undefined || days === forever;
  if (minRetentionDays !== null && !isForever && days < minRetentionDays)
    return `Retention settings are not compatible with vault lock: retention of ${days} days is less than the minimum of ${minRetentionDays} days.`;
  if (maxRetentionDays !== null && (isForever || days > maxRetentionDays))
    return `Retention settings are not compatible with vault lock: retention exceeds the maximum of ${maxRetentionDays} days.`;
  return null;
}

/** The vault and place that a vault ARN leads to, or null. */
export function findVault(place: Place, parsed: { accountId: string; region: string; name: string } | null) {
  if (!parsed) return null;
  const other = findPlace(place.engine, parsed.accountId, parsed.region);
  const vault = other?.region.vaults[parsed.name];
  return other && vault ? { place: other, vault } : null;
}
