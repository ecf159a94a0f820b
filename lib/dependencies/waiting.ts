import "server-only";
import type { Reader, Tx } from "@/lib/platform/db";

/** How many systems in service need each of these, directly or through others; those that nothing needs are left out. */
export async function countWaiting(
  db: Pick<Tx | Reader, "$queryRaw">,
  systemIds: readonly string[],
): Promise<Map<string, number>> {
  if (systemIds.length === 0) return new Map();
  const rows = await db.$queryRaw<{ id: string; count: number }[]>`
    with recursive waits (id, waiting) as (
      select d.to_id, d.from_id from system_dependencies d
      where d.to_id = any(${[...systemIds]}::uuid[]) and d.kind = 'hard' and d.valid_to is null
      union
      select w.id, d.from_id from waits w join system_dependencies d on d.to_id = w.waiting
      where d.kind = 'hard' and d.valid_to is null)
    select w.id, count(*)::int as count from waits w join systems s on s.id = w.waiting and s.lifecycle = 'active'
    where w.waiting <> w.id group by w.id`;
  return new Map(rows.map(({ id, count }) => [id, count]));
}
