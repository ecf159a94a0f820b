import { addPasskeyDevice, expect, test } from "./fixtures";

test.describe.configure({ timeout: 480_000 });

test("a passkey is enrolled with a proof, opens the next sign-in, and stands in the account", async ({
  page,
  person,
  signIn,
  code,
}) => {
  const ivana = await person("Ivana Keys", "approver");
  await signIn(page, ivana);
  await addPasskeyDevice(page);
  await page.goto("/account");
  await page.getByRole("button", { name: "Add a factor" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: /Passkey/ }).check();
  await dialog.getByLabel("Name").fill("Work laptop");
  await dialog.getByRole("button", { name: "Confirm and go on" }).click();
  await dialog.getByLabel("One-time code").fill(await code(ivana));
  await dialog.getByRole("button", { name: "Confirm and go on" }).click();
  await dialog.getByRole("button", { name: /passkey/i }).click();
  await expect(page.getByText("Work laptop")).toBeVisible();
  await expect(page.getByText(/^Passkey, /)).toBeVisible();

  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(ivana.email);
  await page.getByLabel("Password").fill(ivana.password);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL("**/sign-in/confirm");
  await page.getByRole("button", { name: /passkey/i }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await expect(page.getByRole("navigation").first()).toBeVisible();
});
