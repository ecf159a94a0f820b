import {
  DescribeRestoreJobCommand,
  GetRecoveryPointRestoreMetadataCommand,
  GetRestoreJobMetadataCommand,
  paginateListRestoreJobs,
  StartBackupJobCommand,
  StartRestoreJobCommand,
} from "@aws-sdk/client-backup";
import {
  type BackupOrder,
  ProviderError,
  type ProviderRestoreJob,
  type RestoreField,
  type RestoreForm,
  type RestoreOrder,
} from "@/lib/providers/contract";
import { ask, named, readPages } from "./errors";
import { toJobState, toPercent } from "./jobs";
import { type FieldSpec, otherKind, type RestoreKind, restoreKinds } from "./restore-kinds";
import type { AwsClients } from "./session";

type Metadata = Readonly<Record<string, string | null | undefined>>;

/** The form of a restore: what AWS remembers of the source, our words for it, and what people may change. */
export async function readRestoreForm(
  { backup }: AwsClients,
  query: { vaultName: string; pointRef: string; resourceKind: string; continuous: boolean },
): Promise<RestoreForm> {
  const answer = await ask(() =>
    backup.send(
      new GetRecoveryPointRestoreMetadataCommand({
        BackupVaultName: query.vaultName,
        RecoveryPointArn: query.pointRef,
      }),
    ),
  );
  return toRestoreForm(answer.ResourceType ?? query.resourceKind, answer.RestoreMetadata ?? {}, query.continuous);
}

/** Builds the form from a source's settings; AWS compares their keys without regard to case, and so do we. */
export function toRestoreForm(resourceKind: string, metadata: Metadata, continuous: boolean): RestoreForm {
  const kind = restoreKinds[resourceKind] ?? otherKind;
  const bySource = new Map(
    Object.entries(metadata).map(([key, value]) => [key.toLowerCase(), { key, value: value ?? null }]),
  );
  const known = new Set(kind.fields.map(({ key }) => key.toLowerCase()));
  const rest = [...bySource.values()].filter(
    ({ key }) => !known.has(key.toLowerCase()) && !key.startsWith("aws:backup:request-id"),
  );
  const pointInTime =
    continuous && (resourceKind === "S3" || kind === restoreKinds.RDS || kind === restoreKinds.Aurora);
  return {
    fields: [
      ...kind.fields.map((spec) => toField(spec, bySource)),
      ...rest.map(({ key, value }) =>
        sourceField(key, value, isInformative(kind, key) || moments.has(key.toLowerCase())),
      ),
    ],
    notRestored: [...kind.notRestored],
    pointInTime,
    createsNew: true,
  };
}

const moments = new Set(["restoretime", "restoretotime", "uselatestrestorabletime"]);

const isInformative = (kind: RestoreKind, key: string) =>
  kind.informative.some((one) => one.toLowerCase() === key.toLowerCase());

function toField(spec: FieldSpec, bySource: ReadonlyMap<string, { key: string; value: string | null }>): RestoreField {
  const source = bySource.get(spec.key.toLowerCase());
  const own = spec.isTargetName ? null : (spec.proposed ?? source?.value ?? spec.fallback ?? null);
  return {
    key: spec.key,
    label: spec.label,
    kind: spec.kind ?? "text",
    choices: [...(spec.choices ?? [])],
    sourceValue: own === "" ? null : own,
    required: spec.required ?? false,
    isTargetName: spec.isTargetName ?? false,
    readOnly: false,
    hint: spec.hint,
  };
}

const sourceField = (key: string, value: string | null, readOnly: boolean): RestoreField => ({
  key,
  label: key,
  kind: "text",
  choices: [],
  sourceValue: value,
  required: false,
  isTargetName: false,
  readOnly,
  hint: readOnly ? "As at the source; AWS does not take it back." : "A setting that AWS remembers of the source.",
});

/** The moment in AWS's own keys; the same order always spells it the same, or its token would be refused. */
function momentOf({ resourceKind, restoreTime }: RestoreOrder): Record<string, string> {
  if (resourceKind === "S3" && !restoreTime)
    throw new ProviderError(
      "invalid",
      "AWS wants a moment for a bucket's continuous backup.",
      "MissingRestoreTime",
      true,
    );
  if (!restoreTime) return { UseLatestRestorableTime: "true" };
  const moment = { RestoreTime: restoreTime.toISOString() };
  return resourceKind === "S3" ? moment : { ...moment, UseLatestRestorableTime: "false" };
}

/** Starts a restore once per token: the same token answers the same job. */
export async function startRestore({ backup }: AwsClients, order: RestoreOrder): Promise<{ ref: string }> {
  const metadata = { ...order.metadata, ...(order.continuous ? momentOf(order) : {}) };
  const { RestoreJobId } = await ask(() =>
    backup.send(
      new StartRestoreJobCommand({
        RecoveryPointArn: order.pointRef,
        ResourceType: order.resourceKind,
        Metadata: metadata,
        IamRoleArn: order.roleRef,
        IdempotencyToken: order.token,
      }),
    ),
  );
  return { ref: named(RestoreJobId, "restore job's id") };
}

/** Starts a backup once per token. */
export async function startBackup(
  { backup }: AwsClients,
  order: BackupOrder,
): Promise<{ ref: string; pointRef: string | null }> {
  const { BackupJobId, RecoveryPointArn } = await ask(() =>
    backup.send(
      new StartBackupJobCommand({
        BackupVaultName: order.vaultName,
        ResourceArn: order.resourceRef,
        IamRoleArn: order.roleRef,
        IdempotencyToken: order.token,
        ...(order.deleteAfterDays === null ? {} : { Lifecycle: { DeleteAfterDays: order.deleteAfterDays } }),
      }),
    ),
  );
  return { ref: named(BackupJobId, "backup job's id"), pointRef: RecoveryPointArn ?? null };
}

type RestoreWords = {
  RestoreJobId?: string | undefined;
  Status?: string | undefined;
  StatusMessage?: string | undefined;
  PercentDone?: string | undefined;
  CreatedResourceArn?: string | undefined;
  CreationDate?: Date | undefined;
  CompletionDate?: Date | undefined;
};

const toRestoreJob = (job: RestoreWords): ProviderRestoreJob => ({
  ref: named(job.RestoreJobId, "restore job's id"),
  state: toJobState(job.Status ?? "", undefined, job.StatusMessage),
  rawStatus: job.Status ?? "",
  percent: toPercent(job.PercentDone),
  message: job.StatusMessage ?? null,
  createdRef: job.CreatedResourceArn ?? null,
  createdAt: named(job.CreationDate, "restore job's creation date"),
  finishedAt: job.CompletionDate ?? null,
});

/** One restore job as AWS has it now. */
export const readRestoreJob = ({ backup }: AwsClients, ref: string): Promise<ProviderRestoreJob> =>
  ask(async () => toRestoreJob(await backup.send(new DescribeRestoreJobCommand({ RestoreJobId: ref }))));

/** The restores of a point since a moment that were told this target's name. */
export async function findRestores(
  { backup }: AwsClients,
  { pointRef, targetName, createdAfter }: { pointRef: string; targetName: string; createdAfter: Date },
): Promise<ProviderRestoreJob[]> {
  const found: ProviderRestoreJob[] = [];
  const pages = readPages(
    () =>
      paginateListRestoreJobs(
        { client: backup, pageSize: 1_000, stopOnSameToken: true },
        { ByCreatedAfter: createdAfter },
      ),
    ({ RestoreJobs = [] }) => RestoreJobs.filter(({ RecoveryPointArn }) => RecoveryPointArn === pointRef),
  );
  for await (const page of pages)
    for (const job of page) {
      const { Metadata = {} } = await ask(() =>
        backup.send(new GetRestoreJobMetadataCommand({ RestoreJobId: job.RestoreJobId })),
      );
      if (Object.values(Metadata).includes(targetName)) found.push(toRestoreJob(job));
    }
  return found;
}
