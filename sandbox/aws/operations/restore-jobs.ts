import type {
  DescribeRestoreJobInput,
  DescribeRestoreJobOutput,
  GetRestoreJobMetadataInput,
  GetRestoreJobMetadataOutput,
  ListRestoreJobsByProtectedResourceInput,
  ListRestoreJobsByProtectedResourceOutput,
  ListRestoreJobsInput,
  ListRestoreJobsOutput,
  PutRestoreValidationResultInput,
  RestoreJobsListMember,
  StartRestoreJobInput,
  StartRestoreJobOutput,
} from "@aws-sdk/client-backup";
import { RestoreJobStatus, RestoreValidationStatus } from "@aws-sdk/client-backup";
import { vaultArn } from "@/sandbox/aws/arns";
import { findMetadataFault, readKey } from "@/sandbox/aws/engine/restore-metadata";
import { demandServiceRole } from "@/sandbox/aws/engine/roles";
import { createRestoreJob, findSource, latestRestorableMs } from "@/sandbox/aws/engine/run-restore";
import { judgePolicy } from "@/sandbox/aws/engine/vault-policy";
import {
  answerOnce,
  type Context,
  define,
  demandOneOf,
  demandPassRole,
  demandVault,
  type Handler,
  pageOf,
  toDate,
} from "@/sandbox/aws/operations/context";
import { demandOwnAccount, listedMs, toPercent } from "@/sandbox/aws/operations/job-lists";
import { accessDenied, invalidRequest, invalidValue, missingValue, notFound } from "@/sandbox/aws/wire/errors";
import type { RecoveryPoint, RestoreJob } from "@/sandbox/aws/world";

const minuteMs = 60_000;
const startable = new Set<RecoveryPoint["status"]>(["COMPLETED", "AVAILABLE", "STOPPED"]);
const keyOf = (job: RestoreJob) => ({ atMs: job.createdMs, id: job.id });

function demandJob(context: Context, id: string): RestoreJob {
  const job = context.region.restoreJobs[id];
  if (!job) throw notFound(`Restore job ${id} does not exist.`);
  return job;
}

/** A member of the list; DescribeRestoreJob answers the same members. */
function toEntry(context: Context, job: RestoreJob): RestoreJobsListMember & DescribeRestoreJobOutput {
  const { account, region, nowMs } = context;
  return {
    AccountId: account.id,
    RestoreJobId: job.id,
    RecoveryPointArn: job.recoveryPointArn,
    SourceResourceArn: job.resourceArn,
    BackupVaultArn: vaultArn(account.id, region.name, job.vaultName),
    CreationDate: new Date(job.createdMs),
    CompletionDate: toDate(job.completedMs),
    Status: job.status,
    StatusMessage: job.statusMessage ?? undefined,
    PercentDone: toPercent(job.percentDone, job.status === "RUNNING", job.program, nowMs),
    BackupSizeInBytes: job.sizeBytes,
    IamRoleArn: job.iamRoleArn,
    ExpectedCompletionTimeMinutes: job.program
      ? Math.max(1, Math.ceil((job.program.endsAtMs - job.program.runsAtMs) / minuteMs))
      : undefined,
    CreatedResourceArn: job.createdResourceArn ?? undefined,
    ResourceType: job.resourceType,
    RecoveryPointCreationDate: new Date(job.recoveryPointCreatedMs),
    IsParent: job.isParent,
    ParentJobId: job.parentJobId ?? undefined,
    ValidationStatus: job.validation?.status,
    ValidationStatusMessage: job.validation?.message ?? undefined,
  };
}

function demandRestorable(context: Context, arn: string): RecoveryPoint {
  const point = context.region.recoveryPoints[arn];
  if (!point) throw notFound(`Recovery point ${arn} does not exist.`);
  if (!startable.has(point.status))
    throw invalidRequest(`A recovery point that is ${point.status} cannot be restored.`);
  if (point.isParent && point.resourceType === "CloudFormation")
    throw invalidRequest(
      "A composite recovery point of a stack cannot be restored; restore its nested recovery points.",
    );
  const policy = demandVault(context, point.vaultName).accessPolicy;
  const verdict = judgePolicy(policy, "backup:StartRestoreJob", context.account.id, context.caller.principalArn);
  if (verdict === "deny") throw accessDenied();
  return point;
}

function checkMoment(context: Context, point: RecoveryPoint, metadata: Record<string, string>) {
  const wanted = readKey(metadata, "RestoreTime") ?? readKey(metadata, "RestoreToTime");
  const isLatest = readKey(metadata, "UseLatestRestorableTime")?.toLowerCase() === "true";
  if (!point.continuous) {
    if (wanted !== undefined || isLatest)
      throw invalidValue("RestoreTime is only allowed for continuous recovery points.");
    return;
  }
  if (point.resourceType === "RDS" && readKey(metadata, "Engine") === undefined)
    throw missingValue("Missing required restore metadata for RDS point-in-time restore: Engine");
  if (wanted === undefined) {
    if (!isLatest)
      throw missingValue("RestoreTime or UseLatestRestorableTime must be given for a continuous recovery point.");
    return;
  }
  if (isLatest) throw invalidValue("RestoreTime and UseLatestRestorableTime cannot be used together.");
  const wantedMs = Date.parse(wanted);
  const latestMs = latestRestorableMs(context.engine.world.seed, point, context.nowMs);
  if (Number.isNaN(wantedMs)) throw invalidValue(`RestoreTime is not a timestamp: ${wanted}`);
  if (wantedMs < point.continuous.earliestMs || wantedMs > latestMs)
    throw invalidValue(
      `RestoreTime must be between ${new Date(point.continuous.earliestMs).toISOString()} and ${new Date(latestMs).toISOString()}.`,
    );
}

/** Restore jobs. */
export const restoreJobOperations: Record<string, Handler> = {
  StartRestoreJob: define<StartRestoreJobInput, StartRestoreJobOutput>((context, input) => {
    const { IdempotencyToken: token, ...params } = input;
    const answer = answerOnce(context, token, params, () => {
      const point = demandRestorable(context, input.RecoveryPointArn);
      const role = demandServiceRole(context.account, input.IamRoleArn);
      demandPassRole(context, role.arn);
      if (input.ResourceType !== undefined && input.ResourceType !== point.resourceType)
        throw invalidValue(`The recovery point is of type ${point.resourceType}, not ${input.ResourceType}.`);
      if (context.region.resourceTypeOptIn[point.resourceType] !== true)
        throw invalidRequest(`${point.resourceType} is not enabled in this Region.`);
      const remembered = point.restoreMetadata ?? findSource(context, point)?.settings ?? {};
      const fault = findMetadataFault(point.resourceType, input.Metadata, remembered);
      if (fault !== null) throw invalidValue(fault);
      checkMoment(context, point, input.Metadata);
      const job = createRestoreJob(context, {
        point,
        iamRoleArn: role.arn,
        metadata: input.Metadata,
        copySourceTags: input.CopySourceTagsToRestoredResource === true,
      });
      return { id: job.id };
    });
    return { RestoreJobId: String(answer.id) };
  }),

  DescribeRestoreJob: define<DescribeRestoreJobInput, DescribeRestoreJobOutput>((context, input) =>
    toEntry(context, demandJob(context, input.RestoreJobId)),
  ),

  GetRestoreJobMetadata: define<GetRestoreJobMetadataInput, GetRestoreJobMetadataOutput>((context, input) => {
    const job = demandJob(context, input.RestoreJobId);
    return { RestoreJobId: job.id, Metadata: job.metadata };
  }),

  ListRestoreJobs: define<ListRestoreJobsInput, ListRestoreJobsOutput>((context, input) => {
    demandOwnAccount(context, input.ByAccountId);
    demandOneOf("status", input.ByStatus, Object.values(RestoreJobStatus));
    const oldestMs = context.nowMs - listedMs;
    const afterMs = Math.max(oldestMs, input.ByCreatedAfter?.getTime() ?? oldestMs);
    const beforeMs = input.ByCreatedBefore?.getTime() ?? Number.POSITIVE_INFINITY;
    const completeAfterMs = input.ByCompleteAfter?.getTime();
    const completeBeforeMs = input.ByCompleteBefore?.getTime();
    const keep = (job: RestoreJob) =>
      job.createdMs > afterMs &&
      job.createdMs < beforeMs &&
      (input.ByStatus === undefined || job.status === input.ByStatus) &&
      (input.ByResourceType === undefined || job.resourceType === input.ByResourceType) &&
      (input.ByParentJobId === undefined || job.parentJobId === input.ByParentJobId) &&
      input.ByRestoreTestingPlanArn === undefined &&
      (completeAfterMs === undefined || (job.completedMs !== null && job.completedMs > completeAfterMs)) &&
      (completeBeforeMs === undefined || (job.completedMs !== null && job.completedMs < completeBeforeMs));
    const page = pageOf(
      context,
      input,
      context.index.restoreJobs,
      keyOf,
      keep,
      (job): RestoreJobsListMember => toEntry(context, job),
    );
    return { RestoreJobs: page.entries, NextToken: page.nextToken };
  }),

  ListRestoreJobsByProtectedResource: define<
    ListRestoreJobsByProtectedResourceInput,
    ListRestoreJobsByProtectedResourceOutput
  >((context, input) => {
    demandOneOf("status", input.ByStatus, Object.values(RestoreJobStatus));
    const afterMs = input.ByRecoveryPointCreationDateAfter?.getTime() ?? Number.NEGATIVE_INFINITY;
    const beforeMs = input.ByRecoveryPointCreationDateBefore?.getTime() ?? Number.POSITIVE_INFINITY;
    const keep = (job: RestoreJob) =>
      job.resourceArn === input.ResourceArn &&
      (input.ByStatus === undefined || job.status === input.ByStatus) &&
      job.recoveryPointCreatedMs > afterMs &&
      job.recoveryPointCreatedMs < beforeMs;
    const page = pageOf(
      context,
      input,
      context.index.restoreJobs,
      keyOf,
      keep,
      (job): RestoreJobsListMember => toEntry(context, job),
    );
    return { RestoreJobs: page.entries, NextToken: page.nextToken };
  }),

  PutRestoreValidationResult: define<PutRestoreValidationResultInput, object>((context, input) => {
    const job = demandJob(context, input.RestoreJobId);
    demandOneOf("ValidationStatus", input.ValidationStatus, Object.values(RestoreValidationStatus));
    if (job.status !== "COMPLETED") throw invalidRequest("Only a completed restore job can be validated.");
    if (job.validation !== null && job.validation.status !== "VALIDATING")
      throw invalidRequest("The validation result of this restore job was set before and cannot be changed.");
    job.validation = { status: input.ValidationStatus, message: input.ValidationStatusMessage ?? null };
    return {};
  }),
};
