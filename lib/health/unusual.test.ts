import { describe, expect, it } from "vitest";
import { type Measured, unusualOf } from "./unusual";

const gigabyte = 1_000_000_000;
const backup = (sizeBytes: number | null, durationSeconds: number | null = 180): Measured => ({
  sizeBytes,
  durationSeconds,
});
const steady = (change: Partial<Measured> = {}) =>
  Array.from({ length: 6 }, () => ({ ...backup(100 * gigabyte), ...change }));

describe("the newest backup", () => {
  it.each<[string, Measured, string[]]>([
    ["like the others is usual", backup(100 * gigabyte), []],
    ["smaller by a tenth is usual", backup(90 * gigabyte), []],
    ["smaller by more than a tenth strays", backup(89 * gigabyte), ["size"]],
    ["larger by a tenth is usual", backup(110 * gigabyte), []],
    ["larger by more than a tenth strays", backup(111 * gigabyte), ["size"]],
    ["of nothing strays", backup(0), ["size"]],
    ["that took ten minutes longer is usual", backup(100 * gigabyte, 780), []],
    ["that took more than ten minutes longer strays", backup(100 * gigabyte, 781), ["duration"]],
    ["that was done at once is usual: a few minutes are a trifle", backup(100 * gigabyte, 0), []],
    ["can stray in both", backup(1, 9_000), ["size", "duration"]],
    ["of a size that nobody tells is not judged by it", backup(null), []],
    ["of a duration that nobody tells is not judged by it", backup(100 * gigabyte, null), []],
  ])("%s", (_, newest, expected) => {
    expect(unusualOf([...steady(), newest]).map(({ measure }) => measure)).toEqual(expected);
  });

  it("is never unusual for being a few megabytes off", () => {
    expect(unusualOf([...steady({ sizeBytes: 1_000 }), backup(10_001_000)])).toEqual([]);
    expect(unusualOf([...steady({ sizeBytes: 1_000 }), backup(10_001_001)])).toHaveLength(1);
  });

  it("of long backups may take half as long again", () => {
    const long = steady({ durationSeconds: 7_200 });
    expect(unusualOf([...long, backup(100 * gigabyte, 10_800)])).toEqual([]);
    expect(unusualOf([...long, backup(100 * gigabyte, 10_801)])).toEqual([
      { measure: "duration", value: 10_801, low: 3_600, high: 10_800 },
    ]);
  });

  it("is not judged by fewer than five before it", () => {
    expect(unusualOf([...steady().slice(0, 4), backup(1)])).toEqual([]);
    expect(unusualOf([...steady().slice(0, 5), backup(1)])).toHaveLength(1);
  });

  it("is usual again once the new size is the rule", () => {
    const grown = Array.from({ length: 8 }, () => backup(200 * gigabyte));
    expect(unusualOf([...steady(), ...grown.slice(0, 3)])).toHaveLength(1);
    expect(unusualOf([...steady(), ...grown])).toEqual([]);
  });
});

it("has no newest where there is no backup", () => {
  expect(unusualOf([])).toEqual([]);
});
