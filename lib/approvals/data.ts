import "server-only";
import { z } from "zod";
import type { ReadContext } from "@/lib/access/context";
import { may } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import type { Proven } from "@/lib/access/step-up";
import type { ChangePlan } from "@/lib/changes/rules";
import { accept, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import type { Reader, Tx } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import { type RestorePlan, restoreStates, type Verdict } from "@/lib/restores/rules";
import { columns, type HeldApproval, planOf, type Row, toApproval, toLevel } from "./held";
import { levelsInForce } from "./policy";
import {
  type ApprovalState,
  currentVotes,
  factorSuffices,
  type PolicyLevels,
  stateAt,
  totalVotes,
  type Vote,
} from "./rules";
import { approvalList, approvalRef } from "./schema";
import type { ApprovalDetail, ApprovalView } from "./view";
import { approvalsVisible, delegatedTo, eligibleVoters } from "./voters";

const restorePlan = (plan: RestorePlan | ChangePlan | null) => (plan && !("kind" in plan) ? plan : null);
const changePlan = (plan: RestorePlan | ChangePlan | null) => (plan && "kind" in plan ? plan : null);
const iso = (at: Date | null) => at?.toISOString() ?? null;

const titleOf = (plan: RestorePlan | ChangePlan | null) =>
  plan === null ? "A request" : "kind" in plan ? plan.title : `Restore ${plan.system.name}`;

function toView(row: Row, inForce: PolicyLevels, actorId: string, now: Date): ApprovalView {
  const approval = toApproval(row, inForce);
  const votes = row.votes.map((vote) => ({
    voterId: vote.voterId,
    voter: vote.voter.displayName,
    verdict: vote.verdict,
    reason: vote.reason,
    revision: vote.revision,
    group: vote.group as Vote["group"],
    factor: vote.grant.factorKind,
    onBehalfOf: vote.onBehalfOf?.displayName ?? null,
    principalId: vote.onBehalfOfId ?? vote.voterId,
    withdrawnAt: iso(vote.withdrawal?.createdAt ?? null),
    at: vote.createdAt.toISOString(),
  }));
  return {
    id: row.id,
    restoreId: row.restore?.id ?? null,
    restoreState: row.restore?.state ?? restoreStates[0],
    change: row.change && {
      id: row.change.id,
      state: row.change.state,
      plan: changePlan(approval.plan),
      handedOverAt: iso(row.change.handedOverAt),
      failure: row.change.failure,
    },
    handle: row.restore?.handle ?? row.change?.handle ?? "",
    title: titleOf(approval.plan),
    breakGlass: row.breakGlass,
    singleOperator: row.singleOperator,
    requesterId: row.requesterId,
    requester: row.requester.displayName,
    level: approval.level,
    state: stateAt(approval, now),
    revision: row.revision,
    plan: restorePlan(approval.plan),
    previousPlan: restorePlan(
      row.revisions.filter(({ revision }) => revision < row.revision).map(({ plan }) => planOf(plan))[0] ?? null,
    ),
    words: row.revisions.find(({ revision }) => revision === row.revision)?.fingerprintWords ?? [],
    needed: approval.needed,
    neededTotal: totalVotes(approval.needed),
    agreed: currentVotes(approval).filter(({ verdict }) => verdict === "approve").length,
    votes,
    submittedAt: iso(row.submittedAt),
    approvalExpiresAt: iso(row.approvalExpiresAt),
    notBefore: iso(row.notBefore),
    executeBefore: iso(row.executeBefore),
    mine: row.requesterId === actorId,
    voted: votes.some(({ voterId, revision }) => voterId === actorId && revision === row.revision),
  };
}

async function reviewOf(db: Reader, approvalId: string): Promise<ApprovalDetail["review"]> {
  const row = await db.approvalReview.findFirst({
    where: { requestId: approvalId },
    include: { actor: true, voices: { include: { reviewer: true }, orderBy: { createdAt: "asc" } } },
  });
  return (
    row && {
      actorId: row.actorId,
      actor: row.actor.displayName,
      incidentRef: row.incidentRef,
      reason: row.reason,
      state: row.state,
      dueAt: row.dueAt.toISOString(),
      voices: row.voices.map(({ reviewerId, reviewer, outcome, note, createdAt }) => ({
        reviewerId,
        reviewer: reviewer.displayName,
        outcome,
        note,
        at: createdAt.toISOString(),
      })),
    }
  );
}

/** Of the people who may vote those who hold a factor that the level takes. */
async function withFactors(
  db: Reader,
  voters: Awaited<ReturnType<typeof eligibleVoters>>,
  { level, rule }: Pick<HeldApproval, "level" | "rule">,
): Promise<ApprovalDetail["eligible"]> {
  const factors = await db.factor.findMany({
    where: {
      userId: { in: voters.map(({ id }) => id) },
      confirmedAt: { not: null },
      removedAt: null,
      suspectedCloneAt: null,
    },
    select: { userId: true, kind: true, deviceType: true, backedUp: true, usableFrom: true },
  });
  const now = new Date();
  const suffices = ({ kind, deviceType, backedUp, usableFrom }: (typeof factors)[number]) =>
    factorSuffices(
      { kind, deviceBound: deviceType === "singleDevice" && backedUp === false, usableFrom },
      level,
      rule,
      now,
    ).ok;
  return voters.map((voter) => ({
    ...voter,
    able: factors.some((factor) => factor.userId === voter.id && suffices(factor)),
  }));
}

/** One request with its plan, its votes and who may still vote; null when there is none that may be seen. */
export const getApproval = read(
  "restore:read",
  approvalRef,
  async ({ db, actor, visible }, { approvalId }): Promise<ApprovalDetail | null> => {
    const row = await db.approvalRequest.findFirst({
      where: { id: approvalId, state: { not: "draft" }, ...approvalsVisible(actor, visible) },
      select: columns,
    });
    if (!row) return null;
    const voters = await eligibleVoters(db as unknown as Tx, row.requesterId, row.restore?.systemId ?? null);
    const preflight = row.restore
      ? await db.preflight.findFirst({ where: { requestId: row.restore.id }, orderBy: { at: "desc" } })
      : null;
    const last = row.restore
      ? await db.restoreRequest.findFirst({
          where: {
            systemId: row.restore.systemId,
            state: { in: ["succeeded", "partial", "failed"] },
            id: { not: row.restore.id },
          },
          orderBy: { createdAt: "desc" },
          select: { id: true, handle: true, state: true, rtaSeconds: true, finishedAt: true },
        })
      : null;
    const counted = await db.$queryRaw<{ voter: string }[]>`
      select c.voter::text as voter from approval_requests a, counted_votes(a) c where a.id = ${approvalId}::uuid`;
    const inForce = await levelsInForce(db);
    const { factors, denyThreshold, coolDownSeconds, breakGlassCoolDownSeconds } = toApproval(row, inForce).rule;
    const given = await delegatedTo(db as unknown as Tx, actor.id, toLevel(row.level), factors.includes("totp"));
    return {
      ...toView(row, inForce, actor.id, new Date()),
      rule: {
        factors,
        denyThreshold,
        coolDownSeconds,
        ...(breakGlassCoolDownSeconds === undefined ? {} : { breakGlassCoolDownSeconds }),
      },
      counted: counted.map(({ voter }) => voter),
      inPlaceOf: given.filter(({ delegatorId }) => delegatorId !== row.requesterId),
      review: await reviewOf(db, approvalId),
      eligible: await withFactors(db, voters, toApproval(row, inForce)),
      preflight: preflight && {
        verdicts: preflight.verdicts as unknown as Verdict[],
        at: preflight.at.toISOString(),
      },
      lastRestore: last && { ...last, finishedAt: iso(last.finishedAt) },
      now: new Date().toISOString(),
    };
  },
);

const pageSize = 50;

const filters: Record<z.output<typeof approvalList>["show"], Prisma.ApprovalRequestWhereInput> = {
  waiting: { state: "pending" },
  open: {
    state: { in: ["pending", "approved"] },
    OR: [
      { restore: { state: { in: ["waiting", "dispatching", "unknown", "running", "validating"] } } },
      { change: { state: "waiting" } },
    ],
  },
  decided: { state: { in: ["approved", "rejected", "cancelled", "expired"] } },
  all: { state: { not: "draft" } },
};

/** Requests, newest first, fifty a page; `next` is the key of the following page. */
export const listApprovals = read("restore:read", approvalList, async ({ db, actor, visible }, { after, show }) => {
  const rows = await db.approvalRequest.findMany({
    where: {
      ...filters[show],
      AND: approvalsVisible(actor, visible),
      ...(after ? { id: { lt: after } } : {}),
    },
    select: columns,
    orderBy: { id: "desc" },
    take: pageSize + 1,
  });
  const [now, inForce] = [new Date(), await levelsInForce(db)];
  return {
    rows: rows.slice(0, pageSize).map((row) => toView(row, inForce, actor.id, now)),
    next: rows.length > pageSize ? (rows[pageSize - 1]?.id ?? null) : null,
  };
});

/** What waits for this person's vote, most urgent first; empty for whoever may not vote. */
export const listWaiting = read("restore:read", z.object({}), async ({ db, actor, visible }) => {
  if (actor.kind !== "user") return [];
  const votes = may(actor, "restore:approve") || (await delegatedTo(db as unknown as Tx, actor.id, 1, true)).length > 0;
  if (!votes) return [];
  const rows = await db.approvalRequest.findMany({
    where: {
      state: "pending",
      requesterId: { not: actor.id },
      approvalExpiresAt: { gt: new Date() },
      ...approvalsVisible(actor, visible),
    },
    select: columns,
    orderBy: { approvalExpiresAt: "asc" },
    take: 20,
  });
  const [now, inForce] = [new Date(), await levelsInForce(db)];
  return rows.map((row) => toView(row, inForce, actor.id, now)).filter(({ voted }) => !voted);
});

type Wording = { id: string; revision: number; paramsHash: Uint8Array | null };

/** An operation on a request's current wording, as a proof of presence names it. */
export const onWording = ({ id, revision, paramsHash }: Wording, op: string): Proven => {
  if (!paramsHash) throw new Refusal(refuse("conflict", "This request was not put forward yet."));
  return { op, subjectType: "approval", subjectId: id, revision, paramsHash };
};

async function wordingSeen(
  { db, actor, visible }: ReadContext,
  approvalId: string,
): Promise<Wording & { state: ApprovalState; breakGlass: boolean }> {
  const row = await db.approvalRequest.findFirst({
    where: { id: approvalId, ...approvalsVisible(actor, visible) },
    select: { id: true, revision: true, paramsHash: true, state: true, breakGlass: true },
  });
  if (!row) throw new Refusal(refuse("not_found", "There is no such request."));
  return row;
}

/** How a vote on the current wording is named for a proof of presence; refuses what takes no vote. */
export const proofOfVote = read(
  "approval:vote",
  approvalRef.extend({ verdict: z.enum(["approve", "reject"]) }),
  async (ctx, { approvalId, verdict }): Promise<Outcome<Proven>> => {
    const row = await wordingSeen(ctx, approvalId);
    if (row.state !== "pending" && !(row.state === "approved" && row.breakGlass && verdict === "reject"))
      throw new Refusal(refuse("conflict", "This request takes no votes now."));
    return accept(onWording(row, `approval.${verdict}`));
  },
);

/** How forcing a request past its votes is named for a proof of presence. */
export const proofOfForce = read("approval:force", approvalRef, async (ctx, { approvalId }) =>
  accept(onWording(await wordingSeen(ctx, approvalId), "approval.break_glass")),
);

/** How reviewing a forced request is named for a proof of presence. */
export const proofOfReview = read("approval:review", approvalRef, async (ctx, { approvalId }) =>
  accept(onWording(await wordingSeen(ctx, approvalId), "approval.review")),
);

/** Requests that the clock, or people who lost their role, moved on: for the worker's sweep. */
export const listOverdue = read("restore:follow", z.object({}), async ({ db }) => {
  const rows = await db.$queryRaw<{ id: string; to: "expired" | "pending" }[]>`
    select a.id::text as id,
      case when a.state = 'pending' or a.execute_before <= now() or a.approval_expires_at <= now() then 'expired' else 'pending' end as "to"
    from approval_requests a
    left join restore_requests r on r.approval_id = a.id left join change_requests c on c.approval_id = a.id
    where (a.state = 'pending' and a.approval_expires_at <= now())
      or (a.state = 'approved' and coalesce(r.state = 'waiting', c.state = 'waiting', false)
        and (a.execute_before <= now() or not (a.break_glass or has_quorum(a))))
    order by a.id limit 200`;
  return rows;
});

/** Requests whose people are due a word: half of the time gone, nine tenths of it, or one vote left. */
export const listReminders = read("restore:follow", z.object({}), async ({ db }) => {
  const rows = await db.$queryRaw<{ id: string; part: 50 | 90 }[]>`
    select a.id::text as id, case when now() >= a.submitted_at + 0.9 * (a.approval_expires_at - a.submitted_at) then 90 else 50 end as part
    from approval_requests a
    where a.state = 'pending' and now() < a.approval_expires_at
      and now() >= a.submitted_at + 0.5 * (a.approval_expires_at - a.submitted_at)
      and not exists (select 1 from audit_events e where e.target_id = a.id::text and e.action = 'approval.remind'
        and e.body::jsonb->'detail'->>'revision' = a.revision::text
        and (e.body::jsonb->'detail'->>'part')::int
          >= case when now() >= a.submitted_at + 0.9 * (a.approval_expires_at - a.submitted_at) then 90 else 50 end)
    order by a.approval_expires_at limit 200`;
  return rows;
});
