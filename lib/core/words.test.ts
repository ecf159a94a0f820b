import { describe, expect, it } from "vitest";
import { ageText, bytesText, countText, durationText, isStorable, plural, truncateMiddle, visible } from "./words";

const hour = 3_600;
const day = 86_400;

it.each([
  ["plain", true],
  ["", true],
  ["a pair \u{1f512}", true],
  ["a NUL \0", false],
  ["half a pair \ud83d", false],
  ["\udd12 the other half", false],
])("says whether %j can be stored", (text, stored) => {
  expect(isStorable(text)).toBe(stored);
});

describe("an age", () => {
  it.each([
    [0, "0 s"],
    [59, "59 s"],
    [59.9, "59 s"],
    [60, "1 min"],
    [119, "1 min"],
    [hour - 1, "59 min"],
    [hour, "1 h"],
    [hour + 59, "1 h"],
    [hour + 60, "1 h 01"],
    [5 * hour + 12 * 60, "5 h 12"],
    [day, "24 h"],
    [2 * day - 1, "47 h 59"],
    [2 * day, "2 d"],
    [2 * day + hour, "2 d 1 h"],
    [7 * day - 1, "6 d 23 h"],
    [7 * day, "7 d"],
    [34 * day + 5 * hour, "34 d"],
    [1_000 * day, "1,000 d"],
    [-0.5, "0 s"],
    [-60, "−1 min"],
    [Number.NaN, "unknown"],
    [Number.POSITIVE_INFINITY, "unknown"],
  ])("of %d seconds reads %s", (seconds, words) => {
    expect(ageText(seconds)).toBe(words);
  });
});

describe("a duration", () => {
  it.each([
    [0, "0 s"],
    [0.2, "under 1 s"],
    [0.5, "1 s"],
    [59.4, "59 s"],
    [59.5, "1 min"],
    [60, "1 min"],
    [61, "1 min 1 s"],
    [760, "12 min 40 s"],
    [hour - 1, "59 min 59 s"],
    [hour, "1 h"],
    [hour + 5 * 60, "1 h 05"],
    [2 * day - 1, "47 h 59"],
    [2 * day, "2 d"],
    [3 * day + 4 * hour, "3 d 4 h"],
    [-90, "−1 min 30 s"],
    [Number.NaN, "unknown"],
  ])("of %d seconds reads %s", (seconds, words) => {
    expect(durationText(seconds)).toBe(words);
  });
});

describe("a size", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1 kB"],
    [1_040, "1.04 kB"],
    [1_500, "1.5 kB"],
    [9_994, "9.99 kB"],
    [9_995, "10 kB"],
    [10_500, "10.5 kB"],
    [99_940, "99.9 kB"],
    [99_950, "100 kB"],
    [500_000, "500 kB"],
    [999_499, "999 kB"],
    [999_500, "1 MB"],
    [41_200_000_000, "41.2 GB"],
    [1_240_000_000_000, "1.24 TB"],
    [2e21, "2000 EB"],
    [-2_000, "−2 kB"],
    [Number.NaN, "unknown"],
  ])("of %d bytes reads %s", (sizeBytes, words) => {
    expect(bytesText(sizeBytes)).toBe(words);
  });
});

describe("a count", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1_000, "1,000"],
    [1_234_567, "1,234,567"],
    [-1_000, "−1,000"],
    [Number.NaN, "unknown"],
  ])("of %d reads %s", (count, words) => {
    expect(countText(count)).toBe(words);
  });

  it.each([
    [0, "0 systems"],
    [1, "1 system"],
    [2, "2 systems"],
    [1_240, "1,240 systems"],
  ])("of %d takes its noun: %s", (count, words) => {
    expect(plural(count, "system")).toBe(words);
  });

  it("takes an irregular noun as given", () => {
    expect(plural(2, "policy", "policies")).toBe("2 policies");
  });
});

describe("visible text", () => {
  it.each([
    ["plain names stay", "orders-aurora", "orders-aurora"],
    ["other scripts stay", "Zahlungen größer 支付 مدفوعات", "Zahlungen größer 支付 مدفوعات"],
    ["an override of direction", "a\u202Egnp", "a⟨U+202E⟩gnp"],
    ["an isolate", "\u2066x\u2069", "⟨U+2066⟩x⟨U+2069⟩"],
    ["a zero-width space", "a\u200Bb", "a⟨U+200B⟩b"],
    ["a line feed", "a\nb", "a⟨U+000A⟩b"],
    ["a C1 control", "a\u0085b", "a⟨U+0085⟩b"],
    ["a line separator", "a\u2028b", "a⟨U+2028⟩b"],
    ["a lone surrogate", "a\uD800b", "a⟨U+D800⟩b"],
    ["a tag character", "a\u{E0041}b", "a⟨U+E0041⟩b"],
    ["an ordinary space stays", "a b", "a b"],
  ])("%s", (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});

describe("truncation in the middle", () => {
  it.each([
    ["abcdef", 6, "abcdef"],
    ["abcdef", 5, "ab…ef"],
    ["abcdef", 4, "ab…f"],
    ["abcdef", 2, "a…"],
    ["abcdef", 1, "…"],
    ["abcdef", 0, ""],
    ["😀😀😀😀", 3, "😀…😀"],
  ])("of %s to %d gives %s", (text, length, cut) => {
    expect(truncateMiddle(text, length)).toBe(cut);
  });
});
