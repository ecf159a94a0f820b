import { describe, expect, it } from "vitest";
import { viewHref, viewQuery } from "./rules";

describe("what of an address makes a view", () => {
  it.each([
    ["the filter", "tier=tier-1&status=breached", "tier=tier-1&status=breached"],
    ["the same filter in another order", "status=breached&tier=tier-1", "tier=tier-1&status=breached"],
    ["not the place in the list", "tier=tier-1&after=WyIw&before=x", "tier=tier-1"],
    ["not what the list does not know", "tier=tier-1&utm_source=mail&javascript=1", "tier=tier-1"],
    ["not what is empty", "q=&owner=%20&group=tier", "group=tier"],
    ["what was typed, with its spaces and signs", "q=a%26b%20c", "q=a%26b+c"],
  ])("is %s", (_, address, expected) => {
    expect(viewQuery("/systems", address)).toBe(expected);
  });

  it("is the same said as an address or as its parts", () => {
    expect(viewQuery("/systems", { group: "owner", tier: "tier-1" })).toBe(
      viewQuery("/systems", "group=owner&tier=tier-1"),
    );
  });

  it("leads back to the list, all of it where nothing is asked for", () => {
    expect(viewHref("/systems", "tier=tier-1")).toBe("/systems?tier=tier-1");
    expect(viewHref("/systems", "")).toBe("/systems");
  });
});
