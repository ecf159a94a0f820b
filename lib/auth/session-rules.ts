import { hours, minutes } from "@/lib/core/time";

/** After the password alone: long enough to find the phone, and good for nothing but the second step. */
export const beforeSecondFactorMs = minutes(10);
/** However busy it is, a session ends after a working day. */
export const absoluteMs = hours(8);
/** A session nobody uses ends sooner. */
export const idleMs = minutes(30);
/** A session's last use is written down no more often than this. */
export const touchEveryMs = minutes(1);

export type Limits = { expiresAt: Date; idleExpiresAt: Date };

/** When a session born now must end, by the assurance it was born with. */
export function limitsFor(aal: 1 | 2, now: Date): Limits {
  const later = (ms: number) => new Date(now.getTime() + ms);
  return aal === 1
    ? { expiresAt: later(beforeSecondFactorMs), idleExpiresAt: later(beforeSecondFactorMs) }
    : { expiresAt: later(absoluteMs), idleExpiresAt: later(idleMs) };
}

/** A session that a recovery code opened is good for a new factor, and for nothing else. */
export const isRecovering = ({ aal, amr }: { aal: number; amr: readonly string[] }): boolean =>
  aal === 1 && amr.includes("recovery");
