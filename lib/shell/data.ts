import "server-only";
import { z } from "zod";
import { read } from "@/lib/access/read";
import type { Reader } from "@/lib/platform/db";
import { sqlResourceVisible, sqlSystemsUsed, sqlSystemVisible } from "@/lib/systems/visible";

export type ShellCounts = { systems: number; restores: number; jobs: number };

/** What the navigation counts: systems in use, restores under way, jobs of the last week that still run. */
export const countForShell = read("estate:read", z.object({}), async ({ db, visible }): Promise<ShellCounts> => {
  const [row] = await db.$queryRaw<ShellCounts[]>`
    select
      ${sqlSystemsUsed(visible)}::int as systems,
      (select count(*)::int from restore_requests q join systems s on s.id = q.system_id
        where q.state in ('dispatching', 'unknown', 'running', 'validating') and ${sqlSystemVisible(visible)}) as restores,
      (select count(*)::int from jobs j join resources r on r.id = j.resource_id
        where j.state in ('queued', 'running', 'cancelling') and j.created_at > now() - interval '7 days'
          and j.vanished_at is null and ${sqlResourceVisible(visible)}) as jobs`;
  return row ?? { systems: 0, restores: 0, jobs: 0 };
});

export type ConnectionFreshness = {
  total: number;
  /** Read completely within three of their own intervals. */
  read: number;
  /** With a region that failed last time. */
  failing: number;
  /** The oldest of the last complete reads; null where one was never read. */
  oldestReadAt: string | null;
};

/** How lately the connections were read: a connection is as fresh as its last success. */
export const getFreshness = read("estate:read", z.object({}), ({ db }) => findFreshness(db));

/** The same for other doors; it counts connections and names none. */
export async function findFreshness(db: Reader): Promise<ConnectionFreshness> {
  const [row] = await db.$queryRaw<{ total: number; read: number; failing: number; oldest: Date | null }[]>`
    select count(*)::int as total,
      (count(*) filter (where c.last_success_at > now() - 3 * make_interval(secs => c.interval_seconds)))::int as read,
      (count(*) filter (where exists (select 1 from connection_regions g
        where g.connection_id = c.id and g.state = 'failed')))::int as failing,
      case when bool_and(c.last_success_at is not null) then min(c.last_success_at) end as oldest
    from connections c where c.state = 'active'`;
  return {
    total: row?.total ?? 0,
    read: row?.read ?? 0,
    failing: row?.failing ?? 0,
    oldestReadAt: row?.oldest?.toISOString() ?? null,
  };
}
