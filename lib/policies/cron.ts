import type { Temporal } from "temporal-polyfill";

/** When something is due, by the wall clock of a zone. */
export type Cron = {
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
  /** As everybody but AWS counts: Sunday is 0, and 7 too. */
  plainDayOfWeek: { min: 0, max: 7, names: dayNames },
  year: { min: 1970, max: 2199 },
} satisfies Record<string, Range>;

/** Reads an AWS cron expression, `cron(minute hour day-of-month month day-of-week year)`; null where it is none, such as a rate, which AWS Backup does not take. */
export function parseAwsCron(text: string): Cron | null {
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
    const by = step === undefined ? 1 : parseNumber(step, { min: 1, max: 9_999 });
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

const nicknames: Record<string, string> = {
  "@HOURLY": "0 * * * *",
  "@DAILY": "0 0 * * *",
  "@MIDNIGHT": "0 0 * * *",
  "@WEEKLY": "0 0 * * 0",
  "@MONTHLY": "0 0 1 * *",
  "@YEARLY": "0 0 1 1 *",
  "@ANNUALLY": "0 0 1 1 *",
};

/** Reads a cron expression of five fields, as cron itself and the agents take it; null where it is none. */
export function parsePlainCron(text: string): Cron | null {
  const said = text.trim().toUpperCase();
  const parts = (nicknames[said] ?? said).split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = parts;
  if (parts.length !== 5 || !minute || !hour || !dayOfMonth || !month || !dayOfWeek) return null;
  const minutes = parseList(minute, ranges.minute);
  const hours = hour === "*" ? null : parseList(hour, ranges.hour);
  const months = parseList(month, ranges.month);
  const monthDays = parseList(dayOfMonth, ranges.dayOfMonth);
  const weekDays = parseList(dayOfWeek, ranges.plainDayOfWeek);
  if (!minutes || !months || !monthDays || !weekDays || (hour !== "*" && !hours)) return null;
  const byMonth: DayTest = (date) => monthDays.includes(date.day);
  const byWeek: DayTest = (date) => weekDays.some((day) => day % 7 === date.dayOfWeek % 7);
  const isDay: DayTest =
    dayOfMonth === "*" ? byWeek : dayOfWeek === "*" ? byMonth : (date) => byMonth(date) || byWeek(date);
  return { minutes, hours, months: new Set(months), years: null, isDay };
}
