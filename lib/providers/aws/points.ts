import {
  type BackupVaultListMember,
  DescribeRecoveryPointCommand,
  type DescribeRecoveryPointOutput,
  paginateListBackupVaults,
  paginateListRecoveryPointsByBackupVault,
  type RecoveryPointByBackupVault,
} from "@aws-sdk/client-backup";
import type { ObservedPoint, ObservedVault, Pages, PointStatus } from "@/lib/providers/contract";
import { ask, named, readPages } from "./errors";
import type { AwsClients } from "./session";

const pageSize = 1_000;

/** Every backup vault of the region. */
export const readVaults = ({ backup }: AwsClients): Pages<ObservedVault> =>
  readPages(
    () => paginateListBackupVaults({ client: backup, pageSize, stopOnSameToken: true }, {}),
    ({ BackupVaultList = [] }) => BackupVaultList.map(toVault),
  );

/** Every recovery point of a vault, or those whose data is younger than a moment. */
export const readPoints = (
  { backup }: AwsClients,
  { vaultName, createdAfter }: { vaultName: string; createdAfter?: Date },
): Pages<ObservedPoint> =>
  readPages(
    () =>
      paginateListRecoveryPointsByBackupVault(
        { client: backup, pageSize, stopOnSameToken: true },
        { BackupVaultName: vaultName, ...(createdAfter ? { ByCreatedAfter: createdAfter } : {}) },
      ),
    ({ RecoveryPoints = [] }) => RecoveryPoints.map(toPoint),
  );

/** What AWS says of one recovery point now. */
export async function readPointStatus(
  { backup }: AwsClients,
  { vaultName, pointRef }: { vaultName: string; pointRef: string },
): Promise<{ status: PointStatus; rawStatus: string; expiresAt: Date | null }> {
  const point: DescribeRecoveryPointOutput = await ask(() =>
    backup.send(new DescribeRecoveryPointCommand({ BackupVaultName: vaultName, RecoveryPointArn: pointRef })),
  );
  const rawStatus = point.Status ?? "";
  return {
    status: toPointStatus(rawStatus),
    rawStatus: point.StatusMessage ? `${rawStatus}: ${point.StatusMessage}` : rawStatus,
    expiresAt: point.CalculatedLifecycle?.DeleteAt ?? null,
  };
}

const statuses: Readonly<Record<string, PointStatus>> = {
  CREATING: "creating",
  COMPLETED: "available",
  AVAILABLE: "available",
  PARTIAL: "partial",
  STOPPED: "stopped",
  EXPIRED: "expired",
  DELETING: "deleting",
};

/** A status we do not know never counts as a usable backup. */
export const toPointStatus = (raw: string): PointStatus =>
  Object.hasOwn(statuses, raw) ? (statuses[raw] ?? "unknown") : "unknown";

const vaultKinds: Readonly<Record<string, ObservedVault["kind"]>> = {
  LOGICALLY_AIR_GAPPED_BACKUP_VAULT: "air_gapped",
  RESTORE_ACCESS_BACKUP_VAULT: "restore_access",
};

/** A lock with a date is beyond everybody's reach from that date on; one without can be taken off by its administrators. */
export function toVault(vault: BackupVaultListMember): ObservedVault {
  const kind = vaultKinds[vault.VaultType ?? ""] ?? "standard";
  const isLockedForGood = vault.LockDate !== undefined || kind === "air_gapped";
  const lockMode = isLockedForGood ? "compliance" : vault.Locked ? "governance" : "none";
  return {
    providerRef: named(vault.BackupVaultArn, "vault's ARN"),
    name: named(vault.BackupVaultName, "vault's name"),
    kind,
    lockMode,
    lockFinalAt: vault.LockDate ?? (kind === "air_gapped" ? (vault.CreationDate ?? null) : null),
    minDays: vault.MinRetentionDays ?? null,
    maxDays: vault.MaxRetentionDays ?? null,
    keyRef: vault.EncryptionKeyArn ?? null,
    pointCount: vault.NumberOfRecoveryPoints ?? 0,
    rawStatus: vault.VaultState ?? "",
  };
}

/** AWS names no moment of the data: the creation date is the nearest it tells, so it is marked as estimated (decisions 24). */
export function toPoint(point: RecoveryPointByBackupVault): ObservedPoint {
  const providerRef = named(point.RecoveryPointArn, "recovery point's ARN");
  const resourceRef = named(point.ResourceArn, "recovery point's resource");
  const vaultRef = named(point.BackupVaultArn, "recovery point's vault");
  const rawStatus = point.Status ?? "";
  return {
    providerRef,
    vaultRef,
    resourceRef,
    resourceKind: point.ResourceType ?? "",
    resourceName: point.ResourceName ?? nameOf(resourceRef),
    resourceRegion: regionOf(resourceRef) || null,
    resourceAccount: accountOf(resourceRef) || null,
    account: accountOf(vaultRef),
    kind: isContinuous(providerRef, rawStatus) ? "continuous" : "snapshot",
    status: toPointStatus(rawStatus),
    rawStatus,
    statusMessage: orNull(point.StatusMessage),
    dataAsOf: orNull(point.CreationDate),
    asOfQuality: "estimated",
    startedAt: orNull(point.InitiationDate),
    completedAt: orNull(point.CompletionDate),
    expiresAt: orNull(point.CalculatedLifecycle?.DeleteAt),
    ...storageOf(point),
    sizeBytes: orNull(point.BackupSizeInBytes),
    encrypted: orNull(point.IsEncrypted),
    keyRef: orNull(point.EncryptionKeyArn),
    parentRef: orNull(point.ParentRecoveryPointArn),
    copyOfRef: orNull(point.SourceBackupVaultArn),
  };
}

const orNull = <T>(value: T | undefined): T | null => value ?? null;

/** The list does not tell the storage class, but when the point moves to cold storage. */
function storageOf({
  CalculatedLifecycle,
}: RecoveryPointByBackupVault): Pick<ObservedPoint, "coldAt" | "storageClass"> {
  const coldAt = CalculatedLifecycle?.MoveToColdStorageAt ?? null;
  return { coldAt, storageClass: coldAt && coldAt.getTime() <= Date.now() ? "cold" : "warm" };
}

/** Point-in-time recovery shows in the ARN, and in the status that only continuous points have. */
const isContinuous = (ref: string, rawStatus: string) =>
  ref.includes(":recovery-point:continuous:") || rawStatus === "AVAILABLE" || rawStatus === "STOPPED";

/** The region in an ARN; empty where the service leaves it out. */
export const regionOf = (arn: string): string => arn.split(":")[3] ?? "";

/** The account in an ARN; empty where the service leaves it out. */
export const accountOf = (arn: string): string => arn.split(":")[4] ?? "";

/** The last part of an ARN: what its own service calls the thing. */
export const nameOf = (arn: string): string => arn.split(":").slice(5).join(":").split(/[:/]/).at(-1) ?? arn;
