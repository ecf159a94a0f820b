import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { expect, test } from "./fixtures";

test("an auditor has the log verified, and verifies it again on a machine of their own", async ({
  page,
  person,
  signIn,
}, info) => {
  const grete = await person("Grete Journey", "auditor");
  await signIn(page, grete);
  await page.goto("/audit");
  await page.getByRole("link", { name: "Seal and verification" }).click();
  await expect(page.getByRole("heading", { name: /events sealed/ })).toBeVisible();

  await page.getByRole("button", { name: "Verify now" }).click();
  const verification = page.getByRole("region", { name: "Verification of the whole log" });
  await expect(verification.getByText("No event is missing")).toBeVisible({ timeout: 60_000 });
  await expect(verification.getByText("does not hold")).toHaveCount(0);

  const taken = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export the bundle" }).click();
  const bundle = info.outputPath("log.holdfastaudit");
  await (await taken).saveAs(bundle);
  const verifierTaken = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the verifier" }).click();
  const verifier = info.outputPath("verify.mjs");
  await (await verifierTaken).saveAs(verifier);
  const args = [verifier, "--bundle", bundle, "--no-witness", "--json"];
  const report = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
  expect(report).toMatchObject({ verdict: "ok", findings: [] });
  expect(report.size).toBeGreaterThan(0);
});

test("an auditor takes a part of the log out as a table, and that stands in the log", async ({
  page,
  person,
  signIn,
}, info) => {
  const grete = await person("Grete Table", "auditor");
  await signIn(page, grete);
  await page.goto(`/audit?person=${grete.id}`);
  await page.getByRole("button", { name: "Export" }).click();
  const taken = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /CSV/ }).click();
  const file = info.outputPath("log.csv");
  await (await taken).saveAs(file);
  expect(fs.readFileSync(file, "utf8")).toContain(`"Grete Table signed in with a second factor."`);
  await page.goto("/audit");
  await expect(page.getByRole("link", { name: /Grete Table exported \d+ events? of this log as CSV/ })).toBeVisible();
});
