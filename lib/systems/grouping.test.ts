import { describe, expect, it } from "vitest";
import { foldGroups, type GroupCount, groupFilter } from "./grouping";

const count = (key: string, state: GroupCount["state"], total: number, place = 0): GroupCount => ({
  key,
  label: key.toUpperCase(),
  place,
  state,
  total,
});

describe("groups of systems", () => {
  it("hold the sum of their states, and the worst of them with how many are in it", () => {
    expect(foldGroups([count("a", "within", 7), count("a", "missed", 2), count("a", "at_risk", 1)])).toEqual([
      { key: "a", label: "A", place: 0, total: 10, worst: "missed", worstCount: 2 },
    ]);
  });

  it.each([
    ["by their place, whatever their state", [count("b", "missed", 1, 2), count("a", "within", 1, 1)], ["a", "b"]],
    ["worst first where they have no place", [count("a", "within", 9), count("b", "breached", 1)], ["b", "a"]],
    ["larger first where they are equally bad", [count("a", "within", 1), count("b", "within", 2)], ["b", "a"]],
    ["by name where nothing else tells", [count("b", "within", 1), count("a", "within", 1)], ["a", "b"]],
  ])("stand %s", (_, counts, expected) => {
    expect(foldGroups(counts).map(({ key }) => key)).toEqual(expected);
  });

  it.each([
    ["tier", "tier-1", { tier: "tier-1" }],
    ["owner", "none", { owner: "none" }],
    ["environment", "test", { environment: "test" }],
    ["state", "breached", { status: "breached" }],
  ] as const)("of a %s are shown alone by the filter of the same meaning", (kind, key, expected) => {
    expect(groupFilter(kind, key)).toEqual(expected);
  });
});
