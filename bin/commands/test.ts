import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { runChecks } from "@/bin/commands/check";
import { homeFolder } from "@/bin/env";
import { ensureBuild, ensureClient } from "@/bin/stack/build";
import { demandChromium } from "@/bin/stack/chromium";
import { type Command, say, Trouble } from "@/bin/stack/command";
import { withCrew } from "@/bin/stack/crew";
import { raiseDemo } from "@/bin/stack/demo-stack";
import { claimHome } from "@/bin/stack/home";
import { nextFreePort } from "@/bin/stack/ports";
import { makeRunFolder } from "@/bin/stack/run-folder";
import { runTool, tools } from "@/bin/stack/run-tool";
import { type Tally, tallyPlaywright, tallyVitest } from "@/bin/stack/test-report";
import type { DispatchMode } from "@/lib/platform/migrate";

const parts = ["check", "unit", "browser"] as const;
type Part = (typeof parts)[number];

async function tallyChecks(): Promise<Tally> {
  const results = await runChecks();
  const failed = results.filter(({ passed }) => !passed);
  return {
    passed: results.length - failed.length,
    failed: failed.length,
    notes: failed.map(({ name }) => `failed: ${name}`),
  };
}

async function tallyUnits(place: string, filters: string[]): Promise<Tally> {
  await ensureClient();
  say("unit, database and contract tests …");
  const report = path.join(place, "vitest.json");
  const { code } = await runTool(
    [tools.vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...filters],
    { env: { NODE_ENV: "test", HOLDFAST_TEST_HOME: place }, show: true },
  );
  return tallyVitest(report, code);
}

type Pass = { dispatch: DispatchMode; rounds: string[][] };

/**
 * Every journey where web may dispatch, those last and one by one that touch the whole installation; then those that
 * matter in the hardened shape, where only the worker may.
 */
const passes: readonly Pass[] = [
  {
    dispatch: "web",
    rounds: [
      ["--grep-invert", "@hardened|@alone"],
      ["--grep", "@alone", "--workers", "1"],
    ],
  },
  { dispatch: "worker", rounds: [["--grep", "@hardened"]] },
];

async function tallyBrowser(place: string, filters: string[]): Promise<Tally> {
  const chromium = demandChromium();
  if ("missing" in chromium) return { passed: 0, failed: 1, notes: [`browser tests did not run: ${chromium.missing}`] };
  await ensureBuild();
  const tallies: Tally[] = [];
  for (const pass of passes) {
    say(`browser journeys, dispatched by ${pass.dispatch} …`);
    tallies.push(await tallyPass(place, pass, filters, chromium.place));
  }
  return sumTallies(tallies);
}

/** The identity provider that the journeys start; web alone is told of it. */
const testedProvider = (port: number): Record<string, string> => ({
  HOLDFAST_OIDC_ISSUER: `http://localhost:${port}`,
  HOLDFAST_OIDC_CLIENT_ID: "holdfast",
  HOLDFAST_OIDC_CLIENT_SECRET: randomBytes(24).toString("base64url"),
  HOLDFAST_OIDC_LABEL: "Nordwind ID",
  HOLDFAST_OIDC_SCOPES: "openid profile email groups",
  HOLDFAST_OIDC_ROLE_CLAIM: "groups",
});

/** Raises the stack in a home of the run's own and goes through the journeys of one pass. */
async function tallyPass(place: string, pass: Pass, filters: string[], chromium: string): Promise<Tally> {
  const folder = path.join(place, "home");
  const logFolder = path.join(place, `logs-${pass.dispatch}`);
  const home = await claimHome(path.join(folder, "demo"));
  const interrupted: Tally = { passed: 0, failed: 1, notes: ["browser tests were interrupted"] };
  const tallies: Tally[] = [];
  try {
    await withCrew({ logFolder, home }, async (crew) => {
      const port = await nextFreePort(3_900);
      const shape = { mode: "production", durable: false, fresh: false, speed: 60, dispatch: pass.dispatch } as const;
      const sso = testedProvider(await nextFreePort(port + 1));
      await raiseDemo(crew, { home: folder, port, sso, ...shape });
      for (const [index, args] of pass.rounds.entries()) {
        const report = path.join(place, `playwright-${pass.dispatch}-${index}.json`);
        const { code } = await runTool([tools.playwright, "test", "--pass-with-no-tests", ...args, ...filters], {
          env: {
            HOLDFAST_E2E_HOME: folder,
            HOLDFAST_E2E_LOGS: logFolder,
            CHROMIUM_PATH: chromium,
            PLAYWRIGHT_JSON_OUTPUT_NAME: report,
          },
          show: true,
        });
        tallies.push(tallyPlaywright(report, code));
      }
      return 0;
    });
  } finally {
    home.release();
  }
  return tallies.length < pass.rounds.length ? interrupted : sumTallies(tallies);
}

const sumTallies = (tallies: readonly Tally[]): Tally => ({
  passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
  failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
  notes: tallies.flatMap(({ notes }) => notes),
});

/** A part that cannot even begin is a failure with its reason, and the next part still runs. */
async function attempt(part: Part, work: () => Promise<Tally>): Promise<Tally> {
  try {
    return await work();
  } catch (error) {
    const words = error instanceof Trouble ? error.message : error instanceof Error ? error.stack : String(error);
    return { passed: 0, failed: 1, notes: [`${part} did not run: ${words}`] };
  }
}

function isPart(word: string): word is Part {
  return parts.some((part) => part === word);
}

export const test: Command = {
  summary: "everything: lint, types, unit, database, contract and browser tests",
  usage: `  --only check|unit|browser   one part alone
  PATTERN …                   files whose name contains one of these (with --only unit or browser)`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { only: { type: "string" } },
    });
    const only = values.only;
    if (only !== undefined && !isPart(only)) throw new Trouble(`--only knows ${parts.join(", ")}.`);
    const place = await makeRunFolder(path.join(homeFolder, "test"));
    const work: Record<Part, () => Promise<Tally>> = {
      check: tallyChecks,
      unit: () => tallyUnits(place, positionals),
      browser: () => tallyBrowser(place, positionals),
    };
    const tallies: Tally[] = [];
    for (const part of parts) if (only === undefined || only === part) tallies.push(await attempt(part, work[part]));
    const { passed, failed, notes } = sumTallies(tallies);
    for (const note of notes) say(note);
    if (failed === 0) fs.rmSync(place, { recursive: true, force: true });
    else say(`Logs and reports: ${place}`);
    say(`${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  },
};
