import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { type Cursor, isMoment, readCursor, toPage } from "@/lib/core/cursor";
import { readNow } from "@/lib/health/current";
import { sqlFailedProof, sqlUsable } from "@/lib/health/facts";
import type { ProofLevel } from "@/lib/health/rules";
import type { Reader } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlResourceVisible, systemsVisible } from "@/lib/systems/visible";
import type { MalwareResult, PointKind, PointStatus, StorageClass } from "./rules";
import { whyUnusable } from "./rules";
import { type PointsQuery, pointRef, pointsQuery } from "./schema";
import type { PointDetail, PointFilterChoices, PointRow, PointsPage } from "./view";

/** How far a count goes before it says "more than". */
const mostCounted = 10_000;

type Found = {
  id: string;
  resource_id: string;
  resource: string;
  resource_kind: string;
  system_id: string | null;
  system_name: string | null;
  vault: string;
  vault_id: string;
  region: string;
  kind: PointKind;
  status: PointStatus;
  data_as_of: Date | null;
  as_of_quality: "exact" | "estimated";
  completed_at: Date | null;
  expires_at: Date | null;
  locked_until: Date | null;
  vanished_at: Date | null;
  size_bytes: bigint | null;
  storage_class: StorageClass;
  malware: MalwareResult;
  contradictory: boolean;
  failed_proof: boolean;
  usable: boolean;
  is_copy: boolean;
  held: boolean;
  proof_level: ProofLevel | null;
  proof_at: Date | null;
  proof_passed: boolean | null;
  key: string;
};

const rowColumns = (now: Date) => Prisma.sql`
  p.id, p.resource_id, r.name as resource, r.kind as resource_kind, s.id as system_id, s.name as system_name,
  v.name as vault, v.id as vault_id, p.region, p.kind::text, p.status::text, p.data_as_of, p.as_of_quality::text,
  p.completed_at, p.expires_at, p.locked_until, p.vanished_at, p.size_bytes, p.storage_class::text, p.malware::text,
  p.contradictory, ${sqlFailedProof} as failed_proof, ${sqlUsable(now)} as usable, p.copy_of_ref is not null as is_copy,
  exists (select 1 from legal_hold_points lp join legal_holds lh on lh.id = lp.hold_id and lh.released_at is null
    where lp.point_id = p.id) as held,
  proof.level::text as proof_level, proof.at as proof_at, proof.result = 'passed' as proof_passed`;

const rowTables = Prisma.sql`
  from recovery_points p
  join resources r on r.id = p.resource_id join vaults v on v.id = p.vault_id
  left join system_resources m on m.resource_id = r.id and m.valid_to is null left join systems s on s.id = m.system_id`;

const rowProof = Prisma.sql`
  left join lateral (select x.level, x.at, x.result from verifications x where x.point_id = p.id order by x.at desc limit 1) proof on true`;

const toRow = (row: Found, now: Date): PointRow => ({
  id: row.id,
  resourceId: row.resource_id,
  resource: row.resource,
  resourceKind: row.resource_kind,
  system: row.system_id && row.system_name ? { id: row.system_id, name: row.system_name } : null,
  vault: row.vault,
  vaultId: row.vault_id,
  region: row.region,
  kind: row.kind,
  status: row.status,
  usable: row.usable,
  why: whyUnusable(
    {
      status: row.status,
      completedAt: row.completed_at,
      expiresAt: row.expires_at,
      vanishedAt: row.vanished_at,
      storageClass: row.storage_class,
      malware: row.malware,
      contradictory: row.contradictory,
      failedProof: row.failed_proof,
    },
    now,
  ),
  dataAsOf: row.data_as_of?.toISOString() ?? null,
  asOfQuality: row.as_of_quality,
  completedAt: row.completed_at?.toISOString() ?? null,
  expiresAt: row.expires_at?.toISOString() ?? null,
  lockedUntil: row.locked_until?.toISOString() ?? null,
  held: row.held,
  sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
  storageClass: row.storage_class,
  isCopy: row.is_copy,
  proof:
    row.proof_level && row.proof_at
      ? { level: row.proof_level, at: row.proof_at.toISOString(), passed: row.proof_passed ?? false }
      : null,
});

const like = (text: string) => `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;

function conditionsOf(query: PointsQuery, visible: Visible, now: Date): Prisma.Sql {
  const conditions = [sqlResourceVisible(visible)];
  if (query.resource) conditions.push(Prisma.sql`p.resource_id = ${query.resource}::uuid`);
  if (query.system) conditions.push(Prisma.sql`m.system_id = ${query.system}::uuid`);
  if (query.vault) conditions.push(Prisma.sql`p.vault_id = ${query.vault}::uuid`);
  if (query.status) conditions.push(Prisma.sql`p.status = ${query.status}::point_status`);
  if (query.kind) conditions.push(Prisma.sql`p.kind = ${query.kind}::point_kind`);
  if (query.usable === "yes") conditions.push(sqlUsable(now));
  if (query.usable === "no") conditions.push(Prisma.sql`not ${sqlUsable(now)}`);
  if (query.q)
    conditions.push(
      Prisma.sql`(r.name ilike ${like(query.q)} or p.provider_ref ilike ${like(query.q)} or s.name ilike ${like(query.q)})`,
    );
  return Prisma.join(conditions, " and ");
}

function readPlace(query: PointsQuery): Cursor | null {
  const cursor = readCursor(query.before ?? query.after, 2, query.before !== undefined);
  const [at, id] = cursor?.values ?? [];
  return cursor && at && isMoment(at) && z.uuid().safeParse(id).success ? cursor : null;
}

// Points without a moment of their data stand at the end, as if they were the oldest.
const placeOf = Prisma.raw("coalesce(p.data_as_of, 'epoch'::timestamptz)");

const beyond = (cursor: Cursor | null) => {
  if (!cursor) return Prisma.sql`true`;
  const place = Prisma.sql`(${cursor.values[0]}::timestamptz, ${cursor.values[1]}::uuid)`;
  return cursor.back ? Prisma.sql`(${placeOf}, p.id) > ${place}` : Prisma.sql`(${placeOf}, p.id) < ${place}`;
};

/** Recovery points, newest data first, filtered and paged by key. */
export const listPoints = read("estate:read", pointsQuery, async ({ db, visible }, query): Promise<PointsPage> => {
  const now = await readNow(db);
  const cursor = readPlace(query);
  const where = conditionsOf(query, visible, now);
  const direction = Prisma.raw(cursor?.back ? "asc" : "desc");
  const [found, total] = await Promise.all([
    db.$queryRaw<Found[]>`
      select ${rowColumns(now)}, to_char(${placeOf} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as key
      ${rowTables} ${rowProof}
      where ${where} and ${beyond(cursor)}
      order by ${placeOf} ${direction}, p.id ${direction} limit ${query.limit + 1}`,
    countPoints(db, where),
  ]);
  const page = toPage(found, query.limit, cursor, ({ key, id }) => [key, id]);
  return {
    now: now.toISOString(),
    rows: page.rows.map((row) => toRow(row, now)),
    total: Math.min(total, mostCounted),
    beyondCount: total > mostCounted,
    before: page.before,
    after: page.after,
  };
});

async function countPoints(db: Reader, where: Prisma.Sql): Promise<number> {
  const [row] = await db.$queryRaw<{ total: number }[]>`
    select count(*)::int as total from (select 1 ${rowTables} where ${where} limit ${mostCounted + 1}) x`;
  return row?.total ?? 0;
}

type DetailRow = Found & {
  provider_ref: string;
  raw_status: string;
  status_message: string | null;
  account: string;
  connection_id: string;
  connection_name: string;
  started_at: Date | null;
  cold_at: Date | null;
  observed_at: Date;
  encrypted: boolean | null;
  key_ref: string | null;
  copy_of_ref: string | null;
  vault_kind: PointDetail["vaultKind"];
  lock_mode: PointDetail["lockMode"];
  lock_final_at: Date | null;
};

/** One recovery point with its moments, its proofs, its copies, its lock and what was restored from it. */
export const getPoint = read(
  "estate:read",
  pointRef,
  async ({ db, visible }, { pointId }): Promise<PointDetail | null> => {
    const now = await readNow(db);
    const [row] = await db.$queryRaw<DetailRow[]>`
    select ${rowColumns(now)}, '' as key, p.provider_ref, p.raw_status, p.status_message, p.account, c.id as connection_id,
      c.name as connection_name, p.started_at, p.cold_at, p.observed_at, p.encrypted, p.key_ref, p.copy_of_ref,
      v.kind::text as vault_kind, v.lock_mode::text as lock_mode, v.lock_final_at
    ${rowTables} join connections c on c.id = p.connection_id ${rowProof}
    where p.id = ${pointId}::uuid and ${sqlResourceVisible(visible)}`;
    if (!row) return null;
    const [verifications, copies, window, holds, items] = await Promise.all([
      db.verification.findMany({ where: { pointId }, orderBy: { at: "desc" }, take: 50 }),
      readCopies(db, row, now),
      db.restoreWindow.findFirst({ where: { pointId }, orderBy: { latestAt: "desc" } }),
      db.legalHold.findMany({
        where: { releasedAt: null, points: { some: { pointId } } },
        select: { id: true, title: true, createdAt: true },
      }),
      db.restoreItem.findMany({
        where: { pointId },
        orderBy: { id: "desc" },
        take: 10,
        select: { request: { select: { id: true, handle: true, state: true, createdAt: true } } },
      }),
    ]);
    return {
      ...toRow(row, now),
      now: now.toISOString(),
      providerRef: row.provider_ref,
      rawStatus: row.raw_status,
      statusMessage: row.status_message,
      account: row.account,
      connection: { id: row.connection_id, name: row.connection_name },
      startedAt: row.started_at?.toISOString() ?? null,
      coldAt: row.cold_at?.toISOString() ?? null,
      observedAt: row.observed_at.toISOString(),
      vanishedAt: row.vanished_at?.toISOString() ?? null,
      encrypted: row.encrypted,
      keyRef: row.key_ref,
      malware: row.malware,
      contradictory: row.contradictory,
      vaultKind: row.vault_kind,
      lockMode: row.lock_mode,
      lockFinalAt: row.lock_final_at?.toISOString() ?? null,
      verifications: verifications.map(({ id, level, result, at, restoreId }) => ({
        id,
        level,
        passed: result === "passed",
        at: at.toISOString(),
        restoreId,
      })),
      copies,
      window: window && {
        fromAt: (window.earliestAt ?? window.fromAt).toISOString(),
        latestAt: window.latestAt.toISOString(),
        alive: window.toAt === null,
        lagSeconds: window.lagSeconds,
      },
      holds: holds.map(({ createdAt, ...hold }) => ({ ...hold, createdAt: createdAt.toISOString() })),
      restores: items.map(({ request: { createdAt, ...request } }) => ({
        ...request,
        createdAt: createdAt.toISOString(),
      })),
      command: describeCommand(row),
    };
  },
);

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** The same look by the cloud's own tool, for whoever trusts that more. */
const describeCommand = ({ vault, provider_ref, region }: DetailRow) =>
  `aws backup describe-recovery-point --backup-vault-name ${quoted(vault)} --recovery-point-arn ${quoted(provider_ref)} --region ${quoted(region)}`;

async function readCopies(db: Reader, row: DetailRow, now: Date): Promise<PointDetail["copies"]> {
  const origin = row.copy_of_ref ?? row.provider_ref;
  const rows = await db.$queryRaw<
    {
      id: string;
      vault: string;
      region: string;
      account: string;
      status: PointStatus;
      usable: boolean;
      expires_at: Date | null;
      original: boolean;
    }[]
  >`
    select p.id, v.name as vault, p.region, p.account, p.status::text, ${sqlUsable(now)} as usable, p.expires_at, p.provider_ref = ${origin} as original
    from recovery_points p join vaults v on v.id = p.vault_id
    where p.resource_id = ${row.resource_id}::uuid and p.id <> ${row.id}::uuid and (p.provider_ref = ${origin} or p.copy_of_ref = ${origin})
    order by original desc, p.region limit 20`;
  return rows.map(({ expires_at, ...copy }) => ({ ...copy, expiresAt: expires_at?.toISOString() ?? null }));
}

/** A choice among more systems than this is a search; only the one that is chosen then stands in the list. */
const mostSystems = 100;

/** What a list of recovery points can be narrowed down to. */
export const listPointFilters = read(
  "estate:read",
  pointsQuery.pick({ system: true }),
  async ({ db, visible }, { system }): Promise<PointFilterChoices> => {
    const used = { lifecycle: { not: "retired" as const } };
    const named = { orderBy: [{ name: "asc" as const }, { id: "asc" as const }], select: { id: true, name: true } };
    const systems = await db.system.findMany({
      where: { AND: [used, systemsVisible(visible)] },
      take: mostSystems + 1,
      ...named,
    });
    const chosen =
      systems.length <= mostSystems
        ? systems
        : await db.system.findMany({
            where: { AND: [{ id: { in: system ? [system] : [] } }, systemsVisible(visible)] },
            ...named,
          });
    const vaults = await db.$queryRaw<PointFilterChoices["vaults"]>`
    select v.id, v.name, v.region from vaults v
    where v.vanished_at is null and (${visible === "all"} or exists (
      select 1 from recovery_points p join resources r on r.id = p.resource_id where p.vault_id = v.id and ${sqlResourceVisible(visible)}))
    order by v.name, v.region limit 200`;
    return { vaults, systems: chosen };
  },
);
