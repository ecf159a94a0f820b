import { describe, expect, it } from "vitest";
import { circleText, type DependencyKind, findingsOf, layersOf } from "./rules";

const hours = (count: number) => count * 3_600;
const node = (id: string, tierRank: number | null, rtoSeconds: number | null) => ({ id, tierRank, rtoSeconds });
const edge = (fromId: string, toId: string, kind: DependencyKind = "hard") => ({
  id: `${fromId}-${toId}`,
  fromId,
  toId,
  kind,
});

describe("what does not fit about a dependency", () => {
  it.each([
    ["the same tier and RTO", node("b", 1, hours(2)), "hard", []],
    ["a better tier and a shorter RTO", node("b", 0, hours(1)), "hard", []],
    ["an RTO a second longer", node("b", 1, hours(2) + 1), "hard", ["incoherence"]],
    ["a worse tier with the same RTO", node("b", 2, hours(2)), "hard", ["inversion"]],
    ["a worse tier with a longer RTO", node("b", 2, hours(4)), "hard", ["incoherence", "inversion"]],
    ["the same, but softly", node("b", 2, hours(4)), "soft", []],
    ["no tier at all", node("b", null, null), "hard", []],
  ] as const)("of a tier 1 system with 2 h on one with %s", (_, needed, kind, rules) => {
    const found = findingsOf([node("a", 1, hours(2)), needed], [edge("a", "b", kind)]);
    expect(found.map(({ rule }) => rule)).toEqual(rules);
  });

  it("is said of the open example: portal needs auth, crm only softly", () => {
    const nodes = [node("portal", 1, hours(2)), node("auth", 2, hours(4)), node("crm", 2, hours(8))];
    expect(findingsOf(nodes, [edge("portal", "auth"), edge("crm", "auth", "soft")])).toEqual([
      { edgeId: "portal-auth", fromId: "portal", toId: "auth", rule: "incoherence" },
      { edgeId: "portal-auth", fromId: "portal", toId: "auth", rule: "inversion" },
    ]);
  });

  it("is not said of what lies outside the graph", () => {
    expect(findingsOf([node("a", 1, 60)], [edge("a", "b")])).toEqual([]);
  });
});

describe("the layers of a graph", () => {
  const at = (id: string, level: number) => ({ id, level });

  it("stand from what is needed to what needs it", () => {
    const layers = layersOf([at("me", 0), at("user", 1), at("base", -1), at("deep", -2)], []);
    expect(layers.map((layer) => layer.map(({ id }) => id))).toEqual([["deep"], ["base"], ["me"], ["user"]]);
  });

  it("keep neighbours near each other", () => {
    const nodes = [at("me", 0), at("a", -1), at("b", -1), at("under-b", -2), at("under-a", -2)];
    const edges = [edge("me", "a"), edge("me", "b"), edge("b", "under-b"), edge("a", "under-a")];
    expect(layersOf(nodes, edges)[0]?.map(({ id }) => id)).toEqual(["under-a", "under-b"]);
  });
});

it("names the members of a circle, and counts those that one may not see", () => {
  expect(circleText(["Orders", "Payments"], 0)).toBe("Orders, Payments");
  expect(circleText(["Orders", "Payments"], 2)).toBe("Orders, Payments, and 2 more outside what you may see");
});
