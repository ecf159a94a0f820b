import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { enqueue } from "@/lib/queue/enqueue";
import { dueKinds, type SyncKind } from "./rules";

type Row = {
  id: string;
  interval_seconds: number;
  now: Date;
  incremental_at: Date | null;
  full_at: Date | null;
  restorable_at: Date | null;
  live: SyncKind[];
};

/** The queue's key: of one connection's readings of a kind, one waits at a time. */
export const syncKey = (connectionId: string, kind: SyncKind): string => `${connectionId}:${kind}`;

/**
 * Queues the readings that are due. A reading of everything that failed in every region is tried again after the
 * ordinary interval; one that failed in some waits for the next day, since their other readings go on.
 */
export async function enqueueDueSyncs(actor: JobActor): Promise<number> {
  return observe(actor, async (tx) => {
    const rows = await tx.$queryRaw<Row[]>`
      select c.id::text, c.interval_seconds, now() as now,
        max(s.created_at) filter (where s.kind in ('incremental', 'full')) as incremental_at,
        max(case when s.state = 'failed' then s.created_at - interval '1 day' + make_interval(secs => c.interval_seconds) else s.created_at end)
          filter (where s.kind = 'full' and s.state <> 'cancelled') as full_at,
        max(s.created_at) as restorable_at,
        coalesce(array_agg(distinct s.kind::text) filter (where s.state in ('queued', 'running')), '{}') as live
      from connections c
      left join sync_runs s on s.connection_id = c.id and s.created_at > now() - interval '2 days'
      where c.state = 'active' and c.kind = 'aws'
      group by c.id`;
    let queued = 0;
    for (const row of rows) {
      const last = {
        incrementalAt: row.incremental_at,
        fullAt: row.full_at,
        restorableAt: row.restorable_at,
        intervalSeconds: row.interval_seconds,
      };
      for (const kind of dueKinds(last, row.now)) {
        if (row.live.includes(kind)) continue;
        await enqueue(tx, "connection.sync", { connectionId: row.id, kind }, { key: syncKey(row.id, kind) });
        queued += 1;
      }
    }
    return queued;
  });
}
