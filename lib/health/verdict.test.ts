import { describe, expect, it } from "vitest";
import { burnOf, type FleetFigures, fleetVerdict, quarterOf } from "./verdict";

const well: FleetFigures = { expected: 41, within: 41, beyond: 0, unknown: 0, atRisk: 0, provenWithin: 31, parked: 0 };

describe("can we recover?", () => {
  it.each<[string, Partial<FleetFigures>, string, string]>([
    ["nothing is there", { expected: 0, within: 0, provenWithin: 0 }, "none", "Nothing is protected yet."],
    ["all is well", {}, "ok", "Yes. All 41 systems would lose no more than they may."],
    ["the one system is well", { expected: 1, within: 1 }, "ok", "Yes. The one system would lose no more than it may."],
    ["some are at risk", { atRisk: 5 }, "warn", "Yes, but 5 of 41 systems are close to the limit or unproven."],
    [
      "some are unknown",
      { unknown: 1, within: 40, atRisk: 5 },
      "unknown",
      "Not sure. 1 of 41 systems was not read lately.",
    ],
    ["all are unknown", { unknown: 41, within: 0 }, "unknown", "Nobody can tell: no system was read lately."],
    [
      "one is beyond",
      { beyond: 1, within: 40, unknown: 3 },
      "bad",
      "Not everything. 1 of 41 systems would lose more than it may.",
    ],
    [
      "three are beyond",
      { beyond: 3, within: 38 },
      "bad",
      "Not everything. 3 of 41 systems would lose more than they may.",
    ],
  ])("when %s", (_, over, kind, sentence) => {
    expect(fleetVerdict({ ...well, ...over })).toMatchObject({ kind, sentence });
  });

  it("gives the figures behind its sentence", () => {
    expect(fleetVerdict({ ...well, within: 38, beyond: 3, parked: 1 }).detail).toBe(
      "38 of 41 systems are within their RPO and 31 were restored and checked inside the cadence. 1 more is parked.",
    );
  });
});

describe("the budget of a quarter", () => {
  const day = 86_400;
  it.each<[string, number, number, string, string]>([
    ["unspent", 0, 45 * day, "ok", "100 % left"],
    ["spent evenly", 40, 45 * day, "ok", "60 % left"],
    ["spent too fast", 60, 30 * day, "warn", "40 % left, spent in 20 days at this rate"],
    ["spent to the last", 100, 90 * day, "ok", "0 % left"],
    ["overspent", 101, 10 * day, "bad", "overspent"],
  ])("%s", (_, beyond, elapsed, kind, words) => {
    expect(burnOf(beyond, 100, elapsed, 90 * day)).toMatchObject({ kind, words });
  });

  it("is nothing where nothing may be spent", () => {
    expect(burnOf(0, 0, 1, 2)).toBeNull();
  });

  it("runs by the calendar in UTC", () => {
    expect(quarterOf(new Date("2026-12-31T23:59:59Z"))).toEqual({
      from: new Date("2026-10-01T00:00:00Z"),
      to: new Date("2027-01-01T00:00:00Z"),
    });
  });
});
