import "server-only";
import { command } from "@/lib/access/command";
import type { CommandContext } from "@/lib/access/context";
import { type Actor, rolesOf } from "@/lib/access/permissions";
import { demand, Refusal, refuse } from "@/lib/core/outcome";
import { passkeysNeeded } from "@/lib/people/rules";
import type { Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { onWording } from "./data";
import { type HeldApproval, lockApproval, moveApproval, quorumStands } from "./held";
import { tellForced, tellOverdue, tellReminder, tellReview, tellVoted } from "./notices";
import { factorSuffices, force, type VoterGroup, vote, withdraw } from "./rules";
import { forceInput, overdueInput, reminderInput, reviewInput, voteInput, withdrawalInput } from "./schema";
import { approvalsVisible, delegatedTo, grantsOver } from "./voters";

type Ctx = Pick<CommandContext, "tx" | "actor" | "visible">;

/** The groups a person votes for on this request: a role over another team's systems says nothing here. */
async function groupsOf(tx: Tx, personId: string, approvalId: string): Promise<VoterGroup[]> {
  const restore = await tx.restoreRequest.findUnique({ where: { approvalId }, select: { systemId: true } });
  const held = await grantsOver(tx, restore?.systemId ?? null);
  return held.filter(({ userId }) => userId === personId).map(({ role }) => role);
}

/** The group a vote is counted for: the one that still lacks votes, of those it may be cast for. */
function groupOf(held: readonly VoterGroup[], approval: HeldApproval): VoterGroup {
  const agreed = (group: VoterGroup) =>
    approval.votes.filter(
      (cast) =>
        cast.revision === approval.revision && cast.verdict === "approve" && !cast.withdrawn && cast.group === group,
    ).length;
  const open = approval.needed.find(({ group, count }) => held.includes(group) && agreed(group) < count);
  const group = open?.group ?? held.find((role) => role === "approver") ?? held[0];
  if (!group)
    throw new Refusal(refuse("forbidden", "This needs the approver role over this system, or a vote given to you."));
  return group;
}

/** The groups that a ballot can be counted for: the voter's own, or those of whoever gave them their vote. */
async function groupsFor(tx: Tx, actor: Actor, approval: HeldApproval, onBehalfOf: string): Promise<VoterGroup[]> {
  if (!onBehalfOf) return groupsOf(tx, actor.id, approval.id);
  const byCode = approval.rule.factors.includes("totp");
  const given = (await delegatedTo(tx, actor.id, approval.level, byCode)).filter(
    ({ delegatorId }) => delegatorId === onBehalfOf,
  );
  const held = await groupsOf(tx, onBehalfOf, approval.id);
  return given.map(({ group }) => group).filter((group) => held.includes(group));
}

async function demandSeen({ tx, actor, visible }: Ctx, approvalId: string): Promise<void> {
  const seen = await tx.approvalRequest.count({ where: { id: approvalId, ...approvalsVisible(actor, visible) } });
  if (seen === 0) throw new Refusal(refuse("not_found", "There is no such request."));
}

/** In production an approver holds passkeys enough that losing one does not lock the approvals (decisions 13). */
async function demandPasskeys(tx: Tx, actor: Actor): Promise<void> {
  const needed = passkeysNeeded(rolesOf(actor), env.HOLDFAST_DEMO === "0");
  const held = await tx.factor.count({
    where: { userId: actor.id, kind: "passkey", confirmedAt: { not: null }, removedAt: null, suspectedCloneAt: null },
  });
  if (held < needed)
    throw new Refusal(
      refuse("step_up_required", `Approvers hold ${needed} passkeys, and you have ${held}. Add one under Account.`),
    );
}

const hex = (hash: Uint8Array | null) => Buffer.from(hash ?? []).toString("hex");

/** One person's vote on the current wording, with a proof of presence bound to it. Answers the request's new state. */
export const castVote = command({
  action: "approval.vote",
  permission: "approval:vote",
  input: voteInput,
  async stepUp(ctx, { approvalId, verdict }) {
    await demandSeen(ctx, approvalId);
    return onWording(await lockApproval(ctx.tx, approvalId), `approval.${verdict}`);
  },
  async run({ tx, actor, now, grant }, { approvalId, verdict, reason, onBehalfOf }) {
    const approval = await lockApproval(tx, approvalId);
    if (!grant || !approval.paramsHash) throw new Refusal(refuse("step_up_required", "Confirm it is you to go on."));
    const factor = { kind: grant.factorKind, deviceBound: grant.deviceBound, usableFrom: grant.usableFrom };
    demand(factorSuffices(factor, approval.level, approval.rule, now));
    await demandPasskeys(tx, actor);
    const group = groupOf(await groupsFor(tx, actor, approval, onBehalfOf), approval);
    const ballot = { voterId: actor.id, verdict, group, reason, onBehalfOf: onBehalfOf || null };
    const state = demand(vote(approval, ballot, approval.rule, approval.needed, now));
    await tx.approvalVote.create({
      data: {
        requestId: approvalId,
        revision: approval.revision,
        voterId: actor.id,
        verdict,
        reason,
        group,
        onBehalfOfId: ballot.onBehalfOf,
        paramsHash: new Uint8Array(approval.paramsHash),
        grantId: grant.id,
      },
    });
    if (state !== approval.state) await moveApproval(tx, approval, state, { actorId: actor.id });
    await tellVoted(tx, approval, state, reason);
    return {
      value: state,
      audit: [
        ["approval", approvalId],
        {
          verdict,
          reason,
          group,
          revision: approval.revision,
          paramsHash: hex(approval.paramsHash),
          state,
          ...(onBehalfOf ? { onBehalfOf } : {}),
        },
      ],
    };
  },
});

/** Takes one's own vote back before anything was started; a request that lacks it waits for another again. */
export const withdrawVote = command({
  action: "approval.withdraw",
  permission: "approval:vote",
  input: withdrawalInput,
  async run(ctx, { approvalId, reason }) {
    const { tx, actor, now } = ctx;
    await demandSeen(ctx, approvalId);
    const approval = await lockApproval(tx, approvalId);
    demand(withdraw(approval, actor.id, now));
    await tx.$executeRaw`select set_config('holdfast.actor', ${actor.id}, true)`;
    const { revision } = approval;
    await tx.approvalWithdrawal.create({ data: { requestId: approvalId, revision, voterId: actor.id, reason } });
    const waits = approval.state === "approved" && !approval.breakGlass && !(await quorumStands(tx, approvalId));
    const state = waits
      ? approval.approvalExpiresAt && approval.approvalExpiresAt <= now
        ? "expired"
        : "pending"
      : approval.state;
    if (state !== approval.state) await moveApproval(tx, approval, state, { actorId: actor.id });
    const detail = { reason, revision, paramsHash: hex(approval.paramsHash), state };
    return { value: state, audit: [["approval", approvalId], detail] };
  },
});

/** The name that whoever forces a request types: what it would touch. */
const targetOf = (approval: HeldApproval): string => {
  const plan = approval.plan;
  return plan === null ? "" : "kind" in plan ? plan.subject.name : (plan.items[0]?.target.name ?? "");
};

/**
 * Forces a restore past its votes (security.md 3.7): nothing else is skipped. Everybody is told, any approver may veto
 * it until it has cooled down, and two other people review it within a day.
 */
export const forceApproval = command({
  action: "approval.break_glass",
  permission: "approval:force",
  input: forceInput,
  async stepUp(ctx, { approvalId }) {
    await demandSeen(ctx, approvalId);
    return onWording(await lockApproval(ctx.tx, approvalId), "approval.break_glass");
  },
  async run({ tx, actor, now, grant }, { approvalId, incidentRef, reason, typed }) {
    const approval = await lockApproval(tx, approvalId);
    if (!grant) throw new Refusal(refuse("step_up_required", "Confirm it is you to go on."));
    if (approval.plan && "kind" in approval.plan)
      throw new Refusal(refuse("forbidden", "Only a restore can be forced; what rules the installation never is."));
    const overdue = await tx.approvalReview.count({ where: { state: "due", dueAt: { lte: now } } });
    const by = { actorId: actor.id, deviceBound: grant.deviceBound, reason, typed, target: targetOf(approval) };
    demand(force(approval, by, overdue, now));
    await tx.$executeRaw`
      insert into approval_reviews (request_id, actor_id, incident_ref, reason, due_at)
      values (${approvalId}::uuid, ${actor.id}::uuid, ${incidentRef}, ${reason}, now())`;
    await moveApproval(tx, approval, "approved", { actorId: actor.id, data: { breakGlass: true } });
    await tellForced(tx, approval, actor.id, incidentRef);
    await tellReview(tx, approval);
    const { notBefore } = await tx.approvalRequest.findUniqueOrThrow({ where: { id: approvalId } });
    const detail = { incidentRef, reason, revision: approval.revision, paramsHash: hex(approval.paramsHash) };
    return {
      value: { notBefore: notBefore?.toISOString() ?? null },
      audit: [["approval", approvalId], { ...detail, notBefore }],
      breakGlass: true,
    };
  },
});

/** One person's word on a forced request, afterwards: in order, or flagged. Two who find it in order end the review. */
export const reviewForced = command({
  action: "approval.review",
  permission: "approval:review",
  input: reviewInput,
  async stepUp(ctx, { approvalId }) {
    await demandSeen(ctx, approvalId);
    return onWording(await lockApproval(ctx.tx, approvalId), "approval.review");
  },
  async run({ tx, actor, grant }, { approvalId, outcome, note }) {
    const approval = await lockApproval(tx, approvalId);
    if (!grant) throw new Refusal(refuse("step_up_required", "Confirm it is you to go on."));
    const review = await tx.approvalReview.findUnique({ where: { requestId: approvalId }, include: { voices: true } });
    if (!review) throw new Refusal(refuse("not_found", "This request was not forced; there is nothing to review."));
    if (review.state !== "due") throw new Refusal(refuse("conflict", `This review is ${review.state} already.`));
    if ([review.actorId, approval.requesterId].includes(actor.id))
      throw new Refusal(refuse("forbidden", "Whoever asked or forced does not review it."));
    if (review.voices.some(({ reviewerId }) => reviewerId === actor.id))
      throw new Refusal(refuse("conflict", "You have reviewed this already."));
    await tx.approvalReviewVoice.create({
      data: { requestId: approvalId, reviewerId: actor.id, outcome, note, grantId: grant.id },
    });
    const { state } = await tx.approvalReview.findUniqueOrThrow({ where: { requestId: approvalId } });
    return { value: { state }, audit: [["approval", approvalId], { outcome, note, state }], breakGlass: true };
  },
});

/** Writes down that the clock ended a request, or that it waits again because votes no longer count. The worker's sweep. */
export const moveOverdue = command({
  action: "approval.expire",
  permission: "restore:follow",
  input: overdueInput,
  async run({ tx }, { approvalId, to }) {
    const approval = await lockApproval(tx, approvalId);
    if (approval.state === to) throw new Refusal(refuse("conflict", `This request is ${to} already.`));
    await moveApproval(tx, approval, to, { actorId: null });
    await tellOverdue(tx, approval, to);
    if (to === "expired")
      await tx.changeRequest.updateMany({ where: { approvalId, state: "waiting" }, data: { state: "cancelled" } });
    return { value: to, audit: [["approval", approvalId], { was: approval.state, state: to }] };
  },
});

/** Tells those who have not voted that time runs out. The worker's sweep. */
export const remindVoters = command({
  action: "approval.remind",
  permission: "restore:follow",
  input: reminderInput,
  async run({ tx }, { approvalId, part }) {
    const approval = await lockApproval(tx, approvalId);
    await tellReminder(tx, approval, part);
    return { value: null, audit: [["approval", approvalId], { part, revision: approval.revision }] };
  },
});
