import "server-only";
import type { Tx } from "@/lib/platform/db";
import type { ObservedJob, ObservedResource, ObservedVault } from "@/lib/providers/contract";
import { nothingWritten, type Written } from "./sync-tally";

export type Place = { connectionId: string; region: string };

/** PostgreSQL keeps no NUL in JSON text. */
const asJson = (rows: readonly object[]) => JSON.stringify(rows).replaceAll("\\u0000", "");

const written = (read: number, rows: readonly { id: string | null }[]): Written => ({
  ...nothingWritten,
  read,
  written: rows.length,
  resourceIds: [...new Set(rows.flatMap(({ id }) => (id ? [id] : [])))],
});

/** Writes down a page of resources; one that only its points remember keeps what was known of it while it lived. */
export async function writeResources(
  tx: Tx,
  { connectionId, region }: Place,
  page: readonly ObservedResource[],
): Promise<Written> {
  if (page.length === 0) return nothingWritten;
  const rows = await tx.$queryRaw<{ id: string }[]>`
    insert into resources as r (connection_id, region, provider_ref, kind, name, account, size_bytes, tags, raw_status, detail,
      observed_at, vanished_at)
    select distinct on (x."providerRef") ${connectionId}::uuid, ${region}, x."providerRef", x.kind, x.name, x.account, x."sizeBytes",
      x.tags, x."rawStatus", x.detail, now(), case when x.gone then now() end
    from jsonb_to_recordset(${asJson(page)}::jsonb) as x("providerRef" text, kind text, name text, account text, "sizeBytes" bigint,
      tags jsonb, "rawStatus" text, detail jsonb, gone boolean)
    on conflict (connection_id, region, provider_ref) do update set
      (kind, name, account, size_bytes, tags, raw_status, detail, observed_at, vanished_at) = (
        select excluded.kind, excluded.name, excluded.account, excluded.size_bytes, excluded.tags, excluded.raw_status,
          excluded.detail, now(), null::timestamptz where excluded.vanished_at is null
        union all
        select r.kind, r.name, r.account, r.size_bytes, r.tags, r.raw_status, r.detail, now(), now() where excluded.vanished_at is not null)
    where case when excluded.vanished_at is not null then r.vanished_at is null
      else r.vanished_at is not null or (r.kind, r.name, r.account, r.size_bytes, r.tags, r.raw_status, r.detail) is distinct from
        (excluded.kind, excluded.name, excluded.account, excluded.size_bytes, excluded.tags, excluded.raw_status, excluded.detail) end
    returning r.id::text`;
  return written(page.length, rows);
}

/** Marks the account's own resources of a region that a complete reading did not show. */
export async function markResourcesVanished(
  tx: Tx,
  { connectionId, region }: Place,
  seen: readonly string[],
  readAt: Date,
): Promise<Written> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update resources r set vanished_at = now(), observed_at = now()
    from connections c
    where c.id = r.connection_id and r.connection_id = ${connectionId}::uuid and r.region = ${region} and r.account = c.account
      and r.vanished_at is null and r.observed_at < ${readAt} and not (r.provider_ref = any (${seen}))
    returning r.id::text`;
  return { ...written(0, rows), written: 0, vanished: rows.length };
}

export type VaultRow = { id: string; name: string; provider_ref: string };

/** Writes down the vaults of a region and answers them all, by name. */
export async function writeVaults(
  tx: Tx,
  { connectionId, region }: Place,
  page: readonly ObservedVault[],
): Promise<Written> {
  if (page.length === 0) return nothingWritten;
  const rows = await tx.$queryRaw<{ id: string }[]>`
    insert into vaults as v (connection_id, region, provider_ref, name, kind, lock_mode, lock_final_at, min_days, max_days, key_ref,
      point_count, raw_status, observed_at)
    select distinct on (x."providerRef") ${connectionId}::uuid, ${region}, x."providerRef", x.name, x.kind, x."lockMode",
      x."lockFinalAt", x."minDays", x."maxDays", x."keyRef", x."pointCount", x."rawStatus", now()
    from jsonb_to_recordset(${asJson(page)}::jsonb) as x("providerRef" text, name text, kind vault_kind, "lockMode" lock_mode,
      "lockFinalAt" timestamptz(3), "minDays" int, "maxDays" int, "keyRef" text, "pointCount" int, "rawStatus" text)
    on conflict (connection_id, region, provider_ref) do update set
      (name, kind, lock_mode, lock_final_at, min_days, max_days, key_ref, point_count, raw_status, observed_at, vanished_at) =
      row (excluded.name, excluded.kind, excluded.lock_mode, excluded.lock_final_at, excluded.min_days, excluded.max_days,
        excluded.key_ref, excluded.point_count, excluded.raw_status, now(), null)
    where v.vanished_at is not null or
      (v.name, v.kind, v.lock_mode, v.lock_final_at, v.min_days, v.max_days, v.key_ref, v.point_count, v.raw_status) is distinct from
      (excluded.name, excluded.kind, excluded.lock_mode, excluded.lock_final_at, excluded.min_days, excluded.max_days,
        excluded.key_ref, excluded.point_count, excluded.raw_status)
    returning v.id::text`;
  return { ...written(page.length, rows), resourceIds: [] };
}

/** Marks vaults that a complete list did not show, with the points in them. */
export async function markVaultsVanished(
  tx: Tx,
  { connectionId, region }: Place,
  seen: readonly string[],
  readAt: Date,
): Promise<Written> {
  const gone = await tx.$queryRaw<{ id: string }[]>`
    update vaults v set vanished_at = now(), observed_at = now()
    where v.connection_id = ${connectionId}::uuid and v.region = ${region} and v.vanished_at is null
      and v.observed_at < ${readAt} and not (v.provider_ref = any (${seen}))
    returning v.id::text`;
  if (gone.length === 0) return nothingWritten;
  const points = await tx.$queryRaw<{ id: string }[]>`
    update recovery_points p set vanished_at = now(), observed_at = now()
    where p.vault_id = any (${gone.map(({ id }) => id)}::uuid[]) and p.vanished_at is null returning p.resource_id::text as id`;
  return { ...written(0, points), written: 0, vanished: gone.length };
}

/** Writes down a page of jobs, each with the resource it worked on where that is known. */
export async function writeJobs(
  tx: Tx,
  { connectionId, region }: Place,
  page: readonly ObservedJob[],
): Promise<Written> {
  if (page.length === 0) return nothingWritten;
  const rows = await tx.$queryRaw<{ id: string | null }[]>`
    with page as materialized (
      select distinct on (x."providerRef") x.*
      from jsonb_to_recordset(${asJson(page)}::jsonb) as x("providerRef" text, kind job_kind, state job_state, "rawStatus" text,
        "resourceRef" text, "pointRef" text, "parentRef" text, percent int, "sizeBytes" bigint, "errorCode" text, message text,
        "createdAt" timestamptz(3), "startedAt" timestamptz(3), "finishedAt" timestamptz(3))
    ), homes as (
      select distinct on (r.provider_ref) r.provider_ref, r.id
      from (select distinct "resourceRef" as ref from page) s
      join resources r on r.provider_ref = s.ref join connections c on c.id = r.connection_id
      order by r.provider_ref, (c.account = r.account) desc, (c.id = ${connectionId}::uuid) desc, r.vanished_at nulls first, r.first_seen_at, r.id)
    insert into jobs as j (connection_id, region, provider_ref, kind, state, raw_status, resource_id, resource_ref, point_ref,
      parent_ref, percent, size_bytes, error_code, message, created_at, started_at, finished_at, observed_at)
    select ${connectionId}::uuid, ${region}, x."providerRef", x.kind, x.state, x."rawStatus", h.id, x."resourceRef", x."pointRef",
      x."parentRef", x.percent, x."sizeBytes", x."errorCode", x.message, x."createdAt", x."startedAt", x."finishedAt", now()
    from page x left join homes h on h.provider_ref = x."resourceRef"
    on conflict (connection_id, region, provider_ref) do update set
      (state, raw_status, resource_id, resource_ref, point_ref, parent_ref, percent, size_bytes, error_code, message, created_at,
        started_at, finished_at, observed_at, vanished_at) =
      row (excluded.state, excluded.raw_status, excluded.resource_id, excluded.resource_ref, excluded.point_ref, excluded.parent_ref,
        excluded.percent, excluded.size_bytes, excluded.error_code, excluded.message, excluded.created_at, excluded.started_at,
        excluded.finished_at, now(), null)
    where (j.state, j.raw_status, j.resource_id, j.point_ref, j.parent_ref, j.percent, j.size_bytes, j.error_code, j.message,
        j.started_at, j.finished_at) is distinct from
      (excluded.state, excluded.raw_status, excluded.resource_id, excluded.point_ref, excluded.parent_ref, excluded.percent,
        excluded.size_bytes, excluded.error_code, excluded.message, excluded.started_at, excluded.finished_at)
    returning j.resource_id::text as id`;
  return written(page.length, rows);
}
