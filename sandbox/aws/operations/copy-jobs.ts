import type {
  CopyJob as CopyJobEntry,
  DescribeCopyJobInput,
  DescribeCopyJobOutput,
  ListCopyJobsInput,
  ListCopyJobsOutput,
  StartCopyJobInput,
  StartCopyJobOutput,
} from "@aws-sdk/client-backup";
import { CopyJobState } from "@aws-sdk/client-backup";
import { parseVaultArn } from "@/sandbox/aws/arns";
import { checkLifecycle, findVault } from "@/sandbox/aws/engine/lifecycle";
import { demandServiceRole } from "@/sandbox/aws/engine/roles";
import { createCopyJob } from "@/sandbox/aws/engine/run-copy";
import {
  answerOnce,
  type Context,
  define,
  demandOneOf,
  demandPassRole,
  type Handler,
  pageOf,
  toDate,
} from "@/sandbox/aws/operations/context";
import { toCreator } from "@/sandbox/aws/operations/describe-point";
import { demandOwnAccount, listedMs, toMessageCategory } from "@/sandbox/aws/operations/job-lists";
import { demandPoint } from "@/sandbox/aws/operations/recovery-points";
import { invalidRequest, invalidValue, notFound } from "@/sandbox/aws/wire/errors";
import type { CopyJob } from "@/sandbox/aws/world";

function toEntry(context: Context, job: CopyJob): CopyJobEntry {
  const destination = findVault(context, parseVaultArn(job.destinationVaultArn))?.vault;
  return {
    AccountId: context.account.id,
    CopyJobId: job.id,
    SourceBackupVaultArn: job.sourceVaultArn,
    SourceRecoveryPointArn: job.sourceRecoveryPointArn,
    DestinationBackupVaultArn: job.destinationVaultArn,
    DestinationVaultType: destination?.type,
    DestinationRecoveryPointArn: job.destinationRecoveryPointArn ?? undefined,
    DestinationRecoveryPointLifecycle: job.lifecycle ?? undefined,
    ResourceArn: job.resourceArn,
    ResourceType: job.resourceType,
    ResourceName: job.resourceName ?? undefined,
    CreationDate: new Date(job.createdMs),
    CompletionDate: toDate(job.completedMs),
    State: job.state,
    StatusMessage: job.statusMessage ?? undefined,
    MessageCategory: toMessageCategory({ state: job.state, statusMessage: job.statusMessage }),
    BackupSizeInBytes: job.sizeBytes,
    IamRoleArn: job.iamRoleArn,
    CreatedBy: toCreator(context, job.createdBy),
    ParentJobId: job.parentJobId ?? undefined,
    IsParent: job.isParent,
  };
}

/** Copy jobs. */
export const copyJobOperations: Record<string, Handler> = {
  StartCopyJob: define<StartCopyJobInput, StartCopyJobOutput>((context, input) => {
    const point = demandPoint(context, input.SourceBackupVaultName, input.RecoveryPointArn);
    const { IdempotencyToken: token, ...params } = input;
    const answer = answerOnce(context, token, params, () => {
      const role = demandServiceRole(context.account, input.IamRoleArn);
      demandPassRole(context, role.arn);
      checkLifecycle(input.Lifecycle);
      if (!parseVaultArn(input.DestinationBackupVaultArn))
        throw invalidValue("DestinationBackupVaultArn is not the ARN of a vault.");
      if (point.continuous) throw invalidRequest("Continuous recovery points cannot be copied on demand.");
      if (point.status !== "COMPLETED")
        throw invalidRequest(`A recovery point that is ${point.status} cannot be copied.`);
      if (point.storageClass === "COLD") throw invalidRequest("Recovery points in cold storage cannot be copied.");
      const job = createCopyJob(context, {
        point,
        destinationVaultArn: input.DestinationBackupVaultArn,
        lifecycle: input.Lifecycle ?? null,
        iamRoleArn: role.arn,
        createdBy: null,
      });
      return { id: job.id, createdMs: job.createdMs };
    });
    return { CopyJobId: String(answer.id), CreationDate: new Date(Number(answer.createdMs)), IsParent: point.isParent };
  }),

  DescribeCopyJob: define<DescribeCopyJobInput, DescribeCopyJobOutput>((context, input) => {
    const job = context.region.copyJobs[input.CopyJobId];
    if (!job) throw notFound(`Copy job ${input.CopyJobId} does not exist.`);
    return { CopyJob: toEntry(context, job) };
  }),

  ListCopyJobs: define<ListCopyJobsInput, ListCopyJobsOutput>((context, input) => {
    demandOwnAccount(context, input.ByAccountId);
    demandOneOf("state", input.ByState, Object.values(CopyJobState));
    const oldestMs = context.nowMs - listedMs;
    const afterMs = Math.max(oldestMs, input.ByCreatedAfter?.getTime() ?? oldestMs);
    const beforeMs = input.ByCreatedBefore?.getTime() ?? Number.POSITIVE_INFINITY;
    const completeAfterMs = input.ByCompleteAfter?.getTime();
    const completeBeforeMs = input.ByCompleteBefore?.getTime();
    const keep = (job: CopyJob) =>
      job.createdMs > afterMs &&
      job.createdMs < beforeMs &&
      (input.ByState === undefined || job.state === input.ByState) &&
      (input.ByResourceArn === undefined || job.resourceArn === input.ByResourceArn) &&
      (input.ByResourceType === undefined || job.resourceType === input.ByResourceType) &&
      (input.ByDestinationVaultArn === undefined || job.destinationVaultArn === input.ByDestinationVaultArn) &&
      (input.BySourceRecoveryPointArn === undefined || job.sourceRecoveryPointArn === input.BySourceRecoveryPointArn) &&
      (input.ByParentJobId === undefined || job.parentJobId === input.ByParentJobId) &&
      (input.ByMessageCategory === undefined ||
        toMessageCategory({ state: job.state, statusMessage: job.statusMessage }) === input.ByMessageCategory) &&
      (completeAfterMs === undefined || (job.completedMs !== null && job.completedMs > completeAfterMs)) &&
      (completeBeforeMs === undefined || (job.completedMs !== null && job.completedMs < completeBeforeMs));
    const keyOf = (job: CopyJob) => ({ atMs: job.createdMs, id: job.id });
    const page = pageOf(context, input, context.index.copyJobs, keyOf, keep, (job) => toEntry(context, job));
    return { CopyJobs: page.entries, NextToken: page.nextToken };
  }),
};
