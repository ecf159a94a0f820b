import "server-only";
import { z } from "zod";
import { command } from "@/lib/access/command";
import { type Actor, rolesOf } from "@/lib/access/permissions";
import { demand, Refusal, refuse } from "@/lib/core/outcome";
import { after, seconds } from "@/lib/core/time";
import { passkeysNeeded } from "@/lib/people/rules";
import type { Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { systemsVisible } from "@/lib/systems/visible";
import { grantsOver, type HeldApproval, lockApproval, moveApproval } from "./data";
import { factorSuffices, type LevelRule, type VoterGroup, vote } from "./rules";
import { voteInput } from "./schema";

/** The groups a person votes for on this request: a role over another team's systems says nothing here. */
async function groupsOf(tx: Tx, actor: Actor, approvalId: string): Promise<VoterGroup[]> {
  const restore = await tx.restoreRequest.findUnique({ where: { approvalId }, select: { systemId: true } });
  const held = restore ? await grantsOver(tx, restore.systemId) : [];
  return held.filter(({ userId }) => userId === actor.id).map(({ role }) => role);
}

/** The group a person votes for: the one that still lacks votes, of those they belong to. */
function groupOf(held: readonly VoterGroup[], approval: HeldApproval): VoterGroup {
  const agreed = (group: VoterGroup) =>
    approval.votes.filter(
      (cast) => cast.revision === approval.revision && cast.verdict === "approve" && cast.group === group,
    ).length;
  const open = approval.needed.find(({ group, count }) => held.includes(group) && agreed(group) < count);
  const group = open?.group ?? held.find((role) => role === "approver") ?? held[0];
  if (!group) throw new Refusal(refuse("forbidden", "This needs the approver role over this system."));
  return group;
}

async function demandScope(tx: Tx, approvalId: string, visible: Parameters<typeof systemsVisible>[0]): Promise<void> {
  const seen = await tx.approvalRequest.count({
    where: { id: approvalId, restore: { system: systemsVisible(visible) } },
  });
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

const quorumTimes = (rule: LevelRule, now: Date) => ({
  notBefore: after(now, seconds(rule.coolDownSeconds)),
  executeBefore: after(now, seconds(rule.coolDownSeconds + rule.executeWithinSeconds)),
});

/** One person's vote on the current wording, with a proof of presence bound to it. Answers the request's new state. */
export const castVote = command({
  action: "approval.vote",
  permission: "restore:approve",
  input: voteInput,
  async stepUp({ tx, visible }, { approvalId, verdict }) {
    await demandScope(tx, approvalId, visible);
    const { revision, paramsHash, state } = await lockApproval(tx, approvalId);
    if (!paramsHash) throw new Refusal(refuse("conflict", `This request is ${state}; it takes no votes.`));
    return { op: `approval.${verdict}`, subjectType: "approval", subjectId: approvalId, revision, paramsHash };
  },
  async run({ tx, actor, now, grant }, { approvalId, verdict, reason }) {
    const approval = await lockApproval(tx, approvalId);
    if (!grant || !approval.paramsHash) throw new Refusal(refuse("step_up_required", "Confirm it is you to go on."));
    demand(
      factorSuffices(
        { kind: grant.factorKind, deviceBound: grant.deviceBound, usableFrom: grant.usableFrom },
        approval.level,
        approval.rule,
        now,
      ),
    );
    await demandPasskeys(tx, actor);
    const group = groupOf(await groupsOf(tx, actor, approvalId), approval);
    const state = demand(
      vote(approval, { voterId: actor.id, verdict, group, reason }, approval.rule, approval.needed, now),
    );
    await tx.approvalVote.create({
      data: {
        requestId: approvalId,
        revision: approval.revision,
        voterId: actor.id,
        verdict,
        reason,
        group,
        paramsHash: new Uint8Array(approval.paramsHash),
        grantId: grant.id,
      },
    });
    if (state !== approval.state)
      await moveApproval(tx, approval, state, {
        actorId: actor.id,
        ...(state === "approved" ? { data: quorumTimes(approval.rule, now) } : {}),
      });
    const hash = Buffer.from(approval.paramsHash).toString("hex");
    return {
      value: state,
      audit: [
        ["approval", approvalId],
        { verdict, reason, group, revision: approval.revision, paramsHash: hash, state },
      ],
    };
  },
});

/** Writes down that requests nobody decided, or nobody started, in time have expired. The worker's sweep. */
export const expireApprovals = command({
  action: "approval.expire",
  permission: "restore:follow",
  input: z.object({}),
  async run({ tx }) {
    const due = await tx.$queryRaw<{ id: string }[]>`
      select a.id from approval_requests a left join restore_requests r on r.approval_id = a.id
      where (a.state = 'pending' and a.approval_expires_at <= now())
         or (a.state = 'approved' and a.execute_before <= now() and r.state = 'waiting')
      order by a.id limit 200 for update of a skip locked`;
    for (const { id } of due) {
      const approval = await lockApproval(tx, id);
      await moveApproval(tx, approval, "expired", { actorId: null });
    }
    return {
      value: due.length,
      audit: [["approvals", "expired"], { ids: due.map(({ id }) => id), count: due.length }],
    };
  },
});
