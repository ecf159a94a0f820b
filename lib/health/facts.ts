import "server-only";
import { after, days } from "@/lib/core/time";
import type { Reader, Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import type { Newest, ProofLevel, ResourceFacts, SystemFacts } from "./rules";
import type { Unusual } from "./unusual";

type Db = Pick<Tx | Reader, "$queryRaw">;

/** One resource as the statement below packs it, in the order of its columns; moments are ISO texts. */
type Packed = [
  resourceId: string,
  name: string,
  vanishedAt: string | null,
  connectionId: string,
  region: string,
  systemId: string | null,
  lifecycle: "active" | "parked" | "retired" | null,
  required: boolean | null,
  rpoSeconds: number | null,
  cadenceDays: number | null,
  pointId: string | null,
  pointAsOf: string | null,
  pointAvailableAt: string | null,
  pointUntil: string | null,
  windowPointId: string | null,
  windowAsOf: string | null,
  windowUntil: string | null,
  covered: boolean,
  nextRunBy: string | null,
  missedRuns: number,
  failedRuns: number,
  failureMessage: string | null,
  failureJobId: string | null,
  failedProofAt: string | null,
  proofAt: string | null,
  proofLevel: ProofLevel | null,
  streamStopped: boolean,
  streamStoppedAt: string | null,
  outside: [region: string, copies: number][] | null,
  runsOutside: boolean | null,
  unusual: Unusual[] | null,
];

type ConnectionRow = {
  id: string;
  name: string;
  enabled: boolean;
  interval_seconds: number;
  last_success_at: Date | null;
  strictest: number | null;
  regions: { region: string; at: string | null; error: string | null }[];
};

/** A verification that failed and was not made good by a later pass at least as strong. */
export const sqlFailedProof = Prisma.sql`(p.verified and exists (
  select 1 from verifications bad where bad.point_id = p.id and bad.result = 'failed' and not exists (
    select 1 from verifications good where good.point_id = bad.point_id and good.result = 'passed'
      and good.level >= bad.level and good.at > bad.at)))`;

/** Whether the recovery point `p` counts at a moment. */
export const sqlUsable = (at: Date) => Prisma.sql`point_is_usable(p.status, p.completed_at, p.expires_at, p.vanished_at,
  p.storage_class, p.malware, p.contradictory, ${sqlFailedProof}, ${at}::timestamptz)`;

/** Whether the recovery point `p` is still there, usable or not: what a rule about where data may be kept speaks of. */
export const sqlKept = Prisma.sql`(p.vanished_at is null and p.storage_class <> 'deleted')`;

/** How far back runs are looked at for what was missed or failed in a row, and how far ahead for the next one. */
const lookBackDays = 45;
const lookAheadDays = 45;

/** The strictest RPO of each connection's resources that are in service, where it is known beforehand. */
export type StrictestRpo = ReadonlyMap<string, number>;

/** Reads it from the estate itself: dear, and meant for the judging of everything. */
export async function readStrictestRpo(db: Db): Promise<StrictestRpo> {
  const rows = await db.$queryRaw<{ id: string; rpo_seconds: number }[]>`
    select r.connection_id as id, min(o.rpo_seconds) as rpo_seconds
    from system_resources m
    join systems s on s.id = m.system_id and s.lifecycle = 'active'
    join system_tiers st on st.system_id = s.id and st.valid_to is null
    join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
    join resources r on r.id = m.resource_id
    where m.valid_to is null group by r.connection_id`;
  return new Map(rows.map(({ id, rpo_seconds }) => [id, rpo_seconds]));
}

/**
 * Gathers all that the rules need to judge these resources at this moment. `chosen` answers the ids of the resources in
 * question, each once. A copy is as old as what it was copied from, whenever the copy itself was made.
 *
 * Each kind of fact is one set, found from its own index and joined at the end, so that the cost follows the number of
 * resources and not the size of the estate. The rows come packed as one JSON text, which spares the client the
 * unpacking of tens of thousands of rows column by column.
 */
export async function gatherResourceFacts(
  db: Db,
  chosen: Prisma.Sql,
  at: Date,
  strictest?: StrictestRpo,
): Promise<ResourceFacts[]> {
  // Connections first: when one was read is then never newer than the points that were read with it.
  const connections = await readConnections(db, chosen);
  const packed = await readPacked(db, chosen, at);
  const known = strictest ?? strictestAmong(connections, packed);
  const connectionOf = new Map(connections.map((row) => [row.id, toConnections(row, known.get(row.id))]));
  return packed.flatMap((row) => {
    const connection = connectionOf.get(row[3]);
    return connection ? toResourceFacts(row, connection(row[4])) : [];
  });
}

const readConnections = (db: Db, chosen: Prisma.Sql) => db.$queryRaw<ConnectionRow[]>`
  with chosen as materialized (${chosen})
  select c.id, c.name, c.state = 'active' as enabled, c.interval_seconds, c.last_success_at,
    (select min(h.expected_rpo_seconds) from resource_health h
      where h.connection_id = c.id and h.expected_rpo_seconds is not null) as strictest,
    coalesce((select jsonb_agg(jsonb_build_object('region', g.region, 'at', g.last_success_at, 'error', g.error_message))
      from connection_regions g where g.connection_id = c.id), '[]') as regions
  from connections c where c.id in (select r.connection_id from chosen join resources r on r.id = chosen.id)`;

/** The strictest RPO by what was judged before and by the resources at hand. */
function strictestAmong(connections: readonly ConnectionRow[], packed: readonly Packed[]): StrictestRpo {
  const found = new Map<string, number>();
  const note = (id: string, rpoSeconds: number | null) => {
    if (rpoSeconds !== null) found.set(id, Math.min(rpoSeconds, found.get(id) ?? rpoSeconds));
  };
  for (const { id, strictest } of connections) note(id, strictest);
  for (const row of packed) if (row[6] === "active") note(row[3], row[8]);
  return found;
}

/** The connection as its resources in each region see it: by their own region where it reads several. */
function toConnections(row: ConnectionRow, strictest: number | undefined) {
  const usual = 3 * row.interval_seconds;
  const made = (lastReadAt: Date | null, error: string | null): ResourceFacts["connection"] => ({
    id: row.id,
    name: row.name,
    enabled: row.enabled,
    lastReadAt,
    staleAfterSeconds: Math.min(usual, strictest ?? usual),
    error,
  });
  const whole = made(row.last_success_at, null);
  const regions = new Map(row.regions.map(({ region, at, error }) => [region, made(toDate(at), error)]));
  return (region: string) => regions.get(region) ?? whole;
}

async function readPacked(db: Db, chosen: Prisma.Sql, at: Date): Promise<Packed[]> {
  // Bounds that PostgreSQL knows while it plans leave all but a few months of runs out of the plan.
  const since = after(at, -days(lookBackDays));
  const till = after(at, days(lookAheadDays));
  const [row] = await db.$queryRaw<{ packed: string }[]>`
    with chosen as materialized (${chosen}),
    streams as materialized (
      select distinct on (w.resource_id) w.resource_id, w.point_id, least(w.latest_at, coalesce(w.to_at, w.latest_at)) as as_of,
        least(w.expires_at, case when p.id is not null then p.expires_at end) as until
      from chosen join restore_windows w on w.resource_id = chosen.id left join recovery_points p on p.id = w.point_id
      where w.from_at <= ${at}::timestamptz and w.latest_at <= ${at}::timestamptz
        and (w.expires_at is null or w.expires_at > ${at}::timestamptz)
        and (p.id is null or (p.vanished_at is null and p.status in ('available', 'creating', 'stopped')
          and (p.expires_at is null or p.expires_at > ${at}::timestamptz)
          and p.malware <> 'infected' and not p.contradictory and not ${sqlFailedProof}))
      order by w.resource_id, least(w.latest_at, coalesce(w.to_at, w.latest_at)) desc),
    stopped as materialized (
      select p.resource_id, max(coalesce(w.to_at, w.latest_at)) as at
      from chosen join recovery_points p on p.resource_id = chosen.id and p.kind = 'continuous' and p.status = 'stopped' and p.vanished_at is null
      left join restore_windows w on w.point_id = p.id
      where not exists (select 1 from restore_windows live where live.resource_id = p.resource_id and live.to_at is null)
      group by p.resource_id),
    promised as materialized (
      select e.resource_id, min(e.complete_by) as next_run_by from chosen join expected_runs e on e.resource_id = chosen.id
      where e.state = 'pending' and e.complete_by > ${at}::timestamptz
        and e.due_at > ${since}::timestamptz and e.due_at < ${till}::timestamptz
      group by e.resource_id),
    missed as materialized (
      select e.resource_id, count(*) as count from chosen join expected_runs e on e.resource_id = chosen.id
      where e.state = 'missed' and e.job_id is null and e.due_at > ${since}::timestamptz and e.due_at < ${till}::timestamptz
        and not exists (select 1 from expected_runs f where f.resource_id = e.resource_id and f.state = 'matched'
          and f.due_at >= e.due_at and f.due_at > ${since}::timestamptz and f.due_at <= ${at}::timestamptz)
      group by e.resource_id),
    failed as materialized (
      select j.resource_id, count(*) as count, (array_agg(j.message order by j.created_at desc))[1] as message,
        (array_agg(j.id order by j.created_at desc))[1] as job_id
      from chosen join jobs j on j.resource_id = chosen.id
      where j.kind = 'backup' and j.state in ('failed', 'partial', 'expired', 'cancelled')
        and j.created_at > ${since}::timestamptz
        and not exists (select 1 from jobs ok where ok.resource_id = j.resource_id and ok.kind = 'backup'
          and ok.state in ('succeeded', 'succeeded_with_issues') and ok.created_at >= j.created_at)
      group by j.resource_id),
    proofs as materialized (
      select distinct on (p.resource_id) p.resource_id, v.at, v.level
      from chosen join recovery_points p on p.resource_id = chosen.id and p.verified join verifications v on v.point_id = p.id
      where v.result = 'passed' and v.level >= 'restored' and v.at <= ${at}::timestamptz
      order by p.resource_id, v.at desc),
    refuted as materialized (
      select p.resource_id, array_agg(bad.at) as ats, array_agg(coalesce(p.data_as_of, p.started_at, '-infinity')) as as_ofs
      from chosen join recovery_points p on p.resource_id = chosen.id and p.verified join verifications bad on bad.point_id = p.id
      where bad.result = 'failed' and p.vanished_at is null and ${sqlFailedProof}
      group by p.resource_id),
    outside as materialized (
      select x.id, json_agg(json_build_array(x.region, x.copies) order by x.copies desc, x.region) as regions from (
        select chosen.id, p.region, count(*) as copies
        from chosen join system_resources m on m.resource_id = chosen.id and m.valid_to is null
        join systems s on s.id = m.system_id and s.allowed_regions <> '{}'
        join recovery_points p on p.resource_id = chosen.id and ${sqlKept} and p.region <> all(s.allowed_regions)
        group by chosen.id, p.region) x
      group by x.id)
    select coalesce(json_agg(json_build_array(r.id, r.name, r.vanished_at, r.connection_id, r.region,
      s.id, s.lifecycle, m.required, o.rpo_seconds, o.restore_test_cadence_days,
      case when x.by_copy then copied.id else taken.id end, x.as_of,
      case when x.by_copy then copied.available_at else taken.available_at end,
      case when x.by_copy then copied.until else taken.until end,
      stream.point_id, stream.as_of, stream.until,
      x.as_of is not null or stream.resource_id is not null or exists (
        select 1 from policy_assignments a join policies pol on pol.id = a.policy_id and pol.vanished_at is null
        where a.resource_id = r.id and a.valid_to is null) or exists (
        select 1 from expected_runs e where e.resource_id = r.id and e.due_at > ${since}::timestamptz),
      promised.next_run_by, coalesce(missed.count, 0), coalesce(failed.count, 0), failed.message, failed.job_id,
      case when refuted.resource_id is not null then (
        select max(f.at) from unnest(refuted.ats, refuted.as_ofs) f (at, as_of)
        where f.as_of > coalesce(greatest(x.as_of, stream.as_of), '-infinity')) end,
      proof.at, proof.level, stopped.resource_id is not null, stopped.at,
      outside.regions, s.allowed_regions <> '{}' and r.region <> all(s.allowed_regions),
      case when not x.by_copy then taken.unusual end)), '[]')::text as packed
    from chosen
    join resources r on r.id = chosen.id
    left join system_resources m on m.resource_id = r.id and m.valid_to is null
    left join systems s on s.id = m.system_id
    left join system_tiers st on st.system_id = s.id and st.valid_to is null
    left join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
    left join lateral (
      select p.id, p.data_as_of as as_of, p.completed_at as available_at, p.expires_at as until, p.unusual
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
    cross join lateral (select greatest(taken.as_of, copied.as_of) as as_of,
      copied.id is not null and (taken.id is null or copied.as_of > taken.as_of) as by_copy) x
    left join streams stream on stream.resource_id = r.id
    left join stopped on stopped.resource_id = r.id
    left join promised on promised.resource_id = r.id
    left join missed on missed.resource_id = r.id
    left join failed on failed.resource_id = r.id
    left join refuted on refuted.resource_id = r.id
    left join outside on outside.id = r.id
    left join proofs proof on proof.resource_id = r.id`;
  return row ? JSON.parse(row.packed) : [];
}

const toDate = (text: string | null): Date | null => (text === null ? null : new Date(text));

const toResourceFacts = (
  [
    resourceId,
    name,
    vanishedAt,
    ,
    region,
    systemId,
    lifecycle,
    required,
    rpoSeconds,
    cadenceDays,
    pointId,
    pointAsOf,
    pointAvailableAt,
    pointUntil,
    windowPointId,
    windowAsOf,
    windowUntil,
    covered,
    nextRunBy,
    missedRuns,
    failedRuns,
    failureMessage,
    failureJobId,
    failedProofAt,
    proofAt,
    proofLevel,
    streamStopped,
    streamStoppedAt,
    outside,
    runsOutside,
    unusual,
  ]: Packed,
  connection: ResourceFacts["connection"],
): ResourceFacts => ({
  resourceId,
  name,
  vanishedAt: toDate(vanishedAt),
  connection,
  system: systemId && lifecycle ? { id: systemId, lifecycle, required: required ?? true } : null,
  rpoSeconds,
  proofCadenceSeconds: cadenceDays === null ? null : cadenceDays * 86_400,
  newest: newestOf(
    pointAsOf === null
      ? null
      : { pointId, asOf: new Date(pointAsOf), availableAt: toDate(pointAvailableAt), until: toDate(pointUntil) },
    windowAsOf === null ? null : { pointId: windowPointId, asOf: new Date(windowAsOf), until: toDate(windowUntil) },
  ),
  covered,
  nextRunBy: toDate(nextRunBy),
  missedRuns,
  failedRuns,
  failureMessage,
  failureJobId,
  failedProofAt: toDate(failedProofAt),
  proof: proofAt && proofLevel ? { at: new Date(proofAt), level: proofLevel } : null,
  streamStopped: streamStopped ? { at: toDate(streamStoppedAt) } : null,
  unusual: unusual ?? [],
  outside: (outside ?? []).map(([region, copies]) => ({ region, copies })),
  runsOutside: runsOutside ? region : null,
});

type Snapshot = { pointId: string | null; asOf: Date; availableAt: Date | null; until: Date | null };

/** The newer of a snapshot and a stream; a stream wins a draw, because it also reaches the moments between. */
function newestOf(point: Snapshot | null, stream: Omit<Snapshot, "availableAt"> | null): Newest | null {
  if (stream && (!point || stream.asOf >= point.asOf))
    return { ...stream, basis: "continuous", availableAt: stream.asOf };
  return point && { ...point, basis: "snapshot", availableAt: point.availableAt ?? point.asOf };
}

type SystemRow = {
  system_id: string;
  tier_rank: number | null;
  criticality: SystemFacts["criticality"];
  environment: SystemFacts["environment"];
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

/** The measured restores of a system that a forecast rests on, as a query of rta_seconds. */
export const sqlMeasuredRestores = (systemId: Prisma.Sql, at: Date) => Prisma.sql`
  select x.rta_seconds from restore_requests x
  where x.system_id = ${systemId} and x.state = 'succeeded' and x.rta_seconds is not null
    and x.finished_at between ${at}::timestamptz - make_interval(days => ${measuredDays}) and ${at}::timestamptz
  order by x.finished_at desc limit ${measuredRestores}`;

/** What the rules need to know of these systems beside their resources. */
export async function gatherSystemFacts(db: Db, systemIds: readonly string[], at: Date): Promise<SystemFacts[]> {
  const rows = await db.$queryRaw<SystemRow[]>`
    select s.id as system_id, t.rank as tier_rank, s.criticality::text, s.environment::text, s.lifecycle::text as lifecycle, o.rpo_seconds, o.rto_seconds,
      o.restore_test_cadence_days as cadence_days, s.detection_allowance_seconds, measured.rta_seconds
    from systems s
    left join system_tiers st on st.system_id = s.id and st.valid_to is null
    left join tiers t on t.id = st.tier_id
    left join tier_objectives o on o.tier_id = st.tier_id and o.valid_to is null
    left join lateral (
      select percentile_disc(0.9) within group (order by q.rta_seconds)::int as rta_seconds
      from (${sqlMeasuredRestores(Prisma.sql`s.id`, at)}) q) measured on true
    where s.id = any(${[...systemIds]}::uuid[])
    order by s.id`;
  return rows.map((row) => ({
    systemId: row.system_id,
    tierRank: row.tier_rank,
    criticality: row.criticality,
    environment: row.environment,
    lifecycle: row.lifecycle,
    rpoSeconds: row.rpo_seconds,
    rtoSeconds: row.rto_seconds,
    proofCadenceSeconds: row.cadence_days === null ? null : row.cadence_days * 86_400,
    detectionAllowanceSeconds: row.detection_allowance_seconds,
    rtaSeconds: row.rta_seconds,
  }));
}
