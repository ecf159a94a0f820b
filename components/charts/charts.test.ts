import { describe, expect, it } from "vitest";
import { shareOf, timeTicks } from "./time-axis";
import { valueTicks } from "./value-axis";

const at = (text: string) => Date.parse(text);

describe("the time axis", () => {
  it.each([
    [
      "six hours",
      "2026-11-23T03:10:00Z",
      "2026-11-23T09:10:00Z",
      ["04:00", "05:00", "06:00", "07:00", "08:00", "09:00"],
    ],
    [
      "over midnight it names the day",
      "2026-11-22T21:00:00Z",
      "2026-11-23T03:00:00Z",
      ["21:00", "22:00", "23:00", "23 Nov", "01:00", "02:00", "03:00"],
    ],
    [
      "a week",
      "2026-11-16T12:00:00Z",
      "2026-11-23T12:00:00Z",
      ["17 Nov", "18 Nov", "19 Nov", "20 Nov", "21 Nov", "22 Nov", "23 Nov"],
    ],
    ["no span at all", "2026-11-16T12:00:00Z", "2026-11-16T12:00:00Z", []],
    ["a span the wrong way round", "2026-11-17T12:00:00Z", "2026-11-16T12:00:00Z", []],
  ])("labels %s", (_, from, to, labels) => {
    expect(timeTicks(at(from), at(to)).map((tick) => tick.label)).toEqual(labels);
  });

  it.each([
    [0, 0],
    [50, 0.5],
    [100, 1],
    [150, 1.5],
  ])("puts %d of 100 at %d", (moment, share) => {
    expect(shareOf(moment, 0, 100)).toBe(share);
  });
});

describe("the value axis", () => {
  it.each([
    [0, "bytes", [0, 1]],
    [Number.NaN, "bytes", [0, 1]],
    [100, "bytes", [0, 50, 100]],
    [101, "bytes", [0, 50, 100, 150]],
    [3_600, "seconds", [0, 900, 1_800, 2_700, 3_600]],
    [3_601, "seconds", [0, 1_800, 3_600, 5_400]],
  ] as const)("to %d %s", (highest, unit, ticks) => {
    expect(valueTicks(highest, unit)).toEqual(ticks);
  });
});
