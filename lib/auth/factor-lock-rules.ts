import { after, before, hours, minutes } from "@/lib/core/time";

/** Five failed tries within five minutes, counted over all sessions of a person, lock their factors for a while. */
export const triesMost = 5;
export const tryWindowMs = minutes(5);
/** The first lock; each further one lasts twice as long, up to the longest. None is for ever. */
export const firstLockMs = minutes(15);
export const longestLockMs = hours(4);
/** After a quiet day the next lock is a first one again. */
export const forgottenAfterMs = hours(24);

export type LockStanding = { failures: number; windowStart: Date; lockCount: number; lockedUntil: Date | null };

/** Whether a lock holds. One from the future, left by a clock that went back, holds no longer than the longest would. */
export const isLocked = ({ lockedUntil }: LockStanding, now: Date): boolean =>
  lockedUntil !== null && lockedUntil > now && lockedUntil <= after(now, longestLockMs);

const lockMs = (lockCount: number) => Math.min(firstLockMs * 2 ** Math.min(lockCount, 10), longestLockMs);

/** Where a further try leads, or null while a lock holds. The last try there is locks at once, before it is looked at. */
export function takeTry(standing: LockStanding, now: Date): LockStanding | null {
  if (isLocked(standing, now)) return null;
  const { failures, windowStart, lockCount, lockedUntil } = standing;
  const anew = lockedUntil !== null || windowStart <= before(now, tryWindowMs) || windowStart > after(now, tryWindowMs);
  const counted = windowStart <= before(now, forgottenAfterMs) ? 0 : lockCount;
  const next = anew
    ? { failures: 1, windowStart: now, lockCount: counted, lockedUntil: null }
    : { failures: failures + 1, windowStart, lockCount: counted, lockedUntil: null };
  return next.failures < triesMost
    ? next
    : { ...next, lockCount: counted + 1, lockedUntil: after(now, lockMs(counted)) };
}
