import { defineConfig } from "@playwright/test";
import { readStack } from "./e2e/stack";

/** The stack is raised by `npm test` (or `npm run demo`), which says where it is by HOLDFAST_E2E_HOME. */
export default defineConfig({
  testDir: "e2e",
  fullyParallel: true,
  forbidOnly: true,
  // A busy machine may cost a journey its patience once; whatever needed its second try is named at the end.
  retries: 1,
  workers: 2,
  timeout: 240_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json"]],
  use: {
    baseURL: readStack().url,
    trace: "retain-on-failure",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium", args: ["--no-sandbox"] },
  },
});
