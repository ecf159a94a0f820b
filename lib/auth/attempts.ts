import "server-only";
import { db } from "@/lib/platform/db";

type Window = { limit: number; windowSeconds: number };

/** Counts a try before it is made, so that parallel tries count too. Answers its number, or null when none is left. */
export async function spendTry(key: string, { limit, windowSeconds }: Window): Promise<number | null> {
  const [row] = await db.$queryRaw<{ hits: number }[]>`
    insert into rate_limits as r (key, window_start, hits)
    values (${key}, to_timestamp(floor(extract(epoch from now()) / ${windowSeconds}::int) * ${windowSeconds}::int), 1)
    on conflict (key, window_start) do update set hits = r.hits + 1 where r.hits < ${limit}::int
    returning hits`;
  return row?.hits ?? null;
}

/** Gives a try back after it succeeded: only failures use them up. */
export async function returnTry(key: string, { windowSeconds }: Window): Promise<void> {
  await db.$executeRaw`
    update rate_limits set hits = greatest(hits - 1, 0)
    where key = ${key}
      and window_start = to_timestamp(floor(extract(epoch from now()) / ${windowSeconds}::int) * ${windowSeconds}::int)`;
}
