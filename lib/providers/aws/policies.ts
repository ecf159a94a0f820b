import {
  type BackupRule,
  type BackupSelection,
  type Conditions,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  paginateListBackupPlans,
  paginateListBackupSelections,
} from "@aws-sdk/client-backup";
import type { ObservedPolicy, ObservedRule, Pages, PolicySelection } from "@/lib/providers/contract";
import { ask, named, readPages } from "./errors";
import type { AwsClients } from "./session";

/** What AWS takes for granted where a rule is silent. */
const defaults = {
  schedule: "cron(0 5 ? * * *)",
  timeZone: "Etc/UTC",
  startWindowMinutes: 480,
  completionWindowMinutes: 10_080,
};

/** Every backup plan with its rules and selections. */
export async function* readPolicies(clients: AwsClients): Pages<ObservedPolicy> {
  const plans = readPages(
    () => paginateListBackupPlans({ client: clients.backup, stopOnSameToken: true }, {}),
    ({ BackupPlansList = [] }) => BackupPlansList,
  );
  for await (const page of plans) {
    const read: ObservedPolicy[] = [];
    for (const { BackupPlanId } of page) read.push(await readPolicy(clients, named(BackupPlanId, "plan's id")));
    yield read;
  }
}

async function readPolicy(clients: AwsClients, planId: string): Promise<ObservedPolicy> {
  const plan = await ask(() => clients.backup.send(new GetBackupPlanCommand({ BackupPlanId: planId })));
  return {
    providerRef: named(plan.BackupPlanArn, "plan's ARN"),
    name: plan.BackupPlan?.BackupPlanName ?? planId,
    rawStatus: plan.VersionId ?? "",
    versionedAt: plan.CreationDate ?? null,
    rules: (plan.BackupPlan?.Rules ?? []).map(toRule),
    selections: await readSelections(clients, planId),
  };
}

async function readSelections({ backup }: AwsClients, planId: string): Promise<PolicySelection[]> {
  const found: PolicySelection[] = [];
  const pages = readPages(
    () => paginateListBackupSelections({ client: backup, stopOnSameToken: true }, { BackupPlanId: planId }),
    ({ BackupSelectionsList = [] }) => BackupSelectionsList,
  );
  for await (const page of pages)
    for (const { SelectionId } of page) {
      const answer = await ask(() =>
        backup.send(
          new GetBackupSelectionCommand({ BackupPlanId: planId, SelectionId: named(SelectionId, "selection's id") }),
        ),
      );
      if (answer.BackupSelection) found.push(toSelection(answer.BackupSelection));
    }
  return found;
}

/** A rule in our words, with AWS's defaults written out. */
export const toRule = (rule: BackupRule): ObservedRule => ({
  providerRef: rule.RuleId ?? named(rule.RuleName, "rule's name"),
  name: rule.RuleName ?? "",
  schedule: rule.ScheduleExpression ?? defaults.schedule,
  timeZone: rule.ScheduleExpressionTimezone ?? defaults.timeZone,
  continuous: rule.EnableContinuousBackup ?? false,
  startWindowMinutes: rule.StartWindowMinutes ?? defaults.startWindowMinutes,
  completionWindowMinutes: rule.CompletionWindowMinutes ?? defaults.completionWindowMinutes,
  vaultName: rule.TargetBackupVaultName ?? "",
  lifecycle: {
    deleteAfterDays: daysOrNever(rule.Lifecycle?.DeleteAfterDays),
    coldAfterDays: daysOrNever(rule.Lifecycle?.MoveToColdStorageAfterDays),
  },
  copies: (rule.CopyActions ?? []).map((copy) => ({
    vaultRef: copy.DestinationBackupVaultArn ?? "",
    deleteAfterDays: daysOrNever(copy.Lifecycle?.DeleteAfterDays),
  })),
});

/** AWS writes "always" as -1. */
const daysOrNever = (days: number | undefined) => (days === undefined || days < 0 ? null : days);

const bareKey = (key: string) => key.replace(/^aws:ResourceTag\//, "");

/** A selection in our words. */
export const toSelection = (selection: BackupSelection): PolicySelection => ({
  resourceRefs: selection.Resources ?? [],
  notResourceRefs: selection.NotResources ?? [],
  anyTags: (selection.ListOfTags ?? []).map(({ ConditionKey, ConditionValue }) => ({
    key: bareKey(ConditionKey ?? ""),
    value: ConditionValue ?? "",
  })),
  allConditions: conditionsOf(selection.Conditions ?? {}),
});

function conditionsOf(conditions: Conditions): PolicySelection["allConditions"] {
  const listed = (list: Conditions["StringEquals"], op: PolicySelection["allConditions"][number]["op"]) =>
    (list ?? []).map(({ ConditionKey, ConditionValue }) => ({
      key: bareKey(ConditionKey ?? ""),
      value: ConditionValue ?? "",
      op,
    }));
  return [
    ...listed(conditions.StringEquals, "equals"),
    ...listed(conditions.StringLike, "like"),
    ...listed(conditions.StringNotEquals, "not_equals"),
    ...listed(conditions.StringNotLike, "not_like"),
  ];
}
