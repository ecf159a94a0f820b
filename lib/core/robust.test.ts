import { describe, expect, it } from "vitest";
import { median, medianDeviation, robustBand } from "./robust";

const trifle = { share: 0.02, least: 0 };

describe("the robust band", () => {
  it.each([
    [[], Number.NaN],
    [[3], 3],
    [[1, 3], 2],
    [[9, 1, 5], 5],
  ])("finds the median of %j", (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it("has a spread that one wild value does not move", () => {
    expect(medianDeviation([1, 2, 3, 4, 1_000])).toBe(1);
  });

  it("calls nothing an outlier before it knows five values", () => {
    expect(robustBand([10, 10, 10, 10, 500], trifle).map((point) => point.outlier)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it("calls the sixth of five alike an outlier when it strays", () => {
    expect(robustBand([10, 10, 10, 10, 10, 500], trifle).at(-1)).toMatchObject({ outlier: true, centre: 10 });
  });

  it.each([
    [10.2, false],
    [10.21, true],
    [9.8, false],
    [9.79, true],
  ])("takes %d after steady tens for an outlier: %s", (value, outlier) => {
    expect(robustBand([10, 10, 10, 10, 10, value], trifle).at(-1)?.outlier).toBe(outlier);
  });

  it.each([
    [15, false],
    [15.1, true],
  ])("lets %d pass where 5 more or less is a trifle: outlier %s", (value, outlier) => {
    expect(robustBand([10, 10, 10, 10, 10, value], { share: 0.02, least: 5 }).at(-1)?.outlier).toBe(outlier);
  });

  it("never expects less than nothing", () => {
    expect(robustBand([1, 9, 1, 9, 1, 9, 5], trifle).at(-1)?.low).toBe(0);
  });
});
