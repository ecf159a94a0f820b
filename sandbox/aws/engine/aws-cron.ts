import { Temporal } from "temporal-polyfill";

/** A schedule in AWS's six fields (minute, hour, day of month, month, day of week, year). */
export type AwsCron = {
  minutes: number[];
  hours: number[];
  months: Set<number>;
  years: { from: number; to: number; step: number }[] | null;
  isDay(date: Temporal.PlainDate): boolean;
};

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const searchedYears = 5;

const parsed = new Map<string, AwsCron | null>();

/** Reads "cron(0 5 ? * * *)"; null where it is no schedule of AWS Backup. */
export function parseAwsCron(expression: string): AwsCron | null {
  const known = parsed.get(expression);
  if (known !== undefined) return known;
  const cron = parseFields(expression);
  parsed.set(expression, cron);
  return cron;
}

function parseFields(expression: string): AwsCron | null {
  const fields = /^cron\((.+)\)$/.exec(expression.trim())?.[1]?.trim().split(/\s+/);
  if (fields?.length !== 6) return null;
  const [minuteField = "", hourField = "", dayField = "", monthField = "", weekdayField = "", yearField = ""] = fields;
  const minutes = readNumbers(minuteField, 0, 59, []);
  const hours = readNumbers(hourField, 0, 23, []);
  const months = readNumbers(monthField, 1, 12, monthNames);
  const years = yearField === "*" ? [] : readRanges(yearField, 1970, 2199, []);
  const isDay = readDays(dayField, weekdayField);
  if (!minutes || !hours || !months || !years || !isDay) return null;
  return { minutes, hours, months: new Set(months), years: yearField === "*" ? null : years, isDay };
}

function readRanges(field: string, least: number, most: number, names: string[]) {
  const ranges: { from: number; to: number; step: number }[] = [];
  for (const part of field.split(",")) {
    const [range = "", stepText] = part.split("/");
    const step = stepText === undefined ? 1 : Number(stepText);
    const [fromText = "", toText] = range === "*" ? [String(least), String(most)] : range.split("-");
    const from = readNumber(fromText, names, least);
    const to = toText === undefined ? (stepText === undefined ? from : most) : readNumber(toText, names, least);
    const numbers = [from, to, step];
    if (!numbers.every(Number.isInteger) || from < least || to > most || from > to || step < 1) return null;
    ranges.push({ from, to, step });
  }
  return ranges;
}

function readNumber(text: string, names: string[], least: number): number {
  const position = names.indexOf(text.toUpperCase());
  if (position >= 0) return position + least;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

function readNumbers(field: string, least: number, most: number, names: string[]): number[] | null {
  const ranges = readRanges(field, least, most, names);
  if (!ranges) return null;
  const numbers = new Set<number>();
  for (const { from, to, step } of ranges) for (let value = from; value <= to; value += step) numbers.add(value);
  return [...numbers].sort((left, right) => left - right);
}

type DayTest = (date: Temporal.PlainDate) => boolean;

/** Exactly one of the two day fields speaks; the other is "?". */
function readDays(dayField: string, weekdayField: string): DayTest | null {
  if (dayField === "?") return readWeekdays(weekdayField);
  return weekdayField === "?" ? readMonthDays(dayField) : null;
}

function readMonthDays(field: string): DayTest | null {
  if (field === "L") return (date) => date.day === date.daysInMonth;
  if (field === "LW") return (date) => date.day === nearestWeekday(date, date.daysInMonth);
  const weekday = /^(\d{1,2})W$/.exec(field)?.[1];
  if (weekday !== undefined) return (date) => date.day === nearestWeekday(date, Number(weekday));
  const days = readNumbers(field, 1, 31, []);
  return days && ((date) => days.includes(date.day));
}

function nearestWeekday(date: Temporal.PlainDate, day: number): number {
  const wanted = date.with({ day: Math.min(day, date.daysInMonth) });
  if (wanted.dayOfWeek === 6) return wanted.day === 1 ? 3 : wanted.day - 1;
  if (wanted.dayOfWeek === 7) return wanted.day === date.daysInMonth ? wanted.day - 2 : wanted.day + 1;
  return wanted.day;
}

function readWeekdays(field: string): DayTest | null {
  const last = /^([1-7]|[A-Z]{3})?L$/i.exec(field);
  if (last) {
    const wanted = readNumber(last[1] ?? "7", dayNames, 1);
    return Number.isNaN(wanted) ? null : (date) => awsWeekday(date) === wanted && date.day + 7 > date.daysInMonth;
  }
  const nth = /^([1-7]|[A-Z]{3})#([1-5])$/i.exec(field);
  if (nth) {
    const wanted = readNumber(nth[1] ?? "", dayNames, 1);
    const week = Number(nth[2]);
    return Number.isNaN(wanted) ? null : (date) => awsWeekday(date) === wanted && Math.ceil(date.day / 7) === week;
  }
  const days = readNumbers(field, 1, 7, dayNames);
  return days && ((date) => days.includes(awsWeekday(date)));
}

/** AWS counts Sunday as 1. */
function awsWeekday(date: Temporal.PlainDate): number {
  return (date.dayOfWeek % 7) + 1;
}

/** The first due moment after `afterMs` in the time zone, or null where none comes within five years. */
export function nextDueMs(cron: AwsCron, afterMs: number, timeZone = "UTC"): number | null {
  const start = Temporal.Instant.fromEpochMilliseconds(afterMs).toZonedDateTimeISO(timeZone).toPlainDate();
  const end = start.add({ years: searchedYears });
  for (let date = start; Temporal.PlainDate.compare(date, end) < 0; date = date.add({ days: 1 })) {
    if (!cron.months.has(date.month) || !isYear(cron, date.year) || !cron.isDay(date)) continue;
    for (const hour of cron.hours)
      for (const minute of cron.minutes) {
        const dueMs = toEpochMs(date, hour, minute, timeZone);
        if (dueMs > afterMs) return dueMs;
      }
  }
  return null;
}

function toEpochMs(date: Temporal.PlainDate, hour: number, minute: number, timeZone: string): number {
  if (timeZone === "UTC") return Date.UTC(date.year, date.month - 1, date.day, hour, minute);
  return date.toZonedDateTime({ timeZone, plainTime: { hour, minute } }).epochMilliseconds;
}

function isYear(cron: AwsCron, year: number): boolean {
  return (
    cron.years === null ||
    cron.years.some(({ from, to, step }) => year >= from && year <= to && (year - from) % step === 0)
  );
}

/** Whether the text names a time zone that schedules can follow. */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Now.zonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}
