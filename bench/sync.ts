import fs from "node:fs";
import {
  BackupClient,
  paginateListBackupVaults,
  paginateListRecoveryPointsByBackupVault,
  type RecoveryPointByBackupVault,
} from "@aws-sdk/client-backup";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { becomeWorker, benchHome } from "@/bench/env";
import { sideBySide } from "@/lib/core/side-by-side";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";
import type { Provider } from "@/lib/providers/contract";
import { largeEstateConnections, largeEstateCredentials } from "@/sandbox/aws/estates/large";
import { startSandbox } from "@/sandbox/main";

/** The estate spreads its points over four accounts; one of them is read. */
const estatePoints = 40_000;
const rounds = 3;

const [target] = largeEstateConnections;
if (!target) throw new Error("The large estate has no connection.");

fs.mkdirSync(benchHome, { mode: 0o755 });
const server = await startEmbedded({ dataDir: `${benchHome}/postgres`, durable: true });
const passwords = { app: "app-in-bench", worker: "worker-in-bench", sealer: "sealer-in-bench" };
becomeWorker(await migrate({ ownerUrl: server.url, passwords, dispatch: "web" }), largeEstateCredentials);
const cloud = await startSandbox({ estate: "large", size: estatePoints });

const { db, closeDatabase } = await import("@/lib/platform/db");
const { inBulk } = await import("@/lib/platform/bulk");
const { closeQueue } = await import("@/lib/queue/enqueue");
const { providerFor } = await import("@/lib/providers/registry");
const { writePoints } = await import("@/lib/connections/sync-points");
const { syncConnection } = await import("@/lib/connections/jobs");
const { jobPermissions } = await import("@/lib/access/permissions");

const actor = { kind: "job", id: "bench", permissions: jobPermissions, requestId: "bench" } as const;
const settings = {
  account: target.accountId,
  regions: target.regions,
  endpoint: cloud.url,
  readRoleRef: target.readRoleArn,
  actRoleRef: null,
  cleanupRoleRef: null,
  externalId: target.externalId,
  serviceRoleRef: null,
};

type Vault = { id: string; region: string; name: string };

/** The floor: the SDK alone, one list after the other, and the same rows copied into a table without an index. */
async function readBare(): Promise<{ points: number; readMs: number; copyMs: number }> {
  const began = performance.now();
  const rows: RecoveryPointByBackupVault[] = [];
  const credentials = fromTemporaryCredentials({
    params: { RoleArn: settings.readRoleRef, RoleSessionName: "bench", ExternalId: settings.externalId },
    clientConfig: { endpoint: cloud.url, region: "eu-central-1" },
  });
  for (const region of settings.regions) {
    const client = new BackupClient({ endpoint: cloud.url, region, credentials });
    for await (const { BackupVaultList = [] } of paginateListBackupVaults({ client }, {}))
      for (const { BackupVaultName } of BackupVaultList)
        for await (const page of paginateListRecoveryPointsByBackupVault(
          { client, pageSize: 1_000 },
          { BackupVaultName },
        ))
          rows.push(...(page.RecoveryPoints ?? []));
  }
  const readMs = performance.now() - began;
  const copyBegan = performance.now();
  await inBulk(async (bulk) => {
    await bulk.query(
      "create temp table bare (ref text, vault text, resource text, kind text, name text, status text, created timestamptz, begun timestamptz, completed timestamptz, expires timestamptz, size bigint, encrypted boolean, key text)",
    );
    const page = rows.map((row) => [
      row.RecoveryPointArn ?? null,
      row.BackupVaultArn ?? null,
      row.ResourceArn ?? null,
      row.ResourceType ?? null,
      row.ResourceName ?? null,
      row.Status ?? null,
      row.CreationDate ?? null,
      row.InitiationDate ?? null,
      row.CompletionDate ?? null,
      row.CalculatedLifecycle?.DeleteAt ?? null,
      row.BackupSizeInBytes ?? null,
      row.IsEncrypted ?? null,
      row.EncryptionKeyArn ?? null,
    ]);
    await bulk.copy(
      "bare",
      [
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
        "key",
      ],
      once(page),
    );
  });
  return { points: rows.length, readMs, copyMs: performance.now() - copyBegan };
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function readOurs(
  provider: Provider,
  connectionId: string,
  vaults: readonly Vault[],
): Promise<{ ms: number; written: number }> {
  const began = performance.now();
  let written = 0;
  await sideBySide(vaults, 2, async ({ id: vaultId, region, name }) => {
    const read = { connectionId, region, vaultId, readAt: new Date(), complete: true, expectedPoints: 0 };
    const one = await writePoints(actor, read, provider.points(region, { vaultName: name }), async () => undefined);
    written += one.written;
  });
  return { ms: performance.now() - began, written };
}

const median = (values: readonly number[]) =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
const say = (label: string, ms: number, more = "") =>
  process.stdout.write(`${label.padEnd(58)} ${ms.toFixed(0).padStart(7)} ms ${more}\n`);

try {
  const connection = await db.connection.create({
    data: { kind: "aws", name: "Bench", account: target.accountId, settings },
  });
  const whole = performance.now();
  await syncConnection({ connectionId: connection.id, kind: "full" }, actor);
  const wholeMs = performance.now() - whole;
  const vaults = await db.vault.findMany({
    where: { connectionId: connection.id },
    select: { id: true, region: true, name: true },
    orderBy: [{ region: "asc" }, { name: "asc" }],
  });
  const provider = providerFor(connection);

  const bare: Awaited<ReturnType<typeof readBare>>[] = [];
  const first: number[] = [];
  const again: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await readBare());
    await db.recoveryPoint.deleteMany({ where: { connectionId: connection.id } });
    const fresh = await readOurs(provider, connection.id, vaults);
    const unchanged = await readOurs(provider, connection.id, vaults);
    if (fresh.written !== bare[0]?.points || unchanged.written !== 0)
      throw new Error(`${fresh.written} rows were written first and ${unchanged.written} then, of ${bare[0]?.points}.`);
    first.push(fresh.ms);
    again.push(unchanged.ms);
  }
  const readMs = median(bare.map((one) => one.readMs));
  const floorMs = median(bare.map((one) => one.readMs + one.copyMs));
  say("bare SDK paging", readMs, `${bare[0]?.points} points in ${vaults.length} vaults`);
  say("bare SDK paging and a bare COPY (the floor)", floorMs);
  say("our reading, every row new", median(first), `${(median(first) / floorMs).toFixed(2)} times the floor`);
  say("our reading, no row changed", median(again), `${(median(again) / floorMs).toFixed(2)} times the floor`);
  const run = await db.syncRun.findFirstOrThrow({ where: { connectionId: connection.id } });
  say("a whole first reading with resources, jobs and plans", wholeMs, JSON.stringify(run.counts));
} finally {
  await closeQueue();
  await closeDatabase();
  await cloud.stop();
  await server.stop();
  fs.rmSync(benchHome, { recursive: true, force: true });
}
