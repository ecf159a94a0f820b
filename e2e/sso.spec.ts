import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import type { PrismaClient } from "@/lib/platform/prisma/client";
import { expect, test } from "./fixtures";
import { IdentityProvider } from "./identity-provider";
import type { Person } from "./people";
import type { Stack } from "./stack";

test.describe.configure({ mode: "serial" });

let provider: IdentityProvider;
test.beforeAll(async ({ stack }) => {
  const { sso, url } = stack;
  if (!sso) throw new Error("This stack names no identity provider.");
  provider = new IdentityProvider({
    issuer: sso.HOLDFAST_OIDC_ISSUER,
    clientId: sso.HOLDFAST_OIDC_CLIENT_ID,
    clientSecret: sso.HOLDFAST_OIDC_CLIENT_SECRET,
    callback: `${url}/api/auth/callback/sso`,
  });
  await provider.start();
});
test.afterAll(() => provider.stop());

const issuerOf = ({ sso }: Stack) => sso?.HOLDFAST_OIDC_ISSUER ?? "";

/** Somebody who is known here and there. */
async function link(db: PrismaClient, stack: Stack, person: Person): Promise<string> {
  const subject = randomUUID();
  await db.identity.create({ data: { userId: person.id, issuer: issuerOf(stack), subject } });
  return subject;
}

async function goThroughProvider(page: Page): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Nordwind ID" }).click();
}

const sessionCookie = async (page: Page) =>
  (await page.context().cookies()).find(({ name }) => name.endsWith("holdfast.sid"))?.value;

test("somebody comes in through the identity provider, shows a factor, and has the roles of its claims", async ({
  page,
  person,
  db,
  stack,
  code,
}) => {
  const ana = await person("Ana Federated", "viewer");
  const sub = await link(db, stack, ana);
  const value = `operators-${randomUUID()}`;
  await db.idpRoleMapping.create({
    data: { issuer: issuerOf(stack), claimPath: "groups", value, role: "operator" },
  });
  provider.isVisitedBy({ sub, groups: [value] });
  await goThroughProvider(page);
  await page.waitForURL("**/sign-in/confirm");
  const before = await sessionCookie(page);
  const asked = provider.asked.at(-1);
  expect(asked?.get("code_challenge_method")).toBe("S256");
  for (const name of ["state", "nonce", "code_challenge"]) expect(asked?.get(name)).toBeTruthy();
  expect(asked?.get("redirect_uri")).toBe(`${stack.url}/api/auth/callback/sso`);

  await page.getByLabel("One-time code").fill(await code(ana));
  await page.getByRole("button", { name: "Confirm with code" }).click();
  await page.waitForURL(`${stack.url}/`);
  await page.goto("/restores");
  await expect(page.getByRole("link", { name: "Restore a system" })).toBeVisible();

  // The cookie of the first step is worth nothing any more.
  expect(await sessionCookie(page)).not.toBe(before);
  const { name } = (await page.context().cookies()).find((one) => one.name.endsWith("holdfast.sid")) ?? { name: "" };
  await page.context().addCookies([{ name, value: before ?? "", url: stack.url }]);
  await page.goto("/restores");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("somebody unknown is turned away with the subject to give to an administrator, who asks to link it", async ({
  page,
  person,
  browserOf,
  code,
  db,
  stack,
}) => {
  const ben = await person("Ben Federated", "viewer");
  const admin = await person("Ada Federated", "administrator");
  const sub = randomUUID();
  provider.isVisitedBy({ sub, groups: [] });
  await goThroughProvider(page);
  await page.waitForURL("**/sign-in/refused");
  await expect(page.getByText(sub)).toBeVisible();
  expect(page.url()).not.toContain(sub);

  const office = await browserOf(admin);
  await office.goto(`/settings/people/${ben.id}`);
  await office.getByRole("button", { name: "Link an identity" }).click();
  const dialog = office.getByRole("dialog");
  await dialog.getByLabel("Subject").fill(sub);
  await dialog.getByLabel("Why").fill("Ben comes in through the provider from now on");
  await dialog.getByRole("button", { name: "Confirm and link" }).click();
  await dialog.getByLabel("One-time code").fill(await code(admin));
  await dialog.getByRole("button", { name: "Confirm and link" }).click();
  await test.step("which takes the votes of others, as letting him enrol anew would", async () => {
    await office.waitForURL("**/approvals/*");
    await expect(office.getByRole("heading", { level: 1 })).toContainText("Ben Federated");
    await expect(office.getByText(sub).first()).toBeVisible();
    await db.identity.create({ data: { userId: ben.id, issuer: issuerOf(stack), subject: sub } });
  });

  await goThroughProvider(page);
  await page.waitForURL("**/sign-in/confirm");
  await expect(page.getByText(ben.email)).toBeVisible();
});

test("a missing claim, somebody disabled, and a forged answer open nothing", async ({ page, person, db, stack }) => {
  const cleo = await person("Cleo Federated", "viewer");
  const sub = await link(db, stack, cleo);
  await test.step("no claim that roles are read from", async () => {
    provider.isVisitedBy({ sub });
    await goThroughProvider(page);
    await page.waitForURL("**/sign-in/refused");
    await expect(page.getByText("did not say what you may do")).toBeVisible();
  });
  provider.isVisitedBy({ sub, groups: [] });
  const failed = page.getByRole("alert").filter({ hasText: "did not work" });
  for (const parameter of ["nonce", "state", "code_challenge"])
    await test.step(`another ${parameter}`, async () => {
      await page.route(`${issuerOf(stack)}/auth?*`, (route) => {
        const url = new URL(route.request().url());
        url.searchParams.set(parameter, randomUUID() + randomUUID().slice(0, 7));
        return route.continue({ url: url.href });
      });
      await goThroughProvider(page);
      await expect(failed).toBeVisible();
      await expect(page).toHaveURL(`${stack.url}/sign-in?failed=provider`);
      await page.unroute(`${issuerOf(stack)}/auth?*`);
    });
  await test.step("another issuer", async () => {
    provider.claimsToBe = "https://evil.example";
    await goThroughProvider(page);
    await expect(failed).toBeVisible();
    provider.claimsToBe = null;
  });
  await test.step("an answer that nobody asked for", async () => {
    await page.context().clearCookies();
    await page.goto("/api/auth/callback/sso?code=stolen&state=guessed");
    await expect(failed).toBeVisible();
    await page.goto("/api/auth/callback/sso?error=access_denied&error_description=the%20secret%20reason");
    await expect(failed).toBeVisible();
    expect(page.url()).not.toContain("reason");
  });
  await test.step("somebody disabled", async () => {
    await db.user.update({ where: { id: cleo.id }, data: { status: "disabled" } });
    await goThroughProvider(page);
    await page.waitForURL("**/sign-in/refused");
    await expect(page.getByText("This account may not sign in.")).toBeVisible();
    expect(await sessionCookie(page)).toBeUndefined();
  });
});

test("nobody is led elsewhere by a callbackUrl", async ({ page, person, db, stack }) => {
  const dora = await person("Dora Federated", "viewer");
  provider.isVisitedBy({ sub: await link(db, stack, dora), groups: [] });
  for (const callbackUrl of ["https://evil.example/", "//evil.example", "javascript:alert(1)"]) {
    await page.goto(`/sign-in?callbackUrl=${encodeURIComponent(callbackUrl)}`);
    await page.getByRole("button", { name: "Continue with Nordwind ID" }).click();
    await page.waitForURL(`${stack.url}/sign-in/confirm`);
    await page.context().clearCookies();
  }
});

test("with the identity provider down a password still opens", async ({ page, person, signIn, stack }) => {
  const edda = await person("Edda Sealed", "break_glass");
  await provider.stop();
  await goThroughProvider(page);
  await expect(page.getByRole("alert").filter({ hasText: "did not work" })).toBeVisible();
  await expect(page).toHaveURL(`${stack.url}/sign-in?failed=provider`);
  await signIn(page, edda);
  await expect(page.getByRole("navigation").first()).toBeVisible();
});
