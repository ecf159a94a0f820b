import { expect, test } from "./fixtures";
import { givePasskey } from "./passkeys";
import { openRequest, planRestore, submitPlan } from "./restoring";

// One pretend cloud serves every journey: faults for StartRestoreJob would hit each other's restores.
test.describe.configure({ mode: "serial", timeout: 480_000 });

const troubles = [
  ["a provider that throttles is waited out", { kind: "throttle" }, 12],
  ["an answer that is lost after the effect makes one restore job, not two", { kind: "lost_answer" }, 2],
] as const;

const callsOf = (answer: unknown) =>
  (Array.isArray(answer) ? answer : (answer as { calls: unknown[] }).calls) as {
    idempotencyToken: string | null;
    fault: string | null;
  }[];

for (const [sentence, effect, times] of troubles)
  test(sentence, async ({ page, person, signIn, browserOf, db, sandbox }) => {
    const lena = await person("Lena Trouble", "operator");
    const ben = await person("Ben Trouble", "approver");
    await signIn(page, lena);
    await givePasskey(page, db, lena);
    await planRestore(page, `Because ${sentence}`);
    const restore = await submitPlan(page);
    const approving = await browserOf(ben);
    await givePasskey(approving, db, ben);
    await openRequest(approving, restore);
    await approving.getByRole("button", { name: "Approve" }).click();
    await expect(approving.getByText("1 of 1 agree")).toBeVisible();

    await page.goto(restore);
    const target = await page
      .getByText(/^orders-staging-db-rr\w+$/)
      .first()
      .textContent();
    await sandbox.tell("faults", { operation: "StartRestoreJob", times, effect });
    await page.getByRole("button", { name: "Start restore" }).click();
    await expect(page.getByRole("heading", { name: /is back as/ })).toBeVisible({ timeout: 180_000 });

    const item = await db.restoreItem.findFirstOrThrow({
      where: { targetName: target ?? "" },
      include: { attempts: true },
    });
    expect(item.attempts).toHaveLength(1);
    const token = item.attempts[0]?.token;
    const calls = callsOf(await sandbox.ask("calls?operation=StartRestoreJob")).filter(
      ({ idempotencyToken }) => idempotencyToken === token,
    );
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.some(({ fault }) => fault !== null)).toBe(true);
  });
