import fs from "node:fs";
import { z } from "zod";

export type Tally = { passed: number; failed: number; notes: string[] };

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

type Suite = { specs?: { title: string; tests: { status: string }[] }[] | undefined; suites?: Suite[] | undefined };

const suite: z.ZodType<Suite> = z.object({
  specs: z.array(z.object({ title: z.string(), tests: z.array(z.object({ status: z.string() })) })).optional(),
  get suites() {
    return z.array(suite).optional();
  },
});

const playwrightReport = z.object({
  suites: z.array(suite).default([]),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.object({ message: z.string().optional() })),
});

const broken = (what: string, code: number): Tally => ({
  passed: 0,
  failed: 1,
  notes: [`${what} ended with exit ${code} and left no report.`],
});

function readJson(file: string): unknown {
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, "utf8")) : undefined;
}

/** Counts a Vitest run; a file that could not even be loaded counts as one failure, a skipped test is named. */
export function tallyVitest(file: string, code: number): Tally {
  const parsed = vitestReport.safeParse(readJson(file));
  if (!parsed.success) return broken("Vitest", code);
  const { numPassedTests, numFailedTests, testResults } = parsed.data;
  const unloaded = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && !assertionResults.some((assertion) => assertion.status === "failed"),
  );
  const notes = unloaded.map(({ name, message }) => `failed to load: ${name}\n${message ?? ""}`.trimEnd());
  for (const { assertionResults } of testResults)
    for (const { fullName, status } of assertionResults)
      if (status === "pending" || status === "skipped" || status === "todo") notes.push(`not run: ${fullName}`);
  const failed = numFailedTests + unloaded.length;
  const hidden = code !== 0 && failed === 0;
  if (hidden) notes.push(`Vitest ended with exit ${code} although every test passed.`);
  return { passed: numPassedTests, failed: failed + (hidden ? 1 : 0), notes };
}

const flakyIn = ({ specs = [], suites = [] }: Suite): string[] => [
  ...specs.filter(({ tests }) => tests.some(({ status }) => status === "flaky")).map(({ title }) => title),
  ...suites.flatMap(flakyIn),
];

/** Counts a Playwright run; what was skipped, or passed only at a second try, is named. */
export function tallyPlaywright(file: string, code: number): Tally {
  const parsed = playwrightReport.safeParse(readJson(file));
  if (!parsed.success) return broken("Playwright", code);
  const { stats, errors, suites } = parsed.data;
  const notes = errors.map(({ message }) => message ?? "an error without words");
  if (stats.skipped > 0) notes.push(`not run: ${stats.skipped} browser tests`);
  for (const title of suites.flatMap(flakyIn)) notes.push(`passed only when tried again: ${title}`);
  const failed = stats.unexpected + errors.length;
  const hidden = code !== 0 && failed === 0;
  if (hidden) notes.push(`Playwright ended with exit ${code} although every test passed.`);
  return { passed: stats.expected + stats.flaky, failed: failed + (hidden ? 1 : 0), notes };
}
