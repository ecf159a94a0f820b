import { setTimeout as pause } from "node:timers/promises";
import { db } from "@/lib/platform/db";

/** Every window of a limit is a multiple of this, counted from 1970. */
const windowSeconds = 300;
/** More than a test spends on its tries, also on a busy machine. */
const neededSeconds = 15;

/** Waits, where a window of the rate limits is about to end, for the next: tries that fall into two are counted apart. */
export async function insideOneWindow(): Promise<void> {
  const [row] = await db.$queryRaw<{ left: number }[]>`
    select (${windowSeconds}::int - extract(epoch from clock_timestamp())::numeric % ${windowSeconds}::int)::float8 as left`;
  const left = row?.left ?? windowSeconds;
  if (left < neededSeconds) await pause(left * 1_000 + 50);
}
