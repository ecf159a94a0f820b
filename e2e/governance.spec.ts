import { addressOf, agree } from "./asking";
import { expect, test } from "./fixtures";
import { givePasskey } from "./passkeys";
import { coolDownFor } from "./policy";
import { openRequest, planRestore, submitPlan } from "./restoring";

// A freeze stops every restore of the installation, and these change its policy: nothing else runs beside them.
test.describe.configure({ mode: "serial", timeout: 300_000 });

/** Long enough to see that an approved change waits, short enough to wait for. */
const coolDownSeconds = 20;

test.beforeAll(({ db }) => coolDownFor(db, [coolDownSeconds, 0]));

test("a role that votes is given by three people's agreement, and applied once it has cooled down @alone", async ({
  page,
  person,
  signIn,
  browserOf,
  db,
}) => {
  const nina = await person("Nina Promoted", "viewer");
  const tom = await person("Tom Promotes", "administrator");
  await signIn(page, tom);
  await givePasskey(page, db, tom);
  await page.goto(`/settings/people/${nina.id}`);
  await page.getByRole("button", { name: "Give a role" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Role").selectOption("approver");
  await dialog.getByRole("button", { name: "Confirm and give" }).click();
  await expect(dialog.getByText("say why in at least 10 characters").first()).toBeVisible();
  await dialog.getByLabel("Why").fill("Ivana is on leave from December");
  await dialog.getByRole("button", { name: "Confirm and give" }).click();
  await page.waitForURL("**/approvals/*");
  const request = addressOf(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You ask to give Nina Promoted the role approver");
  await expect(page.getByText("Nobody approves their own request.")).toBeVisible();
  const words = await page
    .getByText(/^Fingerprint: /)
    .first()
    .textContent();

  const voters = [
    await person("Ada Agrees", "approver"),
    await person("Ben Agrees", "approver"),
    await person("Sam Agrees", "security_approver"),
  ];
  for (const [index, voter] of voters.entries()) {
    const voting = await browserOf(voter);
    await givePasskey(voting, db, voter);
    await voting.goto(request);
    await expect(voting.getByText(words ?? "Fingerprint: none").first()).toBeAttached();
    await agree(voting, request, `${index + 1} of 3 agree`);
  }

  await page.goto(request);
  await expect(page.getByRole("button", { name: /^Apply from .* UTC$/ })).toBeDisabled();
  await page.getByRole("button", { name: "Apply now" }).click({ timeout: coolDownSeconds * 1_000 + 15_000 });
  await expect(page.getByText("Applied.")).toBeVisible();
  expect(await db.roleGrant.count({ where: { userId: nina.id, role: "approver", revokedAt: null } })).toBe(1);
});

test("a vote is taken back, the invitation waits again, and its code is shown once to whoever applies it @alone", async ({
  page,
  person,
  signIn,
  browserOf,
  code,
  db,
}) => {
  const tom = await person("Tom Invites", "administrator");
  const ben = await person("Ben Unsure", "approver");
  const ada = await person("Ada Certain", "approver");
  await signIn(page, tom);
  await givePasskey(page, db, tom);
  await page.goto("/settings/people");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Vera Invited");
  await dialog.getByLabel("E-mail").fill(`vera.${Date.now()}@nordwind.example`);
  await dialog.getByLabel("Why").fill("She audits the warehouse from Monday");
  await dialog.getByRole("button", { name: "Confirm and invite" }).click();
  await page.waitForURL("**/approvals/*");
  const request = addressOf(page);

  const doubting = await browserOf(ben);
  await doubting.goto(request);
  await doubting.getByRole("button", { name: "Use a code" }).click();
  await doubting.getByLabel("One-time code").fill(await code(ben));
  await doubting.getByRole("button", { name: "Approve" }).click();
  await expect(doubting.getByText("1 of 1 agree")).toBeVisible();
  await doubting.getByRole("button", { name: "Take my vote back…" }).click();
  await doubting.getByLabel("Why").fill("I mistook her for somebody else");
  await doubting.getByRole("button", { name: "Take my vote back", exact: true }).click();
  await expect(doubting.getByText("0 of 1 agree")).toBeVisible();
  await expect(doubting.getByText(/took your vote back/)).toBeVisible();

  await page.goto(request);
  await expect(page.getByRole("button", { name: "Apply now" })).toHaveCount(0);
  const certain = await browserOf(ada);
  await givePasskey(certain, db, ada);
  await certain.goto("/approvals");
  await certain.getByRole("link", { name: "Invite Vera Invited as viewer" }).first().click();
  await certain.getByRole("button", { name: "Approve" }).click();
  await expect(certain.getByText("1 of 1 agree")).toBeVisible();

  await page.goto(request);
  await page.getByRole("button", { name: "Apply now" }).click();
  await expect(page.getByText("This code is shown once.")).toBeVisible();
  await page.reload();
  await expect(page.getByText("Applied.")).toBeVisible();
  await expect(page.getByText("This code is shown once.")).toHaveCount(0);
});

test("while all restores are frozen nothing starts, and letting them start again takes other people @alone", async ({
  page,
  person,
  signIn,
  browserOf,
  db,
}) => {
  const lena = await person("Lena Frozen", "operator");
  const ben = await person("Ben Frozen", "approver");
  const ada = await person("Ada Frozen", "approver");
  const tom = await person("Tom Freezes", "administrator");
  await signIn(page, lena);
  await givePasskey(page, db, lena);
  await planRestore(page, "Something is odd about the staging prices");
  const restore = await submitPlan(page);
  const approving = await browserOf(ben);
  await givePasskey(approving, db, ben);
  await openRequest(approving, restore);
  await approving.getByRole("button", { name: "Approve" }).click();
  await expect(approving.getByText("1 of 1 agree")).toBeVisible();

  const ruling = await browserOf(tom);
  await givePasskey(ruling, db, tom);
  await ruling.goto("/settings/governance/freeze");
  await ruling.getByLabel("Reason").fill("A stolen laptop is being looked into");
  await ruling.getByRole("button", { name: "Freeze all restores" }).click();
  await expect(ruling.getByRole("heading", { name: "All restores are frozen." })).toBeVisible();

  await page.goto(restore);
  await expect(page.getByText("A stolen laptop is being looked into")).toBeVisible();
  await page.getByRole("button", { name: "Start restore" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /frozen/i })).toBeVisible();

  await ruling.getByLabel("Why").fill("The laptop was found, and it was locked");
  await ruling.getByRole("button", { name: "Ask to let restores start again" }).click();
  await ruling.waitForURL("**/approvals/*");
  const request = addressOf(ruling);
  await agree(approving, request, "1 of 2 agree");
  const second = await browserOf(ada);
  await givePasskey(second, db, ada);
  await agree(second, request, "2 of 2 agree");
  await ruling.goto(request);
  await ruling.getByRole("button", { name: "Apply now" }).click();
  await expect(ruling.getByText("Applied.")).toBeVisible();

  await page.goto(restore);
  await expect(page.getByText("All restores are frozen.")).toHaveCount(0);
  await page.getByRole("button", { name: "Start restore" }).click();
  await expect(page.getByRole("heading", { name: /is being restored to|is back as/ })).toBeVisible({ timeout: 60_000 });
});

test("an operator votes in the place of the approver who gave them their vote @alone", async ({
  page,
  person,
  signIn,
  browserOf,
  code,
  db,
}) => {
  const lena = await person("Lena Asking", "operator");
  const otto = await person("Otto Standing", "operator");
  const ben = await person("Ben Leaving", "approver");
  const leaving = await browserOf(ben);
  await givePasskey(leaving, db, ben);
  await leaving.goto("/settings/governance/delegations");
  await leaving.getByLabel("To whom").selectOption({ label: "Otto Standing" });
  await leaving.getByLabel("What for").fill("On leave until Friday");
  await leaving.getByRole("button", { name: "Give my vote" }).click();
  await expect(leaving.getByText("Otto Standing votes in the place of you as approver")).toBeVisible();

  await signIn(page, lena);
  await givePasskey(page, db, lena);
  await planRestore(page, "Prices are wrong and Ben is away");
  const restore = await submitPlan(page);
  const standing = await browserOf(otto);
  await standing.goto("/approvals");
  await openRequest(standing, restore);
  await expect(standing.getByRole("radio", { name: /In the place of Ben Leaving/ })).toBeChecked();
  await standing.getByRole("button", { name: "Use a code" }).click();
  await standing.getByLabel("One-time code").fill(await code(otto));
  await standing.getByRole("button", { name: "Approve" }).click();
  await expect(standing.getByText("1 of 1 agree")).toBeVisible();
  await expect(standing.getByText("in the place of Ben Leaving").first()).toBeVisible();
});

test("a restore forced past its votes is marked, vetoed by an approver, and reviewed by two others @alone", async ({
  page,
  person,
  signIn,
  browserOf,
  db,
}) => {
  const lena = await person("Lena Urgent", "operator");
  const olu = await person("Olu Forces", "break_glass");
  await signIn(page, lena);
  await givePasskey(page, db, lena);
  await planRestore(page, "The shop sells at wrong prices");
  const restore = await submitPlan(page);

  const forcing = await browserOf(olu);
  await givePasskey(forcing, db, olu);
  await forcing.goto(restore);
  await forcing.getByRole("link", { name: "Force past the votes…" }).click();
  await forcing.getByLabel("Incident").fill("INC-77");
  await forcing.getByLabel("Why this cannot wait for votes").fill("Nobody answers the telephone and orders are lost");
  const target =
    (await forcing
      .getByText(/^orders-staging-db-rr\w+$/)
      .first()
      .textContent()) ?? "";
  await forcing.getByLabel(`Type ${target}`).fill("something else");
  await forcing.getByRole("button", { name: /^Force the restore/ }).click();
  // The refusal itself, not the hint that says nearly the same: until it is there the first try is still under way.
  await expect(forcing.getByText("Type the name of the target exactly as it stands.").first()).toBeVisible();
  await forcing.getByLabel(`Type ${target}`).fill(target);
  await forcing.getByRole("button", { name: /^Force the restore/ }).click();
  await forcing.waitForURL(/\/approvals\/[^/]+$/);
  await expect(forcing.getByText("Any approver may veto it until")).toBeVisible();
  const request = addressOf(forcing);

  const ben = await person("Ben Vetoes", "approver");
  const vetoing = await browserOf(ben);
  await givePasskey(vetoing, db, ben);
  await vetoing.goto(request);
  await vetoing.getByLabel("Why").fill("I am here, and this can wait an hour");
  await vetoing.getByRole("button", { name: "Veto this restore" }).click();
  await expect(vetoing.getByRole("heading", { level: 1 }).locator("..").getByText("Refused.")).toBeVisible();

  for (const [name, role] of [
    ["Sam Reviews", "security_approver"],
    ["Tom Reviews", "administrator"],
  ] as const) {
    const reviewer = await person(name, role);
    const reviewing = await browserOf(reviewer);
    await givePasskey(reviewing, db, reviewer);
    await reviewing.goto(request);
    await reviewing.getByRole("radio", { name: /In order/ }).check();
    await reviewing.getByLabel("What you found").fill("The incident was real, and the veto came in time");
    await reviewing.getByRole("button", { name: "Give this review" }).click();
    await expect(reviewing.getByRole("button", { name: "Give this review" })).toHaveCount(0);
  }
  expect(
    await db.approvalReview.count({ where: { requestId: request.split("/").at(-1) ?? "", state: "completed" } }),
  ).toBe(1);
});
