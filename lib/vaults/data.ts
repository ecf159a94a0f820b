import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { type Cursor, readCursor, toPage } from "@/lib/core/cursor";
import { readNow } from "@/lib/health/current";
import type { Reader } from "@/lib/platform/db";
import { likeAnywhere } from "@/lib/platform/like";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlResourceVisible } from "@/lib/systems/visible";
import { type Lock, type LockState, lockState, lockStates, type VaultKind } from "./rules";
import { type VaultsQuery, vaultRef, vaultsQuery } from "./schema";
import type { ExpiringPoint, VaultChoices, VaultDetail, VaultHold, VaultResource, VaultRow, VaultsPage } from "./view";

/** A vault's sizes are summed up over no more points than this. */
const mostSummed = 20_000;
const mostResources = 50;
const mostExpiring = 12;

type Found = {
  id: string;
  name: string;
  connection: string;
  account: string;
  region: string;
  provider_ref: string;
  kind: VaultKind;
  lock_mode: Lock["mode"];
  lock_final_at: Date | null;
  min_days: number | null;
  max_days: number | null;
  key_ref: string | null;
  point_count: number;
  observed_at: Date;
  vanished_at: Date | null;
  summed: number;
  size_bytes: bigint | null;
  holds: number;
  total: number;
};

/** The points that make a vault visible to somebody who sees a part of the estate: those of resources they see. */
const sqlVaultVisible = (visible: Visible) =>
  visible === "all"
    ? Prisma.sql`true`
    : Prisma.sql`exists (select 1 from recovery_points seen_p join resources r on r.id = seen_p.resource_id
        where seen_p.vault_id = v.id and seen_p.vanished_at is null and ${sqlResourceVisible(visible)})`;

/** The twin of lockState, for a row of `vaults`. */
const sqlLockState = (now: Date) => Prisma.sql`(case when v.lock_mode = 'none' then 'none'
  when v.lock_final_at > ${now}::timestamptz then 'cooling_off' when v.lock_final_at is not null then 'compliance'
  else v.lock_mode::text end)`;

function conditionsOf(query: VaultsQuery, visible: Visible, now: Date): Prisma.Sql {
  const conditions = [Prisma.sql`v.vanished_at is null`, sqlVaultVisible(visible)];
  if (query.connection) conditions.push(Prisma.sql`v.connection_id = ${query.connection}::uuid`);
  if (query.region) conditions.push(Prisma.sql`v.region = ${query.region}`);
  if (query.kind) conditions.push(Prisma.sql`v.kind = ${query.kind}::vault_kind`);
  if (query.lock) conditions.push(Prisma.sql`${sqlLockState(now)} = ${query.lock}`);
  if (query.q)
    conditions.push(
      Prisma.sql`(v.name ilike ${likeAnywhere(query.q)} or v.provider_ref ilike ${likeAnywhere(query.q)})`,
    );
  return Prisma.join(conditions, " and ");
}

function readPlace(query: VaultsQuery): Cursor | null {
  const cursor = readCursor(query.before ?? query.after, 2, query.before !== undefined);
  return cursor && z.uuid().safeParse(cursor.values[1]).success ? cursor : null;
}

const beyond = (cursor: Cursor | null) => {
  if (!cursor) return Prisma.sql`true`;
  const place = Prisma.sql`(${cursor.values[0]}, ${cursor.values[1]}::uuid)`;
  return cursor.back ? Prisma.sql`(lower(v.name), v.id) < ${place}` : Prisma.sql`(lower(v.name), v.id) > ${place}`;
};

const columns = Prisma.sql`v.id, v.name, c.name as connection, c.account, v.region, v.provider_ref, v.kind::text,
  v.lock_mode::text, v.lock_final_at, v.min_days, v.max_days, v.key_ref, v.point_count, v.observed_at, v.vanished_at,
  held.points as summed, held.size_bytes, held.holds`;

/** What a vault holds of what may be seen, and how many legal holds reach into it. */
const contents = (visible: Visible) => Prisma.sql`cross join lateral (
  select count(*)::int as points, sum(x.size_bytes)::bigint as size_bytes,
    (select count(distinct lh.id)::int from legal_holds lh join legal_hold_points lp on lp.hold_id = lh.id
      join recovery_points p on p.id = lp.point_id join resources r on r.id = p.resource_id
      where lh.released_at is null and p.vault_id = v.id and ${sqlResourceVisible(visible)}) as holds
  from (select p.size_bytes from recovery_points p join resources r on r.id = p.resource_id
    where p.vault_id = v.id and p.vanished_at is null and ${sqlResourceVisible(visible)} limit ${mostSummed + 1}) x) held`;

function toRow(row: Found, visible: Visible, now: Date): VaultRow {
  const cut = row.summed > mostSummed;
  return {
    id: row.id,
    name: row.name,
    connection: row.connection,
    account: row.account,
    region: row.region,
    kind: row.kind,
    lock: lockState({ mode: row.lock_mode, finalAt: row.lock_final_at }, now),
    lockFinalAt: row.lock_final_at?.toISOString() ?? null,
    minDays: row.min_days,
    maxDays: row.max_days,
    keyRef: row.key_ref,
    // Beyond what was summed the provider's own count is the better one, for those who may see all of it.
    points: cut && visible === "all" ? Math.max(row.point_count, row.summed) : row.summed,
    sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
    sizeCut: cut,
    holds: row.holds,
  };
}

async function countLocks(db: Reader, visible: Visible, now: Date): Promise<Record<LockState, number>> {
  const rows = await db.$queryRaw<{ lock: LockState; total: number }[]>`
    select ${sqlLockState(now)} as lock, count(*)::int as total from vaults v
    where v.vanished_at is null and ${sqlVaultVisible(visible)} group by 1`;
  const counts = Object.fromEntries(lockStates.map((state) => [state, 0])) as Record<LockState, number>;
  for (const { lock, total } of rows) counts[lock] = total;
  return counts;
}

/** The vaults that may be seen, by name, with what they hold and how they are locked. */
export const listVaults = read("estate:read", vaultsQuery, async ({ db, visible }, query): Promise<VaultsPage> => {
  const now = await readNow(db);
  const cursor = readPlace(query);
  const where = conditionsOf(query, visible, now);
  const order = cursor?.back ? Prisma.sql`lower(v.name) desc, v.id desc` : Prisma.sql`lower(v.name), v.id`;
  const [found, locks] = await Promise.all([
    db.$queryRaw<(Found & { key: string })[]>`
      with page as materialized (
        select v.*, lower(v.name) as key, (select count(*)::int from vaults v where ${where}) as total
        from vaults v where ${where} and ${beyond(cursor)} order by ${order} limit ${query.limit + 1})
      select ${columns}, v.key, v.total from page v join connections c on c.id = v.connection_id ${contents(visible)}
      order by ${order}`,
    countLocks(db, visible, now),
  ]);
  const page = toPage(found, query.limit, cursor, ({ key, id }) => [key, id]);
  return {
    now: now.toISOString(),
    rows: page.rows.map((row) => toRow(row, visible, now)),
    total: found[0]?.total ?? 0,
    locks,
    before: page.before,
    after: page.after,
  };
});

/** The connections and regions that vaults can be filtered by. */
export const listVaultChoices = read("estate:read", z.object({}), async ({ db, visible }): Promise<VaultChoices> => {
  const rows = await db.$queryRaw<{ id: string; name: string; region: string }[]>`
    select distinct c.id, c.name, v.region from vaults v join connections c on c.id = v.connection_id
    where v.vanished_at is null and ${sqlVaultVisible(visible)} order by c.name, v.region limit 500`;
  const connections = new Map(rows.map(({ id, name }) => [id, name]));
  return {
    connections: [...connections].map(([id, name]) => ({ id, name })),
    regions: [...new Set(rows.map(({ region }) => region))].toSorted(),
  };
});

/** One vault: its facts, what it holds by resource, and what of it goes next. */
export const getVault = read(
  "estate:read",
  vaultRef,
  async ({ db, visible }, { vaultId }): Promise<VaultDetail | null> => {
    const now = await readNow(db);
    const [row] = await db.$queryRaw<Found[]>`
      select ${columns}, 1 as total from vaults v join connections c on c.id = v.connection_id ${contents(visible)}
      where v.id = ${vaultId}::uuid and ${sqlVaultVisible(visible)}`;
    if (!row) return null;
    const [resources, expiring, legalHolds] = await Promise.all([
      readResources(db, visible, vaultId),
      readExpiring(db, visible, vaultId, now),
      readHolds(db, visible, vaultId),
    ]);
    return {
      ...toRow(row, visible, now),
      now: now.toISOString(),
      providerRef: row.provider_ref,
      observedAt: row.observed_at.toISOString(),
      vanishedAt: row.vanished_at?.toISOString() ?? null,
      ...resources,
      expiring,
      legalHolds,
    };
  },
);

type ResourceRow = {
  id: string;
  name: string;
  kind: string;
  system_id: string | null;
  system_name: string | null;
  points: number;
  size_bytes: bigint | null;
  newest_as_of: Date | null;
  total: number;
};

async function readResources(
  db: Reader,
  visible: Visible,
  vaultId: string,
): Promise<{ resources: VaultResource[]; resourcesTotal: number }> {
  const rows = await db.$queryRaw<ResourceRow[]>`
    with held as materialized (
      select p.resource_id, count(*)::int as points, sum(p.size_bytes)::bigint as size_bytes, max(p.data_as_of) as newest_as_of
      from recovery_points p join resources r on r.id = p.resource_id
      where p.vault_id = ${vaultId}::uuid and p.vanished_at is null and ${sqlResourceVisible(visible)} group by 1)
    select r.id, r.name, r.kind, s.id as system_id, s.name as system_name, held.points, held.size_bytes, held.newest_as_of,
      (select count(*)::int from held) as total
    from held join resources r on r.id = held.resource_id
    left join system_resources m on m.resource_id = r.id and m.valid_to is null left join systems s on s.id = m.system_id
    order by held.points desc, r.name, r.id limit ${mostResources}`;
  return {
    resourcesTotal: rows[0]?.total ?? 0,
    resources: rows.map((row) => ({
      id: row.id,
      name: row.name,
      kind: row.kind,
      system: row.system_id && row.system_name ? { id: row.system_id, name: row.system_name } : null,
      points: row.points,
      sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
      newestAsOf: row.newest_as_of?.toISOString() ?? null,
    })),
  };
}

type ExpiringRow = { id: string; resource: string; data_as_of: Date | null; expires_at: Date; held: boolean };

async function readExpiring(db: Reader, visible: Visible, vaultId: string, now: Date): Promise<ExpiringPoint[]> {
  const rows = await db.$queryRaw<ExpiringRow[]>`
    select p.id, r.name as resource, p.data_as_of, p.expires_at,
      exists (select 1 from legal_hold_points lp join legal_holds lh on lh.id = lp.hold_id and lh.released_at is null
        where lp.point_id = p.id) as held
    from recovery_points p join resources r on r.id = p.resource_id
    where p.vault_id = ${vaultId}::uuid and p.vanished_at is null and p.expires_at > ${now}::timestamptz
      and ${sqlResourceVisible(visible)}
    order by p.expires_at, p.id limit ${mostExpiring}`;
  return rows.map(({ data_as_of, expires_at, ...row }) => ({
    ...row,
    dataAsOf: data_as_of?.toISOString() ?? null,
    expiresAt: expires_at.toISOString(),
  }));
}

type HoldRow = { id: string; title: string; created_at: Date; points: number };

async function readHolds(db: Reader, visible: Visible, vaultId: string): Promise<VaultHold[]> {
  const rows = await db.$queryRaw<HoldRow[]>`
    select lh.id, lh.title, lh.created_at, count(*)::int as points
    from legal_holds lh join legal_hold_points lp on lp.hold_id = lh.id
    join recovery_points p on p.id = lp.point_id join resources r on r.id = p.resource_id
    where lh.released_at is null and p.vault_id = ${vaultId}::uuid and ${sqlResourceVisible(visible)}
    group by lh.id order by lh.created_at, lh.id limit 50`;
  return rows.map(({ id, title, created_at, points }) => ({ id, title, since: created_at.toISOString(), points }));
}
