import "server-only";
import type { Tx } from "@/lib/platform/db";
import type { ObservedWindow } from "@/lib/providers/contract";
import type { Place } from "./rows-sql";
import { nothingWritten, type Written } from "./sync-tally";

/** A stream that stood still in this many polls has ended (decisions 18). */
const stillPollsToClose = 3;
/** Polls that follow each other faster than the stream can move say nothing new. */
const pollEverySeconds = 90;

/**
 * Brings the restorable stretches in line with what the provider tells of a region's continuous backups. One row is one
 * uninterrupted stretch: it ends when its backup stops or its latest time stands still, and goes on where the provider
 * says that nothing was lost in between. Resources without a continuous recovery point have none that we could use.
 */
export async function writeWindows(
  tx: Tx,
  { connectionId, region }: Place,
  windows: readonly ObservedWindow[],
): Promise<Written> {
  await tx.$executeRaw`
    create temp table told_windows on commit drop as
    select r.id as resource_id, p.id as point_id, x."earliestAt" as earliest_at, x."latestAt" as latest_at,
      greatest(0, extract(epoch from now() - x."latestAt"))::int as lag_seconds, coalesce(p.data_as_of, p.started_at) as born_at
    from jsonb_to_recordset(${JSON.stringify(windows)}::jsonb) as x("resourceRef" text, "earliestAt" timestamptz(3), "latestAt" timestamptz(3))
    join resources r on r.connection_id = ${connectionId}::uuid and r.region = ${region} and r.provider_ref = x."resourceRef"
    join lateral (
      select p.* from recovery_points p
      where p.resource_id = r.id and p.kind = 'continuous' and p.status = 'available' and p.vanished_at is null
      order by p.data_as_of desc nulls last limit 1) p on true`;
  const stopped = await closeStopped(tx, connectionId, region);
  const torn = await tx.$queryRaw<{ id: string }[]>`
    update restore_windows w set to_at = w.latest_at, observed_at = now()
    from told_windows t where w.resource_id = t.resource_id and w.to_at is null and t.earliest_at > w.latest_at
    returning w.resource_id::text as id`;
  const reopened = await reopen(tx);
  const moved = await tx.$queryRaw<{ id: string }[]>`
    update restore_windows w set latest_at = t.latest_at, lag_seconds = t.lag_seconds, still_polls = 0, point_id = t.point_id,
      earliest_at = greatest(t.earliest_at, w.from_at), observed_at = now()
    from told_windows t where w.resource_id = t.resource_id and w.to_at is null and t.latest_at > w.latest_at
    returning w.resource_id::text as id`;
  const still = await tx.$queryRaw<{ id: string }[]>`
    update restore_windows w set still_polls = w.still_polls + 1, lag_seconds = greatest(0, extract(epoch from now() - w.latest_at))::int, observed_at = now(),
      to_at = case when w.still_polls + 1 >= ${stillPollsToClose} then w.latest_at end
    from resources r left join told_windows t on t.resource_id = r.id
    where w.resource_id = r.id and r.connection_id = ${connectionId}::uuid and r.region = ${region} and w.to_at is null
      and coalesce(t.latest_at, w.latest_at) <= w.latest_at and w.observed_at <= now() - make_interval(secs => ${pollEverySeconds})
    returning w.resource_id::text as id`;
  const begun = await tx.$queryRaw<{ id: string }[]>`
    insert into restore_windows (resource_id, point_id, from_at, latest_at, earliest_at, lag_seconds, observed_at)
    select t.resource_id, t.point_id,
      greatest(coalesce(t.earliest_at, t.born_at, t.latest_at), (select max(w.to_at) from restore_windows w where w.resource_id = t.resource_id)),
      t.latest_at, coalesce(t.earliest_at, t.born_at), t.lag_seconds, now()
    from told_windows t
    where not exists (select 1 from restore_windows w where w.resource_id = t.resource_id and (w.to_at is null or w.to_at >= t.latest_at))
    returning resource_id::text as id`;
  await tx.$executeRaw`drop table told_windows`;
  const rows = [...stopped, ...torn, ...reopened, ...moved, ...still, ...begun];
  return {
    ...nothingWritten,
    read: windows.length,
    written: rows.length,
    resourceIds: [...new Set(rows.map(({ id }) => id))],
  };
}

/** A backup that stopped, expired or vanished ends its stretch where it had come to; what it holds stays until it expires. */
const closeStopped = (tx: Tx, connectionId: string, region: string) => tx.$queryRaw<{ id: string }[]>`
  update restore_windows w set to_at = w.latest_at, expires_at = p.expires_at, observed_at = now()
  from recovery_points p
  where p.id = w.point_id and p.connection_id = ${connectionId}::uuid and p.region = ${region} and w.to_at is null
    and (p.status in ('stopped', 'expired', 'deleting') or p.vanished_at is not null)
    and not exists (select 1 from told_windows t where t.resource_id = w.resource_id and t.point_id <> w.point_id and t.latest_at > w.latest_at)
  returning w.resource_id::text as id`;

/** The newest closed stretch goes on when the stream moved on and still reaches back to where it had stood. */
const reopen = (tx: Tx) => tx.$queryRaw<{ id: string }[]>`
  update restore_windows w set to_at = null, expires_at = null, still_polls = 0
  from told_windows t
  where w.resource_id = t.resource_id and w.to_at is not null and t.earliest_at <= w.to_at and t.latest_at > w.to_at
    and w.to_at = (select max(v.to_at) from restore_windows v where v.resource_id = w.resource_id)
    and not exists (select 1 from restore_windows v where v.resource_id = w.resource_id and v.to_at is null)
  returning w.resource_id::text as id`;
