import "server-only";
import type { Reader, Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import type { Newest, ProofLevel, ResourceFacts, SystemFacts } from "./rules";

type Db = Pick<Tx | Reader, "$queryRaw">;

type ResourceRow = {
  resource_id: string;
  name: string;
  vanished_at: Date | null;
  connection_id: string;
  connection_name: string;
  enabled: boolean;
  last_read_at: Date | null;
  stale_after: number;
  error: string | null;
  system_id: string | null;
  lifecycle: "active" | "parked" | "retired" | null;
  required: boolean | null;
  rpo_seconds: number | null;
  cadence_days: number | null;
  point_id: string | null;
  point_as_of: Date | null;
  point_available_at: Date | null;
  point_until: Date | null;
  window_point_id: string | null;
  window_as_of: Date | null;
  window_from: Date | null;
  window_until: Date | null;
  covered: boolean;
  next_run_by: Date | null;
  missed_runs: number;
  failed_runs: number;
  failure_message: string | null;
  failure_job_id: string | null;
  failed_proof_at: Date | null;
  proof_at: Date | null;
  proof_level: ProofLevel | null;
};

/** A verification that failed and was not made good by a later pass at least as strong. */
export const sqlFailedProof = Prisma.sql`exists (
  select 1 from verifications bad where bad.point_id = p.id and bad.result = 'failed' and not exists (
    select 1 from verifications good where good.point_id = bad.point_id and good.result = 'passed'
      and good.level >= bad.level and good.at > bad.at))`;

/** Whether the recovery point `p` counts at a moment. */
export const sqlUsable = (at: Date) => Prisma.sql`point_is_usable(p.status, p.completed_at, p.expires_at, p.vanished_at,
  p.storage_class, p.malware, p.contradictory, ${sqlFailedProof}, ${at}::timestamptz)`;

/** How far back runs are looked at for what was missed or failed in a row. */
const lookBackDays = 45;

/**
 * Gathers, in one statement, all that the rules need to judge these resources at this moment. `chosen` answers the ids
 * of the resources in question. A copy is as old as what it was copied from, whenever the copy itself was made.
 */
export async function gatherResourceFacts(db: Db, chosen: Prisma.Sql, at: Date): Promise<ResourceFacts[]> {
  const rows = await db.$queryRaw<ResourceRow[]>`
    with chosen as materialized (${chosen}),
    strictest as (
      select r.connection_id, min(o.rpo_seconds) as rpo_seconds
      from system_resources m
      join systems s on s.id = m.system_id and s.lifecycle = 'active'
      join system_tiers st on st.system_id = s.id and st.valid_to is null
      join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
      join resources r on r.id = m.resource_id
      where m.valid_to is null group by r.connection_id),
    proofs as materialized (
      select distinct on (p.resource_id) p.resource_id, v.at, v.level
      from verifications v join recovery_points p on p.id = v.point_id
      where p.resource_id in (select id from chosen) and v.result = 'passed' and v.level >= 'restored' and v.at <= ${at}::timestamptz
      order by p.resource_id, v.at desc),
    refuted_points as materialized (
      select p.resource_id, bad.at, coalesce(p.data_as_of, p.started_at, '-infinity') as as_of
      from verifications bad join recovery_points p on p.id = bad.point_id
      where bad.result = 'failed' and p.resource_id in (select id from chosen) and p.vanished_at is null and ${sqlFailedProof})
    select r.id as resource_id, r.name, r.vanished_at, c.id as connection_id, c.name as connection_name,
      c.state = 'active' as enabled,
      case when g.region is null then c.last_success_at else g.last_success_at end as last_read_at,
      least(3 * c.interval_seconds, coalesce(strictest.rpo_seconds, 3 * c.interval_seconds))::int as stale_after,
      g.error_message as error,
      s.id as system_id, s.lifecycle::text as lifecycle, m.required,
      o.rpo_seconds, o.restore_test_cadence_days as cadence_days,
      point.id as point_id, point.as_of as point_as_of, point.available_at as point_available_at, point.until as point_until,
      stream.point_id as window_point_id, stream.as_of as window_as_of, stream.from_at as window_from,
      stream.until as window_until,
      coalesce(runs.covered, false) or exists (
        select 1 from policy_assignments a join policies pol on pol.id = a.policy_id and pol.vanished_at is null
        where a.resource_id = r.id and a.valid_to is null) as covered,
      runs.next_run_by, coalesce(runs.missed, 0)::int as missed_runs,
      coalesce(work.failed, 0)::int as failed_runs, work.message as failure_message, work.job_id as failure_job_id,
      refuted.at as failed_proof_at, proof.at as proof_at, proof.level::text as proof_level
    from chosen
    join resources r on r.id = chosen.id
    join connections c on c.id = r.connection_id
    left join strictest on strictest.connection_id = c.id
    left join connection_regions g on g.connection_id = c.id and g.region = r.region
    left join system_resources m on m.resource_id = r.id and m.valid_to is null
    left join systems s on s.id = m.system_id
    left join system_tiers st on st.system_id = s.id and st.valid_to is null
    left join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
    left join lateral (
      select p.id, p.data_as_of as as_of, p.completed_at as available_at, p.expires_at as until
      from recovery_points p
      where p.resource_id = r.id and p.kind <> 'continuous' and p.copy_of_ref is null
        and p.data_as_of <= ${at}::timestamptz and ${sqlUsable(at)}
      order by p.data_as_of desc limit 1) taken on true
    left join lateral (
      select p.id, least(p.data_as_of, origin.data_as_of) as as_of, p.completed_at as available_at, p.expires_at as until
      from recovery_points p
      left join recovery_points origin on origin.resource_id = p.resource_id and origin.provider_ref = p.copy_of_ref
      where p.resource_id = r.id and p.kind <> 'continuous' and p.copy_of_ref is not null
        and p.data_as_of <= ${at}::timestamptz and p.data_as_of > coalesce(taken.as_of, '-infinity') and ${sqlUsable(at)}
      order by least(p.data_as_of, origin.data_as_of) desc limit 1) copied on true
    left join lateral (
      select x.* from (values (taken.id, taken.as_of, taken.available_at, taken.until),
        (copied.id, copied.as_of, copied.available_at, copied.until)) x (id, as_of, available_at, until)
      where x.id is not null order by x.as_of desc limit 1) point on true
    left join lateral (
      select w.point_id, least(w.latest_at, coalesce(w.to_at, w.latest_at)) as as_of, w.from_at,
        least(w.expires_at, case when p.id is not null then p.expires_at end) as until
      from restore_windows w left join recovery_points p on p.id = w.point_id
      where w.resource_id = r.id and w.from_at <= ${at}::timestamptz and w.latest_at <= ${at}::timestamptz
        and (w.expires_at is null or w.expires_at > ${at}::timestamptz)
        and (p.id is null or (p.vanished_at is null and p.status in ('available', 'creating', 'stopped')
          and (p.expires_at is null or p.expires_at > ${at}::timestamptz)
          and p.malware <> 'infected' and not p.contradictory and not ${sqlFailedProof}))
      order by least(w.latest_at, coalesce(w.to_at, w.latest_at)) desc limit 1) stream on true
    left join lateral (
      select true as covered, min(e.complete_by) filter (where e.state = 'pending' and e.complete_by > ${at}::timestamptz) as next_run_by,
        count(*) filter (where e.state = 'missed' and e.job_id is null and e.due_at > coalesce(done.at, '-infinity')) as missed
      from expected_runs e,
        lateral (select max(f.due_at) as at from expected_runs f where f.resource_id = r.id and f.state = 'matched'
          and f.due_at between ${at}::timestamptz - make_interval(days => ${lookBackDays}) and ${at}::timestamptz) done
      where e.resource_id = r.id and e.due_at > ${at}::timestamptz - make_interval(days => ${lookBackDays})
      having count(*) > 0) runs on true
    left join lateral (
      select count(*) as failed, (array_agg(j.message order by j.created_at desc))[1] as message,
        (array_agg(j.id order by j.created_at desc))[1] as job_id
      from jobs j
      where j.resource_id = r.id and j.kind = 'backup' and j.state in ('failed', 'partial', 'expired', 'cancelled')
        and j.created_at > ${at}::timestamptz - make_interval(days => ${lookBackDays})
        and j.created_at > coalesce((select max(ok.created_at) from jobs ok where ok.resource_id = r.id and ok.kind = 'backup'
          and ok.state in ('succeeded', 'succeeded_with_issues')), '-infinity')) work on true
    left join lateral (
      select max(f.at) as at from refuted_points f
      where f.resource_id = r.id and f.as_of > coalesce(greatest(point.as_of, stream.as_of), '-infinity')) refuted on true
    left join proofs proof on proof.resource_id = r.id
    order by r.id`;
  return rows.map(toResourceFacts);
}

/** The newer of a snapshot and a stream; a stream wins a draw, because it also reaches the moments between. */
function newestOf(row: ResourceRow): Newest | null {
  const { point_as_of: pointAsOf, window_as_of: windowAsOf } = row;
  if (windowAsOf && (!pointAsOf || windowAsOf >= pointAsOf))
    return {
      pointId: row.window_point_id,
      asOf: windowAsOf,
      basis: "continuous",
      availableAt: windowAsOf,
      until: row.window_until,
    };
  if (!pointAsOf) return null;
  const availableAt = row.point_available_at ?? pointAsOf;
  return { pointId: row.point_id, asOf: pointAsOf, basis: "snapshot", availableAt, until: row.point_until };
}

const toResourceFacts = (row: ResourceRow): ResourceFacts => ({
  resourceId: row.resource_id,
  name: row.name,
  vanishedAt: row.vanished_at,
  connection: {
    id: row.connection_id,
    name: row.connection_name,
    enabled: row.enabled,
    lastReadAt: row.last_read_at,
    staleAfterSeconds: row.stale_after,
    error: row.error,
  },
  system:
    row.system_id && row.lifecycle
      ? { id: row.system_id, lifecycle: row.lifecycle, required: row.required ?? true }
      : null,
  rpoSeconds: row.rpo_seconds,
  proofCadenceSeconds: row.cadence_days === null ? null : row.cadence_days * 86_400,
  newest: newestOf(row),
  covered: row.covered,
  nextRunBy: row.next_run_by,
  missedRuns: row.missed_runs,
  failedRuns: row.failed_runs,
  failureMessage: row.failure_message,
  failureJobId: row.failure_job_id,
  failedProofAt: row.failed_proof_at,
  proof: row.proof_at && row.proof_level ? { at: row.proof_at, level: row.proof_level } : null,
});

type SystemRow = {
  system_id: string;
  lifecycle: "active" | "parked" | "retired";
  rpo_seconds: number | null;
  rto_seconds: number | null;
  cadence_days: number | null;
  detection_allowance_seconds: number;
  rta_seconds: number | null;
};

/** How many measured restores a forecast rests on, and how old they may be. */
const measuredRestores = 10;
const measuredDays = 365;

/** What the rules need to know of these systems beside their resources. */
export async function gatherSystemFacts(db: Db, systemIds: readonly string[], at: Date): Promise<SystemFacts[]> {
  const rows = await db.$queryRaw<SystemRow[]>`
    select s.id as system_id, s.lifecycle::text as lifecycle, o.rpo_seconds, o.rto_seconds,
      o.restore_test_cadence_days as cadence_days, s.detection_allowance_seconds, measured.rta_seconds
    from systems s
    left join system_tiers st on st.system_id = s.id and st.valid_to is null
    left join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
    left join lateral (
      select percentile_disc(0.9) within group (order by q.rta_seconds)::int as rta_seconds
      from (select x.rta_seconds from restore_requests x
        where x.system_id = s.id and x.state = 'succeeded' and x.rta_seconds is not null
          and x.finished_at between ${at}::timestamptz - make_interval(days => ${measuredDays}) and ${at}::timestamptz
        order by x.finished_at desc limit ${measuredRestores}) q) measured on true
    where s.id = any(${[...systemIds]}::uuid[])
    order by s.id`;
  return rows.map((row) => ({
    systemId: row.system_id,
    lifecycle: row.lifecycle,
    rpoSeconds: row.rpo_seconds,
    rtoSeconds: row.rto_seconds,
    proofCadenceSeconds: row.cadence_days === null ? null : row.cadence_days * 86_400,
    detectionAllowanceSeconds: row.detection_allowance_seconds,
    rtaSeconds: row.rta_seconds,
  }));
}
