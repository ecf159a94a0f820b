import type {
  CalculatedLifecycle,
  DescribeRecoveryPointOutput,
  Lifecycle,
  RecoveryPointByBackupVault,
  RecoveryPointByResource,
  RecoveryPointCreator,
} from "@aws-sdk/client-backup";
import { vaultArn } from "@/sandbox/aws/arns";
import type { Place } from "@/sandbox/aws/engine/engine";
import { coldAtMs, deleteAtMs } from "@/sandbox/aws/engine/lifecycle";
import { toDate } from "@/sandbox/aws/operations/context";
import type { Creator, RecoveryPoint } from "@/sandbox/aws/world";

/** Who or what made a job or a point, as AWS names it. */
export function toCreator(place: Place, creator: Creator | null): RecoveryPointCreator | undefined {
  if (!creator) return undefined;
  const version = place.region.plans[creator.planId]?.versions.find(
    ({ versionId }) => versionId === creator.planVersion,
  );
  const rule = version?.rules.find(({ RuleId }) => RuleId === creator.ruleId);
  return {
    BackupPlanId: creator.planId,
    BackupPlanArn: creator.planArn,
    BackupPlanName: creator.planName,
    BackupPlanVersion: creator.planVersion,
    BackupRuleId: creator.ruleId,
    BackupRuleName: creator.ruleName,
    BackupRuleCron: rule?.ScheduleExpression,
    BackupRuleTimezone: rule?.ScheduleExpressionTimezone,
  };
}

/** The moments that follow from a point's lifecycle. */
export function toCalculatedLifecycle(point: RecoveryPoint): CalculatedLifecycle {
  return { MoveToColdStorageAt: toDate(coldAtMs(point)), DeleteAt: toDate(deleteAtMs(point)) };
}

function toLifecycle(lifecycle: Lifecycle | null): Lifecycle | undefined {
  return lifecycle === null ? undefined : lifecycle;
}

function toCommon(place: Place, point: RecoveryPoint) {
  const vault = place.region.vaults[point.vaultName];
  return {
    RecoveryPointArn: point.arn,
    BackupVaultName: point.vaultName,
    BackupVaultArn: vaultArn(place.account.id, place.region.name, point.vaultName),
    SourceBackupVaultArn: point.sourceVaultArn ?? undefined,
    ResourceArn: point.resourceArn,
    ResourceType: point.resourceType,
    ResourceName: point.resourceName ?? undefined,
    CreatedBy: toCreator(place, point.createdBy),
    IamRoleArn: point.iamRoleArn,
    Status: point.status,
    StatusMessage: point.statusMessage ?? undefined,
    CreationDate: new Date(point.createdMs),
    InitiationDate: new Date(point.initiatedMs),
    CompletionDate: toDate(point.completedMs),
    BackupSizeInBytes: point.sizeBytes,
    CalculatedLifecycle: toCalculatedLifecycle(point),
    Lifecycle: toLifecycle(point.lifecycle),
    EncryptionKeyArn: point.encryptionKeyArn ?? undefined,
    EncryptionKeyType: vault?.encryptionKeyType,
    IsEncrypted: point.encryptionKeyArn !== null,
    LastRestoreTime: toDate(point.lastRestoreMs),
    ParentRecoveryPointArn: point.parentArn ?? undefined,
    CompositeMemberIdentifier: point.compositeMemberIdentifier ?? undefined,
    IsParent: point.isParent,
    VaultType: vault?.type,
  };
}

/** A point as ListRecoveryPointsByBackupVault lists it. */
export function toPointOfVault(place: Place, point: RecoveryPoint): RecoveryPointByBackupVault {
  return toCommon(place, point);
}

/** A point as DescribeRecoveryPoint answers it. */
export function toPointDetails(place: Place, point: RecoveryPoint): DescribeRecoveryPointOutput {
  return { ...toCommon(place, point), StorageClass: point.storageClass };
}

/** A point as ListRecoveryPointsByResource lists it: without completion and lifecycle. */
export function toPointOfResource(place: Place, point: RecoveryPoint): RecoveryPointByResource {
  const vault = place.region.vaults[point.vaultName];
  return {
    RecoveryPointArn: point.arn,
    CreationDate: new Date(point.createdMs),
    Status: point.status,
    StatusMessage: point.statusMessage ?? undefined,
    EncryptionKeyArn: point.encryptionKeyArn ?? undefined,
    EncryptionKeyType: vault?.encryptionKeyType,
    BackupSizeBytes: point.sizeBytes,
    BackupVaultName: point.vaultName,
    IsParent: point.isParent,
    ParentRecoveryPointArn: point.parentArn ?? undefined,
    ResourceName: point.resourceName ?? undefined,
    VaultType: vault?.type,
  };
}
