import { randomUUID } from "node:crypto";
import type {
  BackupPlan,
  BackupPlanInput,
  BackupRule,
  CreateBackupPlanInput,
  CreateBackupPlanOutput,
  DeleteBackupPlanInput,
  DeleteBackupPlanOutput,
  GetBackupPlanInput,
  GetBackupPlanOutput,
  ListBackupPlansInput,
  ListBackupPlansOutput,
  ListBackupPlanVersionsInput,
  ListBackupPlanVersionsOutput,
  UpdateBackupPlanInput,
  UpdateBackupPlanOutput,
} from "@aws-sdk/client-backup";
import { isTimeZone, nextDueMs, parseAwsCron } from "@/sandbox/aws/engine/aws-cron";
import { checkLifecycle } from "@/sandbox/aws/engine/lifecycle";
import { currentVersion, schedulePlan } from "@/sandbox/aws/engine/run-plans";
import { type Context, define, type Handler, pageOfKeys, toDate } from "@/sandbox/aws/operations/context";
import { CloudError, invalidRequest, invalidValue, notFound } from "@/sandbox/aws/wire/errors";
import type { Plan, PlanVersion } from "@/sandbox/aws/world";

type PlanInput = BackupPlanInput;

/** The plan of this id that was not deleted. */
export function demandPlan({ region }: Context, planId: string): Plan {
  const plan = region.plans[planId];
  if (!plan || plan.deletedMs !== null) throw notFound(`Cannot find Backup plan with ID ${planId}`);
  return plan;
}

function checkPlan(context: Context, plan: PlanInput) {
  if (!/^[a-zA-Z0-9\-_.]{1,50}$/.test(plan.BackupPlanName ?? "")) throw invalidValue("Invalid backup plan name.");
  const rules = plan.Rules ?? [];
  if (rules.length === 0) throw invalidValue("A backup plan needs at least one rule.");
  if (rules.length > 10) throw new CloudError("LimitExceededException", "A backup plan has at most 10 rules.");
  for (const rule of rules) {
    if (!context.region.vaults[rule.TargetBackupVaultName ?? ""])
      throw invalidValue(`Backup vault ${rule.TargetBackupVaultName} does not exist.`);
    checkRuleSchedule(rule);
    checkRuleWindows(rule);
    checkRuleLifecycle(rule);
  }
}

type RuleInput = NonNullable<PlanInput["Rules"]>[number];

function checkRuleSchedule({ ScheduleExpression: expression, ScheduleExpressionTimezone: timeZone }: RuleInput) {
  if (expression !== undefined && !parseAwsCron(expression))
    throw invalidValue(`Invalid schedule expression: ${expression}`);
  if (timeZone !== undefined && !isTimeZone(timeZone)) throw invalidValue(`Invalid time zone: ${timeZone}`);
}

function checkRuleWindows({ StartWindowMinutes: start = 480, CompletionWindowMinutes: completion }: RuleInput) {
  if (start < 60) throw invalidValue("StartWindowMinutes must be at least 60.");
  if (completion !== undefined && completion < start + 60)
    throw invalidValue("CompletionWindowMinutes must be at least 60 minutes longer than StartWindowMinutes.");
}

function checkRuleLifecycle(rule: RuleInput) {
  checkLifecycle(rule.Lifecycle);
  for (const copy of rule.CopyActions ?? []) checkLifecycle(copy.Lifecycle);
  if (rule.EnableContinuousBackup !== true) return;
  const days = rule.Lifecycle?.DeleteAfterDays;
  if (days === undefined || days < 1 || days > 35) throw invalidValue("Continuous backups are kept for 1 to 35 days.");
  if (rule.Lifecycle?.MoveToColdStorageAfterDays !== undefined)
    throw invalidValue("Continuous backups cannot move to cold storage.");
}

function newVersion(context: Context, plan: PlanInput): PlanVersion {
  return {
    versionId: randomUUID().replaceAll("-", ""),
    createdMs: context.nowMs,
    name: plan.BackupPlanName ?? "",
    rules: (plan.Rules ?? []).map((rule): BackupRule => ({ ...rule, RuleId: randomUUID() })),
    advancedSettings: plan.AdvancedBackupSettings ?? [],
  };
}

function isSamePlan(version: PlanVersion, plan: PlanInput): boolean {
  const bare = version.rules.map(({ RuleId: _id, ...rule }) => rule);
  return version.name === plan.BackupPlanName && JSON.stringify(bare) === JSON.stringify(plan.Rules);
}

function toDocument(version: PlanVersion): BackupPlan {
  return {
    BackupPlanName: version.name,
    Rules: version.rules.map((rule) => ({
      ScheduleExpression: "cron(0 5 ? * * *)",
      ScheduleExpressionTimezone: "Etc/UTC",
      StartWindowMinutes: 480,
      CompletionWindowMinutes: 10080,
      EnableContinuousBackup: false,
      ...rule,
    })),
    ...(version.advancedSettings.length > 0 ? { AdvancedBackupSettings: version.advancedSettings } : {}),
  };
}

function previewRuns(context: Context, version: PlanVersion, count: number) {
  const runs: { ExecutionTime: Date; RuleId: string; RuleExecutionType: "CONTINUOUS_AND_SNAPSHOTS" | "SNAPSHOTS" }[] =
    [];
  for (const rule of version.rules) {
    const cron = parseAwsCron(rule.ScheduleExpression ?? "cron(0 5 ? * * *)");
    for (let at: number | null = context.nowMs, found = 0; cron && at !== null && found < count; found++) {
      at = nextDueMs(cron, at, rule.ScheduleExpressionTimezone ?? "UTC");
      if (at !== null)
        runs.push({
          ExecutionTime: new Date(at),
          RuleId: rule.RuleId ?? "",
          RuleExecutionType: rule.EnableContinuousBackup ? "CONTINUOUS_AND_SNAPSHOTS" : "SNAPSHOTS",
        });
    }
  }
  return runs.sort((left, right) => left.ExecutionTime.getTime() - right.ExecutionTime.getTime()).slice(0, count);
}

/** Backup plans and their versions. */
export const planOperations: Record<string, Handler> = {
  CreateBackupPlan: define<CreateBackupPlanInput, CreateBackupPlanOutput>((context, input) => {
    checkPlan(context, input.BackupPlan);
    const plans = Object.values(context.region.plans).filter(({ deletedMs }) => deletedMs === null);
    const twin = plans.find(
      (plan) =>
        plan.name === input.BackupPlan.BackupPlanName ||
        (input.CreatorRequestId !== undefined && plan.creatorRequestId === input.CreatorRequestId),
    );
    const isReplay =
      twin !== undefined &&
      (input.CreatorRequestId === undefined || twin.creatorRequestId === input.CreatorRequestId) &&
      isSamePlan(currentVersion(twin), input.BackupPlan);
    if (twin && !isReplay)
      throw new CloudError("AlreadyExistsException", "Backup plan with the same plan document already exists.", {
        ...(twin.creatorRequestId === null ? {} : { CreatorRequestId: twin.creatorRequestId }),
        Arn: twin.arn,
      });
    const plan = twin ?? addPlan(context, input);
    const version = currentVersion(plan);
    return {
      BackupPlanId: plan.id,
      BackupPlanArn: plan.arn,
      CreationDate: new Date(plan.createdMs),
      VersionId: version.versionId,
      AdvancedBackupSettings: version.advancedSettings.length > 0 ? version.advancedSettings : undefined,
    };
  }),

  GetBackupPlan: define<GetBackupPlanInput, GetBackupPlanOutput>((context, input) => {
    const plan = context.region.plans[input.BackupPlanId];
    if (!plan) throw notFound(`Cannot find Backup plan with ID ${input.BackupPlanId}`);
    const version =
      input.VersionId === undefined
        ? currentVersion(plan)
        : plan.versions.find((one) => one.versionId === input.VersionId);
    if (!version) throw notFound(`Cannot find version ${input.VersionId} of Backup plan ${plan.id}`);
    return {
      BackupPlan: toDocument(version),
      BackupPlanId: plan.id,
      BackupPlanArn: plan.arn,
      VersionId: version.versionId,
      CreatorRequestId: plan.creatorRequestId ?? undefined,
      CreationDate: new Date(version.createdMs),
      DeletionDate: toDate(plan.deletedMs),
      LastExecutionDate: toDate(plan.lastExecutionMs),
      ...(version.advancedSettings.length > 0 ? { AdvancedBackupSettings: version.advancedSettings } : {}),
      ...(input.MaxScheduledRunsPreview
        ? { ScheduledRunsPreview: previewRuns(context, version, input.MaxScheduledRunsPreview) }
        : {}),
    };
  }),

  UpdateBackupPlan: define<UpdateBackupPlanInput, UpdateBackupPlanOutput>((context, input) => {
    const plan = demandPlan(context, input.BackupPlanId);
    checkPlan(context, input.BackupPlan);
    const version = newVersion(context, input.BackupPlan);
    plan.versions.push(version);
    plan.name = version.name;
    schedulePlan(context, plan);
    return {
      BackupPlanId: plan.id,
      BackupPlanArn: plan.arn,
      CreationDate: new Date(version.createdMs),
      VersionId: version.versionId,
      AdvancedBackupSettings: version.advancedSettings.length > 0 ? version.advancedSettings : undefined,
    };
  }),

  DeleteBackupPlan: define<DeleteBackupPlanInput, DeleteBackupPlanOutput>((context, input) => {
    const plan = demandPlan(context, input.BackupPlanId);
    if (Object.keys(plan.selections).length > 0)
      throw invalidRequest("Related backup plan selections must be deleted prior to backup plan deletion.");
    plan.deletedMs = context.nowMs;
    return {
      BackupPlanId: plan.id,
      BackupPlanArn: plan.arn,
      DeletionDate: new Date(plan.deletedMs),
      VersionId: currentVersion(plan).versionId,
    };
  }),

  ListBackupPlans: define<ListBackupPlansInput, ListBackupPlansOutput>((context, input) => {
    const plans = Object.values(context.region.plans).filter(
      ({ deletedMs }) => deletedMs === null || input.IncludeDeleted === true,
    );
    const page = pageOfKeys(
      context,
      input,
      plans,
      ({ id }) => id,
      (plan) => toListMember(plan, currentVersion(plan), plan.createdMs),
    );
    return { BackupPlansList: page.entries, NextToken: page.nextToken };
  }),

  ListBackupPlanVersions: define<ListBackupPlanVersionsInput, ListBackupPlanVersionsOutput>((context, input) => {
    const plan = context.region.plans[input.BackupPlanId];
    if (!plan) throw notFound(`Cannot find Backup plan with ID ${input.BackupPlanId}`);
    const positions = plan.versions.map((version, position) => ({ version, key: String(position).padStart(6, "0") }));
    const page = pageOfKeys(
      context,
      input,
      positions,
      ({ key }) => key,
      ({ version }) => toListMember(plan, version, version.createdMs),
    );
    return { BackupPlanVersionsList: page.entries, NextToken: page.nextToken };
  }),
};

function toListMember(plan: Plan, version: PlanVersion, createdMs: number) {
  return {
    BackupPlanArn: plan.arn,
    BackupPlanId: plan.id,
    CreationDate: new Date(createdMs),
    DeletionDate: toDate(plan.deletedMs),
    VersionId: version.versionId,
    BackupPlanName: version.name,
    CreatorRequestId: plan.creatorRequestId ?? undefined,
    LastExecutionDate: toDate(plan.lastExecutionMs),
    ...(version.advancedSettings.length > 0 ? { AdvancedBackupSettings: version.advancedSettings } : {}),
  };
}

function addPlan(
  context: Context,
  input: {
    BackupPlan: PlanInput;
    CreatorRequestId?: string | undefined;
    BackupPlanTags?: Record<string, string> | undefined;
  },
): Plan {
  const { account, region, nowMs } = context;
  const id = randomUUID();
  const plan: Plan = {
    id,
    arn: `arn:aws:backup:${region.name}:${account.id}:backup-plan:${id}`,
    name: input.BackupPlan.BackupPlanName ?? "",
    createdMs: nowMs,
    deletedMs: null,
    creatorRequestId: input.CreatorRequestId ?? null,
    lastExecutionMs: null,
    versions: [newVersion(context, input.BackupPlan)],
    selections: {},
    tags: { ...input.BackupPlanTags },
  };
  region.plans[id] = plan;
  schedulePlan(context, plan);
  return plan;
}
