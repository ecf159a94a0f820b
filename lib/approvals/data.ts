import "server-only";
import { z } from "zod";
import { read } from "@/lib/access/read";
import type { Proven } from "@/lib/access/step-up";
import { accept, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import { type RestorePlan, restoreStates, type Verdict } from "@/lib/restores/rules";
import { sqlGrantReaches, systemsVisible } from "@/lib/systems/visible";
import {
  type Approval,
  type ApprovalState,
  currentVotes,
  defaultLevels,
  type Level,
  type LevelRule,
  type PolicyLevels,
  stateAt,
  totalVotes,
  type Vote,
  votesNeeded,
} from "./rules";
import { approvalList, approvalRef } from "./schema";
import type { ApprovalDetail, ApprovalView } from "./view";

const columns = {
  id: true,
  subjectType: true,
  subjectId: true,
  level: true,
  state: true,
  stateAt: true,
  revision: true,
  paramsHash: true,
  requesterId: true,
  submittedAt: true,
  approvalExpiresAt: true,
  notBefore: true,
  executeBefore: true,
  approvalsNeeded: true,
  policyVersion: { select: { id: true, levels: true } },
  requester: { select: { displayName: true } },
  revisions: {
    select: { revision: true, plan: true, fingerprintWords: true, editorId: true, createdAt: true },
    orderBy: { revision: "desc" },
  },
  votes: {
    select: {
      voterId: true,
      verdict: true,
      group: true,
      reason: true,
      revision: true,
      createdAt: true,
      voter: { select: { displayName: true } },
      grant: { select: { factorKind: true } },
    },
    orderBy: { createdAt: "asc" },
  },
  restore: { select: { id: true, handle: true, state: true, reason: true, systemId: true } },
} satisfies Prisma.ApprovalRequestSelect;

type Row = Prisma.ApprovalRequestGetPayload<{ select: typeof columns }>;

export const levelsOf = (row: Pick<Row, "policyVersion">) => row.policyVersion.levels as unknown as PolicyLevels;
const planOf = (plan: Prisma.JsonValue) => plan as unknown as RestorePlan;
const toLevel = (level: number) => level as Level;

/** A request as the rules know it, with the rule of its level and the votes it needs. */
export type HeldApproval = Approval & {
  rule: LevelRule;
  needed: LevelRule["votes"];
  paramsHash: Uint8Array | null;
  plan: RestorePlan | null;
};

export function toApproval(row: Row): HeldApproval {
  const level = toLevel(row.level);
  const rule = levelsOf(row)[level];
  const extra = row.approvalsNeeded - totalVotes(rule.votes);
  const approvers = rule.votes.find(({ group }) => group === "approver")?.count ?? 0;
  const current = row.revisions.find(({ revision }) => revision === row.revision);
  return {
    id: row.id,
    state: row.state,
    level,
    revision: row.revision,
    requesterId: row.requesterId,
    editorIds: [...new Set(row.revisions.map(({ editorId }) => editorId))],
    approvalExpiresAt: row.approvalExpiresAt,
    notBefore: row.notBefore,
    executeBefore: row.executeBefore,
    votes: row.votes.map(({ voterId, verdict, group, revision }) => ({
      voterId,
      verdict,
      group: group as Vote["group"],
      revision,
    })),
    rule,
    needed: votesNeeded(level, rule, approvers + Math.max(extra, 0)),
    paramsHash: row.paramsHash,
    plan: current ? planOf(current.plan) : null,
  };
}

/** Reads a request and holds its row until the transaction ends, so that votes are counted one at a time. */
export async function lockApproval(tx: Tx, id: string): Promise<HeldApproval> {
  await tx.$queryRaw`select 1 from approval_requests where id = ${id}::uuid for update`;
  const row = await tx.approvalRequest.findUnique({ where: { id }, select: columns });
  if (!row) throw new Refusal(refuse("not_found", "There is no such request."));
  return toApproval(row);
}

/** Writes down a change of state with its event, under the lock that lockApproval took. */
export async function moveApproval(
  tx: Tx,
  approval: Pick<Approval, "id" | "state" | "revision">,
  to: ApprovalState,
  by: {
    actorId: string | null;
    detail?: Record<string, string | number | null>;
    data?: Prisma.ApprovalRequestUpdateInput;
  },
): Promise<void> {
  const [clock] = await tx.$queryRaw<{ now: Date }[]>`select now()`;
  await tx.approvalRequest.update({
    where: { id: approval.id },
    data: { state: to, stateAt: clock?.now ?? new Date(), ...by.data },
  });
  await tx.approvalEvent.create({
    data: {
      requestId: approval.id,
      fromState: approval.state,
      toState: to,
      revision: approval.revision,
      actorId: by.actorId,
      detail: by.detail ?? {},
    },
  });
}

/** The policy in force: the newest version; a new installation begins with the default levels. */
export async function currentPolicy(tx: Tx): Promise<{ id: string; levels: PolicyLevels }> {
  const newest = await tx.approvalPolicyVersion.findFirst({
    where: { policy: { name: "default" } },
    orderBy: { version: "desc" },
  });
  if (newest) return { id: newest.id, levels: newest.levels as unknown as PolicyLevels };
  await tx.$executeRaw`insert into approval_policies (name) values ('default') on conflict (name) do nothing`;
  const policy = await tx.approvalPolicy.findUniqueOrThrow({ where: { name: "default" } });
  const levels = JSON.parse(JSON.stringify(defaultLevels));
  await tx.approvalPolicyVersion.createMany({
    data: [{ policyId: policy.id, version: 1, levels }],
    skipDuplicates: true,
  });
  const made = await tx.approvalPolicyVersion.findFirstOrThrow({
    where: { policyId: policy.id },
    orderBy: { version: "desc" },
  });
  return { id: made.id, levels: made.levels as unknown as PolicyLevels };
}

/** Who may vote for which group on a system's requests: a role counts where its scope reaches, and nowhere else. */
export const grantsOver = (tx: Pick<Tx, "$queryRaw">, systemId: string) => tx.$queryRaw<
  { userId: string; role: Vote["group"] }[]
>`
  select distinct g.user_id::text as "userId", g.role::text as role from role_grants g
  where g.revoked_at is null and g.role in ('approver', 'security_approver') and ${sqlGrantReaches(systemId)}`;

/** Active people who could vote on a system's request and hold a confirmed factor, the requester left out. */
export async function eligibleVoters(tx: Pick<Tx, "user" | "$queryRaw">, requesterId: string, systemId: string) {
  const held = await grantsOver(tx, systemId);
  const people = await tx.user.findMany({
    where: {
      status: "active",
      id: { in: held.map(({ userId }) => userId), not: requesterId },
      factors: { some: { confirmedAt: { not: null }, removedAt: null } },
    },
    select: { id: true, displayName: true },
    orderBy: { displayName: "asc" },
    take: 200,
  });
  return people.map(({ id, displayName }) => ({
    id,
    displayName,
    groups: held.filter(({ userId }) => userId === id).map(({ role }) => role),
  }));
}

const iso = (at: Date | null) => at?.toISOString() ?? null;

function toView(row: Row, actorId: string, now: Date): ApprovalView {
  const approval = toApproval(row);
  const votes = row.votes.map((vote) => ({
    voterId: vote.voterId,
    voter: vote.voter.displayName,
    verdict: vote.verdict,
    reason: vote.reason,
    revision: vote.revision,
    factor: vote.grant.factorKind,
    at: vote.createdAt.toISOString(),
  }));
  return {
    id: row.id,
    restoreId: row.restore?.id ?? null,
    restoreState: row.restore?.state ?? restoreStates[0],
    handle: row.restore?.handle ?? "",
    requesterId: row.requesterId,
    requester: row.requester.displayName,
    level: approval.level,
    state: stateAt(approval, now),
    revision: row.revision,
    plan: approval.plan,
    previousPlan:
      row.revisions.filter(({ revision }) => revision < row.revision).map(({ plan }) => planOf(plan))[0] ?? null,
    words: row.revisions.find(({ revision }) => revision === row.revision)?.fingerprintWords ?? [],
    needed: approval.needed,
    neededTotal: row.approvalsNeeded,
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

/** One request with its plan, its votes and who may still vote; null when there is none that may be seen. */
export const getApproval = read(
  "restore:read",
  approvalRef,
  async ({ db, actor, visible }, { approvalId }): Promise<ApprovalDetail | null> => {
    const row = await db.approvalRequest.findFirst({
      where: { id: approvalId, state: { not: "draft" }, restore: { system: systemsVisible(visible) } },
      select: columns,
    });
    if (!row) return null;
    const voters = row.restore ? await eligibleVoters(db as unknown as Tx, row.requesterId, row.restore.systemId) : [];
    const preflight = await db.preflight.findFirst({
      where: { requestId: row.restore?.id ?? "" },
      orderBy: { at: "desc" },
    });
    const last = await db.restoreRequest.findFirst({
      where: {
        systemId: row.restore?.systemId ?? "",
        state: { in: ["succeeded", "partial", "failed"] },
        id: { not: row.restore?.id ?? "" },
      },
      orderBy: { createdAt: "desc" },
      select: { id: true, handle: true, state: true, rtaSeconds: true, finishedAt: true },
    });
    return {
      ...toView(row, actor.id, new Date()),
      eligible: voters,
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
    restore: { state: { in: ["waiting", "dispatching", "unknown", "running", "validating"] } },
  },
  decided: { state: { in: ["approved", "rejected", "cancelled", "expired"] } },
  all: { state: { not: "draft" } },
};

/** Requests, newest first, fifty a page; `next` is the key of the following page. */
export const listApprovals = read("restore:read", approvalList, async ({ db, actor, visible }, { after, show }) => {
  const rows = await db.approvalRequest.findMany({
    where: {
      ...filters[show],
      AND: { restore: { system: systemsVisible(visible) } },
      ...(after ? { id: { lt: after } } : {}),
    },
    select: columns,
    orderBy: { id: "desc" },
    take: pageSize + 1,
  });
  const now = new Date();
  return {
    rows: rows.slice(0, pageSize).map((row) => toView(row, actor.id, now)),
    next: rows.length > pageSize ? (rows[pageSize - 1]?.id ?? null) : null,
  };
});

/** What waits for this person's vote, most urgent first; empty for whoever may not vote. */
export const listWaiting = read("restore:read", z.object({}), async ({ db, actor, visible }) => {
  if (actor.kind !== "user" || !actor.grants.some(({ role }) => role === "approver" || role === "security_approver"))
    return [];
  const rows = await db.approvalRequest.findMany({
    where: {
      state: "pending",
      requesterId: { not: actor.id },
      approvalExpiresAt: { gt: new Date() },
      restore: { system: systemsVisible(visible) },
    },
    select: columns,
    orderBy: { approvalExpiresAt: "asc" },
    take: 20,
  });
  const now = new Date();
  return rows.map((row) => toView(row, actor.id, now)).filter(({ voted }) => !voted);
});

/** How a vote on the current wording is named for a proof of presence; refuses what takes no vote. */
export const proofOfVote = read(
  "restore:approve",
  approvalRef.extend({ verdict: z.enum(["approve", "reject"]) }),
  async ({ db, visible }, { approvalId, verdict }): Promise<Outcome<Proven>> => {
    const row = await db.approvalRequest.findFirst({
      where: { id: approvalId, restore: { system: systemsVisible(visible) } },
      select: { id: true, revision: true, paramsHash: true, state: true },
    });
    if (!row?.paramsHash || row.state !== "pending")
      throw new Refusal(refuse("conflict", "This request takes no votes now."));
    return accept({
      op: `approval.${verdict}`,
      subjectType: "approval",
      subjectId: row.id,
      revision: row.revision,
      paramsHash: row.paramsHash,
    });
  },
);

/** How many requests nobody decided, or started, in time; for the worker's sweep. */
export const countOverdue = read("restore:follow", z.object({}), ({ db }) => {
  const now = new Date();
  return db.approvalRequest.count({
    where: {
      OR: [
        { state: "pending", approvalExpiresAt: { lte: now } },
        { state: "approved", executeBefore: { lte: now }, restore: { state: "waiting" } },
      ],
    },
  });
});
