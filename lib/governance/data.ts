import "server-only";
import { createHash } from "node:crypto";
import { z } from "zod";
import type { ReadContext } from "@/lib/access/context";
import { may } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import type { Proven } from "@/lib/access/step-up";
import { levelsInForce } from "@/lib/approvals/policy";
import type { PolicyLevels, VoterGroup } from "@/lib/approvals/rules";
import { ableOverall, eligibleVoters } from "@/lib/approvals/voters";
import { canonicalJson } from "@/lib/core/canonical";
import { accept, Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import type { DelegationView, Readiness, SetUp, Standing } from "./rules";
import { drillRef } from "./schema";

const nothing = z.object({});
/** The number of no person. */
const nobody = "00000000-0000-0000-0000-000000000000";
const iso = (at: Date | null) => at?.toISOString() ?? null;

type StandingRow = {
  singleOperator: boolean;
  governed: boolean;
  freezeId: string | null;
  reason: string | null;
  setAt: Date | null;
  setBy: string | null;
  overdueReviews: number;
  drillId: string | null;
  closesAt: Date | null;
};

/**
 * What everybody sees on every page: whether something is out of the ordinary about who may do what, and whether a drill
 * waits for this person. One query, because every page asks it.
 */
export const getStanding = read("estate:read", nothing, async ({ db, actor }): Promise<Standing> => {
  const [row] = await db.$queryRaw<StandingRow[]>`
    select coalesce(i.single_operator, false) as "singleOperator", i.governed_at is not null as governed,
      f.id::text as "freezeId", f.reason, f.set_at as "setAt", u.display_name as "setBy",
      (select count(*)::int from approval_reviews r where r.state = 'due' and r.due_at <= now()) as "overdueReviews",
      d.id::text as "drillId", d.closes_at as "closesAt"
    from (values (1)) one
    left join installation i on true
    left join lateral (select * from system_freezes s where s.released_at is null order by s.set_at limit 1) f on true
    left join users u on u.id = f.set_by_id
    left join lateral (select * from approval_drills n order by n.started_at desc limit 1) d
      on d.closes_at > now() and not exists (select 1 from approval_drill_answers a
        where a.drill_id = d.id and a.person_id = ${actor.kind === "user" ? actor.id : nobody}::uuid)
    limit 1`;
  if (!row) throw new Error("The standing of the installation could not be read.");
  const { singleOperator, governed, overdueReviews, freezeId, reason, setAt, setBy, drillId, closesAt } = row;
  return {
    singleOperator,
    governed,
    overdueReviews,
    freeze:
      freezeId && setAt ? { id: freezeId, reason: reason ?? "", setAt: setAt.toISOString(), setBy: setBy ?? "" } : null,
    drill:
      drillId && closesAt && may(actor, "approval:drill") ? { id: drillId, closesAt: closesAt.toISOString() } : null,
    setUp: governed || !may(actor, "policy:edit") ? null : await setUpOf(db),
  };
});

/** What is missing until nobody changes the rules alone any more. */
async function setUpOf(db: ReadContext["db"]): Promise<SetUp> {
  const [levels, able] = await Promise.all([levelsInForce(db), ableOverall(db as unknown as Tx)]);
  return { needed: levels[0].votes, able };
}

/** The names of people, for records that keep their number alone. */
async function namesOf(db: ReadContext["db"], ids: readonly (string | null)[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids.flatMap((id) => id ?? []))];
  const people = await db.user.findMany({ where: { id: { in: wanted } }, select: { id: true, displayName: true } });
  return new Map(people.map(({ id, displayName }) => [id, displayName]));
}

/** The policy in force with its history, who could satisfy it, the isolated places, and how the installation is ruled. */
export const getGovernance = read("change:read", nothing, async ({ db }) => {
  const [installation, versions, places, able, freezes] = await Promise.all([
    db.installation.findFirst(),
    db.approvalPolicyVersion.findMany({
      where: { policy: { name: "default" } },
      orderBy: { version: "desc" },
      take: 20,
      select: { id: true, version: true, levels: true, createdAt: true, createdById: true, changeId: true },
    }),
    db.isolatedPlace.findMany({
      where: { removedAt: null },
      orderBy: [{ account: "asc" }, { region: "asc" }],
      take: 200,
    }),
    ableOverall(db as unknown as Tx),
    db.systemFreeze.findMany({ orderBy: { setAt: "desc" }, take: 20 }),
  ]);
  const [names, changes] = await Promise.all([
    namesOf(db, [
      ...versions.map(({ createdById }) => createdById),
      ...freezes.flatMap(({ setById, releasedById }) => [setById, releasedById]),
    ]),
    db.changeRequest.findMany({
      where: { id: { in: versions.flatMap(({ changeId }) => changeId ?? []) } },
      select: { id: true, approvalId: true },
    }),
  ]);
  const nameOf = (id: string | null) => (id === null ? null : (names.get(id) ?? null));
  return {
    levels: await levelsInForce(db),
    version: versions[0]?.version ?? 0,
    versions: versions.map(({ version, levels, createdAt, createdById, changeId }) => ({
      version,
      levels: levels as unknown as PolicyLevels,
      at: createdAt.toISOString(),
      by: nameOf(createdById),
      approvalId: changes.find(({ id }) => id === changeId)?.approvalId ?? null,
    })),
    able,
    places: places.map(({ id, account, region, label }) => ({ id, account, region, label })),
    singleOperator: installation?.singleOperator ?? false,
    governedAt: iso(installation?.governedAt ?? null),
    dispatchMode: installation?.dispatchMode ?? "web",
    freezes: freezes.map(({ id, reason, setAt, setById, releasedAt, releasedById }) => ({
      id,
      reason,
      setAt: setAt.toISOString(),
      setBy: nameOf(setById),
      releasedAt: iso(releasedAt),
      releasedBy: nameOf(releasedById),
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
  const voters = await eligibleVoters(db as unknown as Tx, nobody, null);
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

/** When the last drill was started and since when there are enough people for one, for the worker's calendar. */
export const drillCalendar = read("restore:follow", nothing, async ({ db }) => ({
  lastAt: iso((await lastDrill(db))?.startedAt ?? null),
  governedAt: iso((await db.installation.findFirst({ select: { governedAt: true } }))?.governedAt ?? null),
}));

/** Whether the set-up is open although enough people could vote by now; for the worker's clock. */
export const isSetUpOver = read("restore:follow", nothing, async ({ db }) => {
  const [row] = await db.$queryRaw<{ over: boolean }[]>`
    select i.governed_at is null and governance_satisfiable() as over from installation i`;
  return row?.over ?? false;
});
