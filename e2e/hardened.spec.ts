import { BackupClient, paginateListRestoreJobs } from "@aws-sdk/client-backup";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { Page } from "@playwright/test";
import { homeRegion, smallEstateConnections, smallEstateCredentials } from "@/sandbox/aws/estates/nordwind";
import { addressOf, agree } from "./asking";
import { expect, test } from "./fixtures";
import { givePasskey } from "./passkeys";
import type { Person } from "./people";
import { coolDownFor } from "./policy";
import { openRequest, planRestore, submitPlan } from "./restoring";

// The second journey makes every StartRestoreJob go wrong for a while: the first has to be through by then.
test.describe.configure({ mode: "serial", timeout: 300_000 });

async function approve(page: Page, restore: string, code: string): Promise<void> {
  await openRequest(page, restore);
  await page.getByRole("button", { name: "Use a code" }).click();
  await page.getByLabel("One-time code").fill(code);
  await page.getByRole("button", { name: "Approve" }).click();
  await expect(page.getByText("1 of 1 agree")).toBeVisible();
}

/** The restore jobs that the pretend AWS itself knows of a point since a moment. */
async function listRestoreJobs(endpoint: string, pointArn: string, since: Date) {
  const staging = smallEstateConnections.find(({ name }) => name.includes("Staging"));
  if (!staging) throw new Error("The estate has no staging account.");
  const clientConfig = { endpoint, region: homeRegion };
  const credentials = fromTemporaryCredentials({
    masterCredentials: smallEstateCredentials,
    params: { RoleArn: staging.readRoleArn, ExternalId: staging.externalId, RoleSessionName: "journey" },
    clientConfig,
  });
  const client = new BackupClient({ ...clientConfig, credentials });
  const found = [];
  for await (const { RestoreJobs = [] } of paginateListRestoreJobs({ client }, { ByCreatedAfter: since }))
    found.push(...RestoreJobs.filter(({ RecoveryPointArn }) => RecoveryPointArn === pointArn));
  return found;
}

const tokensOf = (answer: unknown) => {
  const calls = Array.isArray(answer) ? answer : (answer as { calls: unknown[] }).calls;
  return calls.map((call) => (call as { idempotencyToken: string | null }).idempotencyToken);
};

test("in the hardened shape the worker alone starts what was approved @hardened", async ({
  page,
  person,
  signIn,
  browserOf,
  code,
  db,
}) => {
  const [right] = await db.$queryRaw<{ web: boolean; worker: boolean }[]>`
    select has_function_privilege('holdfast_app_holdfast', 'claim_restore_item(uuid, text, integer)', 'execute') as web,
      has_function_privilege('holdfast_worker_holdfast', 'claim_restore_item(uuid, text, integer)', 'execute') as worker`;
  expect(right).toEqual({ web: false, worker: true });

  const lena: Person = await person("Lena Hardened", "operator");
  const ben = await person("Ben Hardened", "approver");
  await signIn(page, lena);
  await givePasskey(page, db, lena);
  await planRestore(page, "The worker starts it, since web may not");
  const restore = await submitPlan(page);
  await approve(await browserOf(ben), restore, await code(ben));

  await page.goto(restore);
  await page.getByRole("button", { name: "Start restore" }).click();
  await expect(page.getByRole("heading", { name: /is back as/ })).toBeVisible({ timeout: 120_000 });
});

test("a worker that dies between the effect and its answer leaves one restore job, not two @hardened", async ({
  page,
  person,
  signIn,
  browserOf,
  code,
  db,
  sandbox,
  killWorker,
}) => {
  const lena = await person("Lena Powercut", "operator");
  const ben = await person("Ben Powercut", "approver");
  await signIn(page, lena);
  await givePasskey(page, db, lena);
  await planRestore(page, "The power goes while the answer is on its way");
  const restore = await submitPlan(page);
  await approve(await browserOf(ben), restore, await code(ben));

  const since = new Date(Date.now() - 1_000);
  const requestId = restore.split("/").at(-1) ?? "";
  await sandbox.tell("faults", { operation: "StartRestoreJob", times: 4, effect: { kind: "lost_answer" } });
  await page.goto(restore);
  await page.getByRole("button", { name: "Start restore" }).click();
  const attempt = () => db.restoreAttempt.findFirst({ where: { item: { requestId } } });
  await expect
    .poll(
      async () =>
        tokensOf(await sandbox.ask("calls?operation=StartRestoreJob")).includes((await attempt())?.token ?? ""),
      {
        intervals: [50],
        timeout: 30_000,
      },
    )
    .toBe(true);
  killWorker();

  await expect(page.getByRole("heading", { name: /is back as/ })).toBeVisible({ timeout: 240_000 });
  const item = await db.restoreItem.findFirstOrThrow({
    where: { requestId },
    include: { point: true, attempts: true },
  });
  expect(item.attempts).toHaveLength(1);
  const jobs = await listRestoreJobs(sandbox.url, item.point.providerRef, since);
  expect(jobs.map(({ RestoreJobId }) => RestoreJobId)).toEqual([item.providerJobRef]);
});

test("a role that votes is given by the worker, and the page waits while there is none @hardened", async ({
  page,
  person,
  signIn,
  browserOf,
  db,
  holdWorker,
}) => {
  await coolDownFor(db, [0, 0]);
  const nina = await person("Nina Hardened", "viewer");
  const tom = await person("Tom Hardened", "administrator");
  await signIn(page, tom);
  await givePasskey(page, db, tom);
  await page.goto(`/settings/people/${nina.id}`);
  await page.getByRole("button", { name: "Give a role" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Role").selectOption("approver");
  await dialog.getByLabel("Why").fill("Ivana is on leave from December");
  await dialog.getByRole("button", { name: "Confirm and give" }).click();
  await page.waitForURL("**/approvals/*");
  const request = addressOf(page);
  const voters = [
    await person("Ada Hardened", "approver"),
    await person("Ole Hardened", "approver"),
    await person("Sam Hardened", "security_approver"),
  ];
  for (const [index, voter] of voters.entries()) {
    const voting = await browserOf(voter);
    await givePasskey(voting, db, voter);
    await agree(voting, request, `${index + 1} of 3 agree`);
  }

  const given = () => db.roleGrant.count({ where: { userId: nina.id, role: "approver", revokedAt: null } });
  holdWorker.stop();
  await page.goto(request);
  await page.getByRole("button", { name: "Apply now" }).click();
  await expect(page.getByRole("heading", { name: "Waiting for the worker" })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Waits for the worker.")).toBeVisible();
  await expect(page.getByText("The worker does not answer")).toBeVisible({ timeout: 40_000 });
  expect(await given()).toBe(0);
  holdWorker.goOn();
  await expect(page.getByText("Applied.")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("heading", { name: "Waiting for the worker" })).toHaveCount(0);
  expect(await given()).toBe(1);
});

test("an invitation's code is shown to whoever applies it, and works once the worker has @hardened", async ({
  page,
  person,
  signIn,
  browserOf,
  browser,
  baseURL,
  db,
}) => {
  const tom = await person("Tom Hands", "administrator");
  const ada = await person("Ada Hands", "approver");
  await signIn(page, tom);
  await givePasskey(page, db, tom);
  await page.goto("/settings/people");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Vera Handed");
  await dialog.getByLabel("E-mail").fill(`vera.${Date.now()}@nordwind.example`);
  await dialog.getByLabel("Why").fill("She audits the warehouse from Monday");
  await dialog.getByRole("button", { name: "Confirm and invite" }).click();
  await page.waitForURL("**/approvals/*");
  const request = addressOf(page);
  const certain = await browserOf(ada);
  await givePasskey(certain, db, ada);
  await agree(certain, request, "1 of 1 agree");

  await page.goto(request);
  await page.getByRole("button", { name: "Apply now" }).click();
  await expect(page.getByText("This code is shown once.")).toBeVisible();
  await expect(page.getByText("Applied.")).toBeVisible({ timeout: 30_000 });
  const code = (await page.locator("code").filter({ hasText: "-" }).first().textContent()) ?? "";
  const stranger = await browser.newContext(baseURL ? { baseURL } : {});
  const enrolling = await stranger.newPage();
  await enrolling.goto("/enroll");
  await enrolling.getByLabel("One-time code").fill(code);
  await enrolling.getByRole("button", { name: "Continue" }).click();
  await expect(enrolling.getByLabel("Name")).toHaveValue("Vera Handed");
  await stranger.close();
});
