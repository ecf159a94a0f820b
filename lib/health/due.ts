import "server-only";
import type { Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";

type Writer = Pick<Tx, "$executeRaw">;

/**
 * Says that the verdicts on these systems no longer hold. Pages judge what is due afresh when they read it, so a
 * change is seen at once; the worker writes the new verdict down soon after.
 */
export async function markSystemsDue(tx: Writer, systemIds: readonly string[]): Promise<void> {
  if (systemIds.length === 0) return;
  await markWhere(tx, Prisma.sql`s.id = any(${[...systemIds]}::uuid[])`);
}

/** The same for every system of a tier, after its objectives changed. */
export const markTierDue = (tx: Writer, tierId: string): Promise<void> =>
  markWhere(
    tx,
    Prisma.sql`exists (select 1 from system_tiers t where t.system_id = s.id and t.tier_id = ${tierId} and t.valid_to is null)`,
  );

async function markWhere(tx: Writer, condition: Prisma.Sql): Promise<void> {
  await tx.$executeRaw`
    insert into system_health (system_id, state, reasons, next_change_at, evaluated_at)
    select s.id, 'unknown', '[{"rule":"system.pending","state":"unknown"}]', now(), now() from systems s where ${condition}
    on conflict (system_id) do update set next_change_at = excluded.next_change_at`;
  await tx.$executeRaw`
    update resource_health h set next_change_at = now()
    from system_resources m join systems s on s.id = m.system_id
    where m.resource_id = h.resource_id and m.valid_to is null and ${condition}`;
}

/** The same for resources that moved or were taken out of a system. */
export async function markResourcesDue(tx: Writer, resourceIds: readonly string[]): Promise<void> {
  if (resourceIds.length === 0) return;
  await tx.$executeRaw`
    insert into resource_health (resource_id, state, reasons, next_change_at, evaluated_at)
    select r.id, 'unknown', '[{"rule":"system.pending","state":"unknown"}]', now(), now()
    from resources r where r.id = any(${[...resourceIds]}::uuid[])
    on conflict (resource_id) do update set next_change_at = excluded.next_change_at`;
}
