import {
  type BackupJob,
  type CopyJob,
  DescribeBackupJobCommand,
  paginateListBackupJobs,
  paginateListCopyJobs,
  paginateListRestoreJobs,
  type RestoreJobsListMember,
} from "@aws-sdk/client-backup";
import type { JobState, ObservedJob, Pages } from "@/lib/providers/contract";
import { ask, named, readPages } from "./errors";
import type { AwsClients } from "./session";

const pageSize = 1_000;

/** Jobs of one kind, or those made after a moment; AWS remembers 30 days. */
export function readJobs(
  { backup }: AwsClients,
  { kind, createdAfter }: { kind: ObservedJob["kind"]; createdAfter?: Date },
): Pages<ObservedJob> {
  const paging = { client: backup, pageSize, stopOnSameToken: true };
  const query = createdAfter ? { ByCreatedAfter: createdAfter } : {};
  switch (kind) {
    case "backup":
      return readPages(
        () => paginateListBackupJobs(paging, query),
        ({ BackupJobs = [] }) => BackupJobs.map(toBackupJob),
      );
    case "copy":
      return readPages(
        () => paginateListCopyJobs(paging, query),
        ({ CopyJobs = [] }) => CopyJobs.map(toCopyJob),
      );
    case "restore":
      return readPages(
        () => paginateListRestoreJobs(paging, query),
        ({ RestoreJobs = [] }) => RestoreJobs.map(toRestoreJob),
      );
  }
}

/** One backup job as AWS has it now. */
export const readBackupJob = ({ backup }: AwsClients, ref: string): Promise<ObservedJob> =>
  ask(async () => toBackupJob(await backup.send(new DescribeBackupJobCommand({ BackupJobId: ref }))));

const states: Readonly<Record<string, JobState>> = {
  CREATED: "queued",
  PENDING: "queued",
  RUNNING: "running",
  COMPLETING: "running",
  FAILING: "running",
  ABORTING: "cancelling",
  ABORTED: "cancelled",
  COMPLETED: "succeeded",
  FAILED: "failed",
  EXPIRED: "expired",
  PARTIAL: "partial",
};

/** A word we do not know never counts as finished. COMPLETED with something to say is a success with issues. */
export function toJobState(raw: string, category?: string, message?: string): JobState {
  const state = Object.hasOwn(states, raw) ? states[raw] : undefined;
  if (state !== "succeeded") return state ?? "running";
  const hasIssues = category ? category !== "SUCCESS" : Boolean(message);
  return hasIssues ? "succeeded_with_issues" : "succeeded";
}

/** AWS spells percentages as text, "100.0". */
export function toPercent(text: string | undefined): number | null {
  const value = Number.parseFloat(text ?? "");
  return Number.isFinite(value) ? Math.min(100, Math.max(0, Math.round(value))) : null;
}

const isFailure = (state: JobState) => ["failed", "expired", "cancelled", "partial"].includes(state);

function toBackupJob(job: BackupJob): ObservedJob {
  const rawStatus = job.State ?? "";
  const state = toJobState(rawStatus, job.MessageCategory, job.StatusMessage);
  const createdAt = named(job.CreationDate, "backup job's creation date");
  return {
    providerRef: named(job.BackupJobId, "backup job's id"),
    kind: "backup",
    state,
    rawStatus,
    resourceRef: job.ResourceArn ?? "",
    pointRef: job.RecoveryPointArn ?? null,
    parentRef: job.ParentJobId ?? null,
    percent: toPercent(job.PercentDone),
    sizeBytes: job.BackupSizeInBytes ?? null,
    errorCode: isFailure(state) ? (job.MessageCategory ?? null) : null,
    message: job.StatusMessage ?? null,
    createdAt,
    startedAt: job.InitiationDate ?? (state === "queued" ? null : createdAt),
    finishedAt: job.CompletionDate ?? null,
  };
}

function toCopyJob(job: CopyJob): ObservedJob {
  const rawStatus = job.State ?? "";
  const state = toJobState(rawStatus, job.MessageCategory, job.StatusMessage);
  const createdAt = named(job.CreationDate, "copy job's creation date");
  return {
    providerRef: named(job.CopyJobId, "copy job's id"),
    kind: "copy",
    state,
    rawStatus,
    resourceRef: job.ResourceArn ?? "",
    pointRef: job.DestinationRecoveryPointArn ?? null,
    parentRef: job.SourceRecoveryPointArn ?? null,
    percent: state === "succeeded" ? 100 : null,
    sizeBytes: job.BackupSizeInBytes ?? null,
    errorCode: isFailure(state) ? (job.MessageCategory ?? null) : null,
    message: job.StatusMessage ?? null,
    createdAt,
    startedAt: state === "queued" ? null : createdAt,
    finishedAt: job.CompletionDate ?? null,
  };
}

function toRestoreJob(job: RestoreJobsListMember): ObservedJob {
  const rawStatus = job.Status ?? "";
  const state = toJobState(rawStatus, undefined, job.StatusMessage);
  const createdAt = named(job.CreationDate, "restore job's creation date");
  return {
    providerRef: named(job.RestoreJobId, "restore job's id"),
    kind: "restore",
    state,
    rawStatus,
    resourceRef: job.SourceResourceArn ?? "",
    pointRef: job.RecoveryPointArn ?? null,
    parentRef: job.ParentJobId ?? null,
    percent: toPercent(job.PercentDone),
    sizeBytes: job.BackupSizeInBytes ?? null,
    errorCode: null,
    message: job.StatusMessage ?? null,
    createdAt,
    startedAt: state === "queued" ? null : createdAt,
    finishedAt: job.CompletionDate ?? null,
  };
}
