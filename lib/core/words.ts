/**
 * How Holdfast spells ages, durations, sizes and counts: the words people say, with a thin rule for each boundary.
 */

const minuteSeconds = 60;
const hourSeconds = 3_600;
const daySeconds = 86_400;
/** People say "24 h" and "36 h" of objectives, so days begin at two. */
const daysFromSeconds = 2 * daySeconds;

const twoDigits = (value: number) => String(value).padStart(2, "0");

function hoursText(seconds: number): string {
  const hours = Math.floor(seconds / hourSeconds);
  const minutes = Math.floor((seconds % hourSeconds) / minuteSeconds);
  return minutes === 0 ? `${hours} h` : `${hours} h ${twoDigits(minutes)}`;
}

function daysText(seconds: number): string {
  const days = Math.floor(seconds / daySeconds);
  const hours = Math.floor((seconds % daySeconds) / hourSeconds);
  return hours === 0 ? `${days} d` : `${days} d ${hours} h`;
}

/** An age as one looks at it in a list: "20 s", "47 min", "5 h 12", "3 d 4 h", "34 d". Never rounds up. */
export function ageText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  const whole = Math.floor(Math.abs(seconds));
  if (seconds < 0 && whole > 0) return `−${ageText(whole)}`;
  if (whole < minuteSeconds) return `${whole} s`;
  if (whole < hourSeconds) return `${Math.floor(whole / minuteSeconds)} min`;
  if (whole < daysFromSeconds) return hoursText(whole);
  if (whole < 7 * daySeconds) return daysText(whole);
  return `${countText(Math.floor(whole / daySeconds))} d`;
}

/** A length of time with its two leading units: "40 s", "12 min 40 s", "1 h 05", "3 d 4 h". */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  if (seconds < 0) return `−${durationText(-seconds)}`;
  if (seconds > 0 && seconds < 0.5) return "under 1 s";
  const whole = Math.round(seconds);
  if (whole < minuteSeconds) return `${whole} s`;
  if (whole >= daysFromSeconds) return daysText(whole);
  if (whole >= hourSeconds) return hoursText(whole);
  const rest = whole % minuteSeconds;
  const minutes = Math.floor(whole / minuteSeconds);
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"] as const;

const threeDigits = (value: number) =>
  value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);

/** A size in decimal units with three leading digits: "812 B", "1.24 TB", "41.2 GB". */
export function bytesText(sizeBytes: number): string {
  if (!Number.isFinite(sizeBytes)) return "unknown";
  if (sizeBytes < 0) return `−${bytesText(-sizeBytes)}`;
  if (sizeBytes < 1_000) return `${Math.round(sizeBytes)} B`;
  let value = sizeBytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${Number(threeDigits(value))} ${byteUnits[unit]}`;
}

/** A count with thousands set apart: "1,240". */
export function countText(count: number): string {
  if (!Number.isFinite(count)) return "unknown";
  const whole = Math.trunc(count);
  const digits = String(Math.abs(whole)).replace(/\B(?=(\d{3})+$)/g, ",");
  return whole < 0 ? `−${digits}` : digits;
}

/** A count with its noun in the right number: "1 system", "41 systems". */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text with control, zero-width and direction-changing characters spelled out, so that a name cannot lie. */
export const visible = (text: string): string =>
  text.replace(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });

/** Whether PostgreSQL can hold a text: it knows neither NUL nor half a character. */
export const isStorable = (text: string): boolean => !/[\0\p{Cs}]/u.test(text);

/** The text cut in its middle to at most `length` characters, because identifiers differ at their ends. */
export function truncateMiddle(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  if (length < 1) return "";
  const kept = length - 1;
  const head = Math.ceil(kept / 2);
  const tail = kept - head;
  return `${characters.slice(0, head).join("")}…${tail === 0 ? "" : characters.slice(-tail).join("")}`;
}
