import type Fraction from "fraction.js";
import { Temporal } from "temporal-polyfill";
import { z } from "zod";
import { type ClockMoments, clocks, deadlineOf, isClockName, isMet, missingFor } from "@/lib/continuity/deadlines";
import { recoveryOrder } from "@/lib/continuity/order";
import type { Span } from "@/lib/core/spans";
import { days, minutes, seconds } from "@/lib/core/time";
import {
  archiveBreakEven,
  incrementalSteadyState,
  isValidLifecycle,
  leastDeleteAfterDays,
  lifecycleCost,
  sixDecimals,
} from "@/lib/cost/rules";
import { ageAt, evaluatedTime, type Stream, timeInRpo } from "@/lib/health/time-in-rpo";
import { type DatedPoint, restorables } from "@/lib/health/usable";
import { type Cron, parseAwsCron, parsePlainCron } from "@/lib/policies/cron";
import { intervalsBetween, occurrencesBetween } from "@/lib/policies/schedule";
import { matchWindows } from "@/lib/policies/windows";
import { failingDigits, type PlacedCopy, parseCopyRule, tallyCopies } from "@/lib/recovery-points/copy-rule";
import { type RetentionPolicy, retain } from "@/lib/retention/retain";
import {
  breakEvenCase,
  copiesCase,
  deadlineCase,
  incrementalCase,
  lifecycleCostCase,
  lifecycleRulesCase,
  orderCase,
  retentionCase,
  rpoCase,
  scheduleCase,
} from "./schema";

/** What a case asks for and cannot have: the message names the field and the remedy. */
export class BadCase extends Error {}

const stamp = (ms: number) => new Date(ms).toISOString().replace(".000Z", "Z");
/** Whole milliseconds: 1.001 × 1,000 is less than 1,001 in floating point. */
const wholeMs = (ms: number) => Math.round(ms);
const forever = Number.POSITIVE_INFINITY;

const present = <Value>(values: Record<string, Value | null | undefined>): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value == null ? [] : [[key, value]])));

/** The earlier of two ends; null where nothing ends it. */
const firstEnd = (a: number | null | undefined, b: number | null | undefined): number | null =>
  a == null ? (b ?? null) : b == null ? a : Math.min(a, b);

type Findings = {
  status: string;
  verification?: { result: string } | { result: string }[] | null | undefined;
  malware?: string | { result: string } | { status: string } | null | undefined;
};

const verificationsOf = <V>(given: V | V[] | null | undefined): V[] =>
  given == null ? [] : Array.isArray(given) ? given : [given];

/** Complete, of no failed verification and no malware, whenever that was found. */
function isSound({ status, verification, malware }: Findings): boolean {
  const scan =
    malware == null || typeof malware === "string" ? malware : "result" in malware ? malware.result : malware.status;
  return (
    status === "COMPLETED" &&
    scan !== "INFECTED" &&
    verificationsOf(verification).every(({ result }) => result !== "FAILED")
  );
}

function demandUnique(ids: readonly string[], field: string): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new BadCase(`${field}: the id "${id}" is there twice; give each its own.`);
    seen.add(id);
  }
}

type RpoInput = z.output<typeof rpoCase>;

function toDatedPoint(point: RpoInput["points"][number]): DatedPoint {
  const completedAtMs = point.completedAt ?? null;
  const contradictory = completedAtMs !== null && completedAtMs < Math.max(point.startedAt, point.dataAsOf ?? -forever);
  const passed = verificationsOf(point.verification).filter(({ result, at }) => result === "PASSED" && at != null);
  return {
    id: point.id,
    sound: isSound(point) && !contradictory,
    startedAtMs: point.startedAt,
    dataAsOfMs: point.dataAsOf ?? null,
    completedAtMs,
    endedAtMs: firstEnd(point.expiresAt, point.deletedAt),
    region: point.region ?? null,
    parentId: point.parentId ?? null,
    verifiedAtMs: passed.length === 0 ? null : Math.min(...passed.map(({ at }) => at ?? forever)),
    copies: (point.copies ?? []).map(({ region, availableFrom, expiresAt, deletedAt }) => ({
      region: region ?? null,
      availableAtMs: availableFrom,
      endedAtMs: firstEnd(expiresAt, deletedAt),
    })),
  };
}

function toStream({ from, to, lagSeconds, expiresAt, deletedAt }: NonNullable<RpoInput["pitr"]>[number]): Stream {
  if (to != null && to < from) throw new BadCase("pitr: a segment's `to` must not come before its `from`.");
  return {
    fromMs: from,
    toMs: to ?? forever,
    lagMs: wholeMs(seconds(lagSeconds)),
    untilMs: firstEnd(expiresAt, deletedAt) ?? forever,
  };
}

/** A window from instant to instant, or a month of a zone: from local midnight of its first day to that of the next. */
function windowOf(window: RpoInput["window"]): Span {
  if ("start" in window) return { from: window.start, to: window.end };
  const first = Temporal.PlainYearMonth.from(window.month).toPlainDate({ day: 1 });
  const midnight = (date: Temporal.PlainDate) => date.toZonedDateTime(window.timeZone).epochMilliseconds;
  return { from: midnight(first), to: midnight(first.add({ months: 1 })) };
}

function answerRpo(input: RpoInput) {
  demandUnique(
    input.points.map(({ id }) => id),
    "points",
  );
  const excludeRegions = new Set(input.scope?.excludeRegions ?? []);
  const holdings = {
    restorables: restorables(input.points.map(toDatedPoint), {
      excludeRegions,
      requireVerified: input.requireVerified ?? false,
    }),
    streams: (input.pitr ?? []).filter(({ region }) => region == null || !excludeRegions.has(region)).map(toStream),
  };
  const window = windowOf(input.window);
  const inService = { from: input.inServiceFrom ?? -forever, to: input.retiredAt ?? forever };
  const exclusions = (input.exclusions ?? []).map(({ start, end }) => ({ from: start, to: end }));
  const rpoMs = wholeMs(seconds(input.rpoSeconds));
  const told = timeInRpo(holdings, evaluatedTime(window, inService, exclusions), [
    { span: { from: -forever, to: forever }, rpoMs },
  ]);
  return {
    windowStart: stamp(window.from),
    windowEnd: stamp(window.to),
    windowMs: window.to - window.from,
    evaluatedMs: told.evaluatedMs,
    compliantMs: told.compliantMs,
    compliancePctFloor4: told.compliancePctFloor4,
    breaches: told.breaches.map(({ from, to }) => ({ start: stamp(from), end: stamp(to), ms: to - from })),
    maxAgeSeconds: told.maxAgeMs === null ? null : told.maxAgeMs / 1_000,
    ...(input.instants
      ? {
          instants: input.instants.map((at) => {
            const ageMs = ageAt(holdings, at);
            return { t: stamp(at), ageMs, compliant: ageMs !== null && ageMs <= rpoMs };
          }),
        }
      : {}),
  };
}

/** More runs than this in one case are a mistake. */
const mostRuns = 1_000_000;

function cronOf(text: string): Cron {
  const cron =
    /^\s*cron\(/i.test(text) || text.trim().split(/\s+/).length === 6 ? parseAwsCron(text) : parsePlainCron(text);
  if (!cron) throw new BadCase(`cron: "${text}" is no schedule; write five fields, or the six of AWS.`);
  return cron;
}

function occurrencesOf({ cron, intervalSeconds, anchor, timeZone, from, to }: z.output<typeof scheduleCase>): number[] {
  const [start, end] = [new Date(from), new Date(to)];
  if (to < from) throw new BadCase("to: the end must not come before `from`.");
  if (cron == null && intervalSeconds == null)
    throw new BadCase("cron: give a schedule, or intervalSeconds and anchor.");
  const schedule = cron == null ? null : cronOf(cron);
  const perDay = schedule
    ? schedule.minutes.length * (schedule.hours?.length ?? 24) * (schedule.months.size / 12)
    : days(1) / seconds(intervalSeconds ?? 1);
  if (((to - from) / days(1)) * perDay > mostRuns)
    throw new BadCase(`to: the window may hold ${mostRuns.toLocaleString("en")} runs at most; make it shorter.`);
  const due = schedule
    ? occurrencesBetween(schedule, timeZone, start, end)
    : intervalsBetween(new Date(anchor ?? from), seconds(intervalSeconds ?? 1), start, end);
  return due.map((at) => at.getTime());
}

function answerSchedule(input: z.output<typeof scheduleCase>) {
  const due = occurrencesOf(input);
  const told = { occurrences: due.map(stamp), expectedRuns: due.length };
  if (!input.jobs) return told;
  if (input.completeWindowMin == null)
    throw new BadCase("completeWindowMin: say within how many minutes a run must be complete.");
  const jobs = input.jobs.flatMap(({ id, status, startedAt, completedAt }) =>
    status === "COMPLETED" && completedAt != null ? [{ id, startedAtMs: startedAt, completedAtMs: completedAt }] : [],
  );
  const { met, missedMs, metPctFloor4, longestMissRun } = matchWindows(due, jobs, {
    earlyToleranceMs: wholeMs(minutes(input.earlyToleranceMin ?? 0)),
    completeWindowMs: wholeMs(minutes(input.completeWindowMin)),
  });
  return {
    ...told,
    met: Object.fromEntries(due.flatMap((at) => (met.has(at) ? [[stamp(at), met.get(at)]] : []))),
    missed: missedMs.map(stamp),
    metPctFloor4,
    longestMissRun,
  };
}

const momentNames: Record<keyof ClockMoments, string> = {
  awareAtMs: "awareAt",
  classifiedAtMs: "classifiedAt",
  notificationSentAtMs: "notificationSentAt",
  initialSentAtMs: "initialSentAt",
  intermediateSentAtMs: "intermediateSentAt",
};

function answerDeadline(input: z.output<typeof deadlineCase>) {
  const { rule, sentAt } = input;
  if (!isClockName(rule)) throw new BadCase(`rule: "${rule}" is none; use one of ${Object.keys(clocks).join(", ")}.`);
  const moments: ClockMoments = present<number>({
    awareAtMs: input.awareAt ?? input.discoveredAt,
    classifiedAtMs: input.classifiedAt,
    notificationSentAtMs: input.notificationSentAt ?? input.notificationAt,
    initialSentAtMs: input.initialSentAt ?? input.initialAt,
    intermediateSentAtMs: input.intermediateSentAt ?? input.intermediateAt,
  });
  const deadline = deadlineOf(rule, moments);
  if (deadline === null)
    throw new BadCase(
      `${rule} runs from ${clocks[rule].from}: give ${missingFor(rule, moments)
        .map((name) => momentNames[name])
        .join(" and ")}.`,
    );
  return { deadline: stamp(deadline), ...(sentAt == null ? {} : { met: isMet(deadline, sentAt) }) };
}

function answerOrder({ systems, deps }: z.output<typeof orderCase>) {
  demandUnique(
    systems.map(({ id }) => id),
    "systems",
  );
  const { rtoViolations, ...order } = recoveryOrder(systems, deps);
  return { ...order, rtoViolations: rtoViolations.map(({ id }) => id) };
}

function answerRetention({ now, timeZone, policy, points }: z.output<typeof retentionCase>) {
  demandUnique(
    points.map(({ id }) => id),
    "points",
  );
  const decisions = retain(
    points.map((point) => ({
      id: point.id,
      createdAtMs: point.createdAt,
      sound: isSound(point),
      parentId: point.parentId ?? null,
      legalHold: point.legalHold ?? false,
      lockUntilMs: point.lockUntil ?? null,
    })),
    present<number>(policy) satisfies RetentionPolicy,
    timeZone,
    now,
  );
  const inOrder = [...decisions].sort(([a], [b]) => (a < b ? -1 : 1));
  const idsOf = (action: string) => inOrder.filter(([, decision]) => decision.action === action).map(([id]) => id);
  return { decisions: Object.fromEntries(inOrder), keep: idsOf("KEEP"), delete: idsOf("DELETE") };
}

const money = <Key extends string>(figures: Record<Key, Fraction>): Record<string, string> =>
  Object.fromEntries(Object.entries<Fraction>(figures).map(([key, value]) => [key, sixDecimals(value)]));

function answerLifecycleCost({
  stages,
  restoreTestsPerYear,
  retrievalPricePerGB,
  ...life
}: z.output<typeof lifecycleCostCase>) {
  const days = stages.map(({ fromDay }) => fromDay);
  if (days[0] !== 0 || days.some((day, index) => index > 0 && day <= (days[index - 1] ?? 0)))
    throw new BadCase("stages: the first begins on day 0, and each later one on a later day.");
  const cost = lifecycleCost({
    ...life,
    restoreTestsPerYear: restoreTestsPerYear ?? 0,
    stages: stages.map(({ class: name, fromDay, pricePerGBMonth, ...rest }) => ({
      ...present<number>({ retrievalPerGB: retrievalPricePerGB, ...rest }),
      class: name,
      fromDay,
      pricePerGBMonth,
    })),
  });
  const { total, baselineAllFirstClass, saving } = cost;
  return {
    stages: cost.stages.map(({ class: name, actualDays, billedDays, ...figures }) => ({
      class: name,
      actualDays,
      billedDays,
      ...money(figures),
    })),
    ...(restoreTestsPerYear == null ? {} : money({ expectedRetrieval: cost.retrieval })),
    ...money({ total, baselineAllFirstClass, saving }),
    savingPct: cost.savingPct === null ? null : sixDecimals(cost.savingPct),
  };
}

const answerLifecycleRules = ({ rules }: z.output<typeof lifecycleRulesCase>) => ({
  results: rules.map(({ moveToColdAfterDays, deleteAfterDays }) => ({
    moveToColdAfterDays,
    deleteAfterDays,
    valid: isValidLifecycle(moveToColdAfterDays, deleteAfterDays),
    minDeleteAfterDays: leastDeleteAfterDays(moveToColdAfterDays),
  })),
});

const parsed =
  <Schema extends z.ZodType, Answer>(schema: Schema, answer: (input: z.output<Schema>) => Answer) =>
  (raw: unknown): unknown => {
    const { data, error } = schema.safeParse(raw);
    if (error)
      throw new BadCase(
        error.issues
          .slice(0, 3)
          .map(({ path, message }) => `${path.join(".") || "input"}: ${message}`)
          .join(" "),
      );
    return answer(data as z.output<Schema>);
  };

const costAnswers = [
  ["stages", parsed(lifecycleCostCase, answerLifecycleCost)],
  ["rules", parsed(lifecycleRulesCase, answerLifecycleRules)],
  ["retainedPoints", parsed(incrementalCase, (chain) => money(incrementalSteadyState(chain)))],
  ["warm", parsed(breakEvenCase, archiveBreakEven)],
] as const;

/** Four questions about cost, told apart by the field that only they have. */
function answerCost(raw: unknown): unknown {
  const found = costAnswers.find(([field]) => typeof raw === "object" && raw !== null && field in raw);
  if (!found) throw new BadCase("input: give `stages`, `rules`, `retainedPoints`, or `warm` and `cold`.");
  return found[1](raw);
}

type CopiesInput = z.output<typeof copiesCase>;

function toPlaced(copy: CopiesInput["copies"][number], now: number): PlacedCopy {
  const inForce = copy.lockMode === "COMPLIANCE" && (copy.coolingOffUntil == null || copy.coolingOffUntil <= now);
  return {
    id: copy.id,
    kind: copy.kind,
    locationId: copy.locationId,
    siteId: copy.siteId,
    mediaClass: copy.mediaClass,
    usable: copy.usable ?? false,
    dataAsOfMs: copy.dataAsOf ?? null,
    lastVerifiedAtMs: copy.lastVerifiedAt ?? null,
    verificationErrors: copy.verificationErrors ?? 0,
    apart: copy.offline === true || copy.airGapped === true,
    lockedForGoodUntilMs: inForce ? (copy.immutableUntil ?? null) : null,
  };
}

function answerCopies({ now, rule: text, copyFreshnessSeconds, verifyDays, countProduction, copies }: CopiesInput) {
  const rule = parseCopyRule(text);
  if (!rule) throw new BadCase(`rule: "${text}" is none; write it as 3-2-1-1-0 or 3-2-1.`);
  const tally = tallyCopies(
    copies.map((copy) => toPlaced(copy, now)),
    { nowMs: now, freshnessMs: wholeMs(seconds(copyFreshnessSeconds)), verifyDays, countProduction },
  );
  const failing = failingDigits(tally, rule);
  return { ...tally, pass: failing.length === 0, failing };
}

/** Every kind of calculation that can be asked again, from a case's input to its output; throws BadCase. */
export const answers = {
  rpo: parsed(rpoCase, answerRpo),
  schedule: parsed(scheduleCase, answerSchedule),
  deadline: parsed(deadlineCase, answerDeadline),
  order: parsed(orderCase, answerOrder),
  retention: parsed(retentionCase, answerRetention),
  cost: answerCost,
  copies: parsed(copiesCase, answerCopies),
} satisfies Record<string, (raw: unknown) => unknown>;

export type RecomputeKind = keyof typeof answers;
export const isRecomputeKind = (word: string): word is RecomputeKind => Object.hasOwn(answers, word);

const cases = z.array(z.unknown());
const oneCase = z.object({ id: z.unknown().optional(), input: z.unknown().optional() });
/** `cases`, or the kind's own name as in a file that holds cases of several kinds. */
const sheet = (kind: RecomputeKind) =>
  z.union([z.object({ cases }), z.object({ [kind]: cases })]).transform((given) => Object.values(given)[0] ?? []);

export type Recomputed = { results: ({ id: unknown; output: unknown } | { id: unknown; error: string })[] };

/** Answers every case by itself: a bad one says why, and the others go on. Throws BadCase where there are no cases. */
export function recompute(kind: RecomputeKind, raw: unknown): Recomputed {
  const read = sheet(kind).safeParse(raw);
  if (!read.success) throw new BadCase('Give {"cases": [{"id": "…", "input": {…}}]} on standard input.');
  return {
    results: read.data.map((given) => {
      const { data, success } = oneCase.safeParse(given);
      if (!success) return { id: null, error: 'Give a case as {"id": "…", "input": {…}}.' };
      try {
        return { id: data.id, output: answers[kind](data.input) };
      } catch (error) {
        return { id: data.id, error: error instanceof Error ? error.message : String(error) };
      }
    }),
  };
}
