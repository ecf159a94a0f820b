import { Temporal } from "temporal-polyfill";

/** A schedule as AWS spells it: `cron(minute hour day-of-month month day-of-week year)`. */
export type AwsCron = {
  minutes: readonly number[];
  /** Null for `*`: every real hour, so that a day of 25 hours has 25 runs. */
  hours: readonly number[] | null;
  months: ReadonlySet<number>;
  years: ReadonlySet<number> | null;
  isDay: (date: Temporal.PlainDate) => boolean;
};

type Range = { min: number; max: number; names?: readonly string[] };

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const ranges = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  dayOfMonth: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: monthNames },
  dayOfWeek: { min: 1, max: 7, names: dayNames },
  year: { min: 1970, max: 2199 },
} satisfies Record<string, Range>;

/** Reads an AWS cron expression; null where it is none, such as a rate, which AWS Backup does not take. */
export function parseAwsCron(text: string): AwsCron | null {
  const body = /^\s*cron\((.*)\)\s*$/is.exec(text)?.[1] ?? text;
  const parts = body.trim().toUpperCase().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = parts;
  if (parts.length !== 6 || !minute || !hour || !dayOfMonth || !month || !dayOfWeek || !year) return null;
  const minutes = parseList(minute, ranges.minute);
  const hours = hour === "*" ? null : parseList(hour, ranges.hour);
  const months = parseList(month, ranges.month);
  const years = year === "*" ? null : parseList(year, ranges.year);
  const isDay = parseDays(dayOfMonth, dayOfWeek);
  if (!minutes || !months || !isDay || (hour !== "*" && !hours) || (year !== "*" && !years)) return null;
  return { minutes, hours, months: new Set(months), years: years && new Set(years), isDay };
}

/** The values of a field of lists, ranges, steps and names, in order; null where it is malformed or out of range. */
function parseList(text: string, range: Range): number[] | null {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const [span = "", step, ...more] = item.split("/");
    const bounds = parseSpan(span, range, step !== undefined);
    const by = step === undefined ? 1 : parseNumber(step, { min: 1, max: range.max });
    if (!bounds || by === null || more.length > 0) return null;
    for (let value = bounds[0]; value <= bounds[1]; value += by) values.add(value);
  }
  return [...values].sort((left, right) => left - right);
}

function parseSpan(text: string, range: Range, hasStep: boolean): [number, number] | null {
  if (text === "*") return [range.min, range.max];
  const [first = "", last, ...more] = text.split("-");
  const from = parseNumber(first, range);
  const to = last === undefined ? (hasStep ? range.max : from) : parseNumber(last, range);
  return from === null || to === null || from > to || more.length > 0 ? null : [from, to];
}

function parseNumber(text: string, { min, max, names }: Range): number | null {
  const named = names?.indexOf(text) ?? -1;
  if (named >= 0) return named + min;
  if (!/^\d{1,4}$/.test(text)) return null;
  const value = Number(text);
  return value >= min && value <= max ? value : null;
}

type DayTest = (date: Temporal.PlainDate) => boolean;

/** `?` leaves a field out of account; where both speak, either is enough. */
function parseDays(dayOfMonth: string, dayOfWeek: string): DayTest | null {
  if (dayOfMonth === "?" && dayOfWeek === "?") return null;
  const byMonth = dayOfMonth === "?" ? "unsaid" : dayOfMonth === "*" ? "any" : parseMonthDays(dayOfMonth);
  const byWeek = dayOfWeek === "?" ? "unsaid" : dayOfWeek === "*" ? "any" : parseWeekDays(dayOfWeek);
  if (byMonth === null || byWeek === null) return null;
  if (typeof byMonth !== "string" && typeof byWeek !== "string") return (date) => byMonth(date) || byWeek(date);
  if (typeof byMonth !== "string") return byMonth;
  if (typeof byWeek !== "string") return byWeek;
  return () => true;
}

const either = (tests: readonly (DayTest | null)[]): DayTest | null => {
  const sound = tests.filter((test) => test !== null);
  return sound.length === tests.length ? (date) => sound.some((test) => test(date)) : null;
};

const parseMonthDays = (text: string): DayTest | null =>
  either(
    text.split(",").map((item) => {
      if (item === "L") return (date) => date.day === date.daysInMonth;
      if (item === "LW") return (date) => date.day === nearestWeekday(date, date.daysInMonth);
      const weekday = /^(\d{1,2})W$/.exec(item)?.[1];
      if (weekday !== undefined) {
        const day = parseNumber(weekday, ranges.dayOfMonth);
        return day === null ? null : (date) => day <= date.daysInMonth && date.day === nearestWeekday(date, day);
      }
      const days = parseList(item, ranges.dayOfMonth);
      return days && ((date) => days.includes(date.day));
    }),
  );

/** The weekday nearest to a day of the date's month, never in another month. */
function nearestWeekday(date: Temporal.PlainDate, day: number): number {
  const wanted = date.with({ day });
  if (wanted.dayOfWeek === 6) return day === 1 ? 3 : day - 1;
  if (wanted.dayOfWeek === 7) return day === date.daysInMonth ? day - 2 : day + 1;
  return day;
}

/** AWS counts Sunday as 1. */
const weekdayOf = (date: Temporal.PlainDate) => (date.dayOfWeek % 7) + 1;

const parseWeekDays = (text: string): DayTest | null =>
  either(
    text.split(",").map((item) => {
      if (item === "L") return (date) => weekdayOf(date) === 7;
      const last = /^([A-Z]{3}|\d)L$/.exec(item)?.[1];
      if (last !== undefined) {
        const day = parseNumber(last, ranges.dayOfWeek);
        return day === null ? null : (date) => weekdayOf(date) === day && date.day + 7 > date.daysInMonth;
      }
      const [, name, nth] = /^([A-Z]{3}|\d)#([1-5])$/.exec(item) ?? [];
      if (name !== undefined) {
        const day = parseNumber(name, ranges.dayOfWeek);
        return day === null ? null : (date) => weekdayOf(date) === day && Math.ceil(date.day / 7) === Number(nth);
      }
      const days = parseList(item, ranges.dayOfWeek);
      return days && ((date) => days.includes(weekdayOf(date)));
    }),
  );

/** Whether the text names a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Every moment in [from, to) at which a schedule is due. A fixed hour runs once a local date: a time that the clocks
 * skip moves forward by the gap, one that comes twice counts the first time. An hour of `*` runs at every real instant
 * whose wall clock fits.
 */
export function occurrencesBetween(cron: AwsCron, timeZone: string, from: Date, to: Date): Date[] {
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

const isUtc = (timeZone: string) => /^(Etc\/)?(UTC|GMT)$/i.test(timeZone);

function* momentsOf({ hours, minutes }: AwsCron, date: Temporal.PlainDate, timeZone: string): Generator<number> {
  for (const hour of hours ?? everyHour)
    for (const minute of minutes) {
      if (isUtc(timeZone)) yield Date.UTC(date.year, date.month - 1, date.day, hour, minute);
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
