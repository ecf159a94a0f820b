import { expect, type Page } from "@playwright/test";

/** Follows a link until its address is there: right after a page has loaded, a click may come before it listens. */
export async function follow(page: Page, name: string, address: RegExp): Promise<void> {
  await expect(async () => {
    await page.getByRole("link", { name, exact: true }).click();
    await expect(page).toHaveURL(address, { timeout: 10_000 });
  }).toPass({ timeout: 60_000 });
}
