import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { PrismaPg } from "@prisma/adapter-pg";
import type { Role } from "@/lib/access/permissions";
import { PrismaClient } from "@/lib/platform/prisma/client";
import { makePerson, nextCode, type Person } from "./people";
import { findProcess, readStack, type Stack } from "./stack";

type Fixtures = {
  /** A person who exists for this test alone. */
  person: (name: string, ...roles: Role[]) => Promise<Person>;
  /** Signs in through the real pages, with password and one-time code. */
  signIn: (page: Page, person: Person) => Promise<void>;
  /** A browser of somebody else's, signed in. */
  browserOf: (person: Person) => Promise<Page>;
  /** A one-time code of the person that was not used before. */
  code: (person: Person) => Promise<string>;
  /** Ends the worker as a power cut would; it is started again a second later. */
  killWorker: () => void;
  /** Stops the worker without ending it, and lets it go on. */
  holdWorker: { stop: () => void; goOn: () => void };
  /** The admin side of the pretend AWS: faults, calls, clock. */
  sandbox: Sandbox;
};

type WorkerFixtures = { stack: Stack; db: PrismaClient };

export type Sandbox = {
  url: string;
  ask: (path: string) => Promise<unknown>;
  tell: (path: string, body: unknown) => Promise<unknown>;
};

/** Goes through both steps of signing in, and waits for the page behind them. */
async function signInThrough(page: Page, person: Person): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL("**/sign-in/confirm");
  await page.getByLabel("One-time code").fill(await nextCode(person));
  await page.getByRole("button", { name: "Confirm with code" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
}

async function answerOf(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`The sandbox refused: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  stack: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures used from this pattern.
    async ({}, use) => use(readStack()),
    { scope: "worker" },
  ],
  db: [
    async ({ stack }, use) => {
      const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: stack.ownerUrl, max: 2 }) });
      await use(db);
      await db.$disconnect();
    },
    { scope: "worker" },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: see above.
  person: async ({}, use) => use((name, ...roles) => makePerson(name, roles)),
  // biome-ignore lint/correctness/noEmptyPattern: see above.
  signIn: async ({}, use) => use(signInThrough),
  browserOf: async ({ browser, baseURL }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (person) => {
      const context = await browser.newContext({ ...(baseURL ? { baseURL } : {}) });
      contexts.push(context);
      const page = await context.newPage();
      await signInThrough(page, person);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
  // biome-ignore lint/correctness/noEmptyPattern: see above.
  code: async ({}, use) => use(nextCode),
  // biome-ignore lint/correctness/noEmptyPattern: see above.
  killWorker: async ({}, use) => use(() => process.kill(findProcess("worker"), "SIGKILL")),
  // biome-ignore lint/correctness/noEmptyPattern: see above.
  holdWorker: async ({}, use) => {
    const tell = (signal: "SIGSTOP" | "SIGCONT") => () => void process.kill(findProcess("worker"), signal);
    await use({ stop: tell("SIGSTOP"), goOn: tell("SIGCONT") });
    tell("SIGCONT")();
  },
  sandbox: async ({ stack }, use) => {
    const url = stack.sandbox.aws;
    const at = (path: string) => `${url}/_sandbox/${path}`;
    await use({
      url,
      ask: async (path) => answerOf(await fetch(at(path))),
      tell: async (path, body) =>
        answerOf(
          await fetch(at(path), {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
          }),
        ),
    });
  },
});

/** A passkey authenticator in this page's browser that answers every question by itself. */
export async function addPasskeyDevice(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

export { expect };
