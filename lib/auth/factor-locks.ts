import "server-only";
import { db, type Tx } from "@/lib/platform/db";
import { type LockStanding, takeTry } from "./factor-lock-rules";

/** `nth` is the number of this try in its window and `last` whether it locks; or until when a lock holds. */
export type FactorTry = { nth: number; last: boolean } | { lockedUntil: Date; now: Date };

type Row = LockStanding & { now: Date };

/** The person's row, made where there is none, and locked; with the time after the wait for it. */
async function hold(tx: Tx, userId: string): Promise<Row> {
  const [row] = await tx.$queryRaw<Row[]>`
    insert into factor_locks as l (user_id, failures, window_start) values (${userId}::uuid, 0, clock_timestamp())
    on conflict (user_id) do update set user_id = excluded.user_id
    returning failures, window_start as "windowStart", lock_count as "lockCount", locked_until as "lockedUntil",
      clock_timestamp() as now`;
  if (!row) throw new Error("The tries of this person could not be counted.");
  return row;
}

/**
 * Counts a try before it is made, so that parallel tries count too. It is kept where a crash does not forget it, and
 * a new challenge resets nothing.
 */
export function spendFactorTry(userId: string): Promise<FactorTry> {
  return db.$transaction(async (tx) => {
    const { now, ...standing } = await hold(tx, userId);
    const next = takeTry(standing, now);
    if (!next) return { lockedUntil: standing.lockedUntil ?? now, now };
    await tx.factorLock.update({ where: { userId }, data: next });
    return { nth: next.failures, last: next.lockedUntil !== null };
  });
}

/**
 * Takes back a try that succeeded, or at which nothing was guessed, and with it the lock that it led to: only failures
 * use tries up, and a success forgives none.
 */
export async function returnFactorTry(userId: string): Promise<void> {
  await db.$executeRaw`
    update factor_locks set failures = greatest(failures - 1, 0), locked_until = null,
      lock_count = case when locked_until is null then lock_count else greatest(lock_count - 1, 0) end
    where user_id = ${userId}::uuid`;
}

/** A lock in words for whoever waits for its end. */
export function lockedText({ lockedUntil, now }: Extract<FactorTry, { lockedUntil: Date }>): string {
  const minutesLeft = Math.max(Math.ceil((lockedUntil.getTime() - now.getTime()) / 60_000), 1);
  return `Too many failed tries. Your factors are locked for ${minutesLeft} more ${minutesLeft === 1 ? "minute" : "minutes"}; then try again.`;
}
