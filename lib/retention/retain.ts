import { Temporal } from "temporal-polyfill";
import { days } from "@/lib/core/time";
import { type DatedPoint, isWhole, lineages } from "@/lib/health/usable";

/** Grandfather-father-son: of the newest periods that have points, the newest point of each; 0 or absent keeps none. */
export type RetentionPolicy = {
  keepLast?: number;
  keepHourly?: number;
  keepDaily?: number;
  keepWeekly?: number;
  keepMonthly?: number;
  keepYearly?: number;
  /** Nothing younger is deleted; whole days of 24 hours. */
  minRetentionDays?: number;
  /** Nothing older is kept, but for holds, locks and chains. */
  maxRetentionDays?: number;
};

export type RetainedPoint = {
  id: string;
  createdAtMs: number;
  sound: boolean;
  parentId: string | null;
  legalHold: boolean;
  /** Until when a lock forbids its deletion; null where none does. */
  lockUntilMs: number | null;
};

export type RetentionReason =
  | "LEGAL_HOLD"
  | "LOCKED"
  | "MAX_RETENTION"
  | "MIN_RETENTION"
  | "LAST"
  | "HOURLY"
  | "DAILY"
  | "WEEKLY"
  | "MONTHLY"
  | "YEARLY"
  | "UNUSABLE"
  | "NOT_SELECTED"
  | "CHAIN_PARENT";
export type RetentionDecision = { action: "KEEP" | "DELETE"; reasons: RetentionReason[]; conflicts: "MAX_RETENTION"[] };

const two = (n: number) => String(n).padStart(2, "0");

/** Which period of the zone a moment lies in. An hour that comes twice is two hours; weeks and their years are ISO 8601's. */
const periodOf = {
  HOURLY: (at: Temporal.ZonedDateTime) => `${at.toPlainDate()}T${two(at.hour)}${at.offset}`,
  DAILY: (at: Temporal.ZonedDateTime) => at.toPlainDate().toString(),
  WEEKLY: (at: Temporal.ZonedDateTime) => `${at.yearOfWeek}-W${at.weekOfYear}`,
  MONTHLY: (at: Temporal.ZonedDateTime) => at.toPlainDate().toPlainYearMonth().toString(),
  YEARLY: (at: Temporal.ZonedDateTime) => String(at.year),
};

const rules = [
  ["HOURLY", "keepHourly"],
  ["DAILY", "keepDaily"],
  ["WEEKLY", "keepWeekly"],
  ["MONTHLY", "keepMonthly"],
  ["YEARLY", "keepYearly"],
] as const;

type Aged = RetainedPoint & { pastMax: boolean; protectedBy: RetentionReason[] };

function selected(
  eligible: readonly Aged[],
  policy: RetentionPolicy,
  timeZone: string,
): Map<string, RetentionReason[]> {
  const newestFirst = [...eligible].sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? -1 : 1));
  const reasons = new Map<string, RetentionReason[]>(newestFirst.map(({ id }) => [id, []]));
  for (const { id } of newestFirst.slice(0, policy.keepLast ?? 0)) reasons.get(id)?.push("LAST");
  for (const [reason, key] of rules) {
    const wanted = policy[key] ?? 0;
    if (wanted === 0) continue;
    const periods = new Set<string>();
    for (const { id, createdAtMs } of newestFirst) {
      if (periods.size >= wanted) break;
      const period = periodOf[reason](Temporal.Instant.fromEpochMilliseconds(createdAtMs).toZonedDateTimeISO(timeZone));
      if (periods.has(period)) continue;
      periods.add(period);
      reasons.get(id)?.push(reason);
    }
  }
  return reasons;
}

function decide(point: Aged, isGood: boolean, chosen: readonly RetentionReason[], isYoung: boolean): RetentionDecision {
  if (point.protectedBy.length > 0)
    return { action: "KEEP", reasons: point.protectedBy, conflicts: point.pastMax ? ["MAX_RETENTION"] : [] };
  if (!isGood) return { action: "DELETE", reasons: ["UNUSABLE"], conflicts: [] };
  if (point.pastMax) return { action: "DELETE", reasons: ["MAX_RETENTION"], conflicts: [] };
  const reasons = [...chosen, ...(isYoung ? (["MIN_RETENTION"] as const) : [])].sort();
  return reasons.length > 0
    ? { action: "KEEP", reasons, conflicts: [] }
    : { action: "DELETE", reasons: ["NOT_SELECTED"], conflicts: [] };
}

const asDated = ({ id, sound, parentId, createdAtMs }: RetainedPoint): DatedPoint => ({
  id,
  sound,
  parentId,
  startedAtMs: createdAtMs,
  dataAsOfMs: null,
  completedAtMs: createdAtMs,
  endedAtMs: null,
  region: null,
  verifiedAtMs: null,
  copies: [],
});

/**
 * What retention keeps and deletes at a moment, with every reason: legal hold over lock over maximum over minimum over
 * grandfather-father-son (§4, §7.5). What a kept point builds on is kept with it. A time zone names the periods.
 */
export function retain(
  points: readonly RetainedPoint[],
  policy: RetentionPolicy,
  timeZone: string,
  nowMs: number,
): Map<string, RetentionDecision> {
  const dated = points.map(asDated);
  const lineage = lineages(dated);
  const good = new Set(dated.filter((point) => isWhole(point, lineage)).map(({ id }) => id));
  const { minRetentionDays, maxRetentionDays } = policy;
  const aged = points.map(
    (point): Aged => ({
      ...point,
      pastMax: maxRetentionDays !== undefined && nowMs - point.createdAtMs >= days(maxRetentionDays),
      protectedBy: [
        ...(point.legalHold ? (["LEGAL_HOLD"] as const) : []),
        ...(point.lockUntilMs !== null && point.lockUntilMs > nowMs ? (["LOCKED"] as const) : []),
      ],
    }),
  );
  const eligible = aged.filter(({ id, pastMax, protectedBy }) => good.has(id) && (!pastMax || protectedBy.length > 0));
  const chosen = selected(eligible, policy, timeZone);
  const decisions = new Map(
    aged.map((point) => {
      const isYoung = minRetentionDays !== undefined && nowMs - point.createdAtMs < days(minRetentionDays);
      return [point.id, decide(point, good.has(point.id), chosen.get(point.id) ?? [], isYoung)];
    }),
  );
  keepChains(aged, decisions);
  return decisions;
}

/** An incremental is worth nothing without what it builds on. */
function keepChains(points: readonly Aged[], decisions: Map<string, RetentionDecision>): void {
  const byId = new Map(points.map((point) => [point.id, point]));
  const kept = points.filter(({ id }) => decisions.get(id)?.action === "KEEP");
  for (const { parentId } of kept)
    for (let at = byId.get(parentId ?? ""); at; at = byId.get(at.parentId ?? "")) {
      if (decisions.get(at.id)?.action === "KEEP") break;
      decisions.set(at.id, {
        action: "KEEP",
        reasons: ["CHAIN_PARENT"],
        conflicts: at.pastMax ? ["MAX_RETENTION"] : [],
      });
    }
}
