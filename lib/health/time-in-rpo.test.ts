import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Span } from "@/lib/core/spans";
import { ageAt, evaluatedTime, type Holdings, timeInRpo, timeInRpoOfAll } from "./time-in-rpo";

const always: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const end = 120;

const span = fc.tuple(fc.integer({ min: -20, max: end }), fc.integer({ min: 1, max: 60 }));
const holdings: fc.Arbitrary<Holdings> = fc.record({
  restorables: fc.array(
    fc.tuple(span, fc.integer({ min: 0, max: 30 })).map(([[from, length], old]) => ({
      span: { from, to: from + length },
      asOfMs: from - old,
    })),
    { maxLength: 12 },
  ),
  streams: fc.array(
    fc
      .tuple(span, fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 40 }))
      .map(([[from, length], lag, keep]) => ({
        fromMs: from,
        toMs: from + length,
        lagMs: lag,
        untilMs: from + keep,
      })),
    { maxLength: 4 },
  ),
});
const exclusions = fc.array(
  span.map(([from, length]) => ({ from, to: from + length })),
  { maxLength: 3 },
);

/** Every millisecond of some time, half of one in, so that no open end is met. */
const momentsOf = (spans: readonly Span[]) =>
  spans.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, index) => from + index + 0.5));

describe("time in compliance, against asking at every millisecond", () => {
  it("agrees on how long, on each breach and on the greatest age", () =>
    fc.assert(
      fc.property(
        holdings,
        exclusions,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: end }),
        (held, holes, rpoMs, since) => {
          const evaluated = evaluatedTime({ from: 0, to: end }, { from: since, to: end }, holes);
          const told = timeInRpo(held, evaluated, [{ span: always, rpoMs }]);
          const moments = momentsOf(evaluated);
          const ages = moments.map((at) => ageAt(held, at) ?? Number.POSITIVE_INFINITY);
          const late = moments.filter((_, index) => (ages[index] ?? 0) > rpoMs);
          expect(moments.filter((at) => told.breaches.some(({ from, to }) => from <= at && at < to))).toEqual(late);
          expect(told.evaluatedMs).toBe(moments.length);
          expect(told.compliantMs).toBe(moments.length - late.length);
          const oldest = Math.max(...ages);
          if (Number.isFinite(oldest))
            expect(Math.abs((told.maxAgeMs ?? Number.NaN) - oldest)).toBeLessThanOrEqual(0.5);
          else expect(told.maxAgeMs).toBeNull();
        },
      ),
      { numRuns: 400 },
    ));

  it("splits nothing that only touches", () =>
    fc.assert(
      fc.property(holdings, fc.integer({ min: 1, max: 40 }), (held, rpoMs) => {
        const { breaches } = timeInRpo(held, [{ from: 0, to: end }], [{ span: always, rpoMs }]);
        for (const [index, breach] of breaches.entries()) {
          expect(breach.from).toBeLessThan(breach.to);
          const next = breaches[index + 1];
          if (next) expect(breach.to).toBeLessThan(next.from);
        }
      }),
    ));
});

describe("the rules of their time", () => {
  it("judges each stretch by the RPO that was in force", () => {
    const held = { restorables: [{ span: { from: 0, to: 100 }, asOfMs: 0 }], streams: [] };
    const rules = [
      { span: { from: Number.NEGATIVE_INFINITY, to: 50 }, rpoMs: 20 },
      { span: { from: 50, to: Number.POSITIVE_INFINITY }, rpoMs: 80 },
    ];
    expect(timeInRpo(held, [{ from: 0, to: 100 }], rules).breaches).toEqual([
      { from: 20, to: 50 },
      { from: 80, to: 100 },
    ]);
  });
});

describe("a system of several resources", () => {
  const part = (breaches: Span[], maxAgeMs: number | null) => ({
    evaluatedMs: 100,
    compliantMs: 0,
    compliancePctFloor4: null,
    breaches,
    maxAgeMs,
  });
  const whole = [{ from: 0, to: 100 }];

  it("is late whenever one of them is, once where two are", () =>
    expect(timeInRpoOfAll([part([{ from: 10, to: 30 }], 40), part([{ from: 20, to: 50 }], 60)], whole)).toEqual({
      evaluatedMs: 100,
      compliantMs: 60,
      compliancePctFloor4: 60,
      breaches: [{ from: 10, to: 50 }],
      maxAgeMs: 60,
    }));

  it("is as old as one that had nothing", () =>
    expect(timeInRpoOfAll([part([], 40), part([], null)], whole).maxAgeMs).toBeNull());
});
