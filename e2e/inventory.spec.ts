import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";

const unique = () => randomUUID().slice(0, 8);

async function choose(page: Page, text: string): Promise<void> {
  await page.goto("/systems/import");
  await page
    .getByLabel("A CSV file in UTF-8")
    .setInputFiles({ name: "estate.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Show what it would do" }).click();
}

test("a table of systems is looked at line by line, mended, and brought in at once", async ({
  page,
  person,
  signIn,
  db,
}) => {
  await signIn(page, await person("Ines", "operator"));
  const mark = unique();
  await choose(page, `slug,name,tier,environment\r\ne2e-${mark},Brought ${mark},1,prod\r\norders,,3,\r\n`);
  await expect(page.getByText("2 lines have something to mend.")).toBeVisible();
  await expect(page.getByText('"prod" is none of them.')).toBeVisible();
  await expect(page.getByText("This would lower what protects Orders")).toBeVisible();
  expect(await db.system.count({ where: { slug: `e2e-${mark}` } })).toBe(0);

  const lines = Array.from({ length: 2_500 }, (_, n) => `e2e-${mark}-${n},Brought ${mark} ${n},3,test`);
  await choose(page, `\uFEFFslug;name;tier;environment\n${lines.join("\n").replaceAll(",", ";")}\n`);
  await page.getByRole("button", { name: "Create 2,500 systems" }).click();
  await expect(page.getByText("The table was brought in.")).toBeVisible({ timeout: 60_000 });
  const made = { slug: { startsWith: `e2e-${mark}-` } };
  expect(await db.system.count({ where: made })).toBe(2_500);
  const csv = await (await page.request.get("/systems/export")).text();
  expect(csv).toContain(`"e2e-${mark}-0","Brought ${mark} 0"`);
  await db.system.deleteMany({ where: made });
});

test("a file that is no table is refused with its remedy before anything is sent", async ({ page, person, signIn }) => {
  await signIn(page, await person("Ines", "operator"));
  await choose(page, "slug,colour\norders,red\n");
  await expect(page.getByRole("alert").filter({ hasText: 'There is no column "colour".' })).toBeVisible();
  await choose(page, "");
  await expect(page.getByRole("alert").filter({ hasText: "This file is empty." })).toBeVisible();
  await choose(page, 'slug,name\na,"b\n');
  await expect(page.getByRole("alert").filter({ hasText: "Line 2: a cell begins with a quote" })).toBeVisible();
});

test("a circle of dependencies is named before it is written down, and found afterwards", async ({
  page,
  person,
  signIn,
  db,
}) => {
  const mark = unique();
  const make = (name: string) =>
    db.system.create({ data: { slug: `${name}-${mark}`, name: `${name} ${mark}` }, select: { id: true } });
  const [first, second] = [await make("first"), await make("second")];
  await db.systemDependency.create({
    data: { fromId: first.id, toId: second.id, kind: "hard", validFrom: new Date() },
  });
  await signIn(page, await person("Ines", "operator"));
  await page.goto(`/systems/${second.id}/dependencies`);
  await page.getByRole("combobox", { name: "It needs" }).click();
  await page.getByPlaceholder("Type a name…").fill(`first ${mark}`);
  await page.getByRole("option", { name: `first ${mark}` }).click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const box = page.getByLabel("They do need each other: write the circle down");
  await expect(page.getByText(`This closes a circle of first ${mark}, second ${mark}.`).first()).toBeVisible();
  await box.check();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByText("A circle", { exact: true })).toBeVisible();
  const graph = page.getByRole("region", { name: "Graph of dependencies" });
  await graph.getByRole("link", { name: new RegExp(`first ${mark}`) }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/systems/${first.id}/dependencies`);
  await page
    .getByRole("button", { name: `End the dependency with second ${mark}` })
    .first()
    .click();
  await expect(page.getByRole("heading", { name: "No longer" })).toBeVisible();
  await db.system.deleteMany({ where: { id: { in: [first.id, second.id] } } });
});
