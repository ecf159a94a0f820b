import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Role } from "@/lib/access/permissions";
import { delegateVote, endDelegation } from "@/lib/governance/commands";
import { myNotifications } from "@/lib/notifications/data";
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
import { ask, doAtOnce } from "@/lib/platform/testing/governing";
import { ownerDb, tamper } from "@/lib/platform/testing/owner";
import { theWorker } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { draftOf, type Person, startBy, submitBy, value, voteBy } from "@/lib/platform/testing/restoring";
import { reviseRestore } from "@/lib/restores/commands";
import { forceApproval, moveOverdue, remindVoters, reviewForced, withdrawVote } from "./commands";
import { getApproval, listOverdue, listReminders, proofOfForce, proofOfReview } from "./data";
import { defaultLevels } from "./rules";

let lena: Armed;
let ben: Armed;
let ivana: Armed;
let olu: Armed;

beforeEach(async () => {
  await ungovern();
  [lena, ben, ivana, olu] = [
    await armed("operator"),
    await armed("approver"),
    await armed("approver"),
    await armed("break_glass"),
  ];
});
afterAll(() => ownerDb.$disconnect());

async function submitted(environment: "production" | "staging" = "staging", by: Person = lena) {
  const restoreId = await draftOf(by, await restorable({ environment }));
  value(await submitBy(by, restoreId));
  const restore = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId }, include: { items: true } });
  return { restoreId, approvalId: restore.approvalId, target: restore.items[0]?.targetName ?? "" };
}

const stateOf = async (id: string) => (await db.approvalRequest.findUniqueOrThrow({ where: { id } })).state;
const told = async (who: Person) => (await myNotifications(who, {})).map(({ title }) => title);

describe("a vote taken back", () => {
  it("has an approved request wait again, and is not cast a second time on the same wording", async () => {
    const { approvalId } = await submitted();
    expect(value(await voteBy(ben, approvalId))).toBe("approved");
    expect(value(await withdrawVote(ben, { approvalId, reason: "I looked at the wrong point" }))).toBe("pending");
    expect(await voteBy(ben, approvalId)).toMatchObject({ ok: false, code: "conflict" });
    expect(value(await voteBy(ivana, approvalId))).toBe("approved");
    const seen = await getApproval(lena, { approvalId });
    expect(seen?.votes.map(({ voterId, withdrawnAt }) => [voterId, withdrawnAt !== null])).toEqual([
      [ben.id, true],
      [ivana.id, false],
    ]);
    expect(seen?.agreed).toBe(1);
  });

  it("is one's own, and stays once the restore was started", async () => {
    const { approvalId, restoreId } = await submitted();
    value(await voteBy(ben, approvalId));
    expect(await withdrawVote(ivana, { approvalId })).toMatchObject({ ok: false, code: "conflict" });
    value(await startBy(lena, restoreId));
    await expect(withdrawVote(ben, { approvalId })).rejects.toThrow(/no longer be taken back/);
  });
});

describe("a vote given away", () => {
  const give = (from: Armed, to: Person, more: object = {}) =>
    doAtOnce(delegateVote, from, { delegateId: to.id, group: "approver", days: "3", reason: "on holiday", ...more });

  /** The same with the hardware key, which counts on every level. */
  async function giveByKey(from: Armed, to: Person): Promise<void> {
    const said = { delegateId: to.id, group: "approver", days: "3", reason: "on holiday" };
    value(await delegateVote(from, { ...said, grantId: await grantFor(from, delegateVote.proof(from, said)) }));
  }

  it("is cast by whoever holds it, in the place of whoever gave it, and counts once", async () => {
    const mara = await armed("operator");
    await giveByKey(ben, mara);
    const { approvalId } = await submitted("production");
    expect(await voteWithKey(mara, approvalId)).toMatchObject({ ok: false, code: "forbidden" });
    expect(value(await voteWithKey(mara, approvalId, { onBehalfOf: ben.id }))).toBe("pending");
    expect(await voteWithKey(ben, approvalId)).toMatchObject({ ok: false, code: "conflict" });
    expect(value(await voteWithKey(ivana, approvalId))).toBe("approved");
  });

  it("is not cast on one's own request, by either of the two", async () => {
    const both = await armed(["operator", "approver"]);
    const mara = await armed("viewer");
    value(await give(both, mara));
    const mine = await submitted("staging", both);
    expect(await voteWithKey(mara, mine.approvalId, { onBehalfOf: both.id })).toMatchObject({ ok: false });
    const delegate = await armed("operator");
    value(await give(ben, delegate));
    const theirs = await submitted("staging", delegate);
    expect(await voteWithKey(delegate, theirs.approvalId, { onBehalfOf: ben.id })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
  });

  it("ends when it is taken back, and a vote cast by it counts no more", async () => {
    const mara = await armed("operator");
    const { id: delegationId } = value(await give(ben, mara));
    const { approvalId } = await submitted();
    expect(value(await voteWithKey(mara, approvalId, { onBehalfOf: ben.id }))).toBe("approved");
    value(await endDelegation(ben, { delegationId }));
    expect(await listOverdue(theWorker(), {})).toContainEqual({ id: approvalId, to: "pending" });
    expect(await endDelegation(await armed("viewer"), { delegationId })).toMatchObject({
      ok: false,
      code: "not_found",
    });
  });

  it("is not given on, not to oneself, not for longer than 14 days, and only by whoever has it", async () => {
    const mara = await armed("approver");
    value(await give(ben, mara));
    expect(await give(mara, ivana)).toMatchObject({ ok: false, code: "conflict" });
    expect(await give(ben, ben)).toMatchObject({ ok: false, code: "invalid" });
    expect(await give(ben, ivana, { days: "15" })).toMatchObject({ ok: false, code: "invalid" });
    expect(await give(lena, ivana)).toMatchObject({ ok: false, code: "forbidden" });
    expect(await give(ben, ivana, { group: "security_approver" })).toMatchObject({ ok: false, code: "forbidden" });
  });

  it("covers the gravest level only once others agreed to that", async () => {
    const [samir, mara] = [await armed("security_approver"), await armed("viewer")];
    await govern();
    const said = { delegateId: mara.id, group: "approver", days: "3", reason: "on holiday", coversLevelZero: "on" };
    expect(await ask(delegateVote, ben, { ...said, why: "The other two are away as well" })).toMatchObject({
      ok: true,
      value: { applied: false },
    });
    expect(samir.grants.map(({ role }): Role => role)).toEqual(["security_approver"]);
  });
});

describe("break-glass", () => {
  const reason = "Both approvers are unreachable and payments are down";
  const force = (who: Armed, approvalId: string, typed: string, more: object = {}) =>
    outcomeOf(async () =>
      forceApproval(who, {
        approvalId,
        incidentRef: "INC-77",
        reason,
        typed,
        grantId: await grantFor(who, proofOfForce(who, { approvalId })),
        ...more,
      }),
    );
  const review = (who: Armed, approvalId: string, outcome: "completed" | "flagged" = "completed") =>
    outcomeOf(async () =>
      reviewForced(who, {
        approvalId,
        outcome,
        note: "The incident was real and the plan was right",
        grantId: await grantFor(who, proofOfReview(who, { approvalId })),
      }),
    );

  it("skips votes, and nothing else: everybody is told, it cools down, and it starts with the requester's proof", async () => {
    const { approvalId, restoreId, target } = await submitted("production");
    value(await force(olu, approvalId, target));
    expect(await told(await armed("viewer"))).toEqual([]);
    expect((await told(ben)).some((title) => title.startsWith("Forced past its votes"))).toBe(true);
    expect(await startBy(lena, restoreId)).toMatchObject({ ok: false, message: /cools down/ });
    await coolDown(approvalId);
    value(await startBy(lena, restoreId));
    const [event] = await db.$queryRaw<{ body: string }[]>`
      select body from audit_events where target_id = ${restoreId} and action = 'restore.start'`;
    expect(JSON.parse(event?.body ?? "{}")).toMatchObject({ breakGlass: true });
  });

  it.each([
    ["without its role", "approver", {}, "forbidden"],
    ["without a reason that explains it", "break_glass", { reason: "it is urgent" }, "invalid"],
    ["without an incident", "break_glass", { incidentRef: "" }, "invalid"],
    ["without the target's name", "break_glass", { typed: "something-else" }, "invalid"],
  ] as const)("is not used %s", async (_, role, more, code) => {
    const who = await armed(role);
    const { approvalId, target } = await submitted("production");
    expect(await force(who, approvalId, target, more)).toMatchObject({ ok: false, code });
    expect(await stateOf(approvalId)).toBe("pending");
  });

  it("takes a key that is bound to its device", async () => {
    await tamper((tx) =>
      tx.factor.updateMany({
        where: { userId: olu.id, name: "Hardware key" },
        data: { deviceType: "multiDevice", backedUp: true },
      }),
    );
    const { approvalId, target } = await submitted("production");
    expect(await force(olu, approvalId, target)).toMatchObject({ ok: false, code: "step_up_required" });
  });

  it("is vetoed by any approver until it has cooled down", async () => {
    const { approvalId, restoreId, target } = await submitted("production");
    value(await force(olu, approvalId, target));
    expect(value(await voteWithKey(ben, approvalId, { verdict: "reject", reason: "this is not the incident" }))).toBe(
      "rejected",
    );
    expect(await outcomeOf(() => startBy(lena, restoreId))).toMatchObject({ ok: false });
    const late = await submitted("production");
    value(await force(await armed("break_glass"), late.approvalId, late.target));
    await coolDown(late.approvalId);
    expect(
      await voteWithKey(ben, late.approvalId, { verdict: "reject", reason: "this is not the incident" }),
    ).toMatchObject({ ok: false });
  });

  it("is reviewed by two others; an overdue review stops the next one", async () => {
    const { approvalId, target } = await submitted("production");
    value(await force(olu, approvalId, target));
    expect(await review(lena, approvalId)).toMatchObject({ ok: false });
    await tamper((tx) =>
      tx.approvalReview.updateMany({ where: { requestId: approvalId }, data: { dueAt: new Date(Date.now() - 1_000) } }),
    );
    const next = await submitted("production");
    expect(await force(olu, next.approvalId, next.target)).toMatchObject({ ok: false, code: "conflict" });
    expect(value(await review(ben, approvalId))).toEqual({ state: "due" });
    expect(await review(ben, approvalId)).toMatchObject({ ok: false, code: "conflict" });
    expect(value(await review(ivana, approvalId))).toEqual({ state: "completed" });
    value(await force(olu, next.approvalId, next.target));
    expect(value(await review(ben, next.approvalId, "flagged"))).toEqual({ state: "flagged" });
  });
});

describe("a policy that is tightened", () => {
  const putIntoForce = async (levels: object) => {
    const { policyId, version } = await ownerDb.approvalPolicyVersion.findFirstOrThrow({
      orderBy: { version: "desc" },
    });
    await ownerDb.approvalPolicyVersion.create({
      data: { policyId, version: version + 1, levels: JSON.parse(JSON.stringify(levels)) },
    });
  };

  it("binds requests in flight; one that is loosened does not", async () => {
    const { approvalId, restoreId } = await submitted();
    expect(value(await voteBy(ben, approvalId))).toBe("approved");
    await putIntoForce({ ...defaultLevels, 2: { ...defaultLevels[2], votes: [{ group: "approver", count: 2 }] } });
    expect(await outcomeOf(() => startBy(lena, restoreId))).toMatchObject({ ok: false, code: "conflict" });
    value(await moveOverdue(theWorker(), { approvalId, to: "pending" }));
    const two = await submitted();
    await putIntoForce(defaultLevels);
    expect(value(await voteBy(ivana, approvalId))).toBe("approved");
    expect(value(await voteBy(ben, two.approvalId))).toBe("pending");
    expect(value(await voteBy(ivana, two.approvalId))).toBe("approved");
  });
});

describe("the clock", () => {
  it("reminds whoever has not voted at half of the time and at nine tenths, once each", async () => {
    const { approvalId } = await submitted();
    const at = (part: number) =>
      tamper(
        (tx) => tx.$executeRaw`
          update approval_requests set submitted_at = now() - make_interval(secs => ${part * 1_000}::double precision),
            approval_expires_at = now() + make_interval(secs => ${(1 - part) * 1_000}::double precision) where id = ${approvalId}::uuid`,
      );
    const due = async () => (await listReminders(theWorker(), {})).filter(({ id }) => id === approvalId);
    await at(0.49);
    expect(await due()).toEqual([]);
    for (const [part, expected] of [
      [0.51, 50],
      [0.91, 90],
    ] as const) {
      await at(part);
      expect(await due()).toEqual([{ id: approvalId, part: expected }]);
      value(await remindVoters(theWorker(), { approvalId, part: expected }));
      expect(await due()).toEqual([]);
    }
    expect((await told(ben)).filter((title) => title.startsWith("Still waits"))).toHaveLength(2);
  });

  it("is the database's: a request that ran out takes no vote, whatever ours says", async () => {
    const { approvalId } = await submitted();
    await tamper((tx) =>
      tx.approvalRequest.update({ where: { id: approvalId }, data: { approvalExpiresAt: new Date(Date.now() - 1) } }),
    );
    expect(await voteBy(ben, approvalId)).toMatchObject({ ok: false, message: /expired/ });
    expect(await listOverdue(theWorker(), {})).toContainEqual({ id: approvalId, to: "expired" });
    value(await moveOverdue(theWorker(), { approvalId, to: "expired" }));
    expect(await stateOf(approvalId)).toBe("expired");
    expect((await told(lena)).some((title) => title.startsWith("Expired"))).toBe(true);
  });

  it("moves nothing that somebody decided meanwhile", async () => {
    const { approvalId } = await submitted();
    value(await voteBy(ben, approvalId));
    await expect(moveOverdue(theWorker(), { approvalId, to: "expired" })).rejects.toThrow(/not expired/);
    await expect(moveOverdue(theWorker(), { approvalId, to: "pending" })).rejects.toThrow(/still count/);
  });
});

it("is worded anew only as a draft, and its old votes count no more", async () => {
  const { approvalId, restoreId } = await submitted();
  value(await voteBy(ben, approvalId));
  value(await reviseRestore(lena, { restoreId }));
  expect(await stateOf(approvalId)).toBe("draft");
  expect(await outcomeOf(() => startBy(lena, restoreId))).toMatchObject({ ok: false });
  value(await submitBy(lena, restoreId));
  expect(await stateOf(approvalId)).toBe("pending");
  expect((await told(ben)).filter((title) => title.includes(" asks: "))).toHaveLength(2);
});
