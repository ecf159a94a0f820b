import type { BackupRule, CopyAction, Lifecycle } from "@aws-sdk/client-backup";
import { vaultArn } from "@/sandbox/aws/arns";
import type { Draw } from "@/sandbox/aws/estates/draw";
import type { Account, Creator, Plan, PlanVersion, Region, Vault } from "@/sandbox/aws/world";

/** A rule in a few words. */
export type RuleSpec = {
  name: string;
  /** Six fields, without the word "cron". */
  cron: string;
  vault: string;
  keepDays: number;
  coldAfterDays?: number;
  isContinuous?: boolean;
  copies?: readonly { vaultArn: string; keepDays: number }[];
  tags?: Record<string, string>;
};

/** What a plan covers: everything with a tag, or resources by ARN. */
export type SelectionSpec = { name: string; roleArn: string } & (
  | { tag: { key: string; value: string }; notResources?: string[] }
  | { resources: string[] }
);

/** Adds a plan with one version, in force since it was made. */
export function addPlan(
  account: Account,
  region: Region,
  spec: { name: string; createdMs: number; rules: readonly RuleSpec[]; selections: readonly SelectionSpec[] },
  draw: Draw,
): Plan {
  const id = draw.uuid("plan", account.id, region.name, spec.name);
  const plan: Plan = {
    id,
    arn: `arn:aws:backup:${region.name}:${account.id}:backup-plan:${id}`,
    name: spec.name,
    createdMs: spec.createdMs,
    deletedMs: null,
    creatorRequestId: null,
    lastExecutionMs: null,
    versions: [
      {
        versionId: Buffer.from(draw.uuid("version", id)).toString("base64"),
        createdMs: spec.createdMs,
        name: spec.name,
        rules: spec.rules.map((rule) => toRule(rule, draw.uuid("rule", id, rule.name))),
        advancedSettings: [],
      },
    ],
    selections: {},
    tags: { owner: "platform" },
  };
  for (const selection of spec.selections) {
    const selectionId = draw.uuid("selection", id, selection.name);
    plan.selections[selectionId] = {
      id: selectionId,
      createdMs: spec.createdMs,
      creatorRequestId: null,
      selection: {
        SelectionName: selection.name,
        IamRoleArn: selection.roleArn,
        ...("tag" in selection
          ? {
              ListOfTags: [
                {
                  ConditionType: "STRINGEQUALS" as const,
                  ConditionKey: selection.tag.key,
                  ConditionValue: selection.tag.value,
                },
              ],
              ...(selection.notResources ? { NotResources: selection.notResources } : {}),
            }
          : { Resources: selection.resources }),
      },
    };
  }
  region.plans[id] = plan;
  return plan;
}

/** The lifecycle that keeps for so many days, cold after some of them where the type knows cold storage. */
export function lifecycleOf(keepDays: number, coldAfterDays?: number): Lifecycle {
  return {
    DeleteAfterDays: keepDays,
    ...(coldAfterDays === undefined ? {} : { MoveToColdStorageAfterDays: coldAfterDays }),
  };
}

/** What a plan's points and jobs say about where they come from. */
export function creatorOf(plan: Plan, version: PlanVersion, rule: BackupRule): Creator {
  return {
    planId: plan.id,
    planArn: plan.arn,
    planName: version.name,
    planVersion: version.versionId,
    ruleId: rule.RuleId ?? "",
    ruleName: rule.RuleName ?? "",
  };
}

function toRule(spec: RuleSpec, id: string): BackupRule {
  const copies: CopyAction[] = (spec.copies ?? []).map((copy) => ({
    DestinationBackupVaultArn: copy.vaultArn,
    Lifecycle: lifecycleOf(copy.keepDays),
  }));
  return {
    RuleId: id,
    RuleName: spec.name,
    TargetBackupVaultName: spec.vault,
    ScheduleExpression: `cron(${spec.cron})`,
    ScheduleExpressionTimezone: "Etc/UTC",
    StartWindowMinutes: 60,
    CompletionWindowMinutes: 720,
    Lifecycle: lifecycleOf(spec.keepDays, spec.coldAfterDays),
    EnableContinuousBackup: spec.isContinuous === true,
    ...(copies.length > 0 ? { CopyActions: copies } : {}),
    ...(spec.tags ? { RecoveryPointTags: spec.tags } : {}),
  };
}

/** Adds a vault; what is left out is that of an ordinary, unlocked one. */
export function addVault(
  account: Account,
  region: Region,
  spec: Pick<Vault, "name" | "createdMs" | "encryptionKeyArn"> & Partial<Vault>,
): Vault {
  const vault: Vault = {
    arn: vaultArn(account.id, region.name, spec.name),
    type: "BACKUP_VAULT",
    state: "AVAILABLE",
    creatorRequestId: null,
    encryptionKeyType: "CUSTOMER_MANAGED_KMS_KEY",
    lock: null,
    accessPolicy: null,
    notifications: null,
    tags: {},
    ...spec,
  };
  region.vaults[vault.name] = vault;
  return vault;
}
