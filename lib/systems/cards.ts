import "server-only";
import type { Reader } from "@/lib/platform/db";
import { type Card, detailAt, type MatrixDetail } from "./card";
import { readMatrixDetails } from "./matrix-details";

/**
 * What the matrix shows of each system beside its verdict, at a moment: from cards where they still hold, else made out
 * afresh, so that nothing stale is shown even when the worker is down.
 */
export async function readDetails(
  db: Reader,
  systemIds: readonly string[],
  now: Date,
): Promise<Map<string, MatrixDetail>> {
  const [row] = await db.$queryRaw<{ packed: string }[]>`
    select coalesce(json_agg(json_build_array(c.system_id, c.card)), '[]')::text as packed
    from system_cards c join system_health h on h.system_id = c.system_id
    where c.system_id = any(${[...systemIds]}::uuid[]) and c.card is not null and c.stale_at > ${now}::timestamptz
      and (h.next_change_at is null or h.next_change_at > ${now}::timestamptz)`;
  const packed: [string, Card][] = row ? JSON.parse(row.packed) : [];
  const found = new Map(packed.map(([id, card]) => [id, detailAt(card, now)]));
  const others = systemIds.filter((id) => !found.has(id));
  const drawn = await readMatrixDetails(db, others, now);
  return new Map([...found, ...drawn]);
}
