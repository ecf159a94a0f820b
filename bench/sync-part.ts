import {
  BackupClient,
  type BackupJob,
  paginateListBackupJobs,
  paginateListBackupVaults,
  paginateListRecoveryPointsByBackupVault,
  type RecoveryPointByBackupVault,
} from "@aws-sdk/client-backup";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { largeEstateConnections } from "@/sandbox/aws/estates/large";

/**
 * One measured piece of the bench `sync`, in a process of its own so that its memory is its own: `bare` reads by the SDK
 * alone and copies the rows bare, `full` and `incremental` are what the worker does. Answers one line of JSON.
 */
export type Part = "bare" | "full" | "incremental";
export type PartAnswer = { ms: number; readMs: number; copyMs: number; peakBytes: number; counts: unknown };

const [part, cloudUrl = "", connectionId = ""] = process.argv.slice(2);
const [target] = largeEstateConnections;
if (!target) throw new Error("The large estate has no connection.");
const { regions, readRoleArn, externalId } = target;

type Row = (string | number | boolean | Date | null)[];

const toPointRow = (one: RecoveryPointByBackupVault): Row =>
  [
    one.RecoveryPointArn,
    one.BackupVaultArn,
    one.ResourceArn,
    one.ResourceType,
    one.ResourceName,
    one.Status,
    one.CreationDate,
    one.InitiationDate,
    one.CompletionDate,
    one.CalculatedLifecycle?.DeleteAt,
    one.BackupSizeInBytes,
    one.IsEncrypted,
    one.EncryptionKeyArn,
  ].map((value) => value ?? null);

const toJobRow = (one: BackupJob): Row =>
  [
    one.BackupJobId,
    one.BackupVaultArn,
    one.ResourceArn,
    one.ResourceType,
    one.ResourceName,
    one.State,
    one.CreationDate,
    one.StartBy,
    one.CompletionDate,
    null,
    one.BackupSizeInBytes,
    null,
    one.StatusMessage,
  ].map((value) => value ?? null);

async function readRows(client: BackupClient, rows: Row[]): Promise<void> {
  for await (const { BackupVaultList = [] } of paginateListBackupVaults({ client }, {}))
    for (const { BackupVaultName } of BackupVaultList)
      for await (const page of paginateListRecoveryPointsByBackupVault(
        { client, pageSize: 1_000 },
        { BackupVaultName },
      ))
        rows.push(...(page.RecoveryPoints ?? []).map(toPointRow));
  for await (const page of paginateListBackupJobs({ client, pageSize: 1_000 }, {}))
    rows.push(...(page.BackupJobs ?? []).map(toJobRow));
}

const names = [
  "ref",
  "vault",
  "resource",
  "kind",
  "name",
  "status",
  "created",
  "begun",
  "completed",
  "expires",
  "size",
  "encrypted",
  "more",
];

/** The floor: the SDK alone, one list after the other, and the same rows copied into a table without an index. */
async function bare(): Promise<Omit<PartAnswer, "peakBytes">> {
  const { inBulk } = await import("@/lib/platform/bulk");
  const credentials = fromTemporaryCredentials({
    params: { RoleArn: readRoleArn, RoleSessionName: "bench", ExternalId: externalId },
    clientConfig: { endpoint: cloudUrl, region: "eu-central-1" },
  });
  const rows: Row[] = [];
  const began = performance.now();
  for (const region of regions) {
    const client = new BackupClient({ endpoint: cloudUrl, region, credentials });
    await readRows(client, rows);
  }
  const readMs = performance.now() - began;
  const copyMs = await inBulk(async (bulk) => {
    await bulk.query(
      "create temp table bare (ref text, vault text, resource text, kind text, name text, status text, created timestamptz, begun timestamptz, completed timestamptz, expires timestamptz, size bigint, encrypted boolean, more text)",
    );
    const copyBegan = performance.now();
    await bulk.copy("bare", names, pagesOf(rows));
    return performance.now() - copyBegan;
  });
  return { ms: Math.max(readMs, copyMs), readMs, copyMs, counts: { rows: rows.length } };
}

async function* pagesOf(rows: readonly Row[]): AsyncGenerator<Row[]> {
  for (let at = 0; at < rows.length; at += 1_000) yield rows.slice(at, at + 1_000);
}

/** What the worker does when a reading is due, from taking up the run to closing it. */
async function sync(kind: "full" | "incremental"): Promise<Omit<PartAnswer, "peakBytes">> {
  const { syncConnection } = await import("@/lib/connections/jobs");
  const { db } = await import("@/lib/platform/db");
  // A worker reads what is new every few minutes: it is warm when it does.
  if (kind === "incremental") await syncConnection({ connectionId, kind });
  const began = performance.now();
  await syncConnection({ connectionId, kind });
  const ms = performance.now() - began;
  const run = await db.syncRun.findFirstOrThrow({ where: { connectionId, kind }, orderBy: { finishedAt: "desc" } });
  if (run.state !== "succeeded") throw new Error(`The reading ended as ${run.state}: ${JSON.stringify(run.perRegion)}`);
  return { ms, readMs: ms, copyMs: 0, counts: run.counts };
}

const answer = await (part === "bare" ? bare() : sync(part === "full" ? "full" : "incremental"));
process.stdout.write(`${JSON.stringify({ ...answer, peakBytes: process.resourceUsage().maxRSS * 1_024 })}\n`);
process.exit(0);
