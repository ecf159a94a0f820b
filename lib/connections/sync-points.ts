import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { type Bulk, type CopyValue, inBulk } from "@/lib/platform/bulk";
import type { ObservedPoint } from "@/lib/providers/contract";
import { mergePoints, type PointsRead, type PointsWritten, stagingTable } from "./points-sql";

/** Up to here a vault's points travel as one parameter; beyond it they are streamed by COPY. */
const streamFrom = 5_000;

const columns = [
  "provider_ref",
  "vault_ref",
  "resource_ref",
  "resource_kind",
  "resource_name",
  "resource_region",
  "resource_account",
  "account",
  "kind",
  "status",
  "raw_status",
  "status_message",
  "data_as_of",
  "as_of_quality",
  "started_at",
  "completed_at",
  "expires_at",
  "cold_at",
  "size_bytes",
  "storage_class",
  "encrypted",
  "key_ref",
  "parent_ref",
  "copy_of_ref",
] as const;

const toRow = (point: ObservedPoint): CopyValue[] => [
  point.providerRef,
  point.vaultRef,
  point.resourceRef,
  point.resourceKind,
  point.resourceName,
  point.resourceRegion,
  point.resourceAccount,
  point.account,
  point.kind,
  point.status,
  point.rawStatus,
  point.statusMessage,
  point.dataAsOf,
  point.asOfQuality,
  point.startedAt,
  point.completedAt,
  point.expiresAt,
  point.coldAt,
  point.sizeBytes,
  point.storageClass,
  point.encrypted,
  point.keyRef,
  point.parentRef,
  point.copyOfRef,
];

/**
 * Writes down the points of one vault as they arrive: only rows that changed are written, and what is missing is marked
 * as vanished only when the vault was read to its end.
 */
export async function writePoints(
  actor: JobActor,
  read: PointsRead,
  pages: AsyncIterable<readonly ObservedPoint[]>,
  onPage: (count: number) => Promise<void>,
): Promise<PointsWritten> {
  const iterator = onceEach(pages)[Symbol.asyncIterator]();
  const buffer: ObservedPoint[] = [];
  for (;;) {
    const { done, value } = await iterator.next();
    if (done) return observe(actor, (tx) => mergeBuffer(buffer, read, tx));
    buffer.push(...value);
    await onPage(value.length);
    if (buffer.length > streamFrom) break;
  }
  return inBulk((bulk) => stream(bulk, actor, read, continued(buffer, iterator, onPage)));
}

/** A provider may show a point on two pages, or a page twice: the first showing counts. */
async function* onceEach(pages: AsyncIterable<readonly ObservedPoint[]>): AsyncGenerator<ObservedPoint[]> {
  const seen = new Set<string>();
  for await (const page of pages) yield page.filter(({ providerRef }) => seen.size < seen.add(providerRef).size);
}

async function mergeBuffer(
  points: readonly ObservedPoint[],
  read: PointsRead,
  tx: Parameters<Parameters<typeof observe>[1]>[0],
) {
  await tx.$executeRawUnsafe(stagingTable("on commit drop"));
  const rows = points.map((point) =>
    Object.fromEntries(toRow(point).map((value, index) => [columns[index] ?? "", value])),
  );
  await tx.$executeRawUnsafe(
    `insert into staged_points (${columns.join(", ")})
     select ${columns.join(", ")} from jsonb_populate_recordset(null::staged_points, $1::jsonb)`,
    JSON.stringify(rows),
  );
  return mergePoints((sql, values) => tx.$queryRawUnsafe(sql, ...values), read);
}

/** The points stay in a temporary table until all are there, so that no lock is held while the provider is read. */
async function stream(
  bulk: Bulk,
  actor: JobActor,
  read: PointsRead,
  pages: AsyncIterable<readonly ObservedPoint[]>,
): Promise<PointsWritten> {
  await observe(actor, async () => undefined);
  await bulk.query(stagingTable("on commit preserve rows"));
  await bulk.copy("staged_points", columns, rowsOf(pages));
  await bulk.query("analyze staged_points (provider_ref, resource_ref)");
  return bulk.transaction(() => mergePoints((sql, values) => bulk.query(sql, values), read));
}

async function* rowsOf(pages: AsyncIterable<readonly ObservedPoint[]>): AsyncGenerator<CopyValue[][]> {
  for await (const page of pages) yield page.map(toRow);
}

async function* continued(
  first: readonly ObservedPoint[],
  rest: AsyncIterator<readonly ObservedPoint[]>,
  onPage: (count: number) => Promise<void>,
): AsyncGenerator<readonly ObservedPoint[]> {
  yield first;
  for (;;) {
    const { done, value } = await rest.next();
    if (done) return;
    await onPage(value.length);
    yield value;
  }
}
