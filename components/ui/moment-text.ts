const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

export type MomentPrecision = "minute" | "second" | "day";

const two = (value: number) => String(value).padStart(2, "0");

/** A moment in UTC as we write it: "23 Nov 2026, 06:58:00 UTC". */
export function utcText(at: string, precision: MomentPrecision = "minute"): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "unknown moment";
  const day = `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  if (precision === "day") return day;
  return `${day}, ${utcClock(date, precision)} UTC`;
}

/** The time of day in UTC: "06:58" or "06:58:00". */
export function utcClock(date: Date, precision: MomentPrecision = "minute"): string {
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  return precision === "second" ? `${time}:${two(date.getUTCSeconds())}` : time;
}

/** The browser's place: "Berlin" for Europe/Berlin; null where it keeps UTC itself. */
export function localPlace(): string | null {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || zone === "UTC" || zone.startsWith("Etc/")) return null;
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

/** The time of day here, with the day where it differs from the one in UTC; null where here is UTC. */
export function localText(at: Date, precision: MomentPrecision = "minute"): string | null {
  const place = localPlace();
  if (place === null || precision === "day" || Number.isNaN(at.getTime())) return null;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}${precision === "second" ? `:${two(at.getSeconds())}` : ""}`;
  const day = at.getDate() === at.getUTCDate() ? "" : `${at.getDate()} ${months[at.getMonth()]}, `;
  return `${day}${time} ${place}`;
}
