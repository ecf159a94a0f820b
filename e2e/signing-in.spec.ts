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
