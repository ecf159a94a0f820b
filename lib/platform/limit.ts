import "server-only";
import { db } from "./db";

/**
 * Counts one hit in a fixed window, in the database so that every web process counts together. Answers false
 * when the limit was already reached; the hit is then not counted.
 */
export async function withinLimit(key: string, limit: number, windowSeconds: number): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    insert into rate_limits as r (key, window_start, hits)
    values (${key}, to_timestamp(floor(extract(epoch from now()) / ${windowSeconds}::int) * ${windowSeconds}::int), 1)
    on conflict (key, window_start) do update set hits = r.hits + 1 where r.hits < ${limit}::int
    returning 1`;
  return rows.length > 0;
}
