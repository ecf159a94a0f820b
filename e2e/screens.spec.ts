import { randomUUID } from "node:crypto";
import type { PrismaClient } from "@/lib/platform/prisma/client";
import { expect, test } from "./fixtures";
import { follow } from "./follow";

const many = 320;
const prefix = "Scroll journey";
const nameOf = (index: number) => `${prefix} ${String(index).padStart(3, "0")}`;

/** More systems than one page holds; parked, so that no other journey hears of them. */
async function laySystems(db: PrismaClient): Promise<void> {
  const now = new Date();
  await db.system.createMany({
    data: Array.from({ length: many }, (_, index) => ({
      slug: `scroll-journey-${index + 1}`,
      name: nameOf(index + 1),
      lifecycle: "parked" as const,
      lifecycleAt: now,
      inServiceFrom: now,
    })),
  });
  const made = await db.system.findMany({ where: { name: { startsWith: prefix } }, select: { id: true } });
  await db.systemTier.createMany({ data: made.map(({ id }) => ({ systemId: id, tierId: "tier-3", validFrom: now })) });
}

test("an operator scrolls to the end of a long list, opens a system, and comes back to where they were", async ({
  page,
  person,
  signIn,
  db,
}) => {
  await laySystems(db);
  try {
    await signIn(page, await person("Olga Scroll", "operator"));
    await page.goto(`/systems?q=${encodeURIComponent(prefix)}&sort=name`);
    const row = (index: number) => page.getByRole("link", { name: nameOf(index), exact: true });
    await expect(row(1)).toBeVisible();
    await expect(page.getByRole("table")).toHaveAttribute("aria-rowcount", String(many + 1));

    await expect
      .poll(async () => {
        await page.keyboard.press("End");
        return row(many).count();
      })
      .toBe(1);
    await expect(row(many)).toBeVisible();
    await expect(row(1)).toHaveCount(0);
    expect(await page.getByRole("row").count()).toBeLessThan(80);
    await expect(page.getByRole("row").filter({ has: row(many) })).toHaveAttribute("aria-rowindex", String(many + 1));

    await expect(row(many - 2)).toBeInViewport();
    const opened = /\/systems\/[0-9a-f-]{36}$/;
    await expect(async () => {
      if (!opened.test(page.url())) await row(many - 2).click({ timeout: 5_000 });
      await expect(page).toHaveURL(opened, { timeout: 15_000 });
    }).toPass();
    await expect(page.getByRole("heading", { name: nameOf(many - 2) })).toBeVisible();
    await page.goBack();
    await expect(row(many - 2)).toBeInViewport();

    await page.getByRole("checkbox", { name: `Choose ${nameOf(many)}` }).check();
    await expect(page.getByText("1 system chosen")).toBeVisible();
    await page.getByRole("button", { name: `Choose all ${many}` }).click();
    await expect(page.getByText(`${many} systems chosen`)).toBeVisible();
    await page.keyboard.press("Home");
    await expect(page.getByRole("checkbox", { name: `Choose ${nameOf(1)}` })).toBeChecked();
    await page.getByRole("button", { name: "Move to tier" }).click();
    await expect(page.getByText("The chosen systems were changed.", { exact: true })).toBeVisible();
    await expect(page.getByText(/chosen$/)).toHaveCount(0);
    expect(
      await db.systemTier.count({
        where: { tierId: "tier-1", validTo: null, system: { name: { startsWith: prefix } } },
      }),
    ).toBe(many);
  } finally {
    await db.system.deleteMany({ where: { name: { startsWith: prefix } } });
  }
});

test("a view is saved, shared, found by a colleague, renamed and deleted", async ({
  page,
  person,
  signIn,
  browserOf,
}) => {
  const [name, renamed] = [`By tier ${randomUUID().slice(0, 8)}`, `Vera's tiers ${randomUUID().slice(0, 8)}`];
  await signIn(page, await person("Vera View", "operator"));
  await page.goto("/systems");
  // Right after a page has loaded, a choice may come before the list listens.
  await expect(async () => {
    await page.getByRole("combobox", { name: "Group by" }).selectOption("tier");
    await expect(page).toHaveURL(/group=tier/, { timeout: 5_000 });
  }).toPass();
  const heads = page.getByRole("rowheader").filter({ hasText: "Only these" });
  await expect(heads.first()).toContainText(/Tier \d.*systems?/);
  await heads.first().getByRole("button", { expanded: true }).click();
  await expect(heads.first().getByRole("button", { expanded: false })).toBeVisible();

  const views = page.getByRole("navigation", { name: "Saved views" });
  await page.getByRole("button", { name: "Save view" }).click();
  const window = page.getByRole("dialog");
  await window.getByRole("textbox", { name: "Name" }).fill(name);
  await window.getByRole("checkbox", { name: "Shared with everybody" }).check();
  await window.getByRole("button", { name: "Save view" }).click();
  await expect(views.getByRole("link", { name })).toHaveAttribute("aria-current", "page");

  const other = await browserOf(await person("Carl Colleague", "viewer"));
  await other.goto("/systems");
  await follow(other, name, /group=tier/);
  await expect(other.getByRole("rowheader").filter({ hasText: "Only these" }).first()).toContainText(
    /Tier \d.*systems?/,
  );
  await other.getByRole("button", { name: "This view" }).click();
  await expect(other.getByText("Shared by Vera View")).toBeVisible();
  await expect(other.getByRole("menuitem", { name: /Delete/ })).toHaveCount(0);

  await page.getByRole("button", { name: "This view" }).click();
  await page.getByRole("menuitem", { name: /Rename/ }).click();
  await window.getByRole("textbox", { name: "Name" }).fill(renamed);
  await window.getByRole("button", { name: "Keep changes" }).click();
  await expect(views.getByRole("link", { name: renamed })).toBeVisible();
  await page.getByRole("button", { name: "This view" }).click();
  await page.getByRole("menuitem", { name: /Delete/ }).click();
  await window.getByRole("button", { name: "Delete view" }).click();
  await expect(views.getByRole("link", { name: renamed })).toHaveCount(0);
});

test("a viewer sees who could delete what a vault keeps, and goes on to its points", async ({
  page,
  person,
  signIn,
}) => {
  await signIn(page, await person("Vito Vault", "viewer"));
  await page.getByRole("link", { name: "Vaults", exact: true }).click();
  await expect(page.getByText(/\d+ vaults: \d+ locked for good/)).toBeVisible();
  await page.getByRole("combobox", { name: "Kind" }).selectOption({ label: "Kind: air-gapped" });
  await expect(page).toHaveURL(/kind=air_gapped/);
  const row = page.getByRole("row").filter({ hasText: "compliance lock" }).first();
  await row.getByRole("link").click();
  await expect(page.getByText("Nobody can lift this lock")).toBeVisible();
  const held = page.getByRole("table", { name: "What this vault holds, by resource" });
  await held.getByRole("rowheader").first().getByRole("link").first().click();
  await expect(page).toHaveURL(/\/recovery-points\?vault=.+&resource=/);
  await expect(page.getByRole("table", { name: /Recovery points/ }).getByRole("row")).not.toHaveCount(1);
});

test("the wall display answers from across a room, with nothing to press", async ({ page, person, signIn }) => {
  await signIn(page, await person("Wanda Wall", "viewer"));
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto("/wall");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("region", { name: "What would hurt most" })).toBeVisible();
  await expect(page.getByText(/connections? read/)).toBeVisible();
  await expect(page.getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("navigation")).toHaveCount(0);
});
