import { describe, expect, it } from "vitest";
import { batchBytes, batchesOf, batchRows, columns, readHeader, readRow, readTable } from "./rules";

const names = [
  "slug",
  "name",
  "description",
  "tier",
  "environment",
  "criticality",
  "lifecycle",
  "owner_team",
  "detection_allowance_minutes",
  "allowed_regions",
];
const good = [
  "orders",
  "Orders",
  "Takes orders.",
  "1",
  "production",
  "high",
  "active",
  "commerce",
  "5",
  "us-east-1;EU-West-1 us-east-1",
];
const rowWith = (column: string, text: string) =>
  readRow(names, { line: 7, cells: good.map((cell, index) => (names[index] === column ? text : cell)) });

describe("the head of a table", () => {
  it("is taken in any order and case, with the columns that are only told", () => {
    expect(readHeader(["Owner Team", "slug", "HEALTH"])).toEqual({ ok: true, value: ["owner_team", "slug", "health"] });
  });

  it("of an export is taken as it is", () => {
    expect(readHeader(columns.map(({ name }) => name))).toMatchObject({ ok: true });
  });

  it.each([
    ["a column nobody knows", ["slug", "colour"], 'There is no column "colour".'],
    ["a column without a name", ["slug", ""], "A column has no name."],
    ["a column twice", ["slug", "tier", "Tier"], "The column tier is there twice."],
    ["no slug", ["name", "tier"], "The column slug is missing."],
    ["no columns at all but a line", ["orders", "Orders"], 'There is no column "orders".'],
  ])("with %s is refused with its remedy", (_, cells, message) => {
    expect(readHeader(cells)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });
});

describe("a table as a whole", () => {
  it.each([
    ["nothing", [], "This file is empty."],
    ["a head alone", [{ line: 1, cells: ["slug"] }], "no line below it"],
    [
      "more than 100,000 lines",
      [{ line: 1, cells: ["slug"] }, ...Array(50_001).fill({ line: 2, cells: ["a"] })],
      "50,001 lines",
    ],
  ])("of %s is refused", (_, rows, message) => {
    expect(readTable(rows)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });
});

describe("a line by itself", () => {
  it("is read", () => {
    expect(readRow(names, { line: 7, cells: good })).toEqual({
      line: 7,
      slug: "orders",
      name: "Orders",
      description: "Takes orders.",
      tier: "1",
      environment: "production",
      criticality: "high",
      lifecycle: "active",
      ownerTeam: "commerce",
      detectionAllowanceSeconds: 300,
      allowedRegions: ["eu-west-1", "us-east-1"],
      problems: [],
    });
  });

  it.each([
    ["slug", "", "The slug is missing."],
    ["slug", "Orders", '"Orders" is not a slug.'],
    ["slug", "-orders", '"-orders" is not a slug.'],
    ["slug", "o".repeat(81), "is not a slug."],
    ["name", "x".repeat(121), "It has 121 characters; at most 120"],
    ["name", "or\u202Eders", "cannot be seen"],
    ["name", "or\nders", "cannot be seen"],
    ["name", "or\u0000ders", "cannot be seen"],
    ["description", "x".repeat(2_001), "It has 2,001 characters"],
    ["tier", "a\u200Bb", "cannot be seen"],
    ["environment", "prod", '"prod" is none of them. Choose production, staging, development, test or unknown.'],
    ["criticality", "urgent", "Choose critical, high, medium or low."],
    ["lifecycle", "dead", "Choose active, parked or retired."],
    ["detection_allowance_minutes", "5.5", "is not a whole number of minutes"],
    ["detection_allowance_minutes", "-1", "is not a whole number of minutes"],
    ["detection_allowance_minutes", "10081", "is not a whole number of minutes"],
    ["allowed_regions", "eu-central-1 europe!", '"europe!" is not the name of a region.'],
    ["allowed_regions", Array.from({ length: 41 }, (_, n) => `r-${n}`).join(" "), "At most 40 regions"],
  ])("with the %s %j says what is wrong with that column", (column, text, message) => {
    expect(rowWith(column, text).problems).toEqual([{ column, message: expect.stringContaining(message) }]);
  });

  it.each([
    ["slug", "o".repeat(80)],
    ["name", "支".repeat(120)],
    ["description", "one\ntwo"],
    ["environment", " Production "],
    ["detection_allowance_minutes", "10080"],
    ["detection_allowance_minutes", "0"],
    ["allowed_regions", ""],
    ["allowed_regions", Array.from({ length: 40 }, (_, n) => `r-${n}`).join(" ")],
  ])("takes the %s %j", (column, text) => {
    expect(rowWith(column, text).problems).toEqual([]);
  });

  it.each([
    ["an apostrophe that an export put there", "'=HYPERLINK(1)", "=HYPERLINK(1)"],
    ["nothing before it", "=HYPERLINK(1)", "=HYPERLINK(1)"],
  ])("takes a formula with %s as text", (_, text, name) => {
    expect(rowWith("name", text)).toMatchObject({ name, problems: [] });
  });

  it.each([
    [9, "This line has 9 cells, the head has 10."],
    [11, "This line has 11 cells, the head has 10."],
  ])("with %i cells is refused as a whole", (count, message) => {
    const { problems } = readRow(names, { line: 3, cells: Array(count).fill("x") });
    expect(problems).toEqual([{ column: "", message: expect.stringContaining(message) }]);
  });

  it("leaves what its columns do not speak of, and takes away what they empty", () => {
    expect(readRow(["slug", "owner_team", "tier"], { line: 2, cells: ["a", "", ""] })).toMatchObject({
      ownerTeam: "",
      tier: null,
      description: null,
      problems: [],
    });
  });
});

describe("batches", () => {
  it("hold at most 1,000 lines", () => {
    const rows = Array.from({ length: batchRows * 2 + 1 }, (_, line) => ({ line, cells: ["a"] }));
    expect(batchesOf(rows).map((batch) => batch.length)).toEqual([batchRows, batchRows, 1]);
  });

  it("hold no more than a form can carry", () => {
    const rows = Array.from({ length: 300 }, (_, line) => ({ line, cells: ["ü".repeat(1_000)] }));
    const batches = batchesOf(rows);
    expect(batches.length).toBeGreaterThan(3);
    expect(Math.max(...batches.map((batch) => Buffer.byteLength(JSON.stringify(batch))))).toBeLessThanOrEqual(
      batchBytes + 2,
    );
  });
});
