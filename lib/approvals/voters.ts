import "server-only";
import { type Actor, may, type Visible } from "@/lib/access/permissions";
import type { Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlGrantReaches, systemsVisible } from "@/lib/systems/visible";
import type { Able, Level, Vote } from "./rules";

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
