import { describe, expect, it } from "vitest";
import { after, hours, minutes } from "@/lib/core/time";
import { type LossFacts, lossOf, lossText } from "./ranking";

const now = new Date("2026-11-24T12:00:00.000Z");
const beyond = (ms: number) => after(now, -minutes(15) - ms);

const facts = (over: Partial<LossFacts> = {}): LossFacts => ({
  state: "breached",
  tierRank: 2,
  criticality: "medium",
  environment: "production",
  waiting: 0,
  newestAsOf: beyond(minutes(10)),
  rpoSeconds: 900,
  ...over,
});
const urgencyOf = (over: Partial<LossFacts>) => lossOf(facts(over), now).urgency;

describe("what a loss would cost", () => {
  it.each<[string, Partial<LossFacts>, number]>([
    ["is 4 × 4 × 4 for tier 2, medium, in production, just beyond its RPO", {}, 64],
    ["doubles with tier 1", { tierRank: 1 }, 128],
    ["doubles again with the foundation", { tierRank: 0 }, 256],
    ["halves with tier 3", { tierRank: 3 }, 32],
    ["is least without a tier", { tierRank: null }, 16],
    ["is the same in every tier beyond the fourth", { tierRank: 7 }, 16],
    ["doubles where it is critical to the business", { criticality: "critical" }, 128],
    ["is half as much again where it is high", { criticality: "high" }, 96],
    ["halves where it is low", { criticality: "low" }, 32],
    ["halves in staging", { environment: "staging" }, 32],
    ["is a quarter in test", { environment: "test" }, 16],
    ["is a quarter in development", { environment: "development" }, 16],
    ["is that of production where nobody said", { environment: "unknown" }, 64],
    ["doubles when one system waits for it", { waiting: 1 }, 128],
    ["is no more when two do", { waiting: 2 }, 128],
    ["is three times as much when three do", { waiting: 3 }, 192],
    ["is no less within the RPO", { newestAsOf: now }, 64],
    ["is one step until an hour beyond the RPO", { newestAsOf: beyond(hours(1) - 1) }, 64],
    ["is the next from an hour on", { newestAsOf: beyond(hours(1)) }, 128],
    ["and the next from three hours on", { newestAsOf: beyond(hours(3)) }, 192],
    ["ends its steps at 511 hours", { newestAsOf: beyond(hours(511)) }, 640],
    ["goes no higher however long it lasts", { newestAsOf: beyond(hours(5_000)) }, 640],
    ["is most where nothing can be restored", { newestAsOf: null }, 768],
    ["is nothing while it is parked", { state: "parked", newestAsOf: null }, 0],
  ])("%s", (_, over, expected) => {
    expect(urgencyOf(over)).toBe(expected);
  });

  it.each<[string, Date | null, Date | null]>([
    ["at one hour while within the first", beyond(minutes(10)), after(beyond(minutes(10)), minutes(15) + hours(1))],
    ["at three hours from the first on", beyond(hours(1)), after(now, hours(2))],
    ["no more after the last", beyond(hours(511)), null],
    ["never where there is no data", null, null],
  ])("takes its next step %s", (_, newestAsOf, expected) => {
    expect(lossOf(facts({ newestAsOf }), now).nextStepAt).toEqual(expected);
  });

  it("is exactly another at its next step", () => {
    const { nextStepAt, urgency } = lossOf(facts(), now);
    if (!nextStepAt) throw new Error("A step was expected.");
    expect(lossOf(facts(), after(nextStepAt, -1)).urgency).toBe(urgency);
    expect(lossOf(facts(), nextStepAt).urgency).toBe(2 * urgency);
  });
});

describe("why a system ranks where it does", () => {
  it.each<[Partial<LossFacts>, string]>([
    [{ waiting: 4, newestAsOf: beyond(minutes(190)) }, "4 systems wait for it; 3 h 10 beyond 15 min; production"],
    [{ waiting: 1, newestAsOf: null }, "1 system waits for it; nothing to restore from; production"],
    [{ newestAsOf: now, criticality: "critical" }, "critical to the business; production"],
    [{ newestAsOf: now, environment: "unknown" }, "environment not known"],
  ])("%o reads: %s", (over, text) => {
    expect(lossText(facts(over), now)).toBe(text);
  });
});
