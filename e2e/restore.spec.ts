import { expect, test } from "./fixtures";
import { givePasskey } from "./passkeys";
import { openRequest, planRestore, submitPlan } from "./restoring";

test.describe.configure({ timeout: 480_000 });

test("a broken staging database comes back: asked for, agreed to, started, checked, and written down", async ({
  page,
  person,
  signIn,
  browserOf,
  code,
  db,
}) => {
  const lena = await person("Lena Thread", "operator");
  const ben = await person("Ben Thread", "approver");
  await signIn(page, lena);
  await givePasskey(page, db, lena);
  await planRestore(page, "Release 4.18 wrote wrong prices into every product");
  const restore = await submitPlan(page);

  const approving = await browserOf(ben);
  await openRequest(approving, restore);
  await expect(approving.getByText("Everything written after")).not.toHaveCount(0);
  await approving.getByRole("button", { name: "Use a code" }).click();
  await approving.getByLabel("One-time code").fill(await code(ben));
  await approving.getByRole("button", { name: "Approve" }).click();
  await expect(approving.getByText("1 of 1 agree")).toBeVisible();

  await page.goto(restore);
  await page.getByRole("button", { name: "Start restore" }).click();
  await expect(page.getByRole("heading", { name: /is being restored to|is back as/ })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("heading", { name: /is back as/ })).toBeVisible({ timeout: 120_000 });
  await expect(page.getByRole("heading", { name: /of \d+ assertions hold/ })).toBeVisible();
  await expect(page.getByText("does not hold")).toHaveCount(0);
  await expect(page.getByText("Time to recover (RTA)")).toBeVisible();

  const restoreId = restore.split("/").at(-1) ?? "";
  const trail = await db.auditEvent.findMany({ where: { targetId: restoreId }, orderBy: { ts: "asc" } });
  const actions = trail.map(({ action }) => action);
  for (const action of [
    "restore.begin",
    "restore.submit",
    "restore.start",
    "restore.dispatch.intent",
    "restore.dispatch.accepted",
    "restore.run.restored",
    "restore.run.validated",
  ])
    expect(actions).toContain(action);

  const auditing = await browserOf(await person("Ada Thread", "auditor"));
  await auditing.goto(`/audit?target=${restoreId}`);
  await expect(auditing.getByRole("row").nth(5)).toBeVisible();
});

test("nobody approves their own request, and the page says why", async ({ page, person, signIn, db }) => {
  const both = await person("Olga Both", "operator", "approver");
  await signIn(page, both);
  await givePasskey(page, db, both);
  await planRestore(page, "I would like to approve this myself");
  const restore = await submitPlan(page);
  await page.goto(restore);
  await page.getByRole("link", { name: "Open", exact: true }).click();
  await expect(page.getByText("Nobody approves their own request.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve" })).toHaveCount(0);
});

test("a plan that is changed after it was approved needs a new vote", async ({
  page,
  person,
  signIn,
  browserOf,
  db,
}) => {
  const lena = await person("Lena Edit", "operator");
  const ben = await person("Ben Edit", "approver");
  await signIn(page, lena);
  await givePasskey(page, db, lena);
  await planRestore(page, "Prices are wrong since this morning");
  const restore = await submitPlan(page);
  const approving = await browserOf(ben);
  await givePasskey(approving, db, ben);
  await openRequest(approving, restore);
  await approving.getByRole("button", { name: "Approve" }).click();
  await expect(approving.getByText("1 of 1 agree")).toBeVisible();

  await page.goto(restore);
  await page.getByRole("button", { name: "Change the plan" }).click();
  await page.getByRole("link", { name: /What and why/ }).click();
  await page.getByLabel("Why").fill("Prices are wrong since yesterday evening");
  await page.getByRole("button", { name: "Go on to the moment" }).click();
  await page.getByRole("button", { name: "Go on to the target" }).click();
  await page.getByRole("button", { name: "Check this plan" }).click();
  await page.getByRole("link", { name: "Go on to authorise" }).click();
  await submitPlan(page);

  await approving.reload();
  await expect(approving.getByText("Different from revision 1")).toBeVisible();
  await expect(approving.getByText("counts no more")).toBeVisible();
  await approving.getByRole("button", { name: "Approve" }).click();
  await expect(approving.getByText("1 of 1 agree")).toBeVisible();
});

test("a refusal with its reason reaches the requester", async ({ page, person, signIn, browserOf, db }) => {
  const lena = await person("Lena Refused", "operator");
  const ben = await person("Ben Refuses", "approver");
  await signIn(page, lena);
  await givePasskey(page, db, lena);
  await planRestore(page, "I would like to look at last month");
  const restore = await submitPlan(page);
  const approving = await browserOf(ben);
  await givePasskey(approving, db, ben);
  await openRequest(approving, restore);
  await approving.getByRole("button", { name: "Refuse…" }).click();
  await approving.getByLabel("Why").fill("Use last night's export instead");
  await approving.getByRole("button", { name: "Refuse this request" }).click();
  await expect(approving.getByRole("heading", { level: 1 }).locator("..").getByText("Refused.")).toBeVisible();
  await page.goto(restore);
  await expect(page.getByRole("heading", { name: /was refused/ })).toBeVisible();
  await expect(page.getByText("Use last night's export instead", { exact: true })).toBeVisible();
});

test("a link with a malformed or foreign id leads to a clear page, not to an error", async ({
  page,
  person,
  signIn,
}) => {
  await signIn(page, await person("Vera Wanders", "viewer"));
  for (const path of [
    "/restores/not-an-id",
    "/restores/018f0000-0000-7000-8000-000000000000",
    "/approvals/x%00y",
    "/systems/018f0000-0000-7000-8000-000000000000",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(/not|nothing/i);
  }
});
