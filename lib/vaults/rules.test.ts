import { describe, expect, it } from "vitest";
import { daysText, lockMeanings, lockState, lockStates } from "./rules";

const now = new Date("2026-11-25T12:00:00Z");
const earlier = new Date(now.getTime() - 1);
const later = new Date(now.getTime() + 1);

describe("the lock of a vault", () => {
  it.each([
    ["none where none was set", "none", null, "none"],
    ["none whatever day was once named", "none", later, "none"],
    ["governance where people can lift it for ever", "governance", null, "governance"],
    ["cooling off until its day", "governance", later, "cooling_off"],
    ["final at the very moment of its day", "governance", now, "compliance"],
    ["final after it, before the provider was read again", "governance", earlier, "compliance"],
    ["final where the provider says so", "compliance", null, "compliance"],
    ["still cooling off where the provider is ahead of the day", "compliance", later, "cooling_off"],
  ] as const)("is %s", (_, mode, finalAt, expected) => {
    expect(lockState({ mode, finalAt }, now)).toBe(expected);
  });

  it("says of each state whether it counts as a locked copy", () => {
    for (const state of lockStates) expect(lockMeanings[state]).toMatch(/count/);
  });
});

it.each([
  [null, "no limit"],
  [1, "1 day"],
  [36_500, "36,500 days"],
])("spells a number of days: %s", (days, expected) => {
  expect(daysText(days, "no limit")).toBe(expected);
});
