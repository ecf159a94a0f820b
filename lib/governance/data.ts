import "server-only";
import { createHash } from "node:crypto";
import { z } from "zod";
import type { ReadContext } from "@/lib/access/context";
import { read } from "@/lib/access/read";
import type { Proven } from "@/lib/access/step-up";
import { ableOverall, eligibleVoters, levelsInForce } from "@/lib/approvals/data";
import type { VoterGroup } from "@/lib/approvals/rules";
import { canonicalJson } from "@/lib/core/canonical";
import { accept, Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import type { DelegationView, Readiness } from "./rules";
import { drillRef } from "./schema";

const nothing = z.object({});
const iso = (at: Date | null) => at?.toISOString() ?? null;

/** What everybody sees on every page: whether something is out of the ordinary about who may do what. */
export const getStanding = read("estate:read", nothing, async ({ db }) => {
  const [installation, freeze, overdue] = await Promise.all([
    db.installation.findFirst({ select: { singleOperator: true, governedAt: true } }),
    db.systemFreeze.findFirst({ where: { releasedAt: null }, select: { id: true, reason: true, setAt: true } }),
    db.approvalReview.count({ where: { state: "due", dueAt: { lte: new Date() } } }),
  ]);
  return {
    singleOperator: installation?.singleOperator ?? false,
    governed: installation?.governedAt !== null && installation !== null,
    freeze: freeze && { id: freeze.id, reason: freeze.reason, setAt: freeze.setAt.toISOString() },
    overdueReviews: overdue,
  };
});

/** The policy in force with its history, who could satisfy it, the isolated places, and how the installation is ruled. */
export const getGovernance = read("change:read", nothing, async ({ db }) => {
  const [installation, versions, places, able, freezes] = await Promise.all([
    db.installation.findFirst(),
    db.approvalPolicyVersion.findMany({
      where: { policy: { name: "default" } },
      orderBy: { version: "desc" },
      take: 20,
      select: { id: true, version: true, createdAt: true, createdById: true },
    }),
    db.isolatedPlace.findMany({
      where: { removedAt: null },
      orderBy: [{ account: "asc" }, { region: "asc" }],
      take: 200,
    }),
    ableOverall(db as unknown as Tx),
    db.systemFreeze.findMany({ orderBy: { setAt: "desc" }, take: 5 }),
  ]);
  return {
    levels: await levelsInForce(db),
    version: versions[0]?.version ?? 0,
    versions: versions.map(({ version, createdAt }) => ({ version, at: createdAt.toISOString() })),
    able,
    places: places.map(({ id, account, region, label }) => ({ id, account, region, label })),
    singleOperator: installation?.singleOperator ?? false,
    governedAt: iso(installation?.governedAt ?? null),
    dispatchMode: installation?.dispatchMode ?? "web",
    freezes: freezes.map(({ id, reason, setAt, releasedAt }) => ({
      id,
      reason,
      setAt: setAt.toISOString(),
      releasedAt: iso(releasedAt),
    })),
  };
});

const alive = (now: Date) => ({ revokedAt: null, validTo: { gt: now } });

/** The votes that are given away now or soon, newest first. */
export const listDelegations = read("approval:vote", nothing, async ({ db, actor }): Promise<DelegationView[]> => {
  const all = actor.kind === "user" && actor.grants.some(({ role }) => role !== "viewer" && role !== "operator");
  const rows = await db.approvalDelegation.findMany({
    where: { ...alive(new Date()), ...(all ? {} : { OR: [{ delegatorId: actor.id }, { delegateId: actor.id }] }) },
    include: { delegator: { select: { displayName: true } }, delegate: { select: { displayName: true } } },
    orderBy: { validFrom: "desc" },
    take: 100,
  });
  return rows.map(({ delegator, delegate, group, validFrom, validTo, ...row }) => ({
    id: row.id,
    delegatorId: row.delegatorId,
    delegator: delegator.displayName,
    delegateId: row.delegateId,
    delegate: delegate.displayName,
    group: group as VoterGroup,
    coversLevelZero: row.coversLevelZero,
    reason: row.reason,
    validFrom: validFrom.toISOString(),
    validTo: validTo.toISOString(),
  }));
});

/** People somebody could give their vote to: active, with a factor of their own, and not themselves. */
export const listDelegates = read("approval:delegate", nothing, ({ db, actor }) =>
  db.user.findMany({
    where: {
      id: { not: actor.id },
      status: "active",
      factors: { some: { confirmedAt: { not: null }, removedAt: null, suspectedCloneAt: null } },
      roleGrants: { some: { revokedAt: null } },
    },
    select: { id: true, displayName: true },
    orderBy: { displayName: "asc" },
    take: 500,
  }),
);

async function lastDrill(db: ReadContext["db"]) {
  return db.approvalDrill.findFirst({ orderBy: { startedAt: "desc" }, include: { answers: true } });
}

/** Whether approvers can still approve: each with what they hold and when they last proved it. */
export const getReadiness = read("change:read", nothing, async ({ db }) => {
  const voters = await eligibleVoters(db as unknown as Tx, "00000000-0000-0000-0000-000000000000", null);
  const ids = voters.map(({ id }) => id);
  const [people, proofs, drill] = await Promise.all([
    db.user.findMany({
      where: { id: { in: ids } },
      select: {
        id: true,
        timeZone: true,
        factors: { where: { confirmedAt: { not: null }, removedAt: null, suspectedCloneAt: null } },
      },
    }),
    db.$queryRaw<{ id: string; at: Date }[]>`
      select g.user_id::text as id, max(g.consumed_at) as at from step_up_grants g
      where g.user_id = any(${ids}::uuid[]) and g.consumed_at is not null
        and g.op in ('approval.approve', 'approval.reject', 'approval.drill')
      group by g.user_id`,
    lastDrill(db),
  ]);
  const provenAt = new Map(proofs.map(({ id, at }) => [id, at.toISOString()]));
  const answered = new Set(drill?.answers.map(({ personId }) => personId));
  const rows = voters.map(({ id, displayName, groups }): Readiness => {
    const person = people.find((found) => found.id === id);
    const passkeys = person?.factors.filter(({ kind }) => kind === "passkey") ?? [];
    return {
      id,
      name: displayName,
      groups,
      timeZone: person?.timeZone ?? "UTC",
      passkeys: passkeys.length,
      devicePasskeys: passkeys.filter(({ deviceType, backedUp }) => deviceType === "singleDevice" && !backedUp).length,
      totps: person?.factors.filter(({ kind }) => kind === "totp").length ?? 0,
      lastProvenAt: provenAt.get(id) ?? null,
      answered: answered.has(id),
    };
  });
  const now = new Date();
  return {
    people: rows,
    drill: drill && {
      id: drill.id,
      startedAt: drill.startedAt.toISOString(),
      closesAt: drill.closesAt.toISOString(),
      open: drill.closesAt > now,
    },
    now: now.toISOString(),
  };
});

/** The drill that waits for this person's answer; null when none does. */
export const getMyDrill = read("approval:drill", nothing, async ({ db, actor }) => {
  const drill = await lastDrill(db);
  if (!drill || drill.closesAt <= new Date() || drill.answers.some(({ personId }) => personId === actor.id))
    return null;
  return { id: drill.id, closesAt: drill.closesAt.toISOString() };
});

/** What answering a drill is named by: nothing is at stake but the proof itself. */
export const onDrill = (drillId: string): Proven => ({
  op: "approval.drill",
  subjectType: "drill",
  subjectId: drillId,
  revision: 1,
  paramsHash: createHash("sha256")
    .update(`holdfast/params/v1\0${canonicalJson({ drill: drillId })}`)
    .digest(),
});

/** What a proof of presence must name to answer a drill. */
export const proofOfDrill = read("approval:drill", drillRef, async ({ db }, { drillId }) => {
  if ((await db.approvalDrill.count({ where: { id: drillId } })) === 0)
    throw new Refusal(refuse("not_found", "There is no such drill."));
  return accept(onDrill(drillId));
});

/** Forced requests that wait for their review, the most urgent first. */
export const listReviews = read("change:read", nothing, async ({ db }) => {
  const rows = await db.approvalReview.findMany({
    where: { state: "due" },
    include: { actor: { select: { displayName: true } }, voices: { select: { reviewerId: true } } },
    orderBy: { dueAt: "asc" },
    take: 50,
  });
  return rows.map(({ requestId, actor, incidentRef, dueAt, voices }) => ({
    approvalId: requestId,
    actor: actor.displayName,
    incidentRef,
    dueAt: dueAt.toISOString(),
    voices: voices.length,
  }));
});

/** When the last drill was started, for the worker's calendar; null when there never was one. */
export const lastDrillAt = read("restore:follow", nothing, async ({ db }) =>
  iso((await lastDrill(db))?.startedAt ?? null),
);
