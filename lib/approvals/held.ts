import "server-only";
import type { ChangePlan } from "@/lib/changes/rules";
import { Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import type { RestorePlan } from "@/lib/restores/rules";
import { levelsInForce } from "./policy";
import {
  type Approval,
  type ApprovalState,
  type Level,
  type LevelRule,
  type PolicyLevels,
  stricterRule,
  totalVotes,
  type Vote,
  votesNeeded,
} from "./rules";

export const columns = {
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

export type Row = Prisma.ApprovalRequestGetPayload<{ select: typeof columns }>;

export const levelsOf = (row: Pick<Row, "policyVersion">) => row.policyVersion.levels as unknown as PolicyLevels;
export const planOf = (plan: Prisma.JsonValue) => plan as unknown as RestorePlan | ChangePlan;
export const toLevel = (level: number) => level as Level;

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
