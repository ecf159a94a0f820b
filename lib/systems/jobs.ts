import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { readNow } from "@/lib/health/current";
import type { Tx } from "@/lib/platform/db";
import { drawCards } from "./matrix-details";

/** Small enough that a page which needs the same rows does not wait, large enough that planning costs little. */
const cardBatch = 500;
/** After so long the timer's next turn goes on, so that stopping a worker takes no longer. */
const longestMs = 10_000;

type Stale = { id: string; mark: number };

/** Draws the cards that went stale, oldest first, and answers how many; pages draw for themselves what is not yet done. */
export async function refreshCards(actor: JobActor): Promise<number> {
  const untilMs = performance.now() + longestMs;
  let done = 0;
  for (let found = cardBatch; found === cardBatch && performance.now() < untilMs; done += found)
    found = await observe(actor, refreshSome);
  return done;
}

async function refreshSome(tx: Tx): Promise<number> {
  const now = await readNow(tx);
  // The marks are read before what is drawn: a card that is made stale meanwhile stays so.
  const stale = await tx.$queryRaw<Stale[]>`
    select system_id as id, mark from system_cards where stale_at <= ${now}::timestamptz order by stale_at limit ${cardBatch}`;
  const markOf = new Map(stale.map(({ id, mark }) => [id, mark]));
  const drawn = await drawCards(tx, [...markOf.keys()], now);
  const rows = [...drawn].map(
    ([id, { card, staleAt }]) => [id, markOf.get(id), staleAt, JSON.stringify(card)] as const,
  );
  const column = <Index extends 0 | 1 | 2 | 3>(index: Index) => rows.map((row) => row[index]);
  // It waits for nobody who holds a card: whoever does is making it stale.
  await tx.$executeRaw`
    with drawn as materialized (
      select v.* from unnest(${column(0)}::uuid[], ${column(1)}::int[], ${column(2)}::timestamptz[], ${column(3)}::json[])
        as v (id, mark, stale_at, card)),
    free as materialized (
      select c.system_id from system_cards c join drawn v on v.id = c.system_id and v.mark = c.mark
      for update of c skip locked)
    update system_cards c set card = v.card, stale_at = v.stale_at
    from free join drawn v on v.id = free.system_id where c.system_id = free.system_id`;
  return stale.length;
}
