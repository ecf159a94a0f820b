import "server-only";
import type { Reader } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { judgeResources, judgeSystems } from "./evaluate";
import type { RankedVerdict } from "./rules";

/** Beyond this many due verdicts a page does not judge: what it leaves is shown as unknown, never as it was. */
const mostJudged = 2_000;

/** The database's clock, once for a page, so that all its figures agree. */
export async function readNow(db: Pick<Reader, "$queryRaw">): Promise<Date> {
  const [row] = await db.$queryRaw<{ now: Date }[]>`select now()`;
  if (!row) throw new Error("The database did not tell the time.");
  return row.now;
}

const columns = Prisma.raw(
  "system_id, state, reasons, worst_resource_id, newest_as_of, rpo_seconds, rto_seconds, proven_at, proven_within, rta_seconds, tier_rank, urgency",
);

const toRow = (verdict: RankedVerdict) => ({
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
  tier_rank: verdict.tierRank,
  urgency: verdict.urgency,
});

/**
 * The health of all systems as it is at this moment, to stand in a FROM under the alias `h`: stored verdicts whose
 * time has come are judged afresh, so that nothing stale is shown as green even when the worker is down.
 */
export async function currentSystemHealth(db: Reader, now: Date): Promise<Prisma.Sql> {
  const due = await db.$queryRaw<{ id: string }[]>`
    select system_id as id from system_health where next_change_at <= ${now}::timestamptz limit ${mostJudged}`;
  if (due.length === 0) return Prisma.sql`system_health h`;
  const ids = due.map(({ id }) => id);
  const { systems } = await judgeSystems(db, ids, now);
  return Prisma.sql`(
    select ${columns} from system_health
    where (next_change_at is null or next_change_at > ${now}::timestamptz) and system_id <> all(${ids}::uuid[])
    union all
    select ${columns} from jsonb_to_recordset(${JSON.stringify(systems.map(toRow))}::jsonb) as v (system_id uuid,
      state health_state, reasons jsonb, worst_resource_id uuid, newest_as_of timestamptz, rpo_seconds int,
      rto_seconds int, proven_at timestamptz, proven_within boolean, rta_seconds int, tier_rank int, urgency int)
    union all
    select system_id, 'unknown'::health_state, '[{"rule":"system.pending","state":"unknown"}]'::jsonb, null, newest_as_of,
      rpo_seconds, rto_seconds, proven_at, false, rta_seconds, tier_rank, urgency
    from system_health where next_change_at <= ${now}::timestamptz and system_id <> all(${ids}::uuid[])) h`;
}

/** The same for resources that belong to no system. */
export async function currentResourceHealth(db: Reader, now: Date): Promise<Prisma.Sql> {
  const due = await db.$queryRaw<{ id: string }[]>`
    select resource_id as id from resource_health where next_change_at <= ${now}::timestamptz limit ${mostJudged}`;
  if (due.length === 0) return Prisma.sql`resource_health h`;
  const ids = due.map(({ id }) => id);
  const verdicts = (await judgeResources(db, ids, now)).map((verdict) => ({
    resource_id: verdict.resourceId,
    state: verdict.state,
    reasons: verdict.reasons,
    newest_as_of: verdict.newest?.asOf ?? null,
  }));
  return Prisma.sql`(
    select resource_id, state, reasons, newest_as_of from resource_health
    where (next_change_at is null or next_change_at > ${now}::timestamptz) and resource_id <> all(${ids}::uuid[])
    union all
    select resource_id, state, reasons, newest_as_of from jsonb_to_recordset(${JSON.stringify(verdicts)}::jsonb)
      as v (resource_id uuid, state health_state, reasons jsonb, newest_as_of timestamptz)
    union all
    select resource_id, 'unknown'::health_state, '[{"rule":"system.pending","state":"unknown"}]'::jsonb, newest_as_of
    from resource_health where next_change_at <= ${now}::timestamptz and resource_id <> all(${ids}::uuid[])) h`;
}
