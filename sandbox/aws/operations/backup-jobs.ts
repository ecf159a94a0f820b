import type {
  BackupJob as BackupJobEntry,
  DescribeBackupJobInput,
  DescribeBackupJobOutput,
  ListBackupJobsInput,
  ListBackupJobsOutput,
  StartBackupJobInput,
  StartBackupJobOutput,
  StopBackupJobInput,
} from "@aws-sdk/client-backup";
import { BackupJobState } from "@aws-sdk/client-backup";
import { vaultArn } from "@/sandbox/aws/arns";
import { scheduleAt } from "@/sandbox/aws/engine/engine";
import { checkLifecycle } from "@/sandbox/aws/engine/lifecycle";
import { demandServiceRole } from "@/sandbox/aws/engine/roles";
import { createBackupJob } from "@/sandbox/aws/engine/run-backup";
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
import { toCreator } from "@/sandbox/aws/operations/describe-point";
import { demandOwnAccount, listedMs, toMessageCategory, toPercent } from "@/sandbox/aws/operations/job-lists";
import { invalidRequest, invalidValue, notFound } from "@/sandbox/aws/wire/errors";
import type { BackupJob, ResourceType } from "@/sandbox/aws/world";

const unstoppable = new Set<ResourceType>(["Aurora", "DocumentDB", "FSx", "Neptune", "SAP HANA on Amazon EC2", "RDS"]);

function demandJob(context: Context, id: string): BackupJob {
  const job = context.region.backupJobs[id];
  if (!job) throw notFound(`Backup job ${id} does not exist.`);
  return job;
}

function toEntry(context: Context, job: BackupJob): BackupJobEntry {
  const { account, region } = context;
  const vault = region.vaults[job.vaultName];
  const isDone = job.state === "COMPLETED";
  return {
    AccountId: account.id,
    BackupJobId: job.id,
    BackupVaultName: job.vaultName,
    BackupVaultArn: vaultArn(account.id, region.name, job.vaultName),
    VaultType: vault?.type,
    RecoveryPointArn: job.recoveryPointArn ?? undefined,
    ResourceArn: job.resourceArn,
    ResourceType: job.resourceType,
    ResourceName: job.resourceName ?? undefined,
    CreationDate: new Date(job.createdMs),
    InitiationDate: new Date(job.createdMs),
    StartBy: toDate(job.startByMs),
    ExpectedCompletionDate: toDate(job.expectedCompletionMs),
    CompletionDate: toDate(job.completedMs),
    State: job.state,
    StatusMessage: job.statusMessage ?? undefined,
    MessageCategory: toMessageCategory(job),
    PercentDone: toPercent(job.percentDone, job.state === "RUNNING", job.program, context.nowMs),
    BackupSizeInBytes: job.sizeBytes,
    BytesTransferred: isDone ? job.sizeBytes : undefined,
    IamRoleArn: job.iamRoleArn,
    CreatedBy: toCreator(context, job.createdBy),
    BackupOptions: job.backupOptions ?? undefined,
    ParentJobId: job.parentJobId ?? undefined,
    IsParent: job.isParent,
  };
}

function countChildren(context: Context, job: BackupJob) {
  const children = context.index.backupJobs.all().filter(({ parentJobId }) => parentJobId === job.id);
  const byState: Record<string, number> = {};
  for (const child of children) byState[child.state] = (byState[child.state] ?? 0) + 1;
  return { NumberOfChildJobs: children.length, ChildJobsInState: byState };
}

/** Backup jobs. */
export const backupJobOperations: Record<string, Handler> = {
  StartBackupJob: define<StartBackupJobInput, StartBackupJobOutput>((context, input) => {
    const vault = demandVault(context, input.BackupVaultName);
    const { IdempotencyToken: token, ...params } = input;
    const answer = answerOnce(context, token, params, () => {
      if (vault.type !== "BACKUP_VAULT") throw invalidRequest("On-demand backups cannot target this type of vault.");
      const role = demandServiceRole(context.account, input.IamRoleArn);
      demandPassRole(context, role.arn);
      const resource = context.region.resources[input.ResourceArn];
      if (!resource || resource.deletedMs !== null) throw notFound(`Resource ${input.ResourceArn} does not exist.`);
      if (context.region.resourceTypeOptIn[resource.type] !== true)
        throw invalidRequest(`${resource.type} is not enabled for backup in this Region.`);
      checkLifecycle(input.Lifecycle);
      const startMinutes = input.StartWindowMinutes ?? 480;
      if (startMinutes < 60) throw invalidValue("StartWindowMinutes must be at least 60.");
      const job = createBackupJob(context, {
        resource,
        vaultName: vault.name,
        iamRoleArn: role.arn,
        lifecycle: input.Lifecycle ?? null,
        createdBy: null,
        startWindowMinutes: startMinutes,
        completionWindowMinutes: input.CompleteWindowMinutes ?? 10_080,
        recoveryPointTags: input.RecoveryPointTags ?? null,
        backupOptions: input.BackupOptions ?? null,
        isContinuous: false,
      });
      return { id: job.id, createdMs: job.createdMs };
    });
    return { BackupJobId: String(answer.id), CreationDate: new Date(Number(answer.createdMs)), IsParent: false };
  }),

  StopBackupJob: define<StopBackupJobInput, object>((context, input) => {
    const job = demandJob(context, input.BackupJobId);
    if (unstoppable.has(job.resourceType))
      throw invalidRequest(`Stopping a backup job is not supported for ${job.resourceType}.`);
    if (!["CREATED", "PENDING", "RUNNING"].includes(job.state))
      throw invalidRequest(`Backup job ${job.id} is not running.`);
    job.state = "ABORTING";
    scheduleAt(context, context.nowMs + Math.max(1, Math.round(5000 / context.engine.speed)), "backup_job", job.id);
    return {};
  }),

  DescribeBackupJob: define<DescribeBackupJobInput, DescribeBackupJobOutput>((context, input) => {
    const job = demandJob(context, input.BackupJobId);
    return {
      ...toEntry(context, job),
      RecoveryPointLifecycle: job.lifecycle ?? undefined,
      ...(job.isParent ? countChildren(context, job) : {}),
    } as DescribeBackupJobOutput;
  }),

  ListBackupJobs: define<ListBackupJobsInput, ListBackupJobsOutput>((context, input) => {
    demandOwnAccount(context, input.ByAccountId);
    demandOneOf("state", input.ByState, Object.values(BackupJobState));
    const oldestMs = context.nowMs - listedMs;
    const afterMs = Math.max(oldestMs, input.ByCreatedAfter?.getTime() ?? oldestMs);
    const beforeMs = input.ByCreatedBefore?.getTime() ?? Number.POSITIVE_INFINITY;
    const completeAfterMs = input.ByCompleteAfter?.getTime();
    const completeBeforeMs = input.ByCompleteBefore?.getTime();
    const keep = (job: BackupJob) =>
      job.createdMs > afterMs &&
      job.createdMs < beforeMs &&
      (input.ByState === undefined || job.state === input.ByState) &&
      (input.ByResourceArn === undefined || job.resourceArn === input.ByResourceArn) &&
      (input.ByResourceType === undefined || job.resourceType === input.ByResourceType) &&
      (input.ByBackupVaultName === undefined || job.vaultName === input.ByBackupVaultName) &&
      (input.ByParentJobId === undefined || job.parentJobId === input.ByParentJobId) &&
      (input.ByMessageCategory === undefined || toMessageCategory(job) === input.ByMessageCategory) &&
      (completeAfterMs === undefined || (job.completedMs !== null && job.completedMs > completeAfterMs)) &&
      (completeBeforeMs === undefined || (job.completedMs !== null && job.completedMs < completeBeforeMs));
    const keyOf = (job: BackupJob) => ({ atMs: job.createdMs, id: job.id });
    const page = pageOf(context, input, context.index.backupJobs, keyOf, keep, (job) => toEntry(context, job));
    return { BackupJobs: page.entries, NextToken: page.nextToken };
  }),
};
