import { expect, type Page } from "@playwright/test";

/** Agrees to the request at this address by passkey, and waits until the page counts it. */
export async function agree(page: Page, request: string, counted: string): Promise<void> {
  await page.goto(request);
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.getByText(counted)).toBeVisible();
}

/** Where this page is, without the server's name. */
export const addressOf = (page: Page) => new URL(page.url()).pathname;
