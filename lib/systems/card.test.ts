import { describe, expect, it } from "vitest";
import { type Card, detailAt } from "./card";
import { packStrip, stripRuns } from "./strip";
import type { StripRun } from "./view";

const now = new Date("2026-11-25T12:00:00Z");
const hour = 3_600_000;
const day = 24 * hour;
const run = (fromNowMs: number, note?: string): StripRun => ({
  state: "ok",
  at: new Date(now.getTime() + fromNowMs).toISOString(),
  ...(note === undefined ? {} : { note }),
});
const many = (count: number, from: number) => Array.from({ length: count }, (_, n) => run((from + n) * hour, `n${n}`));

const card = (runs: StripRun[]): Card => ({
  resources: 1,
  makeup: "RDS · eu-central-1",
  proofLevel: null,
  copies: null,
  strip: packStrip(runs),
});

describe("the strip of a card", () => {
  it.each([
    ["is empty without a run", [], []],
    ["shows a run from the moment it is due", [run(-hour), run(0)], [run(-hour), run(0)]],
    ["shows none that is due a millisecond later", [run(-hour), run(1)], [run(-hour)]],
    ["is empty while all are still to come", [run(hour), run(2 * hour)], []],
    ["ends after 62 days, that moment included", [run(-62 * day), run(-62 * day + 1)], [run(-62 * day + 1)]],
    ["shows the newest thirty", many(45, -40), many(45, -40).slice(11, 41)],
    ["keeps what is said of each", [run(-hour, "a"), run(-1, "b"), run(1, "c")], [run(-hour, "a"), run(-1, "b")]],
  ] as const)("%s", (_, runs, shown) => {
    expect(stripRuns(detailAt(card([...runs]), now).strip)).toEqual(shown);
  });
});
