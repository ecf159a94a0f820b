import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { tallyPlaywright, tallyVitest } from "@/bin/stack/test-report";

const place = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-report-"));
afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

let written = 0;
const report = (content: unknown) => {
  const file = path.join(place, `${written++}.json`);
  fs.writeFileSync(file, JSON.stringify(content));
  return file;
};

const vitest = (tests: string[][]) =>
  report({
    numPassedTests: tests.flat().filter((status) => status === "passed").length,
    numFailedTests: tests.flat().filter((status) => status === "failed").length,
    testResults: tests.map((statuses, index) => ({
      name: `file-${index}`,
      status: statuses.length === 0 || statuses.includes("failed") ? "failed" : "passed",
      assertionResults: statuses.map((status, place) => ({ fullName: `test ${place}`, status })),
    })),
  });

describe("the tally of a Vitest run", () => {
  it("counts what passed and what failed", () => {
    expect(tallyVitest(vitest([["passed", "failed"], ["passed"]]), 1)).toMatchObject({ passed: 2, failed: 1 });
  });
  it("counts a file that could not be loaded as a failure", () => {
    expect(tallyVitest(vitest([["passed"], []]), 1)).toMatchObject({ passed: 1, failed: 1 });
  });
  it("does not believe a run that failed without saying where", () => {
    expect(tallyVitest(vitest([["passed"]]), 1)).toMatchObject({ passed: 1, failed: 1 });
  });
  it("names what was not run", () => {
    expect(tallyVitest(vitest([["passed", "skipped"]]), 0).notes).toEqual(["not run: test 1"]);
  });
  it("fails without a report", () => {
    expect(tallyVitest(path.join(place, "none.json"), 0)).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe("the tally of a Playwright run", () => {
  const stats = { expected: 3, unexpected: 0, flaky: 0, skipped: 0 };
  it("counts what passed and what failed", () => {
    expect(tallyPlaywright(report({ stats: { ...stats, unexpected: 2 }, errors: [] }), 1)).toMatchObject({
      passed: 3,
      failed: 2,
    });
  });
  it("counts an error outside of every test", () => {
    expect(tallyPlaywright(report({ stats, errors: [{ message: "no browser" }] }), 1)).toEqual({
      passed: 3,
      failed: 1,
      notes: ["no browser"],
    });
  });
  it("names what was skipped", () => {
    expect(tallyPlaywright(report({ stats: { ...stats, skipped: 1 }, errors: [] }), 0).notes).toHaveLength(1);
  });
  it("names what passed only at a second try, however deep it stands", () => {
    const specs = [
      { title: "a sure thing", tests: [{ status: "expected" }] },
      { title: "a shy thing", tests: [{ status: "flaky" }] },
    ];
    const suites = [{ specs: [], suites: [{ specs }] }];
    expect(tallyPlaywright(report({ suites, stats: { ...stats, flaky: 1 }, errors: [] }), 0)).toEqual({
      passed: 4,
      failed: 0,
      notes: ["passed only when tried again: a shy thing"],
    });
  });
  it("fails without a report", () => {
    expect(tallyPlaywright(path.join(place, "none.json"), 0)).toMatchObject({ passed: 0, failed: 1 });
  });
});
