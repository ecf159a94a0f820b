import { Temporal } from "temporal-polyfill";
import type { Span } from "@/lib/core/spans";

export const periodNames = [
  "7d",
  "30d",
  "90d",
  "365d",
  "month",
  "last_month",
  "quarter",
  "last_quarter",
  "year",
] as const;
export type PeriodName = (typeof periodNames)[number];

/** The longest time that is judged at once, in days: two years and a day. */
export const longestDays = 731;

const rolling: Partial<Record<PeriodName, number>> = { "7d": 7, "30d": 30, "90d": 90, "365d": 365 };

export const periodWords: Record<PeriodName, string> = {
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  "365d": "Last 365 days",
  month: "This month",
  last_month: "Last month",
  quarter: "This quarter",
  last_quarter: "Last quarter",
  year: "This year",
};

const midnight = (date: Temporal.PlainDate, zone: string) => date.toZonedDateTime(zone).epochMilliseconds;

/** The first day of the calendar unit a day lies in, and how many months that unit has. */
function unitOf(name: PeriodName, today: Temporal.PlainDate): { first: Temporal.PlainDate; months: number } {
  if (name === "year") return { first: today.with({ month: 1, day: 1 }), months: 12 };
  const isQuarter = name === "quarter" || name === "last_quarter";
  const month = isQuarter ? Math.floor((today.month - 1) / 3) * 3 + 1 : today.month;
  return { first: today.with({ month, day: 1 }), months: isQuarter ? 3 : 1 };
}

/** A named period around a moment, by the calendar of a zone: from local midnight to local midnight. */
export function periodAround(name: PeriodName, nowMs: number, zone: string): Span {
  const days = rolling[name];
  if (days !== undefined) return { from: nowMs - days * 86_400_000, to: nowMs };
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(zone).toPlainDate();
  const { first, months } = unitOf(name, today);
  const from = name.startsWith("last_") ? first.subtract({ months }) : first;
  return { from: midnight(from, zone), to: midnight(from.add({ months }), zone) };
}

/** From the first midnight of a day to the last of another, the second included; null where that is no time or too long. */
export function daysBetween(first: string, last: string, zone: string): Span | null {
  const [from, to] = [Temporal.PlainDate.from(first), Temporal.PlainDate.from(last).add({ days: 1 })];
  const length = from.until(to).days;
  return length < 1 || length > longestDays ? null : { from: midnight(from, zone), to: midnight(to, zone) };
}

/** A window over which a burn is looked at, and from which multiple of the even rate on it is told. */
export type BurnWindow = { kind: "fast" | "slow"; windowMs: number; leastRate: number; words: string };

/**
 * Two windows of different length, so that a short outage that spends much and a long one that spends steadily are both
 * told, and neither one twice: 5 % of a quarter's allowance within 6 hours, or 10 % within 3 days (multiwindow burn
 * rates, as in Google's SRE workbook, chapter 5).
 */
export const burnWindows: readonly BurnWindow[] = [
  { kind: "fast", windowMs: 6 * 3_600_000, leastRate: (0.05 * 90 * 24) / 6, words: "6 hours" },
  { kind: "slow", windowMs: 3 * 86_400_000, leastRate: (0.1 * 90) / 3, words: "3 days" },
];

/**
 * Which burn windows spend a quarter's allowance too fast. `beyondMs` answers how long within the last so many
 * milliseconds the RPO was passed; the rate is that share over the share that the target allows; a target of 100 %
 * allows nothing, so that anything is too fast.
 */
export const tooFast = (targetPercent: number, beyondMs: (windowMs: number) => number): BurnWindow[] =>
  burnWindows.filter(({ windowMs, leastRate }) => {
    const allowed = (1 - targetPercent / 100) * windowMs;
    const beyond = beyondMs(windowMs);
    return beyond > 0 && beyond >= allowed * leastRate;
  });
