const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const stepsMs = [
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
  dayMs,
  2 * dayMs,
  7 * dayMs,
  14 * dayMs,
  30 * dayMs,
  90 * dayMs,
  180 * dayMs,
  365 * dayMs,
];

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const two = (value: number) => String(value).padStart(2, "0");

export type AxisTick = { atMs: number; label: string };

function labelOf(atMs: number, stepMs: number): string {
  const date = new Date(atMs);
  const day = `${date.getUTCDate()} ${months[date.getUTCMonth()]}`;
  if (stepMs >= 180 * dayMs) return `${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  if (stepMs >= dayMs) return day;
  const midnight = date.getUTCHours() === 0 && date.getUTCMinutes() === 0;
  return midnight ? day : `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

/** At most `most` moments in UTC between two, at steps people count in. */
export function timeTicks(fromMs: number, toMs: number, most = 7): AxisTick[] {
  const spanMs = toMs - fromMs;
  if (!(spanMs > 0) || most < 1) return [];
  const stepMs = stepsMs.find((candidate) => spanMs / candidate <= most) ?? Math.ceil(spanMs / most / dayMs) * dayMs;
  const ticks: AxisTick[] = [];
  for (let atMs = Math.ceil(fromMs / stepMs) * stepMs; atMs <= toMs; atMs += stepMs) {
    ticks.push({ atMs, label: labelOf(atMs, stepMs) });
  }
  return ticks.slice(0, most + 1);
}

/** Where a moment lies between two, from 0 to 1; outside it is less or more. */
export const shareOf = (atMs: number, fromMs: number, toMs: number): number => (atMs - fromMs) / (toMs - fromMs);
