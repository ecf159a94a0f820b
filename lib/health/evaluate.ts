import "server-only";
import type { Reader, Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { gatherResourceFacts, gatherSystemFacts } from "./facts";
import { judgeResource, judgeSystem, type ResourceVerdict, type SystemVerdict } from "./rules";

type Db = Pick<Tx | Reader, "$queryRaw">;

export type Judged = { resources: ResourceVerdict[]; systems: SystemVerdict[] };

/** Judges systems and all their resources at a moment, and writes nothing. */
export async function judgeSystems(db: Db, systemIds: readonly string[], at: Date): Promise<Judged> {
  if (systemIds.length === 0) return { resources: [], systems: [] };
  const ids = [...systemIds];
  const [facts, systemFacts] = [
    await gatherResourceFacts(
      db,
      Prisma.sql`select m.resource_id as id from system_resources m where m.system_id = any(${ids}::uuid[]) and m.valid_to is null`,
      at,
    ),
    await gatherSystemFacts(db, ids, at),
  ];
  const membersOf = new Map<string, ResourceVerdict[]>();
  const resources = facts.map((fact) => {
    const verdict = judgeResource(fact, at);
    if (fact.system) membersOf.set(fact.system.id, [...(membersOf.get(fact.system.id) ?? []), verdict]);
    return verdict;
  });
  return { resources, systems: systemFacts.map((fact) => judgeSystem(fact, membersOf.get(fact.systemId) ?? [], at)) };
}

/** Judges resources on their own, such as those that belong to no system, and writes nothing. */
export async function judgeResources(db: Db, resourceIds: readonly string[], at: Date): Promise<ResourceVerdict[]> {
  if (resourceIds.length === 0) return [];
  const facts = await gatherResourceFacts(db, Prisma.sql`select unnest(${[...resourceIds]}::uuid[]) as id`, at);
  return facts.map((fact) => judgeResource(fact, at));
}

/** Writes verdicts down, with the breach episodes and findings that follow from them; all by set. */
export async function writeVerdicts(tx: Tx, { resources, systems }: Judged, at: Date): Promise<void> {
  if (resources.length > 0) await writeResources(tx, resources, at);
  if (systems.length === 0) return;
  await writeSystems(tx, systems, at);
  await writeEpisodes(tx, systems, at);
  await writeFindings(tx, systems, at);
}

async function writeResources(tx: Tx, verdicts: readonly ResourceVerdict[], at: Date): Promise<void> {
  const rows = verdicts.map((verdict) => ({
    resource_id: verdict.resourceId,
    state: verdict.state,
    reasons: verdict.reasons,
    newest_point_id: verdict.newest?.pointId ?? null,
    newest_as_of: verdict.newest?.asOf ?? null,
    age_basis: verdict.newest?.basis ?? "none",
    rpo_seconds: verdict.rpoSeconds,
    missed_runs: verdict.missedRuns,
    failed_runs: verdict.failedRuns,
    proven_at: verdict.proof?.at ?? null,
    proof_level: verdict.proof?.level ?? null,
    next_change_at: verdict.nextChangeAt,
  }));
  await tx.$executeRaw`
    insert into resource_health (resource_id, state, reasons, newest_point_id, newest_as_of, age_basis, rpo_seconds,
      missed_runs, failed_runs, proven_at, proof_level, next_change_at, evaluated_at)
    select v.resource_id, v.state, v.reasons, v.newest_point_id, v.newest_as_of, v.age_basis, v.rpo_seconds,
      v.missed_runs, v.failed_runs, v.proven_at, v.proof_level, v.next_change_at, ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v (resource_id uuid, state health_state, reasons jsonb,
      newest_point_id uuid, newest_as_of timestamptz, age_basis text, rpo_seconds int, missed_runs int, failed_runs int,
      proven_at timestamptz, proof_level proof_level, next_change_at timestamptz)
    on conflict (resource_id) do update set state = excluded.state, reasons = excluded.reasons,
      newest_point_id = excluded.newest_point_id, newest_as_of = excluded.newest_as_of, age_basis = excluded.age_basis,
      rpo_seconds = excluded.rpo_seconds, missed_runs = excluded.missed_runs, failed_runs = excluded.failed_runs,
      proven_at = excluded.proven_at, proof_level = excluded.proof_level, next_change_at = excluded.next_change_at,
      evaluated_at = excluded.evaluated_at
    where resource_health.evaluated_at <= excluded.evaluated_at`;
}

async function writeSystems(tx: Tx, verdicts: readonly SystemVerdict[], at: Date): Promise<void> {
  const rows = verdicts.map((verdict) => ({
    system_id: verdict.systemId,
    state: verdict.state,
    reasons: verdict.reasons,
    worst_resource_id: verdict.worstResourceId,
    newest_as_of: verdict.newestAsOf,
    rpo_seconds: verdict.rpoSeconds,
    rto_seconds: verdict.rtoSeconds,
    proven_at: verdict.provenAt,
    proven_within: verdict.provenWithin,
    rta_seconds: verdict.rtaSeconds,
    next_change_at: verdict.nextChangeAt,
  }));
  await tx.$executeRaw`
    insert into system_health (system_id, state, reasons, worst_resource_id, newest_as_of, rpo_seconds, rto_seconds,
      proven_at, proven_within, rta_seconds, next_change_at, evaluated_at)
    select v.system_id, v.state, v.reasons, v.worst_resource_id, v.newest_as_of, v.rpo_seconds, v.rto_seconds,
      v.proven_at, v.proven_within, v.rta_seconds, v.next_change_at, ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v (system_id uuid, state health_state, reasons jsonb,
      worst_resource_id uuid, newest_as_of timestamptz, rpo_seconds int, rto_seconds int, proven_at timestamptz,
      proven_within boolean, rta_seconds int, next_change_at timestamptz)
    on conflict (system_id) do update set state = excluded.state, reasons = excluded.reasons,
      worst_resource_id = excluded.worst_resource_id, newest_as_of = excluded.newest_as_of,
      rpo_seconds = excluded.rpo_seconds, rto_seconds = excluded.rto_seconds, proven_at = excluded.proven_at,
      proven_within = excluded.proven_within, rta_seconds = excluded.rta_seconds,
      next_change_at = excluded.next_change_at, evaluated_at = excluded.evaluated_at
    where system_health.evaluated_at <= excluded.evaluated_at`;
}

/** How far back an episode may be said to have begun: older months have no partition. */
const episodeReachDays = 365;

/**
 * Opens an episode at the moment the RPO was passed and closes it at the moment newer data became restorable, which
 * are both earlier than the moment we noticed. What is unknown neither opens nor closes one.
 */
async function writeEpisodes(tx: Tx, verdicts: readonly SystemVerdict[], at: Date): Promise<void> {
  const rows = verdicts
    .filter(({ state }) => state !== "unknown")
    .map(({ systemId, state, newestAsOf, rpoSeconds, recoveredAt }) => ({
      system_id: systemId,
      breached: state === "breached" || state === "missed" || state === "unprotected",
      since: newestAsOf && rpoSeconds !== null ? new Date(newestAsOf.getTime() + rpoSeconds * 1_000) : null,
      age_seconds: newestAsOf ? Math.max(0, Math.floor((at.getTime() - newestAsOf.getTime()) / 1_000)) : null,
      recovered_at: recoveredAt,
    }));
  const told = Prisma.sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v (system_id uuid, breached boolean,
    since timestamptz, age_seconds int, recovered_at timestamptz)`;
  await tx.$executeRaw`
    update breach_episodes b set
      ended_at = case when v.breached then null else greatest(b.started_at, least(coalesce(v.recovered_at, ${at}::timestamptz), ${at}::timestamptz)) end,
      worst_age_seconds = case when v.breached then greatest(b.worst_age_seconds, v.age_seconds) else b.worst_age_seconds end
    from ${told} where b.system_id = v.system_id and b.ended_at is null`;
  await tx.$executeRaw`
    insert into breach_episodes (system_id, started_at, worst_age_seconds)
    select v.system_id,
      least(greatest(coalesce(v.since, s.in_service_from), s.in_service_from, ${at}::timestamptz - make_interval(days => ${episodeReachDays})), ${at}::timestamptz),
      v.age_seconds
    from ${told} join systems s on s.id = v.system_id
    where v.breached and not exists (select 1 from breach_episodes b where b.system_id = v.system_id and b.ended_at is null)
    on conflict (system_id, started_at) do update set ended_at = null,
      worst_age_seconds = greatest(breach_episodes.worst_age_seconds, excluded.worst_age_seconds)`;
}

/** One open finding for each rule that is broken in a system; it is resolved when the rule is kept again. */
async function writeFindings(tx: Tx, verdicts: readonly SystemVerdict[], at: Date): Promise<void> {
  const quiet = new Set(["lifecycle.parked", "system.pending", "rpo.within"]);
  const rows = verdicts.flatMap(({ systemId, reasons }) => {
    const byRule = new Map(reasons.filter(({ rule }) => !quiet.has(rule)).map((reason) => [reason.rule, reason]));
    return [...byRule.values()].map((reason) => ({
      kind: reason.rule,
      subject_id: systemId,
      grave: reason.state === "breached" || reason.state === "missed" || reason.state === "unprotected",
      detail: reason,
    }));
  });
  const told = Prisma.sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v (kind text, subject_id uuid, grave boolean, detail jsonb)`;
  await tx.$executeRaw`
    update findings f set resolved_at = ${at}::timestamptz
    where f.subject_type = 'system' and f.resolved_at is null
      and f.subject_id = any(${verdicts.map(({ systemId }) => systemId)}::uuid[])
      and not exists (select 1 from ${told} where v.kind = f.kind and v.subject_id = f.subject_id)`;
  await tx.$executeRaw`
    insert into findings (kind, subject_type, subject_id, severity, detail, since)
    select v.kind, 'system', v.subject_id,
      (case when v.grave and coalesce(t.rank, 9) <= 1 then 'critical' when v.grave then 'high'
        when coalesce(t.rank, 9) <= 1 then 'medium' else 'low' end)::finding_severity,
      v.detail, ${at}::timestamptz
    from ${told}
    left join system_tiers st on st.system_id = v.subject_id and st.valid_to is null left join tiers t on t.id = st.tier_id
    on conflict (kind, subject_type, subject_id) where resolved_at is null
    do update set severity = excluded.severity, detail = excluded.detail`;
}

/** Counts anew what pages show of the whole fleet; the number of recovery points only where asked, because it is dear. */
export async function refreshFleetCounts(tx: Tx, withPoints: boolean): Promise<void> {
  const points = withPoints
    ? Prisma.sql`union all select 'points.total', count(*) from recovery_points where vanished_at is null`
    : Prisma.empty;
  await tx.$executeRaw`
    insert into fleet_counts (key, value, updated_at)
    select c.key, c.value, now() from (
      select 'systems.' || x.state as key, count(h.system_id) as value
      from unnest(enum_range(null::health_state)) as x (state) left join system_health h on h.state = x.state group by x.state
      union all select 'systems.total', count(*) from systems where lifecycle <> 'retired'
      union all select 'resources.total', count(*) from resources where vanished_at is null
      union all select 'resources.unassigned', count(*) from resources r where r.vanished_at is null and not exists (
        select 1 from system_resources m where m.resource_id = r.id and m.valid_to is null)
      ${points}) c
    on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at
    where fleet_counts.value is distinct from excluded.value`;
}
