import { Temporal } from "temporal-polyfill";
import { hours } from "@/lib/core/time";

/** The moments a legal clock may run from or to, in milliseconds since 1970. */
export type ClockMoments = {
  awareAtMs?: number;
  classifiedAtMs?: number;
  /** When the message before this one went out, each clock by its own. */
  notificationSentAtMs?: number;
  initialSentAtMs?: number;
  intermediateSentAtMs?: number;
};

type Clock = {
  /** What it is counted from, in words. */
  from: string;
  needs: readonly (keyof ClockMoments)[];
  deadline: (moments: Required<ClockMoments>) => number;
};

/** One calendar month later in UTC; the last day of a shorter month where the day is missing (§3.9). */
export const monthLater = (ms: number): number =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO("UTC").add({ months: 1 }).epochMilliseconds;

const hoursAfterAwareness = (count: number): Clock => ({
  from: "awareness",
  needs: ["awareAtMs"],
  deadline: ({ awareAtMs }) => awareAtMs + hours(count),
});
const monthAfter = (from: string, moment: keyof ClockMoments): Clock => ({
  from,
  needs: [moment],
  deadline: (moments) => monthLater(moments[moment]),
});

/**
 * The clocks of §3.9 and §7.3: hours and days are elapsed time, months follow the calendar. DORA's first report is due
 * 4 h after classification and 24 h after awareness at the latest, but never less than 4 h after a later classification.
 */
export const clocks = {
  GDPR_AUTHORITY: hoursAfterAwareness(72),
  NIS2_EARLY_WARNING: hoursAfterAwareness(24),
  NIS2_NOTIFICATION: hoursAfterAwareness(72),
  NIS2_FINAL: monthAfter("the notification", "notificationSentAtMs"),
  DORA_INITIAL: {
    from: "classification as major, and awareness",
    needs: ["awareAtMs", "classifiedAtMs"],
    deadline: ({ awareAtMs, classifiedAtMs }) =>
      classifiedAtMs > awareAtMs + hours(24)
        ? classifiedAtMs + hours(4)
        : Math.min(classifiedAtMs + hours(4), awareAtMs + hours(24)),
  },
  DORA_INTERMEDIATE: {
    from: "the initial report",
    needs: ["initialSentAtMs"],
    deadline: ({ initialSentAtMs }) => initialSentAtMs + hours(72),
  },
  DORA_FINAL: monthAfter("the intermediate report", "intermediateSentAtMs"),
  HIPAA_INDIVIDUAL: hoursAfterAwareness(60 * 24),
} satisfies Record<string, Clock>;

export type ClockName = keyof typeof clocks;

export const isClockName = (name: string): name is ClockName => Object.hasOwn(clocks, name);

/** What a clock lacks to say its deadline; empty where it can. */
export const missingFor = (name: ClockName, moments: ClockMoments): readonly (keyof ClockMoments)[] =>
  clocks[name].needs.filter((need) => moments[need] === undefined);

/** Stands for the moments that a clock does not look at. */
const unused: Required<ClockMoments> = {
  awareAtMs: 0,
  classifiedAtMs: 0,
  notificationSentAtMs: 0,
  initialSentAtMs: 0,
  intermediateSentAtMs: 0,
};

/** When a message is due, in milliseconds since 1970; null while a moment it runs from is unknown. */
export const deadlineOf = (name: ClockName, moments: ClockMoments): number | null =>
  missingFor(name, moments).length > 0 ? null : clocks[name].deadline({ ...unused, ...moments });

/** A message sent at the very deadline is in time. */
export const isMet = (deadlineMs: number, sentAtMs: number) => sentAtMs <= deadlineMs;
