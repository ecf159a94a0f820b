import { expect, type Page } from "@playwright/test";

/** Goes through the wizard for the staging orders database, to a point before its accident, up to the last step. */
export async function planRestore(page: Page, reason: string): Promise<void> {
  await page.goto("/restores/new?q=orders");
  await page.getByRole("button", { name: "Choose Orders (staging)" }).click();
  await page.getByRole("radio", { name: /orders-staging-db/ }).check();
  await page.getByLabel("Why").fill(reason);
  await page.getByRole("button", { name: "Go on to the moment" }).click();
  await page.getByRole("radio", { name: /A recovery point/ }).check();
  const points = page.getByRole("group", { name: "Recovery point, newest first" }).getByRole("radio");
  await expect(points.nth(3)).toBeVisible();
  await points.nth(3).check();
  await page.getByRole("button", { name: "Go on to the target" }).click();
  await expect(page.getByLabel("Name of the new resource")).toHaveValue(/orders-staging-db-rr/);
  await page.getByRole("button", { name: "Check this plan" }).click();
  await expect(page.getByText("What is lost")).toBeVisible();
  await page.getByRole("link", { name: "Go on to authorise" }).click();
  await expect(page.getByText("One approver, because this is not production.")).toBeVisible();
}

/** Submits the plan on the page, and answers the address of the restore. */
export async function submitPlan(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Submit for approval" }).click();
  await expect(page.getByRole("heading", { name: /waits for one approval/ })).toBeVisible();
  return new URL(page.url()).pathname;
}

/** Opens the request of a restore as its approver. */
export async function openRequest(page: Page, restore: string): Promise<void> {
  await page.goto(restore);
  await page.getByRole("link", { name: "Open", exact: true }).click();
  await expect(page.getByRole("heading", { name: /asks to restore Orders \(staging\)/ })).toBeVisible();
}
