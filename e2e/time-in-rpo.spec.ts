import fs from "node:fs";
import { recompute } from "@/lib/recompute/answers";
import { expect, test } from "./fixtures";
import { follow } from "./follow";

test("an operator reads a system's past, takes its facts away to check them, and plans maintenance", async ({
  page,
  person,
  signIn,
  db,
}) => {
  await signIn(page, await person("Olga Past", "operator"));
  const { id } = await db.system.findUniqueOrThrow({ where: { slug: "wiki" }, select: { id: true } });
  await page.goto(`/systems/${id}`);
  await follow(page, "Time within the RPO", /time-in-rpo/);
  await follow(page, "Last 7 days", /period=7d/);
  await expect(page.getByRole("link", { name: "Last 7 days" })).toHaveAttribute("aria-current", "page");
  const whole = page.getByRole("table", { name: "Time within the RPO, by required resource" });
  await expect(whole.getByRole("row").nth(1)).toBeVisible();

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "The points, streams and rules behind these figures" }).click(),
  ]);
  const { results } = recompute("rpo", JSON.parse(fs.readFileSync(await download.path(), "utf8")));
  expect(results.length).toBeGreaterThan(0);
  for (const result of results) expect(result).toHaveProperty("output.compliancePctFloor4");

  const startsAt = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  await page.getByLabel("Planned maintenance").fill("too short");
  await page.getByLabel("Begins (UTC)").fill(startsAt);
  await page.getByRole("button", { name: "Plan it" }).click();
  await expect(page.getByText(/^Say in ten characters or more/)).toBeVisible();
  await page.getByLabel("Planned maintenance").fill("CHG-4711 storage move");
  await page.getByRole("button", { name: "Plan it" }).click();
  await expect(page.getByText("CHG-4711 storage move")).toBeVisible();
  await page.getByRole("button", { name: "Take it back" }).click();
  await expect(page.getByText("CHG-4711 storage move")).toHaveCount(0);
  expect(await db.exclusion.count({ where: { systemId: id } })).toBe(0);
});
