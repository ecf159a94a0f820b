import { BackupClient, paginateListRestoreJobs } from "@aws-sdk/client-backup";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { Page } from "@playwright/test";
import { homeRegion, smallEstateConnections, smallEstateCredentials } from "@/sandbox/aws/estates/nordwind";
import { expect, test } from "./fixtures";
import { givePasskey } from "./passkeys";
import type { Person } from "./people";
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
