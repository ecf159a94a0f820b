import type {
  BackupJobSummary,
  ListBackupJobSummariesInput,
  ListBackupJobSummariesOutput,
  ListCopyJobSummariesInput,
  ListCopyJobSummariesOutput,
  ListRestoreJobSummariesInput,
  ListRestoreJobSummariesOutput,
} from "@aws-sdk/client-backup";
import { type Context, define, demandOneOf, type Handler, pageOfKeys } from "@/sandbox/aws/operations/context";
import { demandOwnAccount, toMessageCategory } from "@/sandbox/aws/operations/job-lists";

const dayMs = 24 * 60 * 60 * 1000;
const periodDays: Record<string, number> = { ONE_DAY: 1, SEVEN_DAYS: 7, FOURTEEN_DAYS: 14 };
const together = "AGGREGATE_ALL";

type Counted = { createdMs: number; state: string; resourceType: string; category: string | undefined };
type Filter = {
  AccountId?: string | undefined;
  State?: string | undefined;
  ResourceType?: string | undefined;
  MessageCategory?: string | undefined;
  AggregationPeriod?: string | undefined;
};

/** Counts per day, state, resource type and message category; AGGREGATE_ALL folds a dimension into one. */
function count(context: Context, filter: Filter, jobs: Counted[]): { key: string; summary: BackupJobSummary }[] {
  demandOwnAccount(context, filter.AccountId === together ? undefined : filter.AccountId);
  demandOneOf("AggregationPeriod", filter.AggregationPeriod, Object.keys(periodDays));
  const days = periodDays[filter.AggregationPeriod ?? "ONE_DAY"] ?? 1;
  const endMs = Math.ceil(context.nowMs / dayMs) * dayMs;
  const startMs = endMs - days * dayMs;
  const groups = new Map<string, BackupJobSummary & { Count: number }>();
  const pick = (wanted: string | undefined, value: string | undefined) => (wanted === together ? together : value);
  const fits = (wanted: string | undefined, value: string | undefined) =>
    wanted === undefined || wanted === together || wanted === "ANY" || wanted === value;
  for (const job of jobs) {
    const isWanted =
      job.createdMs >= startMs &&
      job.createdMs < endMs &&
      fits(filter.State, job.state) &&
      fits(filter.ResourceType, job.resourceType) &&
      fits(filter.MessageCategory, job.category);
    if (!isWanted) continue;
    const state = pick(filter.State, job.state);
    const type = pick(filter.ResourceType, job.resourceType);
    const category = pick(filter.MessageCategory, job.category);
    const key = [state, type, category].join("/");
    const summary = groups.get(key) ?? {
      Region: context.region.name,
      AccountId: context.account.id,
      State: state as BackupJobSummary["State"],
      ResourceType: type,
      MessageCategory: category,
      Count: 0,
      StartTime: new Date(startMs),
      EndTime: new Date(endMs),
    };
    summary.Count += 1;
    groups.set(key, summary);
  }
  return [...groups].map(([key, summary]) => ({ key, summary }));
}

/** Counts of jobs. */
export const summaryOperations: Record<string, Handler> = {
  ListBackupJobSummaries: define<ListBackupJobSummariesInput, ListBackupJobSummariesOutput>((context, input) => {
    const jobs = context.index.backupJobs.all().map((job) => ({ ...job, category: toMessageCategory(job) }));
    const page = pageOfKeys(
      context,
      input,
      count(context, input, jobs),
      ({ key }) => key,
      ({ summary }) => summary,
    );
    return {
      BackupJobSummaries: page.entries,
      AggregationPeriod: input.AggregationPeriod ?? "ONE_DAY",
      NextToken: page.nextToken,
    };
  }),

  ListCopyJobSummaries: define<ListCopyJobSummariesInput, ListCopyJobSummariesOutput>((context, input) => {
    const jobs = context.index.copyJobs.all().map((job) => ({
      ...job,
      category: toMessageCategory({ state: job.state, statusMessage: job.statusMessage }),
    }));
    const page = pageOfKeys(
      context,
      input,
      count(context, input, jobs),
      ({ key }) => key,
      ({ summary }) => summary,
    );
    return {
      CopyJobSummaries: page.entries as ListCopyJobSummariesOutput["CopyJobSummaries"],
      AggregationPeriod: input.AggregationPeriod ?? "ONE_DAY",
      NextToken: page.nextToken,
    };
  }),

  ListRestoreJobSummaries: define<ListRestoreJobSummariesInput, ListRestoreJobSummariesOutput>((context, input) => {
    const jobs = context.index.restoreJobs.all().map((job) => ({ ...job, state: job.status, category: undefined }));
    const page = pageOfKeys(
      context,
      input,
      count(context, input, jobs),
      ({ key }) => key,
      ({ summary }) => {
        const { MessageCategory: _category, ...rest } = summary;
        return rest;
      },
    );
    return {
      RestoreJobSummaries: page.entries as ListRestoreJobSummariesOutput["RestoreJobSummaries"],
      AggregationPeriod: input.AggregationPeriod ?? "ONE_DAY",
      NextToken: page.nextToken,
    };
  }),
};
