import { createHash, randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { generate } from "otplib";
import { expect, test } from "./fixtures";

const enrolmentCode = "ABCDE-FGHJK-MNPQR-STVWX";

/** Sets up the authenticator app that the page shows the secret of. */
async function setUpApp(page: Page, name: string): Promise<void> {
  await page.getByRole("radio", { name: /Authenticator app/ }).check();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  const shown = (await page.locator("code").first().textContent()) ?? "";
  const code = await generate({ secret: shown.replaceAll(" ", "") });
  await page.getByLabel("Code from the app").fill(code);
  await page.getByRole("button", { name: "Finish with this code" }).click();
}

test("somebody enrols, keeps their recovery codes, and comes back by one after losing the factor", async ({
  page,
  db,
  stack,
}) => {
  const email = `${randomUUID()}@nordwind.example`;
  const password = `journey ${randomUUID()}`;
  const code = `${enrolmentCode}-${randomUUID().slice(0, 8)}`.toUpperCase().replaceAll("-", "");
  const plain = code.replaceAll("O", "0").replace(/[IL]/g, "1");
  await db.user.create({
    data: {
      email,
      displayName: "Frida Journey",
      roleGrants: { create: { role: "viewer" } },
      enrollmentCodes: {
        create: {
          codeHash: new Uint8Array(createHash("sha256").update(`holdfast/enroll/v1\0${plain}`).digest()),
          expiresAt: new Date(Date.now() + 3_600_000),
        },
      },
    },
  });

  await page.goto("/enroll");
  await page.getByLabel("One-time code").fill(code);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Set password and continue" }).click();
  await page.waitForURL("**/enroll/factor");
  await setUpApp(page, "Old phone");
  await expect(page.getByText("These codes are shown once.")).toBeVisible();
  const codes = await page.getByRole("listitem").allTextContents();
  expect(codes).toHaveLength(10);
  await page.getByRole("link", { name: "I have kept them: go on" }).click();
  await expect(page.getByRole("navigation").first()).toBeVisible();

  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await page.waitForURL("**/sign-in/confirm");
  await page.getByRole("link", { name: "Use a recovery code." }).click();
  await page.getByLabel("Recovery code").fill("00000-00000-00000-00000-000000");
  await page.getByRole("button", { name: "Use this code" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "not right" })).toBeVisible();
  await page.getByLabel("Recovery code").fill(codes[0] ?? "");
  await page.getByRole("button", { name: "Use this code" }).click();
  await page.waitForURL("**/enroll/factor");
  await expect(page.getByRole("heading", { name: "Set up a new factor" })).toBeVisible();
  await page.goto("/account");
  await expect(page).toHaveURL(/\/sign-in|\/enroll\/factor/);
  await page.goto("/enroll/factor");
  await setUpApp(page, "New phone");
  await page.waitForURL(`${stack.url}/`);

  await page.goto("/account");
  await expect(page.getByText("9 of 10 left.")).toBeVisible();
  await page.getByRole("link", { name: /^Notifications, [1-9]/ }).click();
  await expect(page.getByText("A recovery code of yours was used; 9 are left.")).toBeVisible();
});
