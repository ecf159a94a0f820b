import "server-only";
import { hash } from "node:crypto";
import { countWaiting } from "@/lib/dependencies/waiting";
import type { Reader, Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { gatherResourceFacts, gatherSystemFacts, type StrictestRpo } from "./facts";
import { lossOf } from "./ranking";
import {
  earliestAfter,
  type HealthState,
  judgeResource,
  judgeSystem,
  type MemberVerdict,
  type RankedVerdict,
  type Reason,
  type ResourceFacts,
  type ResourceVerdict,
  type SystemFacts,
  type SystemVerdict,
  urgency,
} from "./rules";

type Db = Pick<Tx | Reader, "$queryRaw">;

export type Judged = { resources: ResourceVerdict[]; systems: RankedVerdict[] };

/** Judges systems and all their resources at a moment, and writes nothing. */
export async function judgeSystems(
  db: Db,
  systemIds: readonly string[],
  at: Date,
  strictest?: StrictestRpo,
): Promise<Judged> {
  if (systemIds.length === 0) return { resources: [], systems: [] };
  const ids = [...systemIds];
  const chosen = Prisma.sql`
    select m.resource_id as id from system_resources m where m.system_id = any(${ids}::uuid[]) and m.valid_to is null`;
  const facts = await gatherResourceFacts(db, chosen, at, strictest);
  return judgeWith(db, facts, [], await gatherSystemFacts(db, ids, at), at);
}

/**
 * Judges some resources, and the systems they belong to with what was judged of their other members before. A member
 * whose verdict is missing, has come due, or could not be told when it was made is judged with them.
 */
export async function judgeTouched(db: Db, resourceIds: readonly string[], at: Date): Promise<Judged> {
  const touched = [...resourceIds];
  const rows = await db.$queryRaw<{ id: string }[]>`
    select distinct m.system_id as id from system_resources m where m.resource_id = any(${touched}::uuid[]) and m.valid_to is null`;
  const systemIds = rows.map(({ id }) => id);
  const isKept = Prisma.sql`m.resource_id <> all(${touched}::uuid[]) and h.next_change_at > ${at}::timestamptz`;
  const facts = await gatherResourceFacts(
    db,
    Prisma.sql`
      select r.id from resources r where r.id = any(${touched}::uuid[])
      union
      select m.resource_id from system_resources m left join resource_health h on h.resource_id = m.resource_id
      where m.system_id = any(${systemIds}::uuid[]) and m.valid_to is null and (${isKept}) is not true`,
    at,
  );
  const [kept] = await db.$queryRaw<{ packed: string }[]>`
    select coalesce(json_agg(json_build_array(m.system_id, m.required, h.resource_id, h.state, h.reasons, h.newest_as_of,
      h.available_at, h.proven_at, h.next_change_at)), '[]')::text as packed
    from system_resources m join resource_health h on h.resource_id = m.resource_id
    where m.system_id = any(${systemIds}::uuid[]) and m.valid_to is null and ${isKept}`;
  const packed: PackedVerdict[] = kept ? JSON.parse(kept.packed) : [];
  return judgeWith(db, facts, packed.map(toMember), await gatherSystemFacts(db, systemIds, at), at);
}

type PackedVerdict = [
  systemId: string,
  required: boolean,
  resourceId: string,
  state: HealthState,
  reasons: Reason[],
  newestAsOf: string | null,
  availableAt: string | null,
  provenAt: string | null,
  nextChangeAt: string,
];
type Kept = { systemId: string; member: MemberVerdict };

const toMember = ([
  systemId,
  required,
  resourceId,
  state,
  reasons,
  newestAsOf,
  availableAt,
  provenAt,
  nextChangeAt,
]: PackedVerdict): Kept => ({
  systemId,
  member: {
    resourceId,
    required,
    state,
    reasons,
    newest:
      newestAsOf === null ? null : { asOf: new Date(newestAsOf), availableAt: new Date(availableAt ?? newestAsOf) },
    proof: provenAt === null ? null : { at: new Date(provenAt) },
    nextChangeAt: new Date(nextChangeAt),
  },
});

async function judgeWith(
  db: Db,
  facts: readonly ResourceFacts[],
  kept: readonly Kept[],
  systemFacts: readonly SystemFacts[],
  at: Date,
): Promise<Judged> {
  const membersOf = new Map<string, MemberVerdict[]>(systemFacts.map(({ systemId }) => [systemId, []]));
  for (const { systemId, member } of kept) membersOf.get(systemId)?.push(member);
  const resources = facts.map((fact) => {
    const verdict = judgeResource(fact, at);
    if (fact.system) membersOf.get(fact.system.id)?.push(verdict);
    return verdict;
  });
  const systems = systemFacts.map((fact) => judgeSystem(fact, membersOf.get(fact.systemId) ?? [], at));
  return { resources, systems: await rank(db, systems, systemFacts, at) };
}

/** Puts verdicts in the order of what a loss would cost; who waits for a system counts where it asks for attention. */
async function rank(
  db: Db,
  verdicts: readonly SystemVerdict[],
  systemFacts: readonly SystemFacts[],
  at: Date,
): Promise<RankedVerdict[]> {
  const factsOf = new Map(systemFacts.map((facts) => [facts.systemId, facts]));
  const asking = verdicts.filter(({ state }) => urgency[state] > 0).map(({ systemId }) => systemId);
  const waiting = await countWaiting(db, asking);
  return verdicts.flatMap((verdict) => {
    const facts = factsOf.get(verdict.systemId);
    if (!facts) return [];
    const loss = lossOf({ ...facts, ...verdict, waiting: waiting.get(verdict.systemId) ?? 0 }, at);
    const steps = isBeyond(verdict) ? [verdict.nextChangeAt, loss.nextStepAt] : [verdict.nextChangeAt];
    return [{ ...verdict, urgency: loss.urgency, nextChangeAt: earliestAfter(at, steps) }];
  });
}

/** Judges resources on their own, such as those that belong to no system, and writes nothing. */
export async function judgeResources(
  db: Db,
  resourceIds: readonly string[],
  at: Date,
  strictest?: StrictestRpo,
): Promise<ResourceVerdict[]> {
  if (resourceIds.length === 0) return [];
  const chosen = Prisma.sql`select unnest(${[...resourceIds]}::uuid[]) as id`;
  const facts = await gatherResourceFacts(db, chosen, at, strictest);
  return facts.map((fact) => judgeResource(fact, at));
}

/** Writes verdicts down, with the breach episodes and findings that follow from them; all by set. */
export async function writeVerdicts(tx: Tx, { resources, systems }: Judged, at: Date): Promise<void> {
  if (resources.length > 0) await writeResources(tx, resources, at);
  if (systems.length === 0) return;
  await spoilCards(
    tx,
    systems.map(({ systemId }) => systemId),
    at,
  );
  const news = await writeSystems(tx, systems, at);
  // An episode goes on getting worse while nothing else is new.
  const told = new Set([...news, ...systems.filter(isBeyond)]);
  if (told.size > 0) await writeEpisodes(tx, [...told], at);
  if (news.length > 0) await writeFindings(tx, news, at);
}

/** Says that the cards of these systems may say something else now: what was judged anew is also drawn anew. */
const spoilCards = (tx: Tx, systemIds: readonly string[], at: Date) => tx.$executeRaw`
  update system_cards set stale_at = least(stale_at, ${at}::timestamptz), mark = mark + 1
  where system_id = any(${[...systemIds]}::uuid[])`;

/** What stands written of a verdict: the digest of all it says, and until when it holds. */
type Standing = { digest: string | null; nextChangeMs: number | null };

type Cell = string | number | boolean | Date | null;

const digestOf = (row: readonly Cell[]): string =>
  hash("md5", row.map((cell) => (cell instanceof Date ? cell.getTime() : cell)).join("\0"), "base64");

/** Reasons in one spelling: those that were read back come with their fields in another order. */
const spell = (reasons: readonly Reason[]): string =>
  JSON.stringify(reasons.map((reason) => Object.entries(reason).sort(([a], [b]) => (a < b ? -1 : 1))));

/** A verdict that holds for less than this is as good as due. */
const nearMs = 60_000;

/**
 * Whether a verdict must be written down. One that says the same and holds at least as long as it was said to stays as
 * it is, until that moment is near: it is looked at again a little early, which costs little and never shows anything
 * stale.
 */
function isNews(standing: Standing | undefined, digest: string, nextChangeAt: Date | null, at: Date): boolean {
  if (standing?.digest !== digest) return true;
  const { nextChangeMs } = standing;
  if (nextChangeMs === null) return nextChangeAt !== null;
  if (nextChangeAt === null) return nextChangeMs <= at.getTime() + nearMs;
  const ahead = nextChangeAt.getTime() - nextChangeMs;
  return ahead < 0 || (ahead > 0 && nextChangeMs <= at.getTime() + nearMs);
}

async function readStanding(tx: Tx, standing: Prisma.Sql): Promise<Map<string, Standing>> {
  const [row] = await tx.$queryRaw<{ packed: string }[]>`
    select coalesce(json_agg(json_build_array(h.id, h.digest, (extract(epoch from h.next_change_at) * 1000)::float8)), '[]')::text as packed
    from (${standing}) h`;
  const packed: [string, string | null, number | null][] = row ? JSON.parse(row.packed) : [];
  return new Map(packed.map(([id, digest, nextChangeMs]) => [id, { digest, nextChangeMs }]));
}

async function writeResources(tx: Tx, verdicts: readonly ResourceVerdict[], at: Date): Promise<void> {
  const ids = verdicts.map(({ resourceId }) => resourceId);
  const standing = await readStanding(
    tx,
    Prisma.sql`select resource_id as id, digest, next_change_at from resource_health where resource_id = any(${ids}::uuid[])`,
  );
  const rows = verdicts.flatMap((verdict) => {
    const row = [
      verdict.resourceId,
      verdict.state,
      JSON.stringify(verdict.reasons),
      verdict.newest?.pointId ?? null,
      verdict.newest?.asOf ?? null,
      verdict.newest?.availableAt ?? null,
      verdict.newest?.basis ?? "none",
      verdict.rpoSeconds,
      verdict.missedRuns,
      verdict.failedRuns,
      verdict.proof?.at ?? null,
      verdict.proof?.level ?? null,
      verdict.connectionId,
      verdict.expectedRpoSeconds,
    ] as const;
    const digest = digestOf(row);
    return isNews(standing.get(verdict.resourceId), digest, verdict.nextChangeAt, at)
      ? [[...row, digest, verdict.nextChangeAt] as const]
      : [];
  });
  if (rows.length === 0) return;
  const column = <Index extends keyof (typeof rows)[number] & number>(index: Index) => rows.map((row) => row[index]);
  await tx.$executeRaw`
    insert into resource_health (resource_id, state, reasons, newest_point_id, newest_as_of, available_at, age_basis,
      rpo_seconds, missed_runs, failed_runs, proven_at, proof_level, connection_id, expected_rpo_seconds, digest,
      next_change_at, evaluated_at)
    select v.*, ${at}::timestamptz
    from unnest(${column(0)}::uuid[], ${column(1)}::health_state[], ${column(2)}::jsonb[], ${column(3)}::uuid[],
      ${column(4)}::timestamptz[], ${column(5)}::timestamptz[], ${column(6)}::text[], ${column(7)}::int[],
      ${column(8)}::int[], ${column(9)}::int[], ${column(10)}::timestamptz[], ${column(11)}::proof_level[],
      ${column(12)}::uuid[], ${column(13)}::int[], ${column(14)}::text[], ${column(15)}::timestamptz[]) as v
    on conflict (resource_id) do update set state = excluded.state, reasons = excluded.reasons,
      newest_point_id = excluded.newest_point_id, newest_as_of = excluded.newest_as_of,
      available_at = excluded.available_at, age_basis = excluded.age_basis, rpo_seconds = excluded.rpo_seconds,
      missed_runs = excluded.missed_runs, failed_runs = excluded.failed_runs, proven_at = excluded.proven_at,
      proof_level = excluded.proof_level, connection_id = excluded.connection_id,
      expected_rpo_seconds = excluded.expected_rpo_seconds, digest = excluded.digest,
      next_change_at = excluded.next_change_at, evaluated_at = excluded.evaluated_at
    where resource_health.evaluated_at <= excluded.evaluated_at`;
}

/** Writes what is new of them, and answers those. */
async function writeSystems(tx: Tx, verdicts: readonly RankedVerdict[], at: Date): Promise<SystemVerdict[]> {
  const ids = verdicts.map(({ systemId }) => systemId);
  const standing = await readStanding(
    tx,
    Prisma.sql`select system_id as id, digest, next_change_at from system_health where system_id = any(${ids}::uuid[])`,
  );
  const told = verdicts.flatMap((verdict) => {
    const row = [
      verdict.systemId,
      verdict.state,
      JSON.stringify(verdict.reasons),
      verdict.worstResourceId,
      verdict.newestAsOf,
      verdict.rpoSeconds,
      verdict.rtoSeconds,
      verdict.provenAt,
      verdict.provenWithin,
      verdict.rtaSeconds,
      verdict.tierRank,
      verdict.urgency,
    ] as const;
    const digest = digestOf(row.with(2, spell(verdict.reasons)));
    return isNews(standing.get(verdict.systemId), digest, verdict.nextChangeAt, at)
      ? [{ verdict, row: [...row, digest, verdict.nextChangeAt] as const }]
      : [];
  });
  if (told.length === 0) return [];
  const column = <Index extends keyof (typeof told)[number]["row"] & number>(index: Index) =>
    told.map(({ row }) => row[index]);
  await tx.$executeRaw`
    insert into system_health (system_id, state, reasons, worst_resource_id, newest_as_of, rpo_seconds, rto_seconds,
      proven_at, proven_within, rta_seconds, tier_rank, urgency, digest, next_change_at, evaluated_at)
    select v.*, ${at}::timestamptz
    from unnest(${column(0)}::uuid[], ${column(1)}::health_state[], ${column(2)}::jsonb[], ${column(3)}::uuid[],
      ${column(4)}::timestamptz[], ${column(5)}::int[], ${column(6)}::int[], ${column(7)}::timestamptz[],
      ${column(8)}::boolean[], ${column(9)}::int[], ${column(10)}::int[], ${column(11)}::int[], ${column(12)}::text[],
      ${column(13)}::timestamptz[]) as v
    on conflict (system_id) do update set state = excluded.state, reasons = excluded.reasons,
      worst_resource_id = excluded.worst_resource_id, newest_as_of = excluded.newest_as_of,
      rpo_seconds = excluded.rpo_seconds, rto_seconds = excluded.rto_seconds, proven_at = excluded.proven_at,
      proven_within = excluded.proven_within, rta_seconds = excluded.rta_seconds, tier_rank = excluded.tier_rank,
      urgency = excluded.urgency,
      digest = excluded.digest, next_change_at = excluded.next_change_at, evaluated_at = excluded.evaluated_at
    where system_health.evaluated_at <= excluded.evaluated_at`;
  return told.map(({ verdict }) => verdict);
}

const isBeyond = ({ state }: SystemVerdict) => state === "breached" || state === "missed" || state === "unprotected";

/** How far back an episode may be said to have begun: older months have no partition. */
const episodeReachDays = 365;

/**
 * Opens an episode at the moment the RPO was passed and closes it at the moment newer data became restorable, which
 * are both earlier than the moment we noticed. What is unknown neither opens nor closes one.
 */
async function writeEpisodes(tx: Tx, verdicts: readonly SystemVerdict[], at: Date): Promise<void> {
  const rows = verdicts
    .filter(({ state }) => state !== "unknown")
    .map((verdict) => ({ ...verdict, breached: isBeyond(verdict) }))
    .map(({ systemId, breached, newestAsOf, rpoSeconds, recoveredAt }) => ({
      system_id: systemId,
      breached,
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

/** So many changes of the estate's size are added up when they are read; beyond that the worker does it beforehand. */
const mostDifferences = 100;

const addUpCounts = (tx: Tx) => tx.$executeRaw`
  with taken as (
    delete from estate_counts where (select count(*) from estate_counts) > ${mostDifferences} returning key, value)
  insert into estate_counts (key, value) select key, sum(value) from taken group by key`;

/** Counts systems by state anew, and with `whole` also how large the estate is, which takes a look at all of it. */
export async function refreshFleetCounts(tx: Tx, whole: boolean): Promise<void> {
  const size = whole
    ? Prisma.sql`
      union all select 'systems.total', count(*) from systems where lifecycle <> 'retired'
      union all select 'resources.total', count(*) from resources where vanished_at is null
      union all select 'resources.unassigned', count(*) from resources r where r.vanished_at is null and not exists (
        select 1 from system_resources m where m.resource_id = r.id and m.valid_to is null)`
    : Prisma.empty;
  await addUpCounts(tx);
  await tx.$executeRaw`
    insert into fleet_counts (key, value, updated_at)
    select c.key, c.value, now() from (
      select 'systems.' || x.state as key, coalesce(h.count, 0) as value
      from unnest(enum_range(null::health_state)) as x (state)
      left join (select state, count(*) as count from system_health group by state) h on h.state = x.state
      ${size}) c
    on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at
    where fleet_counts.value is distinct from excluded.value`;
}
