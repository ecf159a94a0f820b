import type {
  DeleteRecoveryPointInput,
  DescribeRecoveryPointInput,
  DescribeRecoveryPointOutput,
  DisassociateRecoveryPointInput,
  GetRecoveryPointRestoreMetadataInput,
  GetRecoveryPointRestoreMetadataOutput,
  ListRecoveryPointsByBackupVaultInput,
  ListRecoveryPointsByBackupVaultOutput,
  ListRecoveryPointsByResourceInput,
  ListRecoveryPointsByResourceOutput,
  UpdateRecoveryPointLifecycleInput,
  UpdateRecoveryPointLifecycleOutput,
} from "@aws-sdk/client-backup";
import { vaultArn } from "@/sandbox/aws/arns";
import { checkLifecycle, discardPoint, findHold, schedulePoint } from "@/sandbox/aws/engine/lifecycle";
import { findSource } from "@/sandbox/aws/engine/run-restore";
import { judgePolicy } from "@/sandbox/aws/engine/vault-policy";
import { type Context, define, demandVault, type Handler, pageOf } from "@/sandbox/aws/operations/context";
import {
  toCalculatedLifecycle,
  toPointDetails,
  toPointOfResource,
  toPointOfVault,
} from "@/sandbox/aws/operations/describe-point";
import { accessDenied, CloudError, invalidRequest, invalidValue, notFound } from "@/sandbox/aws/wire/errors";
import type { RecoveryPoint } from "@/sandbox/aws/world";

const dayMs = 24 * 60 * 60 * 1000;
const keyOf = (point: RecoveryPoint) => ({ atMs: point.createdMs, id: point.arn });

/** The point of this ARN in the vault of this name. */
export function demandPoint(context: Context, vaultName: string, arn: string): RecoveryPoint {
  demandVault(context, vaultName);
  const point = context.region.recoveryPoints[arn];
  if (point?.vaultName !== vaultName)
    throw notFound(`Recovery point ${arn} does not exist in backup vault ${vaultName}.`);
  return point;
}

function demandDeletable(context: Context, point: RecoveryPoint) {
  const vault = demandVault(context, point.vaultName);
  const verdict = judgePolicy(
    vault.accessPolicy,
    "backup:DeleteRecoveryPoint",
    context.account.id,
    context.caller.principalArn,
  );
  if (verdict === "deny") throw accessDenied();
  if (point.status === "CREATING" || point.status === "DELETING")
    throw new CloudError("InvalidResourceStateException", "Another action is in progress on the recovery point.");
  if (vault.lock !== null) throw invalidRequest("Recovery point cannot be deleted: the backup vault is locked.");
  const hold = findHold(context, point);
  if (hold) throw invalidRequest(`Recovery point cannot be deleted: it is under the legal hold ${hold.id}.`);
}

/** Recovery points: what a restore can start from. */
export const pointOperations: Record<string, Handler> = {
  ListRecoveryPointsByBackupVault: define<ListRecoveryPointsByBackupVaultInput, ListRecoveryPointsByBackupVaultOutput>(
    (context, input) => {
      const vault = demandVault(context, input.BackupVaultName);
      if (input.BackupVaultAccountId !== undefined && input.BackupVaultAccountId !== context.account.id)
        throw accessDenied();
      const afterMs = input.ByCreatedAfter?.getTime() ?? Number.NEGATIVE_INFINITY;
      const beforeMs = input.ByCreatedBefore?.getTime() ?? Number.POSITIVE_INFINITY;
      const keep = (point: RecoveryPoint) =>
        point.createdMs > afterMs &&
        point.createdMs < beforeMs &&
        (input.ByResourceArn === undefined || point.resourceArn === input.ByResourceArn) &&
        (input.ByResourceType === undefined || point.resourceType === input.ByResourceType) &&
        (input.ByBackupPlanId === undefined || point.createdBy?.planId === input.ByBackupPlanId) &&
        (input.ByParentRecoveryPointArn === undefined || point.parentArn === input.ByParentRecoveryPointArn);
      const page = pageOf(context, input, context.index.pointsOfVault(vault.name), keyOf, keep, (point) =>
        toPointOfVault(context, point),
      );
      return { RecoveryPoints: page.entries, NextToken: page.nextToken };
    },
  ),

  ListRecoveryPointsByResource: define<ListRecoveryPointsByResourceInput, ListRecoveryPointsByResourceOutput>(
    (context, input) => {
      const page = pageOf(
        context,
        input,
        context.index.pointsOfResource(input.ResourceArn),
        keyOf,
        () => true,
        (point) => toPointOfResource(context, point),
      );
      return { RecoveryPoints: page.entries, NextToken: page.nextToken };
    },
  ),

  DescribeRecoveryPoint: define<DescribeRecoveryPointInput, DescribeRecoveryPointOutput>((context, input) =>
    toPointDetails(context, demandPoint(context, input.BackupVaultName, input.RecoveryPointArn)),
  ),

  GetRecoveryPointRestoreMetadata: define<GetRecoveryPointRestoreMetadataInput, GetRecoveryPointRestoreMetadataOutput>(
    (context, input) => {
      const point = demandPoint(context, input.BackupVaultName, input.RecoveryPointArn);
      return {
        BackupVaultArn: vaultArn(context.account.id, context.region.name, point.vaultName),
        RecoveryPointArn: point.arn,
        RestoreMetadata: point.restoreMetadata ?? findSource(context, point)?.settings ?? {},
        ResourceType: point.resourceType,
      };
    },
  ),

  UpdateRecoveryPointLifecycle: define<UpdateRecoveryPointLifecycleInput, UpdateRecoveryPointLifecycleOutput>(
    (context, input) => {
      const point = demandPoint(context, input.BackupVaultName, input.RecoveryPointArn);
      const lifecycle = input.Lifecycle ?? {};
      checkLifecycle(lifecycle);
      if (point.continuous) {
        const days = lifecycle.DeleteAfterDays;
        if (lifecycle.MoveToColdStorageAfterDays !== undefined || days === undefined || days < 1 || days > 35)
          throw invalidValue("Continuous backups are kept for 1 to 35 days and cannot move to cold storage.");
      }
      const ageDays = Math.floor((context.nowMs - point.createdMs) / dayMs);
      const { DeleteAfterDays: deleteAfter, MoveToColdStorageAfterDays: coldAfter } = lifecycle;
      if (!point.continuous && deleteAfter !== undefined && deleteAfter > 0 && deleteAfter < ageDays + 1)
        throw invalidValue(`DeleteAfterDays must be at least ${ageDays + 1}.`);
      if (point.storageClass === "COLD" && coldAfter !== point.lifecycle?.MoveToColdStorageAfterDays)
        throw invalidRequest("MoveToColdStorageAfterDays cannot be changed after the move to cold storage.");
      const lock = demandVault(context, point.vaultName).lock;
      const isShorter =
        deleteAfter !== undefined &&
        deleteAfter > 0 &&
        deleteAfter < (point.lifecycle?.DeleteAfterDays ?? Number.POSITIVE_INFINITY);
      if (lock && isShorter)
        throw invalidRequest("The retention of a recovery point in a locked vault cannot be shortened.");
      point.lifecycle = lifecycle;
      schedulePoint(context, point);
      return {
        BackupVaultArn: vaultArn(context.account.id, context.region.name, point.vaultName),
        RecoveryPointArn: point.arn,
        Lifecycle: lifecycle,
        CalculatedLifecycle: toCalculatedLifecycle(point),
      };
    },
  ),

  DeleteRecoveryPoint: define<DeleteRecoveryPointInput, object>((context, input) => {
    const point = demandPoint(context, input.BackupVaultName, input.RecoveryPointArn);
    demandDeletable(context, point);
    discardPoint(context, point);
    return {};
  }),

  DisassociateRecoveryPoint: define<DisassociateRecoveryPointInput, object>((context, input) => {
    const point = demandPoint(context, input.BackupVaultName, input.RecoveryPointArn);
    if (!point.continuous) throw invalidRequest("Only continuous recovery points can be disassociated.");
    demandDeletable(context, point);
    context.index.removePoint(point);
    return {};
  }),
};
