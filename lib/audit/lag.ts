import "server-only";
import type { Tx } from "@/lib/platform/db";

/** How long the oldest event has waited for the sealer; 0 when none waits. By the database's clock. */
export async function sealingLagSeconds(tx: Pick<Tx, "$queryRaw">): Promise<number> {
  const [row] = await tx.$queryRaw<{ lag: number }[]>`
    select coalesce(extract(epoch from clock_timestamp() - min(e.ts)), 0)::double precision as lag
    from audit_pending p join audit_events e on e.id = p.event_id`;
  return Math.max(row?.lag ?? 0, 0);
}
