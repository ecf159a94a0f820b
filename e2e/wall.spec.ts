import { randomUUID } from "node:crypto";
import { expect, test } from "./fixtures";
import { givePasskey } from "./passkeys";

test("a screen is paired by a code, shows the wall without anybody signed in, and says so when it is taken off", async ({
  page,
  browser,
  baseURL,
  db,
  person,
  signIn,
}) => {
  const name = `Operations room ${randomUUID().slice(0, 8)}`;
  const ada = await person("Ada Screens", "administrator");
  await signIn(page, ada);
  await givePasskey(page, db, ada);
  await page.goto("/settings/wall-displays");
  await page.getByRole("button", { name: "Add a wall display" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Confirm and add" }).click();
  await expect(dialog.getByText("This code is shown once.")).toBeVisible();
  const code = (await dialog.locator("code").textContent()) ?? "";
  const address = (await dialog.getByText(/\/wall\/pair$/).textContent()) ?? "";
  await dialog.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("waits for its code");

  const context = await browser.newContext({ ...(baseURL ? { baseURL } : {}) });
  const wall = await context.newPage();
  await wall.goto("/wall");
  await expect(wall).toHaveURL(/\/sign-in$/);
  await wall.goto(new URL(address).pathname);
  await wall.getByLabel("Pairing code").fill("0000-0000");
  await wall.getByRole("button", { name: "Pair this screen" }).click();
  await expect(wall.getByText("This code does not work.")).toBeVisible();
  await wall.getByLabel("Pairing code").fill(code.toLowerCase());
  await wall.getByRole("button", { name: "Pair this screen" }).click();
  await expect(wall).toHaveURL(/\/wall$/);
  await expect(wall.getByText(/connections? read/)).toBeVisible();
  await expect(wall.getByRole("link")).toHaveCount(0);
  await expect(wall.getByRole("button")).toHaveCount(0);
  const [cookie, ...more] = await context.cookies();
  expect(more).toEqual([]);
  expect(cookie).toMatchObject({ name: "holdfast.wall", httpOnly: true, sameSite: "Strict", path: "/" });
  // Longer than any display lasts: one whose time is over is told so.
  expect((cookie?.expires ?? 0) * 1_000).toBeGreaterThan(Date.now() + 366 * 86_400_000);
  for (const place of ["/", "/systems", "/settings/wall-displays"]) {
    await wall.goto(place);
    await expect(wall, place).toHaveURL(/\/sign-in$/);
  }
  await wall.goto("/wall");
  await expect(wall.getByText(/connections? read/)).toBeVisible();

  await page.reload();
  await expect(row).toContainText("showing");
  await row.getByRole("button", { name: `Take off ${name}` }).click();
  await expect(row).toHaveCount(0);
  // Nobody touches the wall: it asks by itself.
  await expect(wall.getByRole("heading", { name: "This display was taken off." })).toBeVisible();
  await expect(wall.getByText("Settings → Wall displays")).toBeVisible();
  await wall.reload();
  await expect(wall.getByRole("heading", { name: "This display was taken off." })).toBeVisible();
  await context.close();
});

test("a wall in somebody's own session does not keep them in, and leaves when the session ends", async ({
  page,
  db,
  person,
  signIn,
}) => {
  const vera = await person("Vera Watches", "viewer");
  await signIn(page, vera);
  const { id } = await db.session.findFirstOrThrow({ where: { userId: vera.id, aal: 2, revokedAt: null } });
  const lastSeenAt = new Date(Date.now() - 600_000);
  await db.session.update({ where: { id }, data: { lastSeenAt } });
  await page.goto("/wall");
  await expect(page.getByText(/connections? read/)).toBeVisible();
  await page.waitForResponse((answer) => answer.url().endsWith("/api/live/wall") && answer.ok());
  expect((await db.session.findUniqueOrThrow({ where: { id } })).lastSeenAt).toEqual(lastSeenAt);
  await db.session.update({ where: { id }, data: { idleExpiresAt: new Date(Date.now() - 1_000) } });
  await expect(page).toHaveURL(/\/sign-in$/);
});
