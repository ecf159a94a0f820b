import { randomUUID } from "node:crypto";
import { expect, test } from "./fixtures";

test("an anonymous visitor is sent to sign in", async ({ page }) => {
  await page.goto("/restores");
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("a person with password and code comes in, and a wrong password does not", async ({ page, person, signIn }) => {
  const lena = await person("Lena Journey", "operator");
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(lena.email);
  await page.getByLabel("Password").fill("not the password at all");
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "not right" })).toBeVisible();

  await signIn(page, lena);
  await expect(page.getByRole("navigation").first()).toBeVisible();
});

test("a password alone opens nothing", async ({ page, person }) => {
  const mara = await person("Mara Journey", "viewer");
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(mara.email);
  await page.getByLabel("Password").fill(mara.password);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL("**/sign-in/confirm");
  await page.goto("/restores");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a page that reads itself again does not keep its reader in; using it does", async ({
  page,
  db,
  person,
  signIn,
}) => {
  const ida = await person("Ida Idle", "viewer");
  const slug = `idle-${randomUUID().slice(0, 8)}`;
  const system = await db.system.create({ data: { slug, name: slug, lifecycle: "parked" }, select: { id: true } });
  await signIn(page, ida);
  const { id } = await db.session.findFirstOrThrow({ where: { userId: ida.id, aal: 2, revokedAt: null } });
  const seen = async () => (await db.session.findUniqueOrThrow({ where: { id } })).lastSeenAt;
  const answered = page.waitForResponse((answer) => answer.url().endsWith(`/api/live/systems/${system.id}`));
  await page.goto(`/systems/${system.id}`);
  await answered;

  const lastSeenAt = new Date(Date.now() - 600_000);
  await db.session.update({ where: { id }, data: { lastSeenAt } });
  const readAgain = page.waitForResponse(
    (answer) => answer.url().includes(`/systems/${system.id}?_rsc=`) && answer.ok(),
  );
  await db.system.update({ where: { id: system.id }, data: { revision: { increment: 1 } } });
  await readAgain;
  expect(await seen()).toEqual(lastSeenAt);

  // What is asked for while the page still reads itself again does not count either.
  await expect(async () => {
    await page.goto("/vaults");
    expect((await seen()).getTime()).toBeGreaterThan(lastSeenAt.getTime());
  }).toPass();
  await db.system.delete({ where: { id: system.id } });
});
