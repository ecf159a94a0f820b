import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readSource } from "@/lib/platform/testing/sources";

const many = z.union([z.string(), z.array(z.string())]).transform((said) => [said].flat());
const policy = z.object({
  Version: z.literal("2012-10-17"),
  Statement: z.array(
    z.object({
      Sid: z.string(),
      Effect: z.enum(["Allow", "Deny"]),
      Action: many,
      Resource: many,
      Condition: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    }),
  ),
});

const read = (name: string) => policy.parse(JSON.parse(readSource(`deploy/aws/${name}.json`))).Statement;

/** Whether a pattern of a policy covers an action, as IAM reads it: case does not matter, * is anything. */
const covers = (pattern: string, action: string) =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "i",
  ).test(action);

const isIn = (statements: ReturnType<typeof read>, effect: "Allow" | "Deny", action: string) =>
  statements.some(({ Effect, Action }) => Effect === effect && Action.some((pattern) => covers(pattern, action)));

/** To delete a backup, have it expire sooner, take it out of our sight, or change who may. */
const neverAllowed = [
  "backup:DeleteRecoveryPoint",
  "backup:DeleteBackupVault",
  "backup:DeleteBackupVaultAccessPolicy",
  "backup:DeleteBackupVaultLockConfiguration",
  "backup:DeleteBackupPlan",
  "backup:DeleteBackupSelection",
  "backup:DisassociateRecoveryPoint",
  "backup:DisassociateRecoveryPointFromParent",
  "backup:UpdateRecoveryPointLifecycle",
  "backup:UpdateBackupPlan",
  "backup:UpdateGlobalSettings",
  "backup:PutBackupVaultAccessPolicy",
  "backup:PutBackupVaultLockConfiguration",
  "backup:PutBackupVaultNotifications",
  "backup:CancelLegalHold",
  "backup:StopBackupJob",
  "rds:DeleteDBSnapshot",
  "rds:DeleteDBClusterSnapshot",
  "rds:DeleteDBInstanceAutomatedBackup",
  "rds:DeleteDBClusterAutomatedBackup",
  "rds:ModifyDBInstance",
  "rds:ModifyDBCluster",
  "rds:ModifyDBSnapshotAttribute",
  "ec2:DeleteSnapshot",
  "ec2:DeregisterImage",
  "ec2:ModifySnapshotAttribute",
  "dynamodb:DeleteBackup",
  "dynamodb:UpdateContinuousBackups",
  "s3:DeleteObject",
  "s3:DeleteObjectVersion",
  "s3:PutBucketLifecycleConfiguration",
  "s3:PutLifecycleConfiguration",
  "s3:PutBucketPolicy",
  "s3:PutBucketVersioning",
  "s3:BypassGovernanceRetention",
  "kms:ScheduleKeyDeletion",
  "kms:DisableKey",
  "kms:PutKeyPolicy",
  "iam:PutRolePolicy",
  "iam:AttachRolePolicy",
  "iam:UpdateAssumeRolePolicy",
  "iam:CreateAccessKey",
  "sts:AssumeRole",
  "organizations:LeaveOrganization",
];

/** What each policy must refuse in words, so that another policy beside it cannot grant it. */
const refusedInWords = [
  "backup:DeleteRecoveryPoint",
  "backup:DeleteBackupVault",
  "backup:DisassociateRecoveryPoint",
  "backup:UpdateRecoveryPointLifecycle",
  "backup:PutBackupVaultAccessPolicy",
  "backup:DeleteBackupVaultLockConfiguration",
];

const names = ["read-role", "act-role", "clean-up-role"] as const;

describe.each(names)("deploy/aws/%s.json", (name) => {
  const statements = read(name);

  it.each(neverAllowed)("does not allow %s", (action) => expect(isIn(statements, "Allow", action)).toBe(false));
  it.each(refusedInWords)("refuses %s in words", (action) => expect(isIn(statements, "Deny", action)).toBe(true));
  it("allows no whole service, and nothing by a leading star", () => {
    const allowed = statements.filter(({ Effect }) => Effect === "Allow").flatMap(({ Action }) => Action);
    expect(
      allowed.filter((action) => !/^[a-z0-9-]+:(?:List|Describe|Get|[A-Z]\w+$)/.test(action) || action.endsWith(":*")),
    ).toEqual([]);
  });
  it("gives every statement a name", () =>
    expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(statements.length));
});

describe("the read role", () => {
  it.each([
    "backup:StartRestoreJob",
    "backup:StartBackupJob",
    "rds:CreateDBInstance",
    "iam:PassRole",
    "s3:GetObject",
    "dynamodb:GetItem",
    "dynamodb:Scan",
    "secretsmanager:GetSecretValue",
  ])("may not %s", (action) => expect(isIn(read("read-role"), "Allow", action)).toBe(false));
});

describe("the act role", () => {
  const statements = read("act-role");
  it("starts restores in listed regions alone", () => {
    const starting = statements.filter(
      ({ Effect, Action }) => Effect === "Allow" && Action.some((one) => covers(one, "backup:StartRestoreJob")),
    );
    expect(starting).toHaveLength(1);
    expect(Object.values(starting[0]?.Condition ?? {}).flatMap((one) => Object.keys(one))).toContain(
      "aws:RequestedRegion",
    );
  });
  it("hands on the one service role to AWS Backup alone", () => {
    const passing = statements.filter(({ Effect, Action }) => Effect === "Allow" && Action.includes("iam:PassRole"));
    expect(passing).toHaveLength(1);
    expect(passing[0]?.Resource).not.toContain("*");
    expect(JSON.stringify(passing[0]?.Condition)).toContain('"iam:PassedToService":"backup.amazonaws.com"');
  });
  it("makes databases only with the tag that says they are ours", () => {
    const making = statements.filter(
      ({ Effect, Action }) => Effect === "Allow" && Action.includes("rds:CreateDBInstance"),
    );
    expect(JSON.stringify(making[0]?.Condition)).toContain("holdfast:restored");
  });
});

describe("the clean-up role", () => {
  it("deletes only what carries our tag, and cannot give that tag", () => {
    const statements = read("clean-up-role");
    const deleting = statements.filter(
      ({ Effect, Action }) => Effect === "Allow" && Action.some((one) => /Delete|Terminate/.test(one)),
    );
    for (const { Condition } of deleting)
      expect(JSON.stringify(Condition)).toContain("aws:ResourceTag/holdfast:restored");
    for (const action of [
      "rds:AddTagsToResource",
      "ec2:CreateTags",
      "dynamodb:TagResource",
      "elasticfilesystem:TagResource",
    ])
      expect(isIn(statements, "Deny", action)).toBe(true);
  });
});

describe("the trust policy", () => {
  it("asks for the connection's external id and names one role", () => {
    const trust = JSON.parse(readSource("deploy/aws/trust-policy.json")).Statement;
    expect(trust).toHaveLength(1);
    expect(trust[0].Condition.StringEquals["sts:ExternalId"]).toBeTruthy();
    expect(JSON.stringify(trust[0].Principal)).not.toContain("*");
  });
});
