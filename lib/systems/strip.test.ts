import { describe, expect, it } from "vitest";
import { packStrip, stripRuns, stripStates } from "./strip";
import type { StripRun } from "./view";

const states = ["ok", "partial", "failed", "missed", "none", "running", "paused"] as const;
const at = (minute: number, ms = 0) => new Date(Date.UTC(2026, 10, 25, 0, minute, 0, ms)).toISOString();

const strips: readonly (readonly [string, StripRun[]])[] = [
  ["no run", []],
  ["one run", [{ state: "ok", at: at(0) }]],
  ["every state", states.map((state, index) => ({ state, at: at(index) }))],
  ["runs of the same moment", states.map((state) => ({ state, at: at(3), note: state }))],
  [
    "moments to the millisecond",
    [
      { state: "ok", at: at(0, 1) },
      { state: "ok", at: at(0, 999) },
    ],
  ],
  [
    "a text said twice and one that is empty",
    [
      { state: "failed", at: at(1), note: "The key is disabled." },
      { state: "ok", at: at(2) },
      { state: "failed", at: at(3), note: "The key is disabled." },
      { state: "failed", at: at(4), note: "" },
    ],
  ],
];

describe("a packed strip", () => {
  it.each(strips)("gives back %s", (_, runs) => {
    expect(stripRuns(packStrip(runs))).toEqual(runs);
    expect(stripStates(packStrip(runs))).toEqual(runs.map(({ state }) => state));
  });

  it("takes less than a quarter of the room of thirty runs spelled out", () => {
    const runs = Array.from({ length: 30 }, (_, n): StripRun => ({ state: "ok", at: at(n * 30), note: `db-${n % 5}` }));
    expect(JSON.stringify(packStrip(runs)).length * 4).toBeLessThan(JSON.stringify(runs).length);
  });
});
