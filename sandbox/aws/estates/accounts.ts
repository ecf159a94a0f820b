import { type Account, addAccount, addRegion, type Role, type World } from "@/sandbox/aws/world";

/** How Holdfast reaches one account of the estate. */
export type EstateConnection = {
  name: string;
  accountId: string;
  regions: string[];
  externalId: string;
  readRoleArn: string;
  actRoleArn: string;
  cleanupRoleArn: string;
  /** The service role that AWS Backup itself takes on for backups and restores. */
  restoreRoleArn: string;
};

/** The key pair of the user that may assume the estate's Holdfast roles. */
export type EstateCredentials = {
  accountId: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** A second user who may assume the read roles and nothing else: what a hardened web process is given. */
  reader?: { accessKeyId: string; secretAccessKey: string };
};

const readActions = [
  "backup:List*",
  "backup:Describe*",
  "backup:Get*",
  "tag:GetResources",
  "rds:Describe*",
  "rds:ListTagsForResource",
  "ec2:Describe*",
  "dynamodb:ListTables",
  "dynamodb:DescribeTable",
  "dynamodb:ListTagsOfResource",
  "elasticfilesystem:Describe*",
  "s3:ListAllMyBuckets",
  "s3:GetBucketTagging",
  "s3:GetBucketLocation",
  "sts:GetCallerIdentity",
];

const actActions = [
  ...readActions,
  "backup:StartBackupJob",
  "backup:StartCopyJob",
  "backup:StartRestoreJob",
  "backup:StopBackupJob",
  "backup:PutRestoreValidationResult",
  "backup:TagResource",
  "rds:CreateDBInstance",
  "rds:AddTagsToResource",
  "iam:PassRole",
];

const cleanupActions = [
  ...readActions,
  "rds:DeleteDBInstance",
  "rds:DeleteDBCluster",
  "ec2:DeleteVolume",
  "ec2:TerminateInstances",
  "dynamodb:DeleteTable",
  "elasticfilesystem:DeleteFileSystem",
  "s3:DeleteBucket",
  "s3:DeleteObject",
];

const backupServiceActions = [
  "backup:*",
  "backup-gateway:*",
  "cloudformation:*",
  "dynamodb:*",
  "ec2:*",
  "eks:*",
  "elasticfilesystem:*",
  "fsx:*",
  "kms:*",
  "rds:*",
  "redshift:*",
  "redshift-serverless:*",
  "s3:*",
  "ssm-sap:*",
  "storagegateway:*",
  "tag:GetResources",
  "timestream:*",
];

/** The ARN of the role that AWS Backup makes for itself. */
export function serviceRoleArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:role/service-role/AWSBackupDefaultServiceRole`;
}

/** The ARN of an ordinary role. */
export function roleArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:role/${name}`;
}

/** What Holdfast is told about an account whose roles `addEstateAccount` lays out. */
export function connectionTo(name: string, accountId: string, regions: string[], externalId: string): EstateConnection {
  return {
    name,
    accountId,
    regions,
    externalId,
    readRoleArn: roleArn(accountId, "holdfast-read"),
    actRoleArn: roleArn(accountId, "holdfast-act"),
    cleanupRoleArn: roleArn(accountId, "holdfast-cleanup"),
    restoreRoleArn: serviceRoleArn(accountId),
  };
}

/** An account with its regions and the roles a connection speaks of, trusting the account of the credentials. */
export function addEstateAccount(world: World, connection: EstateConnection, credentials: EstateCredentials): Account {
  const { accountId, externalId } = connection;
  const account = addAccount(world, accountId, connection.name);
  account.globalSettings.isCrossAccountBackupEnabled = "true";
  for (const region of connection.regions) addRegion(account, region);
  if (accountId === credentials.accountId)
    account.accessKeys[credentials.accessKeyId] = {
      id: credentials.accessKeyId,
      userName: "holdfast",
      allowedActions: ["sts:AssumeRole", "sts:GetCallerIdentity"],
    };
  if (accountId === credentials.accountId && credentials.reader)
    account.accessKeys[credentials.reader.accessKeyId] = {
      id: credentials.reader.accessKeyId,
      userName: "holdfast-web",
      allowedActions: ["sts:AssumeRole", "sts:GetCallerIdentity"],
    };
  const worker = `arn:aws:iam::${credentials.accountId}:user/holdfast`;
  const trusted = { trustedPrincipals: [worker], externalId };
  addRole(account, {
    name: "holdfast-read",
    trustedPrincipals: [credentials.accountId],
    externalId,
    allowedActions: readActions,
  });
  addRole(account, {
    name: "holdfast-act",
    ...trusted,
    allowedActions: actActions,
    deniedActions: ["backup:Delete*", "backup:UpdateRecoveryPointLifecycle", "backup:DisassociateRecoveryPoint"],
  });
  addRole(account, {
    name: "holdfast-cleanup",
    ...trusted,
    allowedActions: cleanupActions,
    deniedActions: ["backup:Delete*"],
  });
  addRole(account, {
    arn: serviceRoleArn(accountId),
    name: "AWSBackupDefaultServiceRole",
    trustedPrincipals: ["backup.amazonaws.com"],
    allowedActions: backupServiceActions,
  });
  return account;
}

/** A role of the account; what is left out is empty. */
export function addRole(
  account: Account,
  role: Pick<Role, "name" | "trustedPrincipals" | "allowedActions"> & Partial<Role>,
): Role {
  const whole: Role = { arn: roleArn(account.id, role.name), externalId: null, deniedActions: [], ...role };
  account.roles[whole.arn] = whole;
  return whole;
}
