import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { forceApproval } from "@/lib/approvals/commands";
import { proofOfForce, proofOfVote } from "@/lib/approvals/data";
import { delegateVote } from "@/lib/governance/commands";
import { bytes } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { type Armed, armed, coolDown, grantFor, voteWithKey } from "@/lib/platform/testing/armed";
import { doAtOnce } from "@/lib/platform/testing/governing";
import { ownerDb, tamper } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { draftOf, type Person, startBy, submitBy, value } from "@/lib/platform/testing/restoring";
import { claimItem } from "./commands";

let lena: Person;
let ben: Armed;
let ivana: Armed;
beforeEach(async () => {
  [lena, ben, ivana] = [await person("operator"), await armed("approver"), await armed("approver")];
});
afterAll(() => ownerDb.$disconnect());

async function submitted() {
  const restoreId = await draftOf(lena, await restorable({ environment: "production" }));
  value(await submitBy(lena, restoreId));
  const { approvalId, items } = await db.restoreRequest.findUniqueOrThrow({
    where: { id: restoreId },
    include: { items: true },
  });
  return { restoreId, approvalId, itemId: items[0]?.id ?? "" };
}

/** Lena starts it once it has cooled down, and the worker takes the call on. */
async function started({ restoreId, approvalId, itemId }: Awaited<ReturnType<typeof submitted>>) {
  await coolDown(approvalId);
  value(await startBy(lena, restoreId));
  return claimItem(theWorker(), { itemId, owner: "worker:1", leaseSeconds: 60 });
}

/** What a web process in an attacker's hands can write: a grant that claims a passkey's touch, and a vote on it. */
async function forge(approvalId: string, voter: Armed, evidence: object) {
  const { paramsHash, revision } = await db.approvalRequest.findUniqueOrThrow({ where: { id: approvalId } });
  const factor = await db.factor.findFirstOrThrow({ where: { userId: voter.id, name: "Hardware key" } });
  await db.$transaction(async (tx) => {
    const [grant] = await tx.$queryRaw<{ id: string }[]>`
      insert into step_up_grants (user_id, session_id, op, subject_type, subject_id, subject_revision, params_hash,
        factor_id, factor_kind, uv, evidence, expires_at)
      values (${voter.id}::uuid, ${voter.sessionId}::uuid, 'approval.approve', 'approval', ${approvalId}::uuid, ${revision},
        ${bytes(paramsHash ?? Buffer.of())}, ${factor.id}::uuid, 'passkey', true, ${JSON.stringify(evidence)}::jsonb,
        now() + interval '1 minute')
      returning id::text as id`;
    await tx.$executeRaw`update step_up_grants set consumed_at = now() where id = ${grant?.id}::uuid`;
    await tx.$executeRaw`
      insert into approval_votes (request_id, revision, voter_id, verdict, "group", params_hash, grant_id)
      values (${approvalId}::uuid, ${revision}, ${voter.id}::uuid, 'approve', 'approver', ${bytes(paramsHash ?? Buffer.of())},
        ${grant?.id}::uuid)`;
  });
}

describe("before anything is called, a vote", () => {
  it("carries it when its signature is the voter's, over this very plan", async () => {
    const made = await submitted();
    value(await voteWithKey(ben, made.approvalId));
    value(await voteWithKey(ivana, made.approvalId));
    expect(await started(made)).toMatchObject({ ok: true });
  });

  it("that nobody signed carries nothing, though the database took it", async () => {
    const made = await submitted();
    await forge(made.approvalId, ivana, { kind: "passkey" });
    value(await voteWithKey(ben, made.approvalId));
    expect(await started(made)).toMatchObject({ ok: false, code: "forbidden", message: /not what it says/ });
    const [item] = await db.restoreItem.findMany({ where: { id: made.itemId }, include: { attempts: true } });
    expect([item?.state, item?.attempts.length]).toEqual(["waiting", 0]);
    const denied = await db.auditEvent.findFirst({ where: { action: "restore.dispatch.intent", outcome: "denied" } });
    expect(denied).not.toBeNull();
  });

  it("that was signed for another request carries nothing here", async () => {
    const other = await submitted();
    const grantId = await grantFor(ivana, proofOfVote(ivana, { approvalId: other.approvalId, verdict: "approve" }));
    const { evidence } = await db.stepUpGrant.findUniqueOrThrow({ where: { id: grantId } });
    const made = await submitted();
    await forge(made.approvalId, ivana, evidence as object);
    value(await voteWithKey(ben, made.approvalId));
    expect(await started(made)).toMatchObject({ ok: false, code: "forbidden", message: /something else/ });
  });

  it("that was signed to refuse is no agreement", async () => {
    const made = await submitted();
    const grantId = await grantFor(ivana, proofOfVote(ivana, { approvalId: made.approvalId, verdict: "reject" }));
    const { evidence } = await db.stepUpGrant.findUniqueOrThrow({ where: { id: grantId } });
    await forge(made.approvalId, ivana, evidence as object);
    value(await voteWithKey(ben, made.approvalId));
    expect(await started(made)).toMatchObject({ ok: false, code: "forbidden" });
  });

  it("counts no more when its key was removed, or is doubted, since", async () => {
    const made = await submitted();
    value(await voteWithKey(ben, made.approvalId));
    value(await voteWithKey(ivana, made.approvalId));
    await db.factor.updateMany({ where: { userId: ivana.id }, data: { suspectedCloneAt: new Date() } });
    expect(await started(made)).toMatchObject({ ok: false, code: "forbidden", message: /doubted/ });
  });

  it("counts no more when whoever cast it lost their role between start and call", async () => {
    const made = await submitted();
    value(await voteWithKey(ben, made.approvalId));
    value(await voteWithKey(ivana, made.approvalId));
    await coolDown(made.approvalId);
    value(await startBy(lena, made.restoreId));
    await db.roleGrant.updateMany({ where: { userId: ivana.id }, data: { revokedAt: new Date() } });
    const claim = { itemId: made.itemId, owner: "worker:1", leaseSeconds: 60 };
    expect(await claimItem(theWorker(), claim)).toMatchObject({ ok: false });
  });

  it("is held against the key it was made with, not one put in its place", async () => {
    const made = await submitted();
    value(await voteWithKey(ben, made.approvalId));
    value(await voteWithKey(ivana, made.approvalId));
    const mallory = await armed("viewer");
    await tamper((tx) =>
      tx.factor.updateMany({
        where: { userId: ivana.id, name: "Hardware key" },
        data: { publicKey: bytes(mallory.passkey.cosePublicKey) },
      }),
    );
    expect(await started(made)).toMatchObject({ ok: false, code: "forbidden", message: /signature/ });
  });
});

describe("before anything is called, a vote in somebody's place", () => {
  /** Ben gives his vote away with his key. */
  async function given(to: Armed) {
    const said = { delegateId: to.id, group: "approver", days: "3", reason: "on holiday" };
    const answer = value(
      await delegateVote(ben, { ...said, grantId: await grantFor(ben, delegateVote.proof(ben, said)) }),
    );
    if (!answer.applied) throw new Error("Others were asked.");
    return answer.value.id;
  }

  async function castFor(to: Armed) {
    const made = await submitted();
    value(await voteWithKey(to, made.approvalId, { onBehalfOf: ben.id }));
    value(await voteWithKey(ivana, made.approvalId));
    return made;
  }

  it("carries it when whoever gave it signed that", async () => {
    const mara = await armed("operator");
    await given(mara);
    expect(await started(await castFor(mara))).toMatchObject({ ok: true });
  });

  it.each([
    ["nobody signed", { kind: "passkey" }, null],
    ["says another wording than the signed one", null, "something else"],
  ])("that %s carries nothing, though the database took it", async (_, evidence, reason) => {
    const mara = await armed("operator");
    const id = await given(mara);
    const { grantId, canonical } = await db.approvalDelegation.findUniqueOrThrow({ where: { id } });
    await tamper(async (tx) => {
      if (evidence) await tx.stepUpGrant.update({ where: { id: grantId }, data: { evidence } });
      const other = canonical?.replace("on holiday", reason ?? "on holiday") ?? null;
      await tx.approvalDelegation.update({ where: { id }, data: { canonical: other } });
    });
    expect(await started(await castFor(mara))).toMatchObject({
      ok: false,
      code: "forbidden",
      message: /something else/,
    });
  });

  it("that was given to another, for longer, or is taken back carries nothing", async () => {
    const [mara, mallory] = [await armed("operator"), await armed("operator")];
    const id = await given(mara);
    const held = await db.approvalDelegation.findUniqueOrThrow({ where: { id } });
    const { grantId } = held;
    const grant = await db.stepUpGrant.findUniqueOrThrow({ where: { id: grantId } });
    /** The same signature in rows of an attacker's making. */
    const copy = (data: object) =>
      tamper(async (tx) => {
        const { id: _, ...signed } = grant;
        const again = await tx.stepUpGrant.create({ data: { ...signed, evidence: signed.evidence ?? {} } });
        const { id: __, ...row } = held;
        return tx.approvalDelegation.create({ data: { ...row, grantId: again.id, ...data } });
      });
    const toAnother = await copy({ delegateId: mallory.id });
    expect(await started(await castFor(mallory))).toMatchObject({ ok: false, message: /somebody else/ });
    await db.approvalDelegation.update({ where: { id }, data: { revokedAt: new Date() } });
    await copy({});
    expect(await started(await castFor(mara))).toMatchObject({ ok: false, message: /nobody gave it/ });
    await tamper((tx) => tx.approvalDelegation.deleteMany({ where: { id: { in: [id, toAnother.id] } } }));
    const longer = { validTo: new Date(held.validTo.getTime() + 3_600_000) };
    await tamper((tx) => tx.approvalDelegation.updateMany({ where: { delegatorId: ben.id }, data: longer }));
    expect(await started(await castFor(mara))).toMatchObject({ ok: false, message: /shorter time/ });
  });

  it("that was given by a code is not cast where votes take none", async () => {
    const mara = await armed("operator");
    const said = { delegateId: mara.id, group: "approver", days: "3", reason: "on holiday" };
    value(await doAtOnce(delegateVote, ben, said));
    const { approvalId } = await submitted();
    expect(await voteWithKey(mara, approvalId, { onBehalfOf: ben.id })).toMatchObject({ ok: false, code: "forbidden" });
  });
});

describe("before anything is called, a forced request", () => {
  async function forced() {
    const made = await submitted();
    const olu = await armed("break_glass");
    const { targetName } = await db.restoreItem.findUniqueOrThrow({ where: { id: made.itemId } });
    const said = {
      approvalId: made.approvalId,
      incidentRef: "INC-9",
      reason: "nobody can be reached tonight, at all",
      typed: targetName,
    };
    value(
      await forceApproval(olu, {
        ...said,
        grantId: await grantFor(olu, proofOfForce(olu, { approvalId: made.approvalId })),
      }),
    );
    return { ...made, olu };
  }

  it("is carried by the signature of whoever forced it", async () => {
    expect(await started(await forced())).toMatchObject({ ok: true });
  });

  it("that nobody signed calls nothing", async () => {
    const made = await forced();
    await tamper((tx) =>
      tx.stepUpGrant.updateMany({
        where: { userId: made.olu.id, op: "approval.break_glass" },
        data: { evidence: { kind: "passkey" } },
      }),
    );
    expect(await started(made)).toMatchObject({ ok: false, code: "forbidden", message: /not what it says/ });
  });
});
