import type {
  BackupVaultListMember,
  CreateBackupVaultInput,
  CreateBackupVaultOutput,
  CreateLogicallyAirGappedBackupVaultInput,
  CreateLogicallyAirGappedBackupVaultOutput,
  DeleteBackupVaultAccessPolicyInput,
  DeleteBackupVaultInput,
  DeleteBackupVaultLockConfigurationInput,
  DeleteBackupVaultNotificationsInput,
  DescribeBackupVaultInput,
  DescribeBackupVaultOutput,
  GetBackupVaultAccessPolicyInput,
  GetBackupVaultAccessPolicyOutput,
  GetBackupVaultNotificationsInput,
  GetBackupVaultNotificationsOutput,
  ListBackupVaultsInput,
  ListBackupVaultsOutput,
  PutBackupVaultAccessPolicyInput,
  PutBackupVaultLockConfigurationInput,
  PutBackupVaultNotificationsInput,
} from "@aws-sdk/client-backup";
import { BackupVaultEvent } from "@aws-sdk/client-backup";
import { vaultArn } from "@/sandbox/aws/arns";
import { scheduleAt } from "@/sandbox/aws/engine/engine";
import {
  type Context,
  define,
  demandOneOf,
  demandVault,
  type Handler,
  pageOfKeys,
  toDate,
} from "@/sandbox/aws/operations/context";
import { CloudError, invalidRequest, invalidValue, notFound } from "@/sandbox/aws/wire/errors";
import type { Vault } from "@/sandbox/aws/world";

const dayMs = 24 * 60 * 60 * 1000;
const creationMs = 2000;

function checkName(name: string) {
  if (!/^[a-zA-Z0-9\-_]{2,50}$/.test(name))
    throw invalidValue(`Invalid backup vault name: ${name}. It must match ^[a-zA-Z0-9\\-\\_]{2,50}$`);
}

function findTwin(context: Context, name: string, creatorRequestId: string | undefined): Vault | null {
  const vault = context.region.vaults[name];
  if (!vault) return null;
  if (creatorRequestId !== undefined && vault.creatorRequestId === creatorRequestId) return vault;
  throw new CloudError("AlreadyExistsException", `Backup vault with the same name already exists: ${name}`, {
    ...(vault.creatorRequestId === null ? {} : { CreatorRequestId: vault.creatorRequestId }),
    Arn: vault.arn,
  });
}

function addVault(context: Context, name: string, options: Partial<Vault>): Vault {
  const { account, region, nowMs } = context;
  const vault: Vault = {
    name,
    arn: vaultArn(account.id, region.name, name),
    type: "BACKUP_VAULT",
    state: "AVAILABLE",
    createdMs: nowMs,
    creatorRequestId: null,
    encryptionKeyArn: `arn:aws:kms:${region.name}:${account.id}:key/aws-backup-default`,
    encryptionKeyType: "AWS_OWNED_KMS_KEY",
    lock: null,
    accessPolicy: null,
    notifications: null,
    tags: {},
    ...options,
  };
  region.vaults[name] = vault;
  return vault;
}

function isImmutable({ lock }: Vault, nowMs: number): boolean {
  return lock !== null && lock.lockedAtMs !== null && lock.lockedAtMs <= nowMs;
}

function describe(context: Context, vault: Vault): DescribeBackupVaultOutput & BackupVaultListMember {
  return {
    BackupVaultName: vault.name,
    BackupVaultArn: vault.arn,
    VaultType: vault.type,
    VaultState: vault.state,
    EncryptionKeyArn: vault.encryptionKeyArn,
    EncryptionKeyType: vault.encryptionKeyType,
    CreationDate: new Date(vault.createdMs),
    CreatorRequestId: vault.creatorRequestId ?? undefined,
    NumberOfRecoveryPoints: context.index.pointsOfVault(vault.name).all().length,
    Locked: vault.lock !== null,
    MinRetentionDays: vault.lock?.minRetentionDays ?? undefined,
    MaxRetentionDays: vault.lock?.maxRetentionDays ?? undefined,
    LockDate: toDate(vault.lock?.lockedAtMs ?? null),
  };
}

function checkRetention(least: number | undefined, most: number | undefined) {
  if (least !== undefined && (least < 1 || !Number.isInteger(least)))
    throw invalidValue("MinRetentionDays must be at least 1.");
  if (most !== undefined && (most > 36500 || !Number.isInteger(most)))
    throw invalidValue("MaxRetentionDays must be at most 36500.");
  if (least !== undefined && most !== undefined && least > most)
    throw invalidValue("MinRetentionDays must not be greater than MaxRetentionDays.");
}

/** Vaults, their locks, access policies and notifications. */
export const vaultOperations: Record<string, Handler> = {
  CreateBackupVault: define<CreateBackupVaultInput, CreateBackupVaultOutput>((context, input) => {
    checkName(input.BackupVaultName);
    const vault =
      findTwin(context, input.BackupVaultName, input.CreatorRequestId) ??
      addVault(context, input.BackupVaultName, {
        creatorRequestId: input.CreatorRequestId ?? null,
        tags: { ...input.BackupVaultTags },
        ...(input.EncryptionKeyArn === undefined
          ? {}
          : { encryptionKeyArn: input.EncryptionKeyArn, encryptionKeyType: "CUSTOMER_MANAGED_KMS_KEY" as const }),
      });
    return { BackupVaultName: vault.name, BackupVaultArn: vault.arn, CreationDate: new Date(vault.createdMs) };
  }),

  CreateLogicallyAirGappedBackupVault: define<
    CreateLogicallyAirGappedBackupVaultInput,
    CreateLogicallyAirGappedBackupVaultOutput
  >((context, input) => {
    checkName(input.BackupVaultName);
    if (input.MinRetentionDays < 7) throw invalidValue("MinRetentionDays must be at least 7.");
    checkRetention(input.MinRetentionDays, input.MaxRetentionDays);
    let vault = findTwin(context, input.BackupVaultName, input.CreatorRequestId);
    if (!vault) {
      vault = addVault(context, input.BackupVaultName, {
        type: "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
        state: "CREATING",
        creatorRequestId: input.CreatorRequestId ?? null,
        tags: { ...input.BackupVaultTags },
        lock: {
          minRetentionDays: input.MinRetentionDays,
          maxRetentionDays: input.MaxRetentionDays,
          lockedAtMs: context.nowMs,
        },
        ...(input.EncryptionKeyArn === undefined
          ? {}
          : { encryptionKeyArn: input.EncryptionKeyArn, encryptionKeyType: "CUSTOMER_MANAGED_KMS_KEY" as const }),
      });
      scheduleAt(context, context.nowMs + creationMs, "settle", vault.name);
    }
    return {
      BackupVaultName: vault.name,
      BackupVaultArn: vault.arn,
      CreationDate: new Date(vault.createdMs),
      VaultState: vault.state,
    };
  }),

  DescribeBackupVault: define<DescribeBackupVaultInput, DescribeBackupVaultOutput>((context, input) =>
    describe(context, demandVault(context, input.BackupVaultName)),
  ),

  ListBackupVaults: define<ListBackupVaultsInput, ListBackupVaultsOutput>((context, input) => {
    demandOneOf("vaultType", input.ByVaultType, [
      "BACKUP_VAULT",
      "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
      "RESTORE_ACCESS_BACKUP_VAULT",
    ]);
    const vaults = Object.values(context.region.vaults).filter(
      ({ type }) => input.ByVaultType === undefined || type === input.ByVaultType,
    );
    const page = pageOfKeys(
      context,
      input,
      vaults,
      ({ name }) => name,
      (vault): BackupVaultListMember => describe(context, vault),
    );
    return { BackupVaultList: page.entries, NextToken: page.nextToken };
  }),

  DeleteBackupVault: define<DeleteBackupVaultInput, object>((context, input) => {
    const vault = demandVault(context, input.BackupVaultName);
    if (context.index.pointsOfVault(vault.name).all().length > 0)
      throw invalidRequest(`Backup vault cannot be deleted because it contains recovery points: ${vault.name}`);
    delete context.region.vaults[vault.name];
    return {};
  }),

  PutBackupVaultLockConfiguration: define<PutBackupVaultLockConfigurationInput, object>((context, input) => {
    const vault = demandVault(context, input.BackupVaultName);
    if (isImmutable(vault, context.nowMs)) throw invalidRequest("The vault lock is immutable and cannot be changed.");
    checkRetention(input.MinRetentionDays, input.MaxRetentionDays);
    const days = input.ChangeableForDays;
    if (days !== undefined && (days < 3 || days > 36500))
      throw invalidValue("ChangeableForDays must be between 3 and 36500.");
    vault.lock = {
      minRetentionDays: input.MinRetentionDays ?? null,
      maxRetentionDays: input.MaxRetentionDays ?? null,
      lockedAtMs: days === undefined ? null : context.nowMs + days * dayMs,
    };
    return {};
  }),

  DeleteBackupVaultLockConfiguration: define<DeleteBackupVaultLockConfigurationInput, object>((context, input) => {
    const vault = demandVault(context, input.BackupVaultName);
    if (isImmutable(vault, context.nowMs)) throw invalidRequest("The vault lock is immutable and cannot be deleted.");
    vault.lock = null;
    return {};
  }),

  GetBackupVaultAccessPolicy: define<GetBackupVaultAccessPolicyInput, GetBackupVaultAccessPolicyOutput>(
    (context, input) => {
      const vault = demandVault(context, input.BackupVaultName);
      if (vault.accessPolicy === null) throw notFound(`Vault access policy not found for backup vault: ${vault.name}`);
      return { BackupVaultName: vault.name, BackupVaultArn: vault.arn, Policy: vault.accessPolicy };
    },
  ),

  PutBackupVaultAccessPolicy: define<PutBackupVaultAccessPolicyInput, object>((context, input) => {
    const vault = demandVault(context, input.BackupVaultName);
    if (input.Policy !== undefined && !isJson(input.Policy)) throw invalidValue("The policy is not valid JSON.");
    vault.accessPolicy = input.Policy ?? null;
    return {};
  }),

  DeleteBackupVaultAccessPolicy: define<DeleteBackupVaultAccessPolicyInput, object>((context, input) => {
    demandVault(context, input.BackupVaultName).accessPolicy = null;
    return {};
  }),

  PutBackupVaultNotifications: define<PutBackupVaultNotificationsInput, object>((context, input) => {
    for (const event of input.BackupVaultEvents)
      demandOneOf("BackupVaultEvents", event, Object.values(BackupVaultEvent));
    demandVault(context, input.BackupVaultName).notifications = {
      topicArn: input.SNSTopicArn,
      events: [...input.BackupVaultEvents],
    };
    return {};
  }),

  GetBackupVaultNotifications: define<GetBackupVaultNotificationsInput, GetBackupVaultNotificationsOutput>(
    (context, input) => {
      const vault = demandVault(context, input.BackupVaultName);
      if (vault.notifications === null)
        throw notFound(`Vault notification configuration not found for backup vault: ${vault.name}`);
      return {
        BackupVaultName: vault.name,
        BackupVaultArn: vault.arn,
        SNSTopicArn: vault.notifications.topicArn,
        BackupVaultEvents: vault.notifications.events as BackupVaultEvent[],
      };
    },
  ),

  DeleteBackupVaultNotifications: define<DeleteBackupVaultNotificationsInput, object>((context, input) => {
    demandVault(context, input.BackupVaultName).notifications = null;
    return {};
  }),
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
