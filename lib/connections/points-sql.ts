import "server-only";
import type { Written } from "./sync-tally";

/** One reading of one vault. */
export type PointsRead = {
  connectionId: string;
  region: string;
  vaultId: string;
  /** When the reading began: what was written since then is not taken for missing. */
  readAt: Date;
  /** Whether the vault was read to its end. */
  complete: boolean;
  /** How many points the vault said it holds when its reading began; 0 where it does not say. */
  expectedPoints: number;
};

/** What came of reading a vault; it was cut short where it showed fewer points than it said it holds. */
export type PointsWritten = Written & { short: boolean };

type Query = <Row extends object>(sql: string, values: readonly unknown[]) => Promise<Row[]>;

/** Where points wait before they are compared with what is stored. */
export const stagingTable = (onCommit: "on commit drop" | "on commit preserve rows") => `
  create temp table staged_points (
    provider_ref text not null, vault_ref text not null, resource_ref text not null, resource_kind text not null,
    resource_name text not null, resource_region text, resource_account text, account text not null, kind point_kind not null,
    status point_status not null, raw_status text not null, status_message text, data_as_of timestamptz(3),
    as_of_quality as_of_quality not null, started_at timestamptz(3), completed_at timestamptz(3), expires_at timestamptz(3),
    cold_at timestamptz(3), size_bytes bigint, storage_class storage_class not null, encrypted boolean, key_ref text,
    parent_ref text, copy_of_ref text) ${onCommit}`;

/** A point can outlive its resource, or be a copy of one in another place: the resource is then noted with what the point knows. */
const addUnknownResources = `
  insert into resources (connection_id, region, provider_ref, kind, name, account, observed_at)
  select distinct on (s.resource_ref) $1::uuid, coalesce(s.resource_region, $2), s.resource_ref, s.resource_kind,
    s.resource_name, coalesce(s.resource_account, s.account), now()
  from staged_points s
  where not exists (select 1 from resources r where r.provider_ref = s.resource_ref)
  on conflict (connection_id, region, provider_ref) do nothing
  returning id::text`;

const copied = [
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
];
const compared = ["resource_id", "vault_id", ...copied, "locked_until", "contradictory"];
const list = (names: readonly string[], prefix = "") => names.map((name) => `${prefix}${name}`).join(", ");

/**
 * Of several rows for one resource, the one that its own account's connection holds is the right one. A compliance lock
 * that is final keeps a point until it expires, or for good. Rows that say the same as before are neither written nor
 * locked: an upsert would lock each of them to find out.
 */
const upsertPoints = `
  with homes as (
    select distinct on (r.provider_ref) r.provider_ref, r.id
    from (select distinct resource_ref from staged_points) s
    join resources r on r.provider_ref = s.resource_ref join connections c on c.id = r.connection_id
    order by r.provider_ref, (c.account = r.account) desc, (c.id = $1::uuid) desc, r.vanished_at nulls first, r.first_seen_at, r.id
  ), told as (
    select s.provider_ref, h.id as resource_id, v.id as vault_id, ${list(copied, "s.")},
      case when v.lock_mode = 'compliance' and v.lock_final_at <= now() then coalesce(s.expires_at, '9999-12-31Z') end as locked_until,
      coalesce(s.completed_at < s.started_at, false) or coalesce(s.completed_at < s.data_as_of, false) as contradictory
    from staged_points s join homes h on h.provider_ref = s.resource_ref join vaults v on v.id = $3::uuid
  ), changed as (
    insert into recovery_points as p (connection_id, region, provider_ref, ${list(compared)}, observed_at)
    select $1::uuid, $2, t.provider_ref, ${list(compared, "t.")}, now()
    from told t left join recovery_points k on k.connection_id = $1::uuid and k.region = $2 and k.provider_ref = t.provider_ref
    where k.id is null or k.vanished_at is not null or (${list(compared, "k.")}) is distinct from (${list(compared, "t.")})
    on conflict (connection_id, region, provider_ref) do update
      set (${list(compared)}, observed_at, vanished_at) = row (${list(compared, "excluded.")}, now(), null)
      where p.vanished_at is not null or (${list(compared, "p.")}) is distinct from (${list(compared, "excluded.")})
    returning p.resource_id)
  select resource_id::text as id, count(*)::int as written from changed group by 1`;

const markVanished = `
  with gone as (
    update recovery_points p set vanished_at = now(), observed_at = now()
    where p.vault_id = $1::uuid and p.vanished_at is null and p.observed_at < $2
      and not exists (select 1 from staged_points s where s.provider_ref = p.provider_ref)
    returning p.resource_id)
  select resource_id::text as id, count(*)::int as written from gone group by 1`;

const sum = (rows: readonly { written: number }[]) => rows.reduce((total, { written }) => total + written, 0);

/**
 * Brings what is stored in line with what is staged. What a listing left out is gone only where the listing was whole:
 * one that shows fewer than the vault holds was cut short, and then nothing is taken for gone.
 */
export async function mergePoints(query: Query, read: PointsRead): Promise<PointsWritten> {
  const [{ count } = { count: 0 }] = await query<{ count: number }>(
    "select count(*)::int as count from staged_points",
    [],
  );
  const { connectionId, region, vaultId } = read;
  const added = await query<{ id: string }>(addUnknownResources, [connectionId, region]);
  const written = await query<{ id: string; written: number }>(upsertPoints, [connectionId, region, vaultId]);
  const short = read.complete && count < read.expectedPoints;
  const gone =
    read.complete && !short ? await query<{ id: string; written: number }>(markVanished, [vaultId, read.readAt]) : [];
  return {
    read: count,
    written: sum(written),
    vanished: sum(gone),
    resourceIds: [...new Set([...added, ...written, ...gone].map(({ id }) => id))],
    short,
  };
}
