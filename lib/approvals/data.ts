import "server-only";
import { z } from "zod";
import type { ReadContext } from "@/lib/access/context";
import { type Actor, may, type Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import type { Proven } from "@/lib/access/step-up";
import type { ChangePlan } from "@/lib/changes/rules";
import { canonicalJson } from "@/lib/core/canonical";
import { accept, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import type { Reader, Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { type RestorePlan, restoreStates, type Verdict } from "@/lib/restores/rules";
import { sqlGrantReaches, systemsVisible } from "@/lib/systems/visible";
import { fingerprintWords, paramsHashOf } from "./fingerprint";
import {
  type Able,
  type Approval,
  type ApprovalState,
  currentVotes,
  defaultLevels,
  factorSuffices,
  type Level,
  type LevelRule,
  missingVoters,
  type PolicyLevels,
  stateAt,
  stricterRule,
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
  breakGlass: true,
  singleOperator: true,
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
      onBehalfOfId: true,
      voter: { select: { displayName: true } },
      onBehalfOf: { select: { displayName: true } },
      grant: { select: { factorKind: true } },
      withdrawal: { select: { createdAt: true } },
    },
    orderBy: { createdAt: "asc" },
  },
  restore: { select: { id: true, handle: true, state: true, reason: true, systemId: true } },
  change: { select: { id: true, handle: true, state: true, action: true, handedOverAt: true, failure: true } },
} satisfies Prisma.ApprovalRequestSelect;

type Row = Prisma.ApprovalRequestGetPayload<{ select: typeof columns }>;

export const levelsOf = (row: Pick<Row, "policyVersion">) => row.policyVersion.levels as unknown as PolicyLevels;
const planOf = (plan: Prisma.JsonValue) => plan as unknown as RestorePlan | ChangePlan;
const restorePlan = (plan: RestorePlan | ChangePlan | null) => (plan && !("kind" in plan) ? plan : null);
const changePlan = (plan: RestorePlan | ChangePlan | null) => (plan && "kind" in plan ? plan : null);
const toLevel = (level: number) => level as Level;

/** A request as the rules know it, with the rule of its level and the votes it needs. */
export type HeldApproval = Approval & {
  rule: LevelRule;
  needed: LevelRule["votes"];
  paramsHash: Uint8Array | null;
  plan: RestorePlan | ChangePlan | null;
  singleOperator: boolean;
};

/** A request with the rule that binds it: its own policy's, tightened by the one in force. */
export function toApproval(row: Row, inForce: PolicyLevels): HeldApproval {
  const level = toLevel(row.level);
  const own = levelsOf(row)[level];
  const rule = row.singleOperator ? { ...own, votes: [] } : stricterRule(own, inForce[level]);
  const extra = row.singleOperator ? 0 : row.approvalsNeeded - totalVotes(own.votes);
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
    breakGlass: row.breakGlass,
    singleOperator: row.singleOperator,
    votes: row.votes.map(({ voterId, verdict, group, revision, onBehalfOfId, withdrawal }) => ({
      voterId,
      verdict,
      group: group as Vote["group"],
      revision,
      onBehalfOf: onBehalfOfId,
      withdrawn: withdrawal !== null,
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
  return toApproval(row, await levelsInForce(tx));
}

/**
 * Moves a request, under the lock that lockApproval took. PostgreSQL holds the ways, the quorum and both clocks, and
 * writes the event; who did it is told to it beside.
 */
export async function moveApproval(
  tx: Tx,
  approval: Pick<Approval, "id">,
  to: ApprovalState,
  by: { actorId: string | null; data?: Prisma.ApprovalRequestUpdateInput },
): Promise<void> {
  await tx.$executeRaw`select set_config('holdfast.actor', ${by.actorId ?? ""}, true)`;
  await tx.approvalRequest.update({ where: { id: approval.id }, data: { state: to, ...by.data } });
}

/** Whether enough people who may still vote agree, as PostgreSQL counts them. */
export async function quorumStands(tx: Pick<Tx, "$queryRaw">, approvalId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ stands: boolean }[]>`
    select has_quorum(a) as stands from approval_requests a where a.id = ${approvalId}::uuid`;
  return row?.stands ?? false;
}

export type PutForward = {
  state: "pending" | "approved";
  revision: number;
  level: Level;
  needed: LevelRule["votes"];
  paramsHash: Buffer;
};

/**
 * Puts a plan before other people: a new immutable wording in its canonical text, and the request moved to waiting, or
 * to approved where nobody is asked. Refuses what nobody could ever approve, naming who is missing.
 */
export async function putForward(
  tx: Tx,
  approval: Pick<HeldApproval, "id" | "revision">,
  said: { plan: object; level: Level; editorId: string; systemId: string | null; tierApprovals: number },
): Promise<PutForward> {
  const { level, editorId } = said;
  const policy = await currentPolicy(tx);
  const installation = await tx.installation.findFirst({ select: { singleOperator: true } });
  const needed = installation?.singleOperator ? [] : votesNeeded(level, policy.levels[level], said.tierApprovals);
  await demandSatisfiable(tx, { requesterId: editorId, systemId: said.systemId }, needed);
  const revision = approval.revision + 1;
  const canonical = canonicalJson(said.plan);
  const paramsHash = paramsHashOf(said.plan);
  await tx.approvalRevision.create({
    data: {
      requestId: approval.id,
      revision,
      plan: JSON.parse(canonical),
      canonical,
      paramsHash: new Uint8Array(paramsHash),
      fingerprintWords: fingerprintWords(paramsHash),
      editorId,
    },
  });
  const state = totalVotes(needed) === 0 ? "approved" : "pending";
  const wording = { revision, paramsHash: new Uint8Array(paramsHash), level };
  await moveApproval(tx, approval, state, {
    actorId: editorId,
    data: { ...wording, policyVersion: { connect: { id: policy.id } } },
  });
  return { state, revision, level, needed, paramsHash };
}

/** A request that nobody could ever approve is refused at once, saying who is missing. */
async function demandSatisfiable(
  tx: Tx,
  of: { requesterId: string; systemId: string | null },
  needed: LevelRule["votes"],
): Promise<void> {
  const voters = await eligibleVoters(tx, of.requesterId, of.systemId);
  const countOf = (group: Vote["group"]) => voters.filter(({ groups }) => groups.includes(group)).length;
  const missing = missingVoters(needed, {
    approver: countOf("approver"),
    security_approver: countOf("security_approver"),
  });
  if (missing.length > 0)
    throw new Refusal(
      refuse(
        "unavailable",
        `This needs ${missing.join("; ")} beside you. An administrator grants the role in Settings, People.`,
      ),
    );
}

/** The policy in force: the newest version; a new installation begins with the default levels. */
export async function currentPolicy(tx: Tx): Promise<{ id: string; version: number; levels: PolicyLevels }> {
  const newest = await tx.approvalPolicyVersion.findFirst({
    where: { policy: { name: "default" } },
    orderBy: { version: "desc" },
  });
  if (newest) return { id: newest.id, version: newest.version, levels: newest.levels as unknown as PolicyLevels };
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
  return { id: made.id, version: made.version, levels: made.levels as unknown as PolicyLevels };
}

/** The levels of the policy in force, for reading. */
export async function levelsInForce(db: Pick<Reader, "approvalPolicyVersion">): Promise<PolicyLevels> {
  const newest = await db.approvalPolicyVersion.findFirst({
    where: { policy: { name: "default" } },
    orderBy: { version: "desc" },
    select: { levels: true },
  });
  return newest ? (newest.levels as unknown as PolicyLevels) : defaultLevels;
}

/**
 * Who may vote for which group on a system's requests, or on changes of the whole installation where there is no system:
 * a role counts where its scope reaches, and nowhere else.
 */
export const grantsOver = (tx: Pick<Tx, "$queryRaw">, systemId: string | null) => tx.$queryRaw<
  { userId: string; role: Vote["group"] }[]
>`
  select distinct g.user_id::text as "userId", g.role::text as role from role_grants g
  where g.revoked_at is null and g.role in ('approver', 'security_approver') and ${systemId === null ? overEverything : sqlGrantReaches(systemId)}`;

const overEverything = Prisma.sql`g.scope_kind = 'everything'`;

/** Active people who could vote on a system's request and hold a confirmed factor, the requester left out. */
export async function eligibleVoters(tx: Pick<Tx, "user" | "$queryRaw">, requesterId: string, systemId: string | null) {
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

/** How many people could vote for each group at all, over everything. */
export async function ableOverall(tx: Pick<Tx, "user" | "$queryRaw">): Promise<Able> {
  const voters = await eligibleVoters(tx, "00000000-0000-0000-0000-000000000000", null);
  const countOf = (group: Vote["group"]) => voters.filter(({ groups }) => groups.includes(group)).length;
  return { approver: countOf("approver"), security_approver: countOf("security_approver") };
}

/**
 * The votes that others gave to a person for now: whose, and for which group. One that was given by a one-time code,
 * which leaves no signature, counts only where votes may be cast by one.
 */
export const delegatedTo = (
  tx: Pick<Tx, "$queryRaw">,
  delegateId: string,
  level: Level,
  byCode: boolean,
) => tx.$queryRaw<{ delegatorId: string; delegator: string; group: Vote["group"] }[]>`
  select d.delegator_id::text as "delegatorId", u.display_name as delegator, d."group"
  from approval_delegations d join users u on u.id = d.delegator_id and u.status = 'active'
    join step_up_grants g on g.id = d.grant_id
  where d.delegate_id = ${delegateId}::uuid and d.revoked_at is null and d.valid_from <= now() and now() < d.valid_to
    and (${level}::int > 0 or d.covers_level_zero) and (${byCode} or g.factor_kind = 'passkey')
  order by d.valid_from limit 50`;

/** The requests somebody may see: those of the systems in their scope, and changes for whoever rules or watches over them. */
export function approvalsVisible(actor: Actor, visible: Visible): Prisma.ApprovalRequestWhereInput {
  const ways: Prisma.ApprovalRequestWhereInput[] = [{ restore: { system: systemsVisible(visible) } }];
  if (visible === "all" && may(actor, "change:read")) ways.push({ change: { isNot: null } });
  return { OR: ways };
}

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
