import type { BackupRule } from "@aws-sdk/client-backup";
import { nextDueMs, parseAwsCron } from "@/sandbox/aws/engine/aws-cron";
import { resolveSelection } from "@/sandbox/aws/engine/coverage";
import { type Place, scheduleAt } from "@/sandbox/aws/engine/engine";
import { createBackupJob } from "@/sandbox/aws/engine/run-backup";
import { findTrouble } from "@/sandbox/aws/engine/troubles";
import type { Creator, Plan, PlanVersion, Resource } from "@/sandbox/aws/world";

const defaultSchedule = "cron(0 5 ? * * *)";
const defaultStartMinutes = 8 * 60;
const defaultCompletionMinutes = 7 * 24 * 60;

/** The version of the plan that is in force. */
export function currentVersion(plan: Plan): PlanVersion {
  const version = plan.versions.at(-1);
  if (!version) throw new Error(`Plan ${plan.id} has no version.`);
  return version;
}

/** Puts the next due run of every rule of the plan on the calendar. */
export function schedulePlan(place: Place, plan: Plan): void {
  const { versionId, rules } = currentVersion(plan);
  if (plan.deletedMs !== null) return;
  for (const rule of rules) scheduleRule(place, plan.id, versionId, rule);
}

function scheduleRule(place: Place, planId: string, versionId: string, rule: BackupRule) {
  const cron = parseAwsCron(rule.ScheduleExpression ?? defaultSchedule);
  const dueMs = cron && nextDueMs(cron, place.engine.nowMs, rule.ScheduleExpressionTimezone ?? "UTC");
  if (dueMs !== null) scheduleAt(place, dueMs, "plan_rule", `${planId}/${versionId}/${rule.RuleId ?? ""}`);
}

/** Starts the jobs that a rule owes at this moment; a version no longer in force owes none. */
export function runRule(place: Place, key: string): void {
  const [planId = "", versionId, ruleId] = key.split("/");
  const plan = place.region.plans[planId];
  if (!plan || plan.deletedMs !== null) return;
  const version = currentVersion(plan);
  const rule = version.rules.find(({ RuleId }) => RuleId === ruleId);
  if (version.versionId !== versionId || !rule) return;
  const nowMs = place.engine.nowMs;
  const served = new Set<string>();
  for (const { selection } of Object.values(plan.selections))
    for (const resource of resolveSelection(place.region, selection)) {
      if (served.has(resource.arn) || findTrouble(resource, "runs_missed", nowMs, ruleId)) continue;
      served.add(resource.arn);
      startRun(place, plan, version, rule, resource, selection.IamRoleArn ?? "");
    }
  if (served.size > 0) plan.lastExecutionMs = nowMs;
  scheduleRule(place, planId, version.versionId, rule);
}

function startRun(
  place: Place,
  plan: Plan,
  version: PlanVersion,
  rule: BackupRule,
  resource: Resource,
  iamRoleArn: string,
) {
  const createdBy: Creator = {
    planId: plan.id,
    planArn: plan.arn,
    planName: version.name,
    planVersion: version.versionId,
    ruleId: rule.RuleId ?? "",
    ruleName: rule.RuleName ?? "",
  };
  const advanced = version.advancedSettings.find((setting) => setting.ResourceType === resource.type);
  createBackupJob(place, {
    resource,
    vaultName: rule.TargetBackupVaultName ?? "Default",
    iamRoleArn,
    lifecycle: rule.Lifecycle ?? null,
    createdBy,
    startWindowMinutes: rule.StartWindowMinutes ?? defaultStartMinutes,
    completionWindowMinutes: rule.CompletionWindowMinutes ?? defaultCompletionMinutes,
    recoveryPointTags: rule.RecoveryPointTags ?? null,
    backupOptions: advanced?.BackupOptions ?? null,
    isContinuous: rule.EnableContinuousBackup === true,
  });
}
