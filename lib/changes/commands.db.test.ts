import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { forceApproval } from "@/lib/approvals/commands";
import { getApproval, listApprovals, listWaiting } from "@/lib/approvals/data";
import { releaseFreeze, setFreeze, switchSingleOperator } from "@/lib/governance/commands";
import { disablePerson, giveRole, invitePerson } from "@/lib/people/commands";
import { db } from "@/lib/platform/db";
import {
  type Armed,
  armed,
  coolDown,
  govern,
  grantFor,
  outcomeOf,
  ungovern,
  voteWithKey,
} from "@/lib/platform/testing/armed";
import { agreed, ask, changeOf, proposed as propose, tierForm, why } from "@/lib/platform/testing/governing";
import { ownerDb, tamper } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { value, voteBy } from "@/lib/platform/testing/restoring";
import { editTier } from "@/lib/tiers/commands";
import { ensureDefaultTiers } from "@/lib/tiers/ensure";
import { applyChange, withdrawChange } from "./commands";
import { proofOfApplying } from "./data";
import type { GovernedCommand } from "./governed";

let tom: Armed;
let ben: Armed;
let ivana: Armed;
let samir: Armed;

beforeEach(async () => {
  // Whoever the test before let in votes no more: each test has its own approvers.
  await ownerDb.user.updateMany({ data: { status: "disabled" } });
  [tom, ben, ivana, samir] = [
    await armed("administrator"),
    await armed("approver"),
    await armed("approver"),
    await armed("security_approver"),
  ];
  await govern();
});
afterEach(() => ungovern());
afterAll(() => ownerDb.$disconnect());

/** Puts a change before other people, as Tom. Answers its request's id. */
const proposed = <Value>(run: GovernedCommand<Value>, input: object) => propose(run, tom, input);

const apply = (who: Armed, changeId: string) =>
  outcomeOf(async () =>
    applyChange(who, { changeId, grantId: await grantFor(who, proofOfApplying(who, { changeId })) }),
  );

const rolesOf = async (userId: string) =>
  (await db.roleGrant.findMany({ where: { userId, revokedAt: null } })).map(({ role }) => role);

const actions = async (targetId: string) =>
  (await db.auditEvent.findMany({ where: { targetId }, orderBy: { ts: "asc" } })).map(({ action }) => action);

describe("a role that counts", () => {
  it("is given once two approvers and a security approver agree, and its requester applies it", async () => {
    const mara = await person("viewer");
    const approvalId = await proposed(giveRole, { personId: mara.id, role: "approver", scope: "everything" });
    const { id: changeId } = await changeOf(approvalId);
    expect(await rolesOf(mara.id)).toEqual(["viewer"]);
    expect(await apply(tom, changeId)).toMatchObject({ ok: false, code: "conflict" });
    value(await voteWithKey(ben, approvalId));
    expect(value(await voteWithKey(ivana, approvalId))).toBe("pending");
    expect(value(await voteWithKey(samir, approvalId))).toBe("approved");
    expect(await apply(tom, changeId)).toMatchObject({ ok: false, message: /cools down/ });
    await coolDown(approvalId);
    expect(await apply(ben, changeId)).toMatchObject({ ok: false, code: "not_found" });
    value(await apply(tom, changeId));
    expect(await rolesOf(mara.id)).toEqual(["viewer", "approver"]);
    expect(await apply(tom, changeId)).toMatchObject({ ok: false, code: "conflict" });
    expect(await actions(changeId)).toEqual(["change.propose", "change.apply"]);
    expect(await actions(mara.id)).toContain("role.give");
  });

  it("is not given by two approvers alone, nor by one vote of each", async () => {
    const mara = await person("viewer");
    const approvalId = await proposed(giveRole, { personId: mara.id, role: "administrator", scope: "everything" });
    value(await voteWithKey(ben, approvalId));
    expect(value(await voteWithKey(samir, approvalId))).toBe("pending");
  });

  it("takes a reason that others can read, and one request at a time", async () => {
    const mara = await person("viewer");
    const said = { personId: mara.id, role: "approver", scope: "everything" };
    expect(await ask(giveRole, tom, said)).toMatchObject({ ok: false, fields: { why: expect.any(String) } });
    await proposed(giveRole, said);
    expect(await ask(giveRole, tom, { ...said, why })).toMatchObject({ ok: false, code: "conflict" });
  });

  it("is not asked for where nobody could agree, and says who is missing", async () => {
    await ownerDb.user.update({ where: { id: samir.id }, data: { status: "disabled" } });
    const said = { personId: (await person("viewer")).id, role: "approver", scope: "everything", why };
    expect(await ask(giveRole, tom, said)).toMatchObject({
      ok: false,
      code: "unavailable",
      message: expect.stringContaining("security approver"),
    });
  });

  it("is not applied when a voter lost their role meanwhile, nor when the requester did", async () => {
    const mara = await person("viewer");
    const said = { personId: mara.id, role: "approver", scope: "everything" };
    const approvalId = await proposed(giveRole, said);
    await agreed(approvalId, ben, ivana, samir);
    const { id: changeId } = await changeOf(approvalId);
    await db.roleGrant.updateMany({ where: { userId: ivana.id }, data: { revokedAt: new Date() } });
    expect(await apply(tom, changeId)).toMatchObject({ ok: false, code: "conflict" });
    expect(await rolesOf(mara.id)).toEqual(["viewer"]);
  });

  it("is not applied by an administrator who no longer is one", async () => {
    const mara = await person("viewer");
    const approvalId = await proposed(giveRole, { personId: mara.id, role: "operator", scope: "everything" });
    await agreed(approvalId, ben, ivana);
    const { id: changeId } = await changeOf(approvalId);
    expect(await apply({ ...tom, grants: [] }, changeId)).toMatchObject({ ok: false, code: "forbidden" });
  });
});

describe("an invitation", () => {
  it("as a viewer takes one vote, and its code is answered when it is applied, and only then", async () => {
    const email = `${randomUUID()}@example.test`;
    const approvalId = await proposed(invitePerson, {
      displayName: "Eva Braun-Meyer",
      email,
      role: "viewer",
      scope: "everything",
    });
    expect(await db.user.findUnique({ where: { email } })).toBeNull();
    value(await voteBy(ben, approvalId));
    const { id: changeId } = await changeOf(approvalId);
    expect(value(await apply(tom, changeId))).toMatchObject({ email, code: expect.stringMatching(/-/) });
    const bodies = await db.$queryRaw<
      { body: string }[]
    >`select body from audit_events where body like ${`%${email}%`}`;
    expect(bodies).toEqual([]);
  });
});

describe("a tier", () => {
  it("promises more at once, and less only once others agree to exactly what they saw", async () => {
    await db.$transaction((tx) => ensureDefaultTiers(tx, new Date(Date.now() - 86_400_000)));
    expect(value(await ask(editTier, tom, tierForm({ rpoSeconds: "30 min" })))).toMatchObject({ applied: true });
    const approvalId = await proposed(editTier, tierForm({ revision: "2", rpoSeconds: "2 h" }));
    const request = await getApproval(ben, { approvalId });
    expect(request?.change?.plan?.lines).toEqual([{ what: "RPO", from: "30 min", to: "2 h" }]);
    expect(request?.level).toBe(1);
    // Somebody tightens it further before the votes are in: what people saw is no longer what would be replaced.
    value(await ask(editTier, tom, tierForm({ revision: "2", rpoSeconds: "15 min" })));
    await agreed(approvalId, ben, ivana);
    const { id: changeId } = await changeOf(approvalId);
    expect(await apply(tom, changeId)).toMatchObject({ ok: false, code: "conflict" });
    const open = await db.tierObjective.findFirstOrThrow({ where: { tierId: "tier-2", validTo: null } });
    expect(open.rpoSeconds).toBe(900);
  });
});

describe("a freeze", () => {
  it("is set by one, and lifted once others agree", async () => {
    const set = value(await ask(setFreeze, tom, { reason: "ransomware suspected in eu-west-1" }));
    if (!set.applied) throw new Error("Nobody should have been asked.");
    const approvalId = await proposed(releaseFreeze, { freezeId: set.value.id });
    await agreed(approvalId, ben, ivana);
    value(await apply(tom, (await changeOf(approvalId)).id));
    expect(await db.systemFreeze.count({ where: { releasedAt: null } })).toBe(0);
  });
});

describe("single-operator mode", () => {
  it("is switched on by the gravest votes, stamped on every event, and off by anybody once enough people are there", async () => {
    const approvalId = await proposed(switchSingleOperator, { on: "yes" });
    await agreed(approvalId, ben, ivana, samir);
    value(await apply(tom, (await changeOf(approvalId)).id));
    const mara = await person("viewer");
    expect(value(await ask(giveRole, tom, { personId: mara.id, role: "approver", scope: "everything" }))).toMatchObject(
      {
        applied: true,
      },
    );
    const [event] = await db.$queryRaw<{ body: string }[]>`
      select body from audit_events where target_id = ${mara.id} order by ts desc limit 1`;
    expect(JSON.parse(event?.body ?? "{}")).toMatchObject({ action: "role.give", singleOperator: true });
    expect(value(await ask(switchSingleOperator, tom, { on: "no" }))).toMatchObject({ applied: true });
    expect(await ask(giveRole, tom, { personId: mara.id, role: "operator", scope: "everything", why })).toMatchObject({
      value: { applied: false },
    });
  });

  it("is not left while nobody could approve anything", async () => {
    await ownerDb.installation.updateMany({ data: { singleOperator: true } });
    await ownerDb.user.update({ where: { id: samir.id }, data: { status: "disabled" } });
    expect(await ask(switchSingleOperator, tom, { on: "no" })).toMatchObject({ ok: false, code: "conflict" });
  });
});

describe("an installation that is being set up", () => {
  it("lets its administrator give rights alone until enough people can vote, and never after", async () => {
    await ungovern();
    await ownerDb.user.update({ where: { id: samir.id }, data: { status: "disabled" } });
    const [mara, olu] = [await person("viewer"), await person("viewer")];
    const said = { role: "security_approver", scope: "everything" };
    expect(value(await ask(giveRole, tom, { personId: mara.id, ...said }))).toMatchObject({ applied: true });
    expect(await ask(giveRole, tom, { personId: olu.id, ...said, why })).toMatchObject({ value: { applied: false } });
    await disablePerson(tom, { personId: mara.id, reason: "left the company" });
    expect(await ask(giveRole, tom, { personId: olu.id, ...said, why })).toMatchObject({ ok: false });
  });
});

describe("a change", () => {
  it("is withdrawn by its requester or by whoever votes, and ends with its request", async () => {
    const mara = await person("viewer");
    const approvalId = await proposed(giveRole, { personId: mara.id, role: "approver", scope: "everything" });
    const { id: changeId } = await changeOf(approvalId);
    expect(await withdrawChange(mara, { changeId })).toMatchObject({ ok: false, code: "not_found" });
    value(await withdrawChange(tom, { changeId, reason: "no longer needed" }));
    expect((await db.approvalRequest.findUniqueOrThrow({ where: { id: approvalId } })).state).toBe("cancelled");
    expect(await apply(tom, changeId)).toMatchObject({ ok: false });
  });

  it("is never forced", async () => {
    const olu = await armed("break_glass");
    const approvalId = await proposed(giveRole, { personId: olu.id, role: "operator", scope: "everything" });
    const grantId = await grantFor(olu, {
      ok: true,
      value: {
        op: "approval.break_glass",
        subjectType: "approval",
        subjectId: approvalId,
        revision: 1,
        paramsHash:
          (await db.approvalRequest.findUniqueOrThrow({ where: { id: approvalId } })).paramsHash ?? Buffer.of(),
      },
    });
    const said = { approvalId, incidentRef: "INC-1", reason: "x".repeat(40), typed: olu.name, grantId };
    expect(await forceApproval(olu, said)).toMatchObject({ ok: false, code: "forbidden" });
  });

  it("is seen by whoever rules or watches, and by nobody else", async () => {
    const approvalId = await proposed(giveRole, {
      personId: (await person("viewer")).id,
      role: "approver",
      scope: "everything",
    });
    const titles = async (who: Armed) => (await listApprovals(who, {})).rows.map(({ id }) => id);
    expect(await titles(await armed("auditor"))).toContain(approvalId);
    expect(await titles(await armed("viewer"))).not.toContain(approvalId);
    expect(await getApproval(await armed("operator"), { approvalId })).toBeNull();
    expect((await listWaiting(ben, {})).map(({ id }) => id)).toContain(approvalId);
  });

  it("expires, and tells its requester", async () => {
    const approvalId = await proposed(giveRole, {
      personId: (await person("viewer")).id,
      role: "approver",
      scope: "everything",
    });
    await tamper((tx) =>
      tx.approvalRequest.update({
        where: { id: approvalId },
        data: { approvalExpiresAt: new Date(Date.now() - 1_000) },
      }),
    );
    expect(await voteWithKey(ben, approvalId)).toMatchObject({ ok: false, message: /expired/ });
  });
});

it("nothing that rules the installation changes while the log has not been sealed for a quarter of an hour", async () => {
  const mara = await person("viewer");
  const said = { personId: mara.id, role: "auditor", scope: "everything", why };
  await tamper(async (tx) => {
    const [event] = await tx.$queryRaw<{ id: string }[]>`select event_id::text as id from audit_pending limit 1`;
    await tx.$executeRaw`update audit_events set ts = now() - interval '16 minutes' where id = ${event?.id}::uuid`;
  });
  expect(await ask(giveRole, tom, said)).toMatchObject({ ok: false, code: "unavailable", message: /not been sealed/ });
  await tamper(
    (tx) =>
      tx.$executeRaw`update audit_events set ts = now() - interval '14 minutes' where ts < now() - interval '15 minutes'`,
  );
  expect(await ask(giveRole, tom, said)).toMatchObject({ ok: true });
});
