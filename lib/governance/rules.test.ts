import { describe, expect, it } from "vitest";
import { hoursText, isReady, uncoveredHours } from "./rules";

const day = new Date("2026-11-25T12:00:00Z");

describe("hours at which too few are awake", () => {
  it.each([
    ["one person in UTC, one needed", ["UTC"], 1, "22–07 UTC"],
    ["one on each side of the world", ["UTC", "Pacific/Auckland"], 1, "none"],
    ["two needed, two in one place", ["Europe/Berlin", "Europe/Berlin"], 2, "21–06 UTC"],
    ["two needed, never both awake long", ["UTC", "Pacific/Auckland"], 2, "09–18, 22–07 UTC"],
    ["nobody", [], 1, "the whole day"],
    ["nobody needed", [], 0, "none"],
  ])("%s", (_, zones, needed, text) => {
    expect(hoursText(uncoveredHours(zones, needed, day))).toBe(text);
  });

  it("move with the clocks", () => {
    const summer = new Date("2026-07-01T12:00:00Z");
    expect(hoursText(uncoveredHours(["Europe/Berlin"], 1, summer))).toBe("20–05 UTC");
  });
});

describe("an approver is ready", () => {
  it.each([
    ["30 days after a proof", "2026-10-26T12:00:00Z", true],
    ["a second later", "2026-10-26T11:59:59Z", false],
    ["never having proven anything", null, false],
  ])("%s", (_, lastProvenAt, ready) => {
    expect(isReady({ lastProvenAt }, day)).toBe(ready);
  });
});
