import { joined, type Span, totalOf, within, without } from "@/lib/core/spans";
import type { Restorable } from "./usable";

/** A stretch of continuous backup: any moment from `fromMs` to `toMs` can be restored, `lagMs` behind the clock. */
export type Stream = {
  fromMs: number;
  /** Infinity while it runs. */
  toMs: number;
  lagMs: number;
  /** When it can no longer be restored from; Infinity while nothing ends it. */
  untilMs: number;
};

/** What an RPO was, from one moment to the next. */
export type RpoPeriod = { span: Span; rpoMs: number };

/** What a system or resource could have been restored from. */
export type Holdings = { restorables: readonly Restorable[]; streams: readonly Stream[] };

export type TimeInRpo = {
  evaluatedMs: number;
  compliantMs: number;
  /** Percent, cut off (never rounded up) after four decimals; null where no time was evaluated. */
  compliancePctFloor4: number | null;
  breaches: Span[];
  /** The least upper bound of the age; null where nothing could be restored at some moment, or nothing was evaluated. */
  maxAgeMs: number | null;
};

/** The share in percent, cut off after four decimals: floor(part / whole × 10⁶) / 10⁴; null of nothing. */
export const percentFloor4 = (part: number, whole: number): number | null =>
  whole === 0 ? null : Number((BigInt(part) * 1_000_000n) / BigInt(whole)) / 10_000;

/** The age of the newest data that could have been restored at a moment; null where there was none (§7.1). */
export function ageAt({ restorables, streams }: Holdings, atMs: number): number | null {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { span, asOfMs } of restorables)
    if (span.from <= atMs && atMs < span.to) newest = Math.max(newest, asOfMs);
  for (const { fromMs, toMs, lagMs, untilMs } of streams)
    if (fromMs <= atMs && atMs < untilMs) newest = Math.max(newest, Math.min(atMs, toMs) - lagMs);
  return Number.isFinite(newest) ? atMs - newest : null;
}

/** The time that counts: inside the window, in service, and under no exclusion. */
export const evaluatedTime = (window: Span, inService: Span, exclusions: readonly Span[]): Span[] =>
  within([inService], window).flatMap((span) => without(span, exclusions));

/** Things that hold for a time, asked in the order of time for the best of those that hold now. */
class Best {
  private readonly items: { value: number; to: number }[] = [];
  private next = 0;
  constructor(private readonly inOrder: readonly { span: Span; value: number }[]) {}

  /** The greatest value that holds at a moment; moments must not go back. */
  at(ms: number): number {
    for (let item = this.inOrder[this.next]; item && item.span.from <= ms; item = this.inOrder[++this.next])
      if (item.span.to > ms) this.insert({ value: item.value, to: item.span.to });
    for (let top = this.items.at(-1); top && top.to <= ms; top = this.items.at(-1)) this.items.pop();
    return this.items.at(-1)?.value ?? Number.NEGATIVE_INFINITY;
  }

  /** Newer data usually comes later, so that this is nearly always a push. */
  private insert(item: { value: number; to: number }): void {
    let [low, high] = [0, this.items.length];
    if ((this.items.at(-1)?.value ?? Number.NEGATIVE_INFINITY) <= item.value) low = high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.items[middle]?.value ?? 0) < item.value) low = middle + 1;
      else high = middle;
    }
    this.items.splice(low, 0, item);
  }
}

const byStart = (a: { span: Span }, b: { span: Span }) => a.span.from - b.span.from;

/** Data that stands still: points, and streams after they ended. */
const standing = ({ restorables, streams }: Holdings) =>
  [
    ...restorables.map(({ span, asOfMs }) => ({ span, value: asOfMs })),
    ...streams
      .filter(({ toMs, untilMs }) => toMs < untilMs)
      .map(({ fromMs, toMs, lagMs, untilMs }) => ({
        span: { from: Math.max(fromMs, toMs), to: untilMs },
        value: toMs - lagMs,
      })),
  ].sort(byStart);

/** Data that moves on with the clock; the value is the lag, negated so that the greatest is the best. */
const moving = ({ streams }: Holdings) =>
  streams
    .map(({ fromMs, toMs, lagMs, untilMs }) => ({ span: { from: fromMs, to: Math.min(toMs, untilMs) }, value: -lagMs }))
    .filter(({ span }) => span.to > span.from)
    .sort(byStart);

/** Every moment in a span at which what can be restored, or what is asked, changes; in order, the ends included. */
function cutsOf(span: Span, groups: readonly (readonly { span: Span }[])[]): Float64Array {
  const cuts = new Set([span.from, span.to]);
  for (const group of groups)
    for (const { span: one } of group) {
      if (one.from > span.from && one.from < span.to) cuts.add(one.from);
      if (one.to > span.from && one.to < span.to) cuts.add(one.to);
    }
  return Float64Array.from(cuts).sort();
}

/**
 * How long the newest restorable data was no older than the RPO of its time, with every breach: A(t) = t − the newest
 * moment restorable at t, compliant when A(t) ≤ RPO. Exact to the millisecond; `evaluated` in order, without overlap,
 * `rpo` covering all of it. Rule: time in compliance counts data, not jobs.
 */
export function timeInRpo(holdings: Holdings, evaluated: readonly Span[], rpo: readonly RpoPeriod[]): TimeInRpo {
  const still = standing(holdings);
  const live = moving(holdings);
  const [stillBest, liveBest] = [new Best(still), new Best(live)];
  const rules = new Best(rpo.map(({ span, rpoMs }) => ({ span, value: rpoMs })).sort(byStart));
  const breaches: Span[] = [];
  let maxAgeMs = evaluated.length === 0 ? Number.POSITIVE_INFINITY : 0;
  for (const span of evaluated) {
    const here: Span[] = [];
    const cuts = cutsOf(span, [still, live, rpo]);
    for (let index = 0; index + 1 < cuts.length; index++) {
      const [from = 0, to = 0] = [cuts[index], cuts[index + 1]];
      const [asOf, lag, rpoMs] = [stillBest.at(from), -liveBest.at(from), rules.at(from)];
      maxAgeMs = Math.max(maxAgeMs, Math.min(to - asOf, lag));
      const late = lag <= rpoMs ? to : Math.max(from, asOf + rpoMs);
      if (late < to) here.push({ from: late, to });
    }
    for (const breach of joined(here)) breaches.push(breach);
  }
  return summed(evaluated, breaches, Number.isFinite(maxAgeMs) ? maxAgeMs : null);
}

function summed(evaluated: readonly Span[], breaches: Span[], maxAgeMs: number | null): TimeInRpo {
  const evaluatedMs = totalOf(evaluated);
  const compliantMs = evaluatedMs - totalOf(breaches);
  return { evaluatedMs, compliantMs, compliancePctFloor4: percentFloor4(compliantMs, evaluatedMs), breaches, maxAgeMs };
}

/**
 * The whole of several required parts: it is late whenever one of them is, and as old as the oldest (§3.1). Breaches
 * stay inside their stretch of evaluated time.
 */
export function timeInRpoOfAll(parts: readonly TimeInRpo[], evaluated: readonly Span[]): TimeInRpo {
  const late = parts.flatMap(({ breaches }) => breaches);
  const oldest = parts.reduce<number | null>(
    (worst, { maxAgeMs }) => (worst === null || maxAgeMs === null ? null : Math.max(worst, maxAgeMs)),
    parts.length === 0 ? null : 0,
  );
  const inOrder = joined(late);
  return summed(
    evaluated,
    evaluated.flatMap((span) => within(inOrder, span)),
    oldest,
  );
}
