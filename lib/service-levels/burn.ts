import "server-only";
import type { Visible } from "@/lib/access/permissions";
import { sqlFailedProof } from "@/lib/health/facts";
import type { Reader, Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlSystemVisible } from "@/lib/systems/visible";
import { endedSql, sqlSound, sqlSoundStream } from "./holdings";

/** A stretch of one quarter, in UTC. */
export type Quarter = { from: Date; to: Date };

/** The time between two moments as a range; empty where the second is not later. */
const range = (from: Prisma.Sql, to: Prisma.Sql) => Prisma.sql`tstzrange(${from}, greatest(${from}, ${to}))`;
const lengthMs = (ranges: Prisma.Sql) =>
  Prisma.sql`(select coalesce(sum(extract(epoch from upper(x) - lower(x)) * 1000), 0)::int8 from unnest(${ranges}) x)`;
const none = Prisma.sql`'{}'::tstzmultirange`;

/**
 * How long each system was beyond its RPO from `b.from_at` to a moment, `b` being a query of ids and those beginnings:
 * what judgeSpan tells of one system, here as arithmetic on ranges for thousands at once. A point older than the RPO when
 * the stretch begins can keep no moment of it, so none older is read.
 */
const beyondOf = (b: Prisma.Sql, to: Date) => Prisma.sql`
  b as materialized (${b}),
  rules as materialized (
    select b.id, o.rpo_seconds, make_interval(secs => o.rpo_seconds) as rpo, x.span, lower(x.span) as from_at, upper(x.span) as to_at
    from b join system_tiers st on st.system_id = b.id join tier_objectives o on o.tier_id = st.tier_id
    cross join lateral (select ${range(
      Prisma.sql`greatest(st.valid_from, o.valid_from, b.from_at)`,
      Prisma.sql`least(st.valid_to, o.valid_to, ${to}::timestamptz)`,
    )} as span) x
    where not isempty(x.span)),
  evaluated as materialized (
    select b.id, b.from_at, q.ruled * ${range(
      Prisma.sql`greatest(s.in_service_from, b.from_at)`,
      Prisma.sql`least(s.retired_at, case when s.lifecycle <> 'active' then s.lifecycle_at end, ${to}::timestamptz)`,
    )}::tstzmultirange - coalesce((
      select range_agg(${range(Prisma.sql`e.valid_from`, Prisma.sql`coalesce(e.valid_to, 'infinity')`)})
      from exclusions e where e.system_id = b.id), ${none}) as span
    from b join systems s on s.id = b.id
    join (select id, range_agg(span) as ruled from rules group by id) q on q.id = b.id),
  owned as materialized (
    select e.id, m.resource_id, e.span * range_agg(${range(
      Prisma.sql`m.valid_from`,
      Prisma.sql`coalesce(m.valid_to, 'infinity')`,
    )}) as span
    from evaluated e join system_resources m on m.system_id = e.id and m.required
      and m.valid_from < ${to}::timestamptz and coalesce(m.valid_to, 'infinity') > e.from_at
    group by e.id, e.span, m.resource_id),
  late as materialized (
    select o.id, o.span, o.span - coalesce(range_agg(${range(
      Prisma.sql`greatest(x.from_at, q.from_at)`,
      Prisma.sql`least(x.to_at, q.to_at)`,
    )}) filter (where x.from_at is not null), ${none}) as late
    from owned o join rules q on q.id = o.id
    left join lateral (
      select p.completed_at as from_at,
        least(${Prisma.raw(endedSql)}, coalesce(least(p.data_as_of, origin.data_as_of), p.started_at) + q.rpo) as to_at
      from recovery_points p
      left join recovery_points origin on p.copy_of_ref is not null
        and origin.resource_id = p.resource_id and origin.provider_ref = p.copy_of_ref
      where p.resource_id = o.resource_id and p.kind <> 'continuous' and (p.data_as_of > q.from_at - q.rpo or p.data_as_of is null)
        and p.completed_at < q.to_at and coalesce(p.data_as_of, p.started_at) is not null and ${sqlSound} and not ${sqlFailedProof}
      union all
      select w.from_at, least(w.expires_at, p.expires_at, p.vanished_at, coalesce(w.to_at, w.latest_at) + q.rpo)
      from restore_windows w left join recovery_points p on p.id = w.point_id
      where w.resource_id = o.resource_id and w.from_at < q.to_at and w.lag_seconds <= q.rpo_seconds and ${sqlSoundStream}) x on true
    group by o.id, o.resource_id, o.span),
  told as materialized (
    select e.id, e.span, coalesce(range_agg(l.late), ${none}) + (e.span - coalesce(range_agg(l.span), ${none})) as beyond
    from evaluated e left join late l on l.id = e.id
    group by e.id, e.span)`;

/** A quarter has at most fourteen weeks, the last of them cut short. */
const weeks = 14;

/**
 * Adds to the sums of these systems what happened since, up to a moment; those in `anew`, and those of another quarter,
 * are summed from its first moment on.
 */
export async function sumOn(
  tx: Tx,
  systemIds: readonly string[],
  anew: readonly string[],
  quarter: Quarter,
  to: Date,
): Promise<void> {
  const isNew = Prisma.sql`(r.system_id = any(${[...anew]}::uuid[]) or r.quarter_from <> ${quarter.from}::timestamptz)`;
  const chosen = Prisma.sql`
    select r.system_id as id, case when ${isNew} then ${quarter.from}::timestamptz else r.through_at end as from_at
    from rpo_burn r where r.system_id = any(${[...systemIds]}::uuid[])`;
  await tx.$executeRaw`
    with ${beyondOf(chosen, to)},
    sums as materialized (
      select told.id, ${lengthMs(Prisma.sql`told.span`)} as evaluated_ms, ${lengthMs(Prisma.sql`told.beyond`)} as beyond_ms,
        case when not isempty(told.beyond) then (
          select array_agg(w.ms order by w.n) from (
            select n, ${lengthMs(
              Prisma.sql`told.beyond * tstzrange(${quarter.from}::timestamptz + make_interval(weeks => n), ${quarter.from}::timestamptz + make_interval(weeks => n + 1))::tstzmultirange`,
            )} as ms
            from generate_series(0, ${weeks - 1}::int) n) w) end as weekly_ms
      from told)
    update rpo_burn r set quarter_from = ${quarter.from}::timestamptz, through_at = ${to}::timestamptz,
      evaluated_ms = case when ${isNew} then 0 else r.evaluated_ms end + coalesce(sums.evaluated_ms, 0),
      beyond_ms = case when ${isNew} then 0 else r.beyond_ms end + coalesce(sums.beyond_ms, 0),
      weekly_ms = case when ${isNew} then coalesce(sums.weekly_ms, '{}') when sums.weekly_ms is null then r.weekly_ms
        else (select array_agg(sums.weekly_ms[n] + coalesce(r.weekly_ms[n], 0) order by n) from generate_series(1, ${weeks}::int) n) end
    from b left join sums on sums.id = b.id
    where r.system_id = b.id`;
}

/** Time beyond the RPO, summed over the systems of a tier. */
export type TierBurn = {
  beyondSeconds: number;
  /** The same as it grew: at the quarter's beginning, after each of its weeks so far, and now. */
  line: number[];
  /** Up to when it comes from points; null where nothing was summed yet. */
  throughAt: Date | null;
};

type BurnRow = { tier_id: string; through_at: Date | null; beyond: number; weekly: number[] | null };

/**
 * This quarter's time beyond the RPO by tier: the sums from points, and what passed since by each system's present state,
 * under `health` as currentSystemHealth gives it.
 */
export async function readTierBurn(
  db: Reader,
  visible: Visible,
  health: Prisma.Sql,
  { from }: Quarter,
  now: Date,
): Promise<Map<string, TierBurn>> {
  const past = Math.min(weeks, Math.floor((now.getTime() - from.getTime()) / (7 * 86_400_000)));
  const rows = await db.$queryRaw<BurnRow[]>`
    with one as materialized (
      select st.tier_id, b.through_at, b.weekly_ms, coalesce(b.beyond_ms, 0) / 1000.0 + case
        when s.lifecycle <> 'active' or exists (
          select 1 from exclusions e where e.system_id = s.id and e.valid_from <= ${now}::timestamptz
            and coalesce(e.valid_to, 'infinity') > ${now}::timestamptz) then 0
        else greatest(0, extract(epoch from ${now}::timestamptz - greatest(coalesce(b.through_at, ${from}::timestamptz),
          s.in_service_from, h.newest_as_of + make_interval(secs => h.rpo_seconds)))) end as beyond
      from systems s join system_tiers st on st.system_id = s.id and st.valid_to is null
      left join ${health} on h.system_id = s.id
      left join rpo_burn b on b.system_id = s.id and b.quarter_from = ${from}::timestamptz
      where s.lifecycle <> 'retired' and ${sqlSystemVisible(visible)}),
    weekly as (
      select w.tier_id, array_agg(w.seconds order by w.n) as weekly from (
        select one.tier_id, n, sum(one.weekly_ms[n])::float8 / 1000 as seconds from one cross join generate_series(1, ${past}::int) n
        where cardinality(one.weekly_ms) > 0 group by one.tier_id, n) w
      group by w.tier_id)
    select one.tier_id, min(one.through_at) as through_at, sum(one.beyond)::float8 as beyond, weekly.weekly
    from one left join weekly on weekly.tier_id = one.tier_id group by one.tier_id, weekly.weekly`;
  return new Map(rows.map((row) => [row.tier_id, toTierBurn(row, past)]));
}

function toTierBurn({ through_at, beyond, weekly }: BurnRow, past: number): TierBurn {
  const line = [0];
  for (let week = 0; week < past; week += 1) line.push((line.at(-1) ?? 0) + (weekly?.[week] ?? 0));
  return { beyondSeconds: beyond, line: [...line, beyond], throughAt: through_at };
}
