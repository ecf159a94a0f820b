import { minutes } from "@/lib/core/time";

/** How long a display may last, in days; a year is the most. */
export const displayDays = [30, 90, 180, 365] as const;
export const displayDaysUsual = 90;

/** Where a display stands: its code waits, it has none, it shows the wall, it has not asked lately, its time is over. */
export type DisplayStanding = "waiting" | "unpaired" | "showing" | "silent" | "expired";

export type DisplayMoments = {
  pairedAt: Date | null;
  codeExpiresAt: Date | null;
  lastSeenAt: Date | null;
  expiresAt: Date;
};

/** A wall asks every eight seconds and is written down once a minute, so three minutes of silence are silence. */
export const silentAfterMs = minutes(3);

/** Where a display stands at a moment. */
export function standingOf(
  { pairedAt, codeExpiresAt, lastSeenAt, expiresAt }: DisplayMoments,
  now: Date,
): DisplayStanding {
  if (expiresAt <= now) return "expired";
  if (pairedAt === null) return codeExpiresAt !== null && codeExpiresAt > now ? "waiting" : "unpaired";
  return lastSeenAt !== null && now.getTime() - lastSeenAt.getTime() < silentAfterMs ? "showing" : "silent";
}

/** One display, as the list shows it. */
export type DisplayView = {
  id: string;
  name: string;
  scopeText: string;
  standing: DisplayStanding;
  /** Until when its pairing code works; null where there is none. */
  codeUntil: string | null;
  lastSeenAt: string | null;
  expiresAt: string;
  /** Null where whoever added it is not known any more. */
  addedBy: string | null;
};

/** A pairing code, which is shown once. */
export type PairingCode = { code: string; until: string; name: string };
