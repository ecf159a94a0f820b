import type { BackupRule } from "@aws-sdk/client-backup";
import { pointArn } from "@/sandbox/aws/arns";
import type { Draw } from "@/sandbox/aws/estates/draw";
import type {
  Account,
  BackupJob,
  Creator,
  RecoveryPoint,
  Region,
  Resource,
  ResourceType,
  Vault,
  World,
} from "@/sandbox/aws/world";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const gibibyte = 1024 ** 3;

/** What the past is written by. */
export type Past = {
  world: World;
  nowMs: number;
  historyDays: number;
  /** Jobs older than this are not listed any more, so they are not written either. */
  jobDays: number;
  draw: Draw;
  /** Points that are kept although their time is over: under legal hold, or not deletable by their role. */
  keepsExpired: (point: RecoveryPoint) => "held" | "expired" | null;
};

/** One region of one account. */
export type Scene = Past & { account: Account; region: Region };
/** One due run of a rule for a resource. */
export type Run = Scene & { resource: Resource; creator: Creator; rule: BackupRule; roleArn: string; dueMs: number };

const coldTypes = new Set<ResourceType>(["EBS", "EFS", "DynamoDB", "Timestream", "VirtualMachine", "CloudFormation"]);

/** Adds the point unless its time is over and nothing keeps it. */
export function keepPoint(scene: Past, region: Region, point: RecoveryPoint): void {
  const days = point.lifecycle?.DeleteAfterDays;
  const isOver = days !== undefined && days >= 0 && point.createdMs + days * dayMs <= scene.nowMs;
  const fate = isOver ? scene.keepsExpired(point) : "kept";
  if (fate === null) return;
  const coldAfter = point.lifecycle?.MoveToColdStorageAfterDays;
  const isCold =
    coldAfter !== undefined && coldTypes.has(point.resourceType) && point.createdMs + coldAfter * dayMs <= scene.nowMs;
  region.recoveryPoints[point.arn] = {
    ...point,
    storageClass: isCold ? "COLD" : "WARM",
    ...(fate === "expired"
      ? {
          status: "EXPIRED" as const,
          statusMessage: `Access Denied trying to call AWS Backup service: ${point.iamRoleArn} is not authorized to delete this recovery point`,
        }
      : {}),
  };
}

/** The point that a snapshot run makes; without an end it is still being made. */
export function snapshotOf(
  run: Run,
  made: { id: string; runsAtMs: number; endsAtMs: number | null; sizeBytes: number },
): RecoveryPoint {
  const { account, region, resource, draw } = run;
  const vault = vaultOf(region, run.rule.TargetBackupVaultName ?? "");
  const form = {
    accountId: account.id,
    region: region.name,
    jobId: made.id,
    hex: draw.hex(32, made.id),
    resourceName: resource.name,
  };
  return {
    ...pointOf(run, pointArn(resource.type, form, vault.type !== "BACKUP_VAULT")),
    status: made.endsAtMs === null ? "CREATING" : "COMPLETED",
    createdMs: made.runsAtMs,
    completedMs: made.endsAtMs,
    sizeBytes: made.endsAtMs === null ? 0 : made.sizeBytes,
  };
}

/** A point as every run of this rule makes it. */
export function pointOf(run: Run, arn: string): RecoveryPoint {
  const vault = vaultOf(run.region, run.rule.TargetBackupVaultName ?? "");
  return {
    arn,
    vaultName: vault.name,
    resourceArn: run.resource.arn,
    resourceType: run.resource.type,
    resourceName: run.resource.name,
    status: "COMPLETED",
    statusMessage: null,
    createdMs: run.dueMs,
    initiatedMs: run.dueMs,
    completedMs: null,
    sizeBytes: 0,
    lifecycle: run.rule.Lifecycle ?? null,
    storageClass: "WARM",
    iamRoleArn: run.roleArn,
    encryptionKeyArn: vault.encryptionKeyArn,
    createdBy: run.creator,
    sourceVaultArn: null,
    lastRestoreMs: null,
    isParent: false,
    parentArn: null,
    compositeMemberIdentifier: null,
    continuous: null,
    restoreMetadata: null,
    tags: null,
  };
}

/** The job of a run, before anything has come of it. */
export function jobOf(run: Run, id: string): BackupJob {
  return {
    id,
    resourceArn: run.resource.arn,
    resourceType: run.resource.type,
    resourceName: run.resource.name,
    vaultName: run.rule.TargetBackupVaultName ?? "",
    recoveryPointArn: null,
    state: "CREATED",
    statusMessage: null,
    messageCategory: null,
    createdMs: run.dueMs,
    startByMs: run.dueMs + (run.rule.StartWindowMinutes ?? 60) * minuteMs,
    completedMs: null,
    expectedCompletionMs: null,
    percentDone: 0,
    sizeBytes: 0,
    iamRoleArn: run.roleArn,
    createdBy: run.creator,
    lifecycle: run.rule.Lifecycle ?? null,
    recoveryPointTags: run.rule.RecoveryPointTags ?? null,
    backupOptions: null,
    isContinuous: run.rule.EnableContinuousBackup === true,
    isParent: false,
    parentJobId: null,
    program: null,
  };
}

function vaultOf(region: Region, name: string): Vault {
  const vault = region.vaults[name];
  if (!vault) throw new Error(`No vault ${name} in ${region.name}.`);
  return vault;
}

/** Data grows a little each day, and no two backups are alike. */
export function sizeAt(run: Run, id: string): number {
  const ageDays = (run.nowMs - run.dueMs) / dayMs;
  return Math.round(run.resource.sizeBytes * (1 - ageDays * 0.0011) * (0.99 + run.draw.fraction(id, "size") * 0.02));
}

const pace = {
  backup: { baseS: 45, perGibibyteS: 1.2, mostS: 20 * 60 },
  copy: { baseS: 60, perGibibyteS: 1.6, mostS: 30 * 60 },
} as const;

/** How long such work takes for so many bytes. */
export function lengthOf(work: keyof typeof pace, sizeBytes: number, chance: number): number {
  const { baseS, perGibibyteS, mostS } = pace[work];
  return Math.round(Math.min(mostS, baseS + (sizeBytes / gibibyte) * perGibibyteS) * (0.9 + chance * 0.2) * 1000);
}
