import type {
  AdvancedBackupSetting,
  BackupRule,
  BackupSelection,
  Lifecycle,
  RestoreTestingPlanForGet,
  RestoreTestingRecoveryPointSelection,
  RestoreTestingSelectionForGet,
} from "@aws-sdk/client-backup";

/**
 * The whole state of the sandbox as plain JSON data: records keyed by ARN, name or id, moments as epoch milliseconds.
 * Indexes and open connections live in the engine and are never part of it.
 */
export type World = {
  version: 1;
  /** The estate and seed it was built from, so that a saved state is not mistaken for another one. */
  estate: string;
  seed: string;
  /** The state is true at this moment; what the plans owe after it is made up for when the sandbox starts. */
  asOfMs: number;
  accounts: Record<string, Account>;
  /** Temporary credentials by access key id. */
  sessions: Record<string, Session>;
};

export type Account = {
  id: string;
  name: string;
  /** Long-lived keys by access key id; every other key is unknown to this cloud. */
  accessKeys: Record<string, AccessKey>;
  /** By role ARN. */
  roles: Record<string, Role>;
  globalSettings: Record<string, string>;
  globalSettingsUpdatedMs: number | null;
  /** By region name. A region that is absent does not exist for the account. */
  regions: Record<string, Region>;
};

export type AccessKey = { id: string; userName: string; allowedActions: string[] };

/**
 * A caller who starts a backup, copy or restore also needs "iam:PassRole". A service role is one trusted by
 * "backup.amazonaws.com"; what its jobs need (rds:CreateDBSnapshot, ec2:DeleteSnapshot…) is in engine/service-actions.ts,
 * and patterns such as "rds:*" or "*" serve.
 */
export type Role = {
  arn: string;
  name: string;
  /** Account ids and principal ARNs that may assume it, and services such as "backup.amazonaws.com". */
  trustedPrincipals: string[];
  /** The external id that AssumeRole must send; null asks for none. */
  externalId: string | null;
  /** IAM action patterns: "backup:List*", "rds:DescribeDBInstances", "*". */
  allowedActions: string[];
  /** Explicit denials win over the allowed ones. */
  deniedActions: string[];
};

export type Session = {
  accessKeyId: string;
  sessionToken: string;
  accountId: string;
  roleArn: string;
  sessionName: string;
  expiresMs: number;
};

export type Region = {
  name: string;
  /** A region switched off (not opted in) answers every call with UnrecognizedClientException. */
  enabled: boolean;
  resourceTypeOptIn: Record<string, boolean>;
  resourceTypeManagement: Record<string, boolean>;
  /** By name. */
  vaults: Record<string, Vault>;
  /** By plan id. */
  plans: Record<string, Plan>;
  /** By ARN; the point names its vault. */
  recoveryPoints: Record<string, RecoveryPoint>;
  /** By resource ARN. */
  resources: Record<string, Resource>;
  backupJobs: Record<string, BackupJob>;
  copyJobs: Record<string, CopyJob>;
  restoreJobs: Record<string, RestoreJob>;
  legalHolds: Record<string, LegalHold>;
  restoreTestingPlans: Record<string, RestoreTestingPlan>;
  /** Answers given under an idempotency token, by operation and token. */
  tokens: Record<string, TokenAnswer>;
};

export type VaultType = "BACKUP_VAULT" | "LOGICALLY_AIR_GAPPED_BACKUP_VAULT" | "RESTORE_ACCESS_BACKUP_VAULT";

export type Vault = {
  name: string;
  arn: string;
  type: VaultType;
  state: "CREATING" | "AVAILABLE" | "FAILED";
  createdMs: number;
  creatorRequestId: string | null;
  encryptionKeyArn: string;
  encryptionKeyType: "AWS_OWNED_KMS_KEY" | "CUSTOMER_MANAGED_KMS_KEY";
  /** Null without a lock. `lockedAtMs` null is governance mode; a past moment makes the lock immutable. */
  lock: { minRetentionDays: number | null; maxRetentionDays: number | null; lockedAtMs: number | null } | null;
  accessPolicy: string | null;
  notifications: { topicArn: string; events: string[] } | null;
  tags: Record<string, string>;
};

export type Plan = {
  id: string;
  arn: string;
  name: string;
  createdMs: number;
  deletedMs: number | null;
  creatorRequestId: string | null;
  lastExecutionMs: number | null;
  /** Oldest first; the last one is in force. */
  versions: PlanVersion[];
  /** By selection id. */
  selections: Record<string, Selection>;
  tags: Record<string, string>;
};

export type PlanVersion = {
  versionId: string;
  createdMs: number;
  name: string;
  /** Every rule carries its RuleId. */
  rules: BackupRule[];
  advancedSettings: AdvancedBackupSetting[];
};

export type Selection = {
  id: string;
  createdMs: number;
  creatorRequestId: string | null;
  selection: BackupSelection;
};

/** AWS's own names of what it can back up. */
export type ResourceType = (typeof resourceTypes)[number];

export type Resource = {
  arn: string;
  type: ResourceType;
  /** The identifier its own service knows it by: DB identifier, volume id, table or bucket name. */
  name: string;
  createdMs: number;
  /** A deleted resource stays known, because its recovery points do. */
  deletedMs: number | null;
  sizeBytes: number;
  tags: Record<string, string>;
  /**
   * The settings a backup of it remembers: what GetRecoveryPointRestoreMetadata answers (keys of the type's restore
   * metadata, values as strings) and what Describe calls show: Engine, EngineVersion, DBInstanceClass, AvailabilityZone,
   * DBSubnetGroupName, MultiAZ, encrypted, kmsKeyId, volumeType, InstanceType, vpcId and their like.
   */
  settings: Record<string, string>;
  /** Set for RDS and Aurora PostgreSQL: the real database behind it. */
  database: LiveDatabase | null;
  /** Aurora, DocumentDB, Neptune: the cluster's instances. A cluster fresh from a restore has none. */
  instances: ClusterInstance[];
  /** Set when a restore job made it. */
  restoredByJobId: string | null;
  /** How live runs deviate from a healthy one, from a moment on. */
  troubles: Trouble[];
};

export type ClusterInstance = {
  identifier: string;
  arn: string;
  instanceClass: string;
  createdMs: number;
  tags: Record<string, string>;
};

export type Trouble =
  /** Jobs run and end FAILED with this message; `ruleId` confines it to one plan rule. */
  | { kind: "backup_fails"; sinceMs: number; untilMs?: number; message: string; ruleId?: string }
  /** The plan's due runs never come: no job at all. */
  | { kind: "runs_missed"; sinceMs: number; untilMs?: number; ruleId?: string }
  /** Jobs wait through their start window and end EXPIRED. */
  | { kind: "window_missed"; sinceMs: number; untilMs?: number; ruleId?: string }
  /** Copies of its points fail with this message. */
  | { kind: "copy_fails"; sinceMs: number; untilMs?: number; message: string }
  /** Restores of its points fail with this message. */
  | { kind: "restore_fails"; sinceMs: number; untilMs?: number; message: string };

/** A database by its place in the cloud; `kind` says what its content is like ("orders", "crm", "ledger"…). */
export type DatabaseRef = { accountId: string; region: string; identifier: string; kind: string };

export type DatabaseEndpoint = {
  host: string;
  port: number;
  databaseName: string;
  user?: string;
  password?: string;
};

export type LiveDatabase = {
  ref: DatabaseRef;
  /** Where it can be reached; null until the sandbox has brought it up. */
  endpoint: DatabaseEndpoint | null;
  /** Set on a restored database: what its content was taken from. */
  restoredFrom: { source: DatabaseRef; momentMs: number } | null;
  /** Accidents of the estate's story, carried out in the real database when the sandbox first brings it up. */
  accidents: { atMs: number; kind: "wrong_prices" | "dropped_rows" }[];
};

export type Creator = {
  planId: string;
  planArn: string;
  planName: string;
  planVersion: string;
  ruleId: string;
  ruleName: string;
};

export type RecoveryPointStatus =
  | "CREATING"
  | "AVAILABLE"
  | "COMPLETED"
  | "PARTIAL"
  | "STOPPED"
  | "EXPIRED"
  | "DELETING";

export type RecoveryPoint = {
  arn: string;
  vaultName: string;
  resourceArn: string;
  resourceType: ResourceType;
  resourceName: string | null;
  status: RecoveryPointStatus;
  statusMessage: string | null;
  /** The moment the data is of; a copy keeps that of its source. */
  createdMs: number;
  /** When the job that made it began. */
  initiatedMs: number;
  completedMs: number | null;
  sizeBytes: number;
  lifecycle: Lifecycle | null;
  storageClass: "WARM" | "COLD" | "DELETED";
  iamRoleArn: string;
  encryptionKeyArn: string | null;
  createdBy: Creator | null;
  /** Set on copies. */
  sourceVaultArn: string | null;
  lastRestoreMs: number | null;
  isParent: boolean;
  parentArn: string | null;
  compositeMemberIdentifier: string | null;
  /** Set on points with point-in-time recovery: where the window begins, and where it ended if it was interrupted. */
  continuous: { earliestMs: number; stoppedMs: number | null } | null;
  /** Null: the settings of the resource itself. */
  restoreMetadata: Record<string, string> | null;
  /** Null: none of its own. */
  tags: Record<string, string> | null;
};

/** What a job under way will come to; the engine writes it when the job starts and clears it when the job is over. */
export type JobProgram = {
  runsAtMs: number;
  endsAtMs: number;
  outcome: "completed" | "completed_with_issues" | "failed" | "expired" | "aborted";
  message: string | null;
};

export type BackupJobState =
  | "CREATED"
  | "PENDING"
  | "RUNNING"
  | "ABORTING"
  | "ABORTED"
  | "COMPLETED"
  | "FAILED"
  | "EXPIRED"
  | "PARTIAL";

export type BackupJob = {
  id: string;
  resourceArn: string;
  resourceType: ResourceType;
  resourceName: string | null;
  vaultName: string;
  recoveryPointArn: string | null;
  state: BackupJobState;
  statusMessage: string | null;
  /** SUCCESS, AGGREGATE_ALL and the like; null leaves it to the engine, which derives it from state and message. */
  messageCategory: string | null;
  createdMs: number;
  startByMs: number | null;
  completedMs: number | null;
  expectedCompletionMs: number | null;
  percentDone: number;
  sizeBytes: number;
  iamRoleArn: string;
  createdBy: Creator | null;
  lifecycle: Lifecycle | null;
  recoveryPointTags: Record<string, string> | null;
  backupOptions: Record<string, string> | null;
  /** The rule asked for point-in-time recovery. */
  isContinuous: boolean;
  isParent: boolean;
  parentJobId: string | null;
  program: JobProgram | null;
};

export type CopyJob = {
  id: string;
  sourceVaultArn: string;
  sourceRecoveryPointArn: string;
  destinationVaultArn: string;
  destinationRecoveryPointArn: string | null;
  resourceArn: string;
  resourceType: ResourceType;
  resourceName: string | null;
  state: "CREATED" | "RUNNING" | "COMPLETED" | "FAILED" | "PARTIAL";
  statusMessage: string | null;
  createdMs: number;
  completedMs: number | null;
  sizeBytes: number;
  iamRoleArn: string;
  createdBy: Creator | null;
  lifecycle: Lifecycle | null;
  isParent: boolean;
  parentJobId: string | null;
  program: JobProgram | null;
};

export type RestoreJob = {
  id: string;
  recoveryPointArn: string;
  vaultName: string;
  resourceArn: string;
  resourceType: ResourceType;
  status: "PENDING" | "RUNNING" | "COMPLETED" | "ABORTED" | "FAILED";
  statusMessage: string | null;
  createdMs: number;
  completedMs: number | null;
  percentDone: number;
  sizeBytes: number;
  iamRoleArn: string;
  metadata: Record<string, string>;
  /** Appears with COMPLETED. */
  createdResourceArn: string | null;
  recoveryPointCreatedMs: number;
  copySourceTags: boolean;
  validation: { status: "FAILED" | "SUCCESSFUL" | "TIMED_OUT" | "VALIDATING"; message: string | null } | null;
  parentJobId: string | null;
  isParent: boolean;
  program: JobProgram | null;
};

export type LegalHold = {
  id: string;
  arn: string;
  title: string;
  description: string;
  status: "CREATING" | "ACTIVE" | "CANCELING" | "CANCELED";
  createdMs: number;
  canceledMs: number | null;
  cancelDescription: string | null;
  retainRecordUntilMs: number | null;
  /** Null lists mean no limit on that side. */
  scope: {
    vaultNames: string[] | null;
    resourceArns: string[] | null;
    fromMs: number | null;
    toMs: number | null;
  };
  tags: Record<string, string>;
};

export type RestoreTestingPlan = {
  name: string;
  arn: string;
  createdMs: number;
  updatedMs: number;
  creatorRequestId: string | null;
  plan: Pick<RestoreTestingPlanForGet, "ScheduleExpression" | "ScheduleExpressionTimezone" | "StartWindowHours"> & {
    RecoveryPointSelection: RestoreTestingRecoveryPointSelection;
  };
  selections: Record<
    string,
    Omit<RestoreTestingSelectionForGet, "CreationTime"> & { createdMs: number; updatedMs: number }
  >;
  tags: Record<string, string>;
};

export type TokenAnswer = { paramsHash: string; answer: Record<string, string | number | boolean>; atMs: number };

/** Everything AWS Backup knows by name here, with the service opted in. */
export const resourceTypes = [
  "Aurora",
  "CloudFormation",
  "DocumentDB",
  "DynamoDB",
  "EBS",
  "EC2",
  "EFS",
  "EKS",
  "FSx",
  "Neptune",
  "RDS",
  "Redshift",
  "Redshift Serverless",
  "S3",
  "SAP HANA on Amazon EC2",
  "Storage Gateway",
  "Timestream",
  "VirtualMachine",
] as const;

/** An empty world, true at `asOfMs`. */
export function createWorld(estate: string, seed: string, asOfMs: number): World {
  return { version: 1, estate, seed, asOfMs, accounts: {}, sessions: {} };
}

/** An account without keys, roles or regions, added to the world. */
export function addAccount(world: World, id: string, name: string): Account {
  const account: Account = {
    id,
    name,
    accessKeys: {},
    roles: {},
    globalSettings: {
      isCrossAccountBackupEnabled: "false",
      isMpaEnabled: "false",
      isDelegatedAdministratorEnabled: "false",
    },
    globalSettingsUpdatedMs: null,
    regions: {},
  };
  world.accounts[id] = account;
  return account;
}

/** An enabled region with every resource type opted in, added to the account. */
export function addRegion(account: Account, name: string): Region {
  const region: Region = {
    name,
    enabled: true,
    resourceTypeOptIn: Object.fromEntries(resourceTypes.map((type) => [type, true])),
    resourceTypeManagement: { DynamoDB: true, EFS: true },
    vaults: {},
    plans: {},
    recoveryPoints: {},
    resources: {},
    backupJobs: {},
    copyJobs: {},
    restoreJobs: {},
    legalHolds: {},
    restoreTestingPlans: {},
    tokens: {},
  };
  account.regions[name] = region;
  return region;
}
