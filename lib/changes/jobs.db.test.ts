import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { proofOfVote } from "@/lib/approvals/data";
import { lookAtCode } from "@/lib/auth/enrollment";
import { originOf } from "@/lib/auth/request";
import { changeConnectionState, createConnection, editConnection } from "@/lib/connections/commands";
import { getConnection } from "@/lib/connections/data";
import {
  addPlace,
  changePolicy,
  delegateVote,
  releaseFreeze,
  setFreeze,
  switchSingleOperator,
} from "@/lib/governance/commands";
import { enablePerson, giveRole, invitePerson, reissueCode } from "@/lib/people/commands";
import { bytes } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { type Armed, armed, coolDown, govern, grantFor, voteWithKey } from "@/lib/platform/testing/armed";
import {
  agreed,
  changeOf,
  doAtOnce,
  handOver,
  harden,
  policyForm,
  proposed,
  tierForm,
} from "@/lib/platform/testing/governing";
import { ownerDb, tamper } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { value } from "@/lib/platform/testing/restoring";
import { linkIdentity, saveRoleMapping } from "@/lib/sso/commands";
import { editTier } from "@/lib/tiers/commands";
import { ensureDefaultTiers } from "@/lib/tiers/ensure";
import type { GovernedCommand } from "./governed";
import { applyHandedOver, sweepChanges } from "./jobs";

let tom: Armed;
let ben: Armed;
let ivana: Armed;
let samir: Armed;

beforeAll(async () => {
  await db.$transaction((tx) => ensureDefaultTiers(tx, new Date(Date.now() - 86_400_000)));
  await harden();
});
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
afterAll(() => ownerDb.$disconnect());

const rolesOf = async (userId: string) =>
  (await db.roleGrant.findMany({ where: { userId, revokedAt: null } })).map(({ role }) => role);

const events = async (targetId: string) =>
  (await db.auditEvent.findMany({ where: { targetId }, orderBy: { ts: "asc" } })).map(({ action }) => action);

const noticesOf = (recipientId: string) =>
  db.notification.findMany({ where: { recipientId, kind: { startsWith: "approval.put_back" } } });

/** Tom asks that Mara approves. */
async function asked() {
  const mara = await person("viewer");
  const approvalId = await proposed(giveRole, tom, { personId: mara.id, role: "approver", scope: "everything" });
  return { mara, approvalId, changeId: (await changeOf(approvalId)).id };
}

/** The same, agreed to by everybody and handed to the worker. */
async function handed() {
  const made = await asked();
  await agreed(made.approvalId, ben, ivana, samir);
  value(await handOver(tom, made.changeId));
  return made;
}

type Made = Awaited<ReturnType<typeof asked>>;

/** What a web process in an attacker's hands can write: a proof that claims a passkey's touch, and the vote on it. */
async function forge({ approvalId }: Pick<Made, "approvalId">, voter: Armed, evidence: object, group = "approver") {
  const { paramsHash, revision } = await db.approvalRequest.findUniqueOrThrow({ where: { id: approvalId } });
  const factor = await db.factor.findFirstOrThrow({ where: { userId: voter.id, name: "Hardware key" } });
  const hash = bytes(paramsHash ?? Buffer.of());
  await db.$transaction(async (tx) => {
    const grant = await tx.stepUpGrant.create({
      data: {
        userId: voter.id,
        sessionId: voter.sessionId,
        op: "approval.approve",
        subjectType: "approval",
        subjectId: approvalId,
        subjectRevision: revision,
        paramsHash: hash,
        factorId: factor.id,
        factorKind: "passkey",
        uv: true,
        evidence,
        expiresAt: new Date(Date.now() + 60_000),
      },
    });
    await tx.$executeRaw`update step_up_grants set consumed_at = now() where id = ${grant.id}::uuid`;
    const ballot = { voterId: voter.id, verdict: "approve", group, reason: "", paramsHash: hash } as const;
    await tx.approvalVote.create({ data: { requestId: approvalId, revision, ...ballot, grantId: grant.id } });
    const met = (await tx.approvalVote.count({ where: { requestId: approvalId } })) === 3;
    if (!met) return;
    await tx.approvalRequest.update({ where: { id: approvalId }, data: { state: "approved" } });
    await tx.$executeRaw`
      with event as (insert into audit_events (id, body, leaf) select gen_random_uuid(),
        jsonb_build_object('target', jsonb_build_object('id', ${approvalId}::text))::text, sha256('x'))
      select 1`;
  });
}

const evidenceOf = async (grantId: string) =>
  (await db.stepUpGrant.findUniqueOrThrow({ where: { id: grantId } })).evidence as object;

/** Nothing was applied; the change ended for good, with a reason that is written down and told. */
async function expectRefused({ mara, changeId }: Made, why: RegExp) {
  expect(await rolesOf(mara.id)).toEqual(["viewer"]);
  expect(await db.changeRequest.findUniqueOrThrow({ where: { id: changeId } })).toMatchObject({
    state: "refused",
    failure: expect.stringMatching(why),
  });
  expect(await events(changeId)).toContain("change.refuse");
  expect(await db.auditEvent.count({ where: { action: "change.apply", outcome: "denied" } })).toBeGreaterThan(0);
  for (const { id } of [tom, ben, samir])
    expect(await noticesOf(id)).toMatchObject([{ severity: "bad", body: expect.stringMatching(why) }]);
  await sweepChanges();
  expect(await rolesOf(mara.id)).toEqual(["viewer"]);
}

describe("an approved change that was handed over", () => {
  it("is applied once, by one of two workers", async () => {
    const { mara, changeId } = await handed();
    await Promise.all([applyHandedOver(changeId), applyHandedOver(changeId)]);
    expect((await rolesOf(mara.id)).sort()).toEqual(["approver", "viewer"]);
    expect(await events(changeId)).toEqual(["change.propose", "change.hand_over", "change.apply"]);
    expect((await events(mara.id)).filter((action) => action === "role.give")).toHaveLength(1);
    expect(await noticesOf(tom.id)).toEqual([]);
    const [event] = await db.$queryRaw<{ body: string }[]>`
      select body from audit_events where target_id = ${changeId} and action = 'change.apply'`;
    expect(JSON.parse(event?.body ?? "{}")).toMatchObject({
      actor: { type: "system", id: "worker" },
      detail: { requesterId: tom.id },
    });
  });

  it("is not applied unless its requester started it", async () => {
    const { mara, approvalId, changeId } = await asked();
    await agreed(approvalId, ben, ivana, samir);
    await applyHandedOver(changeId);
    await sweepChanges();
    expect(await rolesOf(mara.id)).toEqual(["viewer"]);
  });

  it("is applied once by the next worker when one dies between verifying and applying", async () => {
    const { mara, changeId } = await handed();
    // Somebody holds the table that it would write to: when it waits there, it has verified everything.
    await ownerDb.$transaction(
      async (tx) => {
        await tx.$executeRaw`lock table role_grants in share mode`;
        const dying = applyHandedOver(changeId).catch(() => "died");
        const end = () => ownerDb.$queryRaw<unknown[]>`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query ilike 'insert into%role_grants%'`;
        await expect.poll(async () => (await end()).length, { timeout: 10_000 }).toBe(1);
        expect(await dying).toBe("died");
      },
      { timeout: 20_000 },
    );
    expect(await rolesOf(mara.id)).toEqual(["viewer"]);
    expect((await db.changeRequest.findUniqueOrThrow({ where: { id: changeId } })).state).toBe("waiting");
    await sweepChanges();
    await sweepChanges();
    expect((await rolesOf(mara.id)).sort()).toEqual(["approver", "viewer"]);
    expect((await events(changeId)).filter((action) => action === "change.apply")).toHaveLength(1);
  });

  it("gives the code that was shown a person to work for, and only now", async () => {
    const email = `${randomUUID()}@example.test`;
    const invited = { displayName: "Eva Braun-Meyer", email, role: "viewer", scope: "everything" };
    const approvalId = await proposed(invitePerson, tom, invited);
    await agreed(approvalId, ben);
    const { id } = await changeOf(approvalId);
    const { code } = value(await handOver(tom, id)).shown as { code: string };
    await applyHandedOver(id);
    const look = await lookAtCode({ code }, originOf(new Headers()));
    expect(look).toEqual({ ok: true, value: { email, displayName: "Eva Braun-Meyer" } });
  });
});

describe("refused for good, and an alarm, is a change", () => {
  it("whose vote nobody signed", async () => {
    const made = await asked();
    value(await voteWithKey(ben, made.approvalId));
    value(await voteWithKey(samir, made.approvalId));
    await forge(made, ivana, { kind: "passkey" });
    await coolDown(made.approvalId);
    value(await handOver(tom, made.changeId));
    await applyHandedOver(made.changeId);
    await expectRefused(made, /not what it says/);
  });

  it("whose vote was signed for another change", async () => {
    const other = await asked();
    const vote = { approvalId: other.approvalId, verdict: "approve" } as const;
    const evidence = await evidenceOf(await grantFor(ivana, proofOfVote(ivana, vote)));
    const made = await asked();
    value(await voteWithKey(ben, made.approvalId));
    value(await voteWithKey(samir, made.approvalId));
    await forge(made, ivana, evidence);
    await coolDown(made.approvalId);
    value(await handOver(tom, made.changeId));
    await applyHandedOver(made.changeId);
    await expectRefused(made, /something else/);
  });

  it("whose voter's key was removed since", async () => {
    const made = await handed();
    await db.factor.updateMany({ where: { userId: ivana.id, name: "Hardware key" }, data: { removedAt: new Date() } });
    await applyHandedOver(made.changeId);
    await expectRefused(made, /was removed/);
  });

  it("whose voter's key was put in another's place", async () => {
    const made = await handed();
    const mallory = await armed("viewer");
    await tamper((tx) =>
      tx.factor.updateMany({
        where: { userId: ivana.id, name: "Hardware key" },
        data: { publicKey: bytes(mallory.passkey.cosePublicKey) },
      }),
    );
    await applyHandedOver(made.changeId);
    await expectRefused(made, /signature/);
  });

  it("whose wording is not the one that was hashed", async () => {
    const made = await handed();
    await tamper(async (tx) => {
      const olu = await person("viewer");
      const params = { personId: olu.id, role: "approver", scope: "everything" };
      await tx.changeRequest.update({ where: { id: made.changeId }, data: { params } });
      const revision = await tx.approvalRevision.findFirstOrThrow({ where: { requestId: made.approvalId } });
      const plan = { ...(revision.plan as object), params };
      await tx.$executeRaw`update approval_revisions set canonical = null where request_id = ${made.approvalId}::uuid`;
      await tx.approvalRevision.updateMany({ where: { requestId: made.approvalId }, data: { plan } });
    });
    await applyHandedOver(made.changeId);
    await expectRefused(made, /not what was approved/);
  });

  it("whose own words are not those of its wording", async () => {
    const made = await handed();
    const params = { personId: (await person("viewer")).id, role: "approver", scope: "everything" };
    await tamper((tx) => tx.changeRequest.update({ where: { id: made.changeId }, data: { params } }));
    await applyHandedOver(made.changeId);
    await expectRefused(made, /not what was approved/);
  });

  it("whose start its requester did not sign", async () => {
    const made = await handed();
    const { startGrantId } = await db.changeRequest.findUniqueOrThrow({ where: { id: made.changeId } });
    await tamper((tx) =>
      tx.stepUpGrant.update({ where: { id: startGrantId ?? "" }, data: { evidence: { kind: "passkey" } } }),
    );
    await applyHandedOver(made.changeId);
    await expectRefused(made, /Its start is not what it says/);
  });

  it("whose requester lost their role meanwhile", async () => {
    const made = await handed();
    await db.roleGrant.updateMany({ where: { userId: tom.id }, data: { revokedAt: new Date() } });
    await applyHandedOver(made.changeId);
    expect(await rolesOf(made.mara.id)).toEqual(["viewer"]);
    expect((await db.changeRequest.findUniqueOrThrow({ where: { id: made.changeId } })).state).toBe("refused");
  });
});

describe("given back, to be started again, is a change", () => {
  async function expectGivenBack({ mara, changeId }: Made, why: RegExp) {
    expect(await rolesOf(mara.id)).toEqual(["viewer"]);
    const change = await db.changeRequest.findUniqueOrThrow({ where: { id: changeId } });
    expect(change).toMatchObject({ state: "waiting", handedOverAt: null, failure: expect.stringMatching(why) });
    expect(await events(changeId)).toContain("change.hand_back");
    for (const { id } of [tom, samir])
      expect(await noticesOf(id)).toMatchObject([{ severity: "warn", body: expect.stringMatching(why) }]);
  }

  it("whose voter may vote no more: its votes are too few", async () => {
    const made = await handed();
    await db.roleGrant.updateMany({ where: { userId: ivana.id }, data: { revokedAt: new Date() } });
    await applyHandedOver(made.changeId);
    await expectGivenBack(made, /no longer do so/);
  });

  it("of which a vote was struck out: its votes are too few", async () => {
    const made = await handed();
    await tamper((tx) => tx.approvalVote.deleteMany({ where: { requestId: made.approvalId, voterId: samir.id } }));
    await applyHandedOver(made.changeId);
    await expectGivenBack(made, /no longer do|new ones/);
  });

  it("whose time ran out while no worker was there", async () => {
    const made = await handed();
    const past = new Date(Date.now() - 1_000);
    await tamper((tx) => tx.approvalRequest.update({ where: { id: made.approvalId }, data: { executeBefore: past } }));
    await applyHandedOver(made.changeId);
    await expectGivenBack(made, /time to start/);
  });

  it("that would ask more people by now; started again after that it is applied", async () => {
    const mara = await person("viewer");
    const said = { personId: mara.id };
    const approvalId = await proposed(reissueCode, tom, said);
    await agreed(approvalId, ben, ivana);
    const { id: changeId } = await changeOf(approvalId);
    value(await handOver(tom, changeId));
    const grave = await ownerDb.roleGrant.create({
      data: { userId: mara.id, role: "security_approver", scopeKind: "everything" },
    });
    await applyHandedOver(changeId);
    expect(await changeOf(approvalId)).toMatchObject({
      state: "waiting",
      failure: expect.stringMatching(/more people/),
    });
    await ownerDb.roleGrant.update({ where: { id: grave.id }, data: { revokedAt: new Date() } });
    value(await handOver(tom, changeId));
    await applyHandedOver(changeId);
    expect(await changeOf(approvalId)).toMatchObject({ state: "applied", failure: null });
  });
});

describe("the worker's own role suffices to apply", () => {
  const account = "123456789012";
  const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
  const connection = () => ({
    name: `Production ${randomUUID()}`,
    account,
    regions: "eu-central-1",
    readRoleRef: role("read"),
    actRoleRef: role("act"),
    serviceRoleRef: role("service"),
  });

  async function applied<Value>(run: GovernedCommand<Value>, input: object, ...voters: Armed[]) {
    const approvalId = await proposed(run, tom, input);
    await agreed(approvalId, ...voters);
    const { id } = await changeOf(approvalId);
    value(await handOver(tom, id));
    await applyHandedOver(id);
    expect(await changeOf(approvalId)).toMatchObject({ state: "applied", failure: null });
  }
  const all = () => [ben, ivana, samir];

  it("a new connection, its edit, and its end", async () => {
    const said = connection();
    await applied(createConnection, said, ben, ivana);
    const { id } = await db.connection.findUniqueOrThrow({ where: { name: said.name } });
    const held = await getConnection(tom, { connectionId: id });
    const base = JSON.stringify({
      ...said,
      endpoint: null,
      cleanupRoleRef: null,
      intervalSeconds: held?.intervalSeconds,
    });
    const edit = { ...said, connectionId: id, revision: "1", base, intervalSeconds: held?.intervalSeconds };
    await applied(editConnection, { ...edit, actRoleRef: role("other") }, ben, ivana);
    await applied(changeConnectionState, { connectionId: id, state: "disabled" }, ben);
    expect(await db.connection.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: "disabled" });
  });

  it("a laxer tier", () => applied(editTier, tierForm({ rpoSeconds: "2 h" }), ben, ivana));

  it("an isolated place", async () => {
    await applied(addPlace, { account, region: "eu-west-3", label: "The drill account" }, ...all());
    expect(await db.isolatedPlace.count({ where: { region: "eu-west-3", removedAt: null } })).toBe(1);
  });

  it("the lifting of a freeze", async () => {
    const { id } = value(await doAtOnce(setFreeze, tom, { reason: "ransomware suspected" }));
    await applied(releaseFreeze, { freezeId: id }, ben, ivana);
    expect(await db.systemFreeze.count({ where: { releasedAt: null } })).toBe(0);
  });

  it("a vote given away on the gravest level", async () => {
    const lea = await armed("approver");
    const given = { delegateId: tom.id, group: "approver", days: "3", coversLevelZero: "on", reason: "On leave" };
    const approvalId = await proposed(delegateVote, lea, given);
    await agreed(approvalId, ben, ivana, samir);
    const { id } = await changeOf(approvalId);
    value(await handOver(lea, id));
    await applyHandedOver(id);
    expect(await db.approvalDelegation.findFirst({ where: { delegatorId: lea.id } })).toMatchObject({
      coversLevelZero: true,
      delegateId: tom.id,
    });
  });

  it("what a claim is worth, and whose an identity is", async () => {
    await applied(saveRoleMapping, { value: "dr-approvers", role: "approver", scope: "everything" }, ...all());
    const mara = await person("viewer");
    await applied(linkIdentity, { personId: mara.id, subject: randomUUID() }, ben, ivana);
  });

  it("somebody's return", async () => {
    const olu = await armed("operator");
    await ownerDb.user.update({ where: { id: olu.id }, data: { status: "disabled" } });
    await applied(enablePerson, { personId: olu.id }, ben, ivana);
  });

  it("a new policy", async () => {
    await applied(changePolicy, policyForm({ coolDownMinutes1: "10" }), ...all());
  });

  it("single-operator mode", async () => {
    await applied(switchSingleOperator, { on: "yes" }, ...all());
    expect(await db.installation.findFirstOrThrow()).toMatchObject({ singleOperator: true });
  });
});
