import { Temporal } from "temporal-polyfill";
import { hours as inHours, minutes as inMinutes } from "@/lib/core/time";
import type { Cron } from "./cron";

/**
 * Every moment in [from, to) at which a schedule is due. A fixed hour runs once a local date: a time that the clocks
 * skip moves forward by the gap, one that comes twice counts the first time. An hour of `*` runs at every real instant
 * whose wall clock fits.
 */
export function occurrencesBetween(cron: Cron, timeZone: string, from: Date, to: Date): Date[] {
  const [fromMs, toMs] = [from.getTime(), to.getTime()];
  if (fromMs >= toMs) return [];
  const dateOf = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate();
  const last = dateOf(toMs).add({ days: 1 });
  const found = new Set<number>();
  for (
    let date = dateOf(fromMs).subtract({ days: 1 });
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) {
    if (!cron.months.has(date.month) || cron.years?.has(date.year) === false || !cron.isDay(date)) continue;
    for (const ms of momentsOf(cron, date, timeZone)) if (ms >= fromMs && ms < toMs) found.add(ms);
  }
  return [...found].sort((left, right) => left - right).map((ms) => new Date(ms));
}

/** The instant a date begins at, where its clock runs evenly through all of its 24 hours; null where it jumps. */
function evenStart(date: Temporal.PlainDate, timeZone: string): number | null {
  const start = date.toZonedDateTime(timeZone);
  const isEven = start.hoursInDay === 24 && start.toPlainDateTime().equals(date.toPlainDateTime());
  return isEven ? start.epochMilliseconds : null;
}

function* momentsOf({ hours, minutes }: Cron, date: Temporal.PlainDate, timeZone: string): Generator<number> {
  const start = evenStart(date, timeZone);
  for (const hour of hours ?? everyHour)
    for (const minute of minutes) {
      if (start !== null) yield start + inHours(hour) + inMinutes(minute);
      else if (hours) yield date.toZonedDateTime({ timeZone, plainTime: { hour, minute } }).epochMilliseconds;
      else yield* realMoments(date.toPlainDateTime({ hour, minute }), timeZone);
    }
}

const everyHour = Array.from({ length: 24 }, (_, hour) => hour);

/** None in a gap, two where the clocks go back. */
function* realMoments(wall: Temporal.PlainDateTime, timeZone: string): Generator<number> {
  for (const disambiguation of ["earlier", "later"] as const) {
    const moment = wall.toZonedDateTime(timeZone, { disambiguation });
    if (moment.toPlainDateTime().equals(wall)) yield moment.epochMilliseconds;
  }
}

/** Every moment in [from, to) that lies whole intervals after an anchor, as agents run; milliseconds of elapsed time. */
export function intervalsBetween(anchor: Date, intervalMs: number, from: Date, to: Date): Date[] {
  const start = Math.max(from.getTime(), anchor.getTime());
  const steps = Math.ceil((start - anchor.getTime()) / intervalMs);
  const out: Date[] = [];
  for (let ms = anchor.getTime() + steps * intervalMs; ms < to.getTime(); ms += intervalMs) out.push(new Date(ms));
  return out;
}
