/** What the control plane asks of anything that keeps backups, and the words it is answered in. */
export type ProviderKind = "aws" | "azure" | "gcp" | "supabase" | "agent";

/** Why a provider's call did not work. Only a definite failure says that nothing happened there. */
export type ProviderErrorKind =
  | "denied"
  | "role_not_assumable"
  | "region_disabled"
  | "unreachable"
  | "timed_out"
  | "throttled"
  | "invalid"
  | "not_found"
  | "conflict"
  | "broken";

/** A provider's refusal or failure, in words that may be shown. */
export class ProviderError extends Error {
  override name = "ProviderError";
  constructor(
    readonly kind: ProviderErrorKind,
    message: string,
    /** The provider's own name for it. */
    readonly providerCode: string,
    /** True when the provider certainly did nothing: validation, authorisation, not found. */
    readonly definite: boolean,
  ) {
    super(message);
  }
}

export type ObservedResource = {
  providerRef: string;
  kind: string;
  name: string;
  account: string;
  sizeBytes: number | null;
  tags: Record<string, string>;
  rawStatus: string;
  /** Engine, endpoint, `createdAt` and the like, where the service's own Describe call tells. */
  detail: Record<string, unknown>;
  /** Its own service no longer lists it: only its recovery points are left. */
  gone: boolean;
};

export type ObservedVault = {
  providerRef: string;
  name: string;
  kind: "standard" | "air_gapped" | "restore_access";
  lockMode: "none" | "governance" | "compliance";
  lockFinalAt: Date | null;
  minDays: number | null;
  maxDays: number | null;
  keyRef: string | null;
  pointCount: number;
  rawStatus: string;
};

export type PointStatus = "creating" | "available" | "partial" | "stopped" | "expired" | "deleting" | "unknown";

export type ObservedPoint = {
  providerRef: string;
  vaultRef: string;
  resourceRef: string;
  resourceKind: string;
  resourceName: string;
  /** Where the resource itself is, which for a copy is another place than the point's; null where the provider does not tell. */
  resourceRegion: string | null;
  resourceAccount: string | null;
  account: string;
  kind: "snapshot" | "continuous" | "logical" | "archive";
  status: PointStatus;
  rawStatus: string;
  statusMessage: string | null;
  dataAsOf: Date | null;
  asOfQuality: "exact" | "estimated";
  startedAt: Date | null;
  completedAt: Date | null;
  expiresAt: Date | null;
  coldAt: Date | null;
  sizeBytes: number | null;
  storageClass: "warm" | "cold" | "deleted";
  encrypted: boolean | null;
  keyRef: string | null;
  parentRef: string | null;
  /** Set on copies: the point it was copied from or, where the provider tells no more, that point's vault. */
  copyOfRef: string | null;
};

export type JobState =
  | "queued"
  | "running"
  | "cancelling"
  | "succeeded"
  | "succeeded_with_issues"
  | "partial"
  | "failed"
  | "cancelled"
  | "expired";

export type ObservedJob = {
  providerRef: string;
  kind: "backup" | "copy" | "restore";
  state: JobState;
  rawStatus: string;
  resourceRef: string;
  pointRef: string | null;
  parentRef: string | null;
  percent: number | null;
  sizeBytes: number | null;
  errorCode: string | null;
  message: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
};

export type ObservedRule = {
  providerRef: string;
  name: string;
  schedule: string;
  timeZone: string;
  continuous: boolean;
  startWindowMinutes: number;
  completionWindowMinutes: number;
  vaultName: string;
  lifecycle: { deleteAfterDays: number | null; coldAfterDays: number | null };
  copies: { vaultRef: string; deleteAfterDays: number | null }[];
};

export type ObservedPolicy = {
  providerRef: string;
  name: string;
  rawStatus: string;
  /** Since when it reads like this. */
  versionedAt: Date | null;
  rules: ObservedRule[];
  selections: PolicySelection[];
};

/** Which resources a policy covers, as AWS says it; empty lists select nothing. */
export type PolicySelection = {
  resourceRefs: string[];
  notResourceRefs: string[];
  /** Any of these tags is enough. */
  anyTags: { key: string; value: string }[];
  /** All of these must hold. */
  allConditions: { key: string; value: string; op: "equals" | "like" | "not_equals" | "not_like" }[];
};

/** What keeps recovery points from being deleted, and which: all of them, as the provider lists them now. */
export type ObservedHold = {
  providerRef: string;
  title: string;
  rawStatus: string;
  createdAt: Date;
  releasedAt: Date | null;
  pointRefs: string[];
};

/** How far a continuous backup reaches. */
export type ObservedWindow = { resourceRef: string; earliestAt: Date | null; latestAt: Date };

/** One setting of a restore: the key as the provider spells it, its value at the source, and what people may do with it. */
export type RestoreField = {
  key: string;
  label: string;
  kind: "text" | "boolean" | "number" | "json" | "choice";
  choices: string[];
  sourceValue: string | null;
  required: boolean;
  /** Names the new resource; proposed by us, and checked for collisions. */
  isTargetName: boolean;
  /** Told by the provider for information, never sent back. */
  readOnly: boolean;
  hint: string;
};

export type RestoreForm = {
  fields: RestoreField[];
  /** What a restore of this kind does not bring back, in sentences. */
  notRestored: string[];
  /** Whether a moment inside a window can be chosen. */
  pointInTime: boolean;
  /** Whether what is restored is always a new resource. */
  createsNew: boolean;
};

export type RestoreOrder = {
  /** The same token never starts a second restore. */
  token: string;
  pointRef: string;
  resourceKind: string;
  /** Exactly what was approved. */
  metadata: Readonly<Record<string, string>>;
  roleRef: string;
  /** Whether the point is a continuous backup; the adapter then says the moment in its provider's own keys. */
  continuous: boolean;
  /** The moment to go back to inside a continuous backup; null takes the latest one. */
  restoreTime: Date | null;
};

export type ProviderRestoreJob = {
  ref: string;
  state: JobState;
  rawStatus: string;
  percent: number | null;
  message: string | null;
  createdRef: string | null;
  createdAt: Date;
  finishedAt: Date | null;
};

export type BackupOrder = {
  token: string;
  resourceRef: string;
  vaultName: string;
  roleRef: string;
  deleteAfterDays: number | null;
};

/** Where a restored database answers; null fields when the resource is no database. */
export type TargetEndpoint = {
  status: string;
  host: string | null;
  port: number | null;
  databaseName: string | null;
  engine: string | null;
};

export type CheckVerdict = "ok" | "warn" | "bad";

/** One line of a connection's self-check: what the role may or may not do, and what to change. */
export type CapabilityCheck = {
  id: string;
  title: string;
  verdict: CheckVerdict;
  detail: string;
  remedy: string | null;
};

/** A list as it arrives: pages of bounded size, read to the end by whoever iterates. */
export type Pages<T> = AsyncIterable<readonly T[]>;

/** One cloud account (or its like) as Holdfast reads it and acts in it. Every call has a time-out and throws ProviderError. */
export type Provider = {
  readonly kind: ProviderKind;
  readonly regions: readonly string[];

  /** Who we are there. Throws role_not_assumable with the reason when we may not be anybody. */
  identity(): Promise<{ account: string; principal: string }>;
  selfCheck(): Promise<CapabilityCheck[]>;

  resources(region: string): Pages<ObservedResource>;
  vaults(region: string): Pages<ObservedVault>;
  points(region: string, query: { vaultName: string; createdAfter?: Date }): Pages<ObservedPoint>;
  jobs(region: string, query: { kind: ObservedJob["kind"]; createdAfter?: Date }): Pages<ObservedJob>;
  policies(region: string): Pages<ObservedPolicy>;
  holds(region: string): Pages<ObservedHold>;
  windows(region: string): Pages<ObservedWindow>;

  restoreForm(
    region: string,
    query: { vaultName: string; pointRef: string; resourceKind: string; continuous: boolean },
  ): Promise<RestoreForm>;
  /** Whether the point is still there and restorable, in the provider's own words. */
  pointStatus(
    region: string,
    query: { vaultName: string; pointRef: string },
  ): Promise<{ status: PointStatus; rawStatus: string; expiresAt: Date | null }>;
  /** Whether a resource of this kind and name exists already. */
  nameTaken(region: string, query: { resourceKind: string; name: string }): Promise<boolean>;

  startRestore(region: string, order: RestoreOrder): Promise<{ ref: string }>;
  restoreJob(region: string, ref: string): Promise<ProviderRestoreJob>;
  /** The restore jobs of a point since a moment whose metadata names this target: for finding out what an unanswered call did. */
  findRestores(
    region: string,
    query: { pointRef: string; targetName: string; createdAfter: Date },
  ): Promise<ProviderRestoreJob[]>;

  startBackup(region: string, order: BackupOrder): Promise<{ ref: string; pointRef: string | null }>;
  backupJob(region: string, ref: string): Promise<ObservedJob>;

  /** How the restored resource is reached, from its service's own Describe call. */
  targetEndpoint(region: string, query: { resourceKind: string; createdRef: string }): Promise<TargetEndpoint>;
  /** Adds what a restore leaves out, such as an Aurora cluster's instance; the same name never makes two. */
  completeTarget(
    region: string,
    query: { resourceKind: string; createdRef: string; settings: Readonly<Record<string, string>> },
  ): Promise<void>;
};

/** What a connection holds of its cloud: nothing of it is secret. */
export type ConnectionSettings = {
  account: string;
  regions: string[];
  endpoint: string | null;
  readRoleRef: string;
  actRoleRef: string | null;
  cleanupRoleRef: string | null;
  externalId: string | null;
  /** The role the cloud's backup service itself takes on to restore and back up. */
  serviceRoleRef: string | null;
};
