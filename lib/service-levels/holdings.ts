import "server-only";
import type { Span } from "@/lib/core/spans";
import { sqlFailedProof } from "@/lib/health/facts";
import type { Stream } from "@/lib/health/time-in-rpo";
import type { DatedPoint } from "@/lib/health/usable";
import type { Reader } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";

/** What was there to restore one resource from, over a time. */
export type ResourceHoldings = { points: DatedPoint[]; streams: (Stream & { region: string })[] };

type PointSheet = { resource_id: string; points: string };
type StreamRow = {
  resource_id: string;
  region: string;
  from_ms: number;
  to_ms: number;
  lag_seconds: number;
  until_ms: number | null;
};

const ms = (column: string) => Prisma.raw(`(extract(epoch from ${column}) * 1000)::int8`);

/**
 * When a point stopped being there: at its expiry, or when its provider no longer listed it, or at the reading that
 * first told that it is expired, being deleted or emptied.
 */
export const endedSql = `least(p.expires_at, p.vanished_at,
  case when p.status in ('expired', 'deleting') or p.storage_class = 'deleted' then p.observed_at end)`;

/** Whether a point could ever be restored from, once it was complete; refuted points aside. */
export const sqlSound = Prisma.sql`(p.status in ('available', 'expired', 'deleting') and p.malware <> 'infected' and not p.contradictory)`;

/** Whether a stream `w` of the point `p`, or of none, could be restored from. */
export const sqlSoundStream = Prisma.sql`(p.id is null or (p.status in ('available', 'creating', 'stopped', 'expired', 'deleting')
  and p.malware <> 'infected' and not p.contradictory and not ${sqlFailedProof}))`;

/** One point as the database tells it: id, started, as of, completed, ended, verified, sound, region. */
type PointTuple = [string, number, number | null, number, number | null, number | null, boolean, string];

/**
 * All points and streams of these resources that could have been restored at some time in a span: one statement for
 * each, the points as one sheet a resource, because a year of one system is 35,000 of them. A copy is as old as what it
 * was copied from. A verification that failed refutes its point for all time, unless a later one made that good.
 */
export async function readHoldings(
  db: Reader,
  resourceIds: readonly string[],
  span: Span,
): Promise<Map<string, ResourceHoldings>> {
  const ids = [...resourceIds];
  const [from, to] = [new Date(span.from), new Date(span.to)];
  const [sheets, streams] = await Promise.all([readPoints(db, ids, from, to), readStreams(db, ids, from, to)]);
  const holdings = new Map(ids.map((id) => [id, { points: [], streams: [] } as ResourceHoldings]));
  for (const { resource_id, points } of sheets) {
    const held = holdings.get(resource_id);
    if (held) held.points = (JSON.parse(points) as PointTuple[]).map(toPoint);
  }
  for (const row of streams) holdings.get(row.resource_id)?.streams.push(toStream(row));
  return holdings;
}

const readPoints = (db: Reader, ids: string[], from: Date, to: Date) => db.$queryRaw<PointSheet[]>`
  with refuted as materialized (
    select distinct p.id from verifications bad join recovery_points p on p.id = bad.point_id
    where p.resource_id = any(${ids}::uuid[]) and bad.result = 'failed' and ${sqlFailedProof}),
  verified as materialized (
    select v.point_id, min(v.at) as at from verifications v join recovery_points p on p.id = v.point_id
    where p.resource_id = any(${ids}::uuid[]) and v.result = 'passed' and v.level >= 'restored' group by v.point_id)
  select p.resource_id, json_agg(json_build_array(p.id, ${ms("p.started_at")},
      ${ms("least(p.data_as_of, origin.data_as_of)")}, ${ms("p.completed_at")}, ${ms(endedSql)}, ${ms("verified.at")},
      ${sqlSound} and refuted.id is null,
      p.region))::text as points
  from recovery_points p
  left join recovery_points origin on p.copy_of_ref is not null
    and origin.resource_id = p.resource_id and origin.provider_ref = p.copy_of_ref
  left join refuted on refuted.id = p.id
  left join verified on verified.point_id = p.id
  where p.resource_id = any(${ids}::uuid[]) and p.kind <> 'continuous' and p.completed_at < ${to}::timestamptz
    and coalesce(p.data_as_of, p.started_at) is not null
    and coalesce(${Prisma.raw(endedSql)}, 'infinity') > ${from}::timestamptz
  group by p.resource_id`;

/** Until its latest known moment a stream lagged behind the clock by its lag; since then nothing more is known of it. */
const readStreams = (db: Reader, ids: string[], from: Date, to: Date) => db.$queryRaw<StreamRow[]>`
  select w.resource_id, r.region, ${ms("w.from_at")}::float8 as from_ms, ${ms("coalesce(w.to_at, w.latest_at)")}::float8 as to_ms,
    w.lag_seconds, ${ms("least(w.expires_at, p.expires_at, p.vanished_at)")}::float8 as until_ms
  from restore_windows w join resources r on r.id = w.resource_id left join recovery_points p on p.id = w.point_id
  where w.resource_id = any(${ids}::uuid[]) and w.from_at < ${to}::timestamptz
    and coalesce(least(w.expires_at, p.expires_at, p.vanished_at), 'infinity') > ${from}::timestamptz
    and ${sqlSoundStream}
  order by w.from_at`;

const toPoint = ([id, started, asOf, completed, ended, verified, sound, region]: PointTuple): DatedPoint => ({
  id,
  sound,
  startedAtMs: started ?? asOf ?? completed,
  dataAsOfMs: asOf,
  completedAtMs: completed,
  endedAtMs: ended,
  region,
  // The clouds' own parent is what a point is a part of, not what it builds on; chains come with the agents.
  parentId: null,
  verifiedAtMs: verified,
  copies: [],
});

const toStream = ({ region, from_ms, to_ms, lag_seconds, until_ms }: StreamRow): Stream & { region: string } => ({
  region,
  fromMs: from_ms,
  toMs: to_ms + lag_seconds * 1_000,
  lagMs: lag_seconds * 1_000,
  untilMs: until_ms ?? Number.POSITIVE_INFINITY,
});
