import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changesBetween, mergeEdit } from "@/lib/core/edit";
import { defaultTiers } from "./defaults";
import { checkObjectives, type Objectives, objectiveNames, parseDuration, writeDuration } from "./rules";

const [first] = defaultTiers;
if (!first) throw new Error("There are no default tiers.");
const objectives = first.objectives;

describe("a length of time", () => {
  it.each([
    ["15 min", 900],
    ["15m", 900],
    ["4 h", 14_400],
    ["1 h 30 min", 5_400],
    ["1.5 h", 5_400],
    ["3 d", 259_200],
    ["90 s", 90],
    ["", null],
    ["15", null],
    ["min", null],
    ["4 hours", null],
    ["-4 h", null],
    ["4 h x", null],
    ["0.0001 s", null],
  ])("%s reads as %s seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it("is read back as it was written", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 * 86_400 }),
        (seconds) => parseDuration(writeDuration(seconds)) === seconds,
      ),
    );
  });
});

describe("objectives", () => {
  it("of every default tier can be meant together", () => {
    for (const tier of defaultTiers) expect(checkObjectives(tier.objectives)).toMatchObject({ ok: true });
  });

  it.each<[string, Partial<Objectives>, string]>([
    ["an RTO beyond the MTD", { rtoSeconds: 14_401 }, "rtoSeconds"],
    ["an RPO as long as the MTD", { rpoSeconds: 14_400 }, "rpoSeconds"],
    ["a longest retention below the shortest", { maxRetentionDays: 29 }, "maxRetentionDays"],
    ["locks beyond the longest retention", { maxRetentionDays: 30, minImmutableDays: 31 }, "minImmutableDays"],
    [
      "points that are gone before the next",
      { rpoSeconds: 86_401, mtdSeconds: 999_999, minRetentionDays: 1 },
      "minRetentionDays",
    ],
    ["verification more rarely than restore tests", { verifyDays: 31 }, "verifyDays"],
  ])("refuse %s", (_, over, field) => {
    expect(checkObjectives({ ...objectives, ...over })).toMatchObject({
      ok: false,
      code: "invalid",
      fields: { [field]: expect.any(String) },
    });
  });

  it.each<[string, Partial<Objectives>]>([
    ["an RTO equal to the MTD", { rtoSeconds: 14_400 }],
    ["an RPO a second below the MTD", { rpoSeconds: 14_399 }],
    ["a longest retention equal to the shortest", { maxRetentionDays: 30 }],
    ["verification as often as restore tests", { verifyDays: 30 }],
  ])("take %s", (_, over) => {
    expect(checkObjectives({ ...objectives, ...over })).toMatchObject({ ok: true });
  });
});

describe("an edit upon an edit", () => {
  const row = { name: "Tier 1", ...objectives };

  it("names what the other one changed", () => {
    expect(changesBetween({ rpoSeconds: 900, name: "Tier 1" }, { ...row, rpoSeconds: 1_800 }, objectiveNames)).toEqual([
      { field: "rpoSeconds", label: "RPO", from: "15 min", to: "30 min" },
    ]);
  });

  it("keeps theirs where this one changed nothing, and this one's where they did", () => {
    const merged = mergeEdit({ ...row }, { ...row, rtoSeconds: 1_800 }, { ...row, rpoSeconds: 600, rtoSeconds: 2_400 });
    expect(merged).toMatchObject({ rpoSeconds: 600, rtoSeconds: 1_800 });
  });
});
