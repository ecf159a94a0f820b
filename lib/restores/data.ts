import "server-only";
import { z } from "zod";
import { read } from "@/lib/access/read";
import type { Proven } from "@/lib/access/step-up";
import { paramsHashOf } from "@/lib/approvals/fingerprint";
import { type Level, stateAt } from "@/lib/approvals/rules";
import { accept, demand, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import { secondsBetween } from "@/lib/core/time";
import { isStorable } from "@/lib/core/words";
import type { Tx } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import { resourcesVisible, systemsVisible } from "@/lib/systems/visible";
import { buildPlan, type PlanSource } from "./plan";
import { type Draft, nextStep, type RestorePlan, type Verdict } from "./rules";
import { itemRef, restoreList, restoreRef } from "./schema";
import type { Moments, RestoreView } from "./view";

const iso = (at: Date | null) => at?.toISOString() ?? null;
const number = (size: bigint | null) => (size === null ? null : Number(size));

/** A request under lock, for commands that change it. */
export async function lockRestore(tx: Tx, id: string) {
  await tx.$queryRaw`select 1 from restore_requests where id = ${id}::uuid for update`;
  const row = await tx.restoreRequest.findUnique({
    where: { id },
    include: { items: { orderBy: { ordinal: "asc" } } },
  });
  if (!row) throw new Refusal(refuse("not_found", "There is no such restore."));
  return { ...row, draft: row.draft as Draft };
}

export type HeldRestore = Awaited<ReturnType<typeof lockRestore>>;

/** An item under lock, with what its dispatch needs. */
export async function lockItem(tx: Tx, id: string) {
  await tx.$queryRaw`select 1 from restore_items where id = ${id}::uuid for update`;
  const row = await tx.restoreItem.findUnique({
    where: { id },
    include: { attempts: { orderBy: { attempt: "desc" }, take: 1 } },
  });
  if (!row) throw new Refusal(refuse("not_found", "There is no such restore."));
  return row;
}

/** Everything a plan is made of, read in one place so that its hash is the same wherever it is computed. */
export async function planSource(
  db: Pick<Tx, "restoreRequest" | "recoveryPoint" | "assertion" | "systemTier" | "approvalPolicyVersion" | "$queryRaw">,
  restoreId: string,
): Promise<PlanSource> {
  const restore = await db.restoreRequest.findUnique({
    where: { id: restoreId },
    include: { system: true, approval: true },
  });
  if (!restore) throw new Refusal(refuse("not_found", "There is no such restore."));
  const draft = restore.draft as Draft;
  const [judged] = await db.$queryRaw<{ environment: typeof restore.system.environment }[]>`
    select judged_environment(${restore.systemId}::uuid, ${draft.resourceId ? [draft.resourceId] : []}::uuid[]) as environment`;
  if (judged) restore.system.environment = judged.environment;
  // Level and approvers follow from the system: what is not its own, or no longer, has no plan under its name.
  const systems = { some: { systemId: restore.systemId, validTo: null } };
  const point =
    draft.form && draft.resourceId
      ? await db.recoveryPoint.findFirst({
          where: { id: draft.form.pointId, resource: { id: draft.resourceId, systems } },
          include: { resource: true, vault: true, connection: true },
        })
      : null;
  const tier = await db.systemTier.findFirst({
    where: { systemId: restore.systemId, validTo: null },
    include: { tier: { include: { objectives: { where: { validTo: null } } } } },
  });
  const assertions = await db.assertion.findMany({
    where: { systemId: restore.systemId, enabled: true },
    orderBy: { name: "asc" },
    take: 100,
  });
  const newest = await db.approvalPolicyVersion.findFirst({
    where: { policy: { name: "default" } },
    orderBy: { version: "desc" },
    select: { id: true },
  });
  return { restore, draft, point, tier, assertions, policyVersionId: newest?.id ?? restore.approval.policyVersionId };
}

/** How submitting a draft is named for a proof of presence: by the hash of the very plan it would submit. */
export const proofOfSubmission = read(
  "restore:request",
  restoreRef,
  async ({ db, actor, visible }, { restoreId }): Promise<Outcome<Proven>> => {
    const source = await planSource(db as unknown as Tx, restoreId);
    await seen(db as unknown as Tx, restoreId, visible);
    if (source.restore.requestedById !== actor.id)
      throw new Refusal(refuse("forbidden", "The requester alone submits a request."));
    const plan = demand(buildPlan(source));
    return accept({
      op: "restore.submit",
      subjectType: "restore",
      subjectId: restoreId,
      revision: source.restore.approval.revision + 1,
      paramsHash: paramsHashOf(plan),
    });
  },
);

/** How starting an approved restore is named for a proof of presence. */
export const proofOfStart = read(
  "restore:start",
  restoreRef,
  async ({ db, visible }, { restoreId }): Promise<Outcome<Proven>> => {
    await seen(db as unknown as Tx, restoreId, visible);
    const row = await db.restoreRequest.findUnique({ where: { id: restoreId }, include: { approval: true } });
    if (!row?.approval.paramsHash || row.approval.state !== "approved")
      throw new Refusal(refuse("conflict", "This restore is not approved."));
    return accept({
      op: "restore.start",
      subjectType: "restore",
      subjectId: restoreId,
      revision: row.approval.revision,
      paramsHash: row.approval.paramsHash,
    });
  },
);

/** Refuses what lies outside the actor's scope as if it were not there. */
export async function seen(
  tx: Pick<Tx, "restoreRequest">,
  restoreId: string,
  visible: Parameters<typeof systemsVisible>[0],
): Promise<void> {
  const count = await tx.restoreRequest.count({ where: { id: restoreId, system: systemsVisible(visible) } });
  if (count === 0) throw new Refusal(refuse("not_found", "There is no such restore."));
}

const resourceColumns = {
  id: true,
  name: true,
  kind: true,
  region: true,
  account: true,
  providerRef: true,
  sizeBytes: true,
} as const;

/** One restore with all that its page shows: the draft, the request, the run and what was checked. */
export const getRestore = read(
  "restore:read",
  restoreRef,
  async ({ db, actor, visible }, { restoreId }): Promise<RestoreView | null> => {
    const row = await db.restoreRequest.findFirst({
      where: { id: restoreId, system: systemsVisible(visible) },
      include: {
        system: {
          select: {
            id: true,
            slug: true,
            name: true,
            environment: true,
            resources: {
              where: { validTo: null, resource: resourcesVisible(visible) },
              select: { resource: { select: resourceColumns } },
            },
          },
        },
        requestedBy: { select: { displayName: true } },
        approval: {
          include: {
            revisions: { orderBy: { revision: "desc" }, take: 1 },
            votes: {
              select: {
                verdict: true,
                revision: true,
                reason: true,
                createdAt: true,
                voter: { select: { displayName: true } },
                withdrawal: { select: { createdAt: true } },
              },
              orderBy: { createdAt: "asc" },
            },
          },
        },
        items: { orderBy: { ordinal: "asc" }, include: { attempts: { orderBy: { attempt: "desc" }, take: 1 } } },
        preflights: { orderBy: { at: "desc" }, take: 1 },
        timings: true,
        targets: true,
        results: { orderBy: { at: "asc" }, take: 200 },
      },
    });
    if (!row) return null;
    const draft = row.draft as Draft;
    // One that looked at an earlier wording of the draft says nothing about this one.
    const preflight = (draft.checkedRevision === row.draftRevision && row.preflights[0]) || null;
    const revision = row.approval.revisions[0] ?? null;
    const now = new Date();
    return {
      id: row.id,
      handle: row.handle,
      mine: row.requestedById === actor.id,
      requester: row.requestedBy.displayName,
      system: { id: row.system.id, slug: row.system.slug, name: row.system.name, environment: row.system.environment },
      resources: row.system.resources.map(({ resource }) => ({ ...resource, sizeBytes: number(resource.sizeBytes) })),
      reason: row.reason,
      incidentRef: row.incidentRef,
      state: row.state,
      failure: row.failure,
      draft,
      draftRevision: row.draftRevision,
      step: nextStep(draft, row.reason, preflight),
      preflight: preflight && {
        verdicts: preflight.verdicts as unknown as Verdict[],
        blocked: preflight.blocked,
        at: preflight.at.toISOString(),
      },
      approval: {
        id: row.approval.id,
        state: stateAt(row.approval, now),
        level: row.approval.level as Level,
        revision: row.approval.revision,
        neededTotal: row.approval.approvalsNeeded,
        words: revision && row.approval.state !== "draft" ? revision.fingerprintWords : [],
        plan: revision ? (revision.plan as unknown as RestorePlan) : null,
        votes: row.approval.votes
          .filter((vote) => vote.revision === row.approval.revision && vote.withdrawal === null)
          .map(({ verdict, reason, createdAt, voter }) => ({
            verdict,
            reason,
            voter: voter.displayName,
            at: createdAt.toISOString(),
          })),
        expiresAt: iso(row.approval.approvalExpiresAt),
        notBefore: iso(row.approval.notBefore),
        executeBefore: iso(row.approval.executeBefore),
      },
      items: row.items.map((item) => ({
        id: item.id,
        state: item.state,
        percent: item.percent,
        message: item.message,
        targetName: item.targetName,
        jobRef: item.providerJobRef,
        createdRef: item.createdRef,
        attempts: item.attempts.map(({ attempt, outcome, errorMessage }) => ({ attempt, outcome, errorMessage })),
      })),
      timings: row.timings.map(({ phase, startedAt, endedAt }) => ({
        phase,
        startedAt: startedAt.toISOString(),
        endedAt: iso(endedAt),
      })),
      targets: row.targets.map(({ providerRef, endpoint }) => ({
        providerRef,
        endpoint: endpoint as { host?: string; port?: number; databaseName?: string },
      })),
      results: row.results.map(({ id, name, sql, comparator, expected, actual, outcome, message, durationMs }) => ({
        id,
        name,
        sql,
        comparator,
        expected,
        actual,
        outcome,
        message,
        durationMs,
      })),
      startedAt: iso(row.startedAt),
      finishedAt: iso(row.finishedAt),
      rtaSeconds: row.rtaSeconds,
      rpaSeconds: row.rpaSeconds,
      createdAt: row.createdAt.toISOString(),
      now: now.toISOString(),
    };
  },
);

const pageSize = 50;

/** Restores, newest first, fifty a page; `next` is the key of the following page. */
export const listRestores = read("restore:read", restoreList, async ({ db, visible }, { after, state, systemId }) => {
  const open: Prisma.RestoreRequestWhereInput = {
    state: { in: ["waiting", "dispatching", "unknown", "running", "validating"] },
    approval: { state: { in: ["draft", "pending", "approved"] } },
  };
  const rows = await db.restoreRequest.findMany({
    where: {
      system: systemsVisible(visible),
      ...(systemId ? { systemId } : {}),
      ...(after ? { id: { lt: after } } : {}),
      ...(state === "open" ? open : state === "finished" ? { NOT: open } : {}),
    },
    select: {
      id: true,
      handle: true,
      state: true,
      reason: true,
      createdAt: true,
      finishedAt: true,
      rtaSeconds: true,
      system: { select: { name: true, environment: true } },
      requestedBy: { select: { displayName: true } },
      approval: { select: { state: true, level: true, approvalExpiresAt: true, executeBefore: true } },
      items: { select: { targetName: true, percent: true }, take: 1 },
    },
    orderBy: { id: "desc" },
    take: pageSize + 1,
  });
  const now = new Date();
  const shown = rows.slice(0, pageSize).map((row) => ({
    id: row.id,
    handle: row.handle,
    state: row.state,
    reason: row.reason,
    system: row.system.name,
    environment: row.system.environment,
    requester: row.requestedBy.displayName,
    approval: stateAt(row.approval, now),
    level: row.approval.level,
    target: row.items[0]?.targetName ?? null,
    percent: row.items[0]?.percent ?? null,
    createdAt: row.createdAt.toISOString(),
    finishedAt: iso(row.finishedAt),
    rtaSeconds: row.rtaSeconds,
  }));
  return { rows: shown, next: rows.length > pageSize ? (rows[pageSize - 1]?.id ?? null) : null };
});

/** Systems that can be chosen for a restore, by name; a text narrows them. */
export const listChoices = read(
  "restore:request",
  z.object({ q: z.string().trim().max(120).refine(isStorable).catch("") }),
  async ({ db, visible }, { q }) => {
    const rows = await db.system.findMany({
      where: {
        AND: [
          systemsVisible(visible),
          { lifecycle: { not: "retired" } },
          ...(q ? [{ name: { contains: q, mode: "insensitive" as const } }] : []),
        ],
      },
      select: {
        id: true,
        name: true,
        environment: true,
        resources: {
          where: { validTo: null, resource: resourcesVisible(visible) },
          select: { resource: { select: { id: true, name: true, kind: true, _count: { select: { points: true } } } } },
        },
      },
      orderBy: { name: "asc" },
      take: 100,
    });
    return rows.map(({ resources, ...system }) => ({
      ...system,
      resources: resources.map(({ resource: { _count, ...resource } }) => ({ ...resource, pointCount: _count.points })),
    }));
  },
);

/** The points and the window that a draft's resource can go back to, newest first, at most a hundred. */
export const listMoments = read(
  "restore:read",
  restoreRef,
  async ({ db, visible }, { restoreId }): Promise<Moments> => {
    const restore = await db.restoreRequest.findFirst({
      where: { id: restoreId, system: systemsVisible(visible) },
      select: { draft: true },
    });
    const { resourceId } = (restore?.draft ?? {}) as Draft;
    if (!resourceId) return { points: [], window: null };
    const points = await db.recoveryPoint.findMany({
      where: { resourceId, vanishedAt: null },
      select: {
        id: true,
        kind: true,
        status: true,
        rawStatus: true,
        dataAsOf: true,
        completedAt: true,
        expiresAt: true,
        sizeBytes: true,
        storageClass: true,
        contradictory: true,
        malware: true,
        vault: { select: { name: true, lockMode: true } },
        verifications: { orderBy: { at: "desc" }, take: 1, select: { level: true, result: true, at: true } },
      },
      orderBy: { dataAsOf: "desc" },
      take: 100,
    });
    const window = await db.restoreWindow.findFirst({
      where: { resourceId, toAt: null },
      orderBy: { latestAt: "desc" },
    });
    const now = new Date();
    return {
      points: points.map(({ sizeBytes, dataAsOf, completedAt, expiresAt, verifications, vault, ...point }) => ({
        ...point,
        vault: vault.name,
        locked: vault.lockMode !== "none",
        sizeBytes: number(sizeBytes),
        dataAsOf: iso(dataAsOf),
        completedAt: iso(completedAt),
        expiresAt: iso(expiresAt),
        ageSeconds: dataAsOf ? secondsBetween(dataAsOf, now) : null,
        proof: verifications[0]
          ? { level: verifications[0].level, result: verifications[0].result, at: verifications[0].at.toISOString() }
          : null,
      })),
      window: window && {
        earliestAt: (window.earliestAt ?? window.fromAt).toISOString(),
        latestAt: window.latestAt.toISOString(),
        pointId: window.pointId,
      },
    };
  },
);

/** The assertions of a restore's system, for the wizard and the system's page. */
export const listAssertions = read("restore:read", z.object({ systemId: z.uuid() }), ({ db, visible }, { systemId }) =>
  db.assertion.findMany({
    where: { systemId, system: systemsVisible(visible) },
    select: { id: true, name: true, sql: true, comparator: true, expected: true, enabled: true },
    orderBy: { name: "asc" },
    take: 100,
  }),
);

/** What the dispatcher and the follower need of an item; for the worker alone. */
export const getOrder = read("restore:dispatch", itemRef, async ({ db }, { itemId }) => {
  const item = await db.restoreItem.findUnique({
    where: { id: itemId },
    include: {
      attempts: { orderBy: { attempt: "desc" }, take: 1 },
      request: { include: { approval: { select: { revision: true, paramsHash: true } } } },
      point: { include: { connection: true } },
    },
  });
  return item;
});

/** Items that somebody must look after: left by a crash, unanswered, or running without a watcher. */
export const listUnfinished = read("restore:follow", z.object({}), ({ db }) =>
  db.restoreItem.findMany({
    where: {
      request: { state: { in: ["dispatching", "unknown", "running", "validating"] } },
      AND: [
        { OR: [{ leaseUntil: null }, { leaseUntil: { lt: new Date() } }] },
        { OR: [{ nextPollAt: null }, { nextPollAt: { lte: new Date() } }] },
      ],
    },
    select: { id: true, requestId: true, state: true },
    orderBy: { id: "asc" },
    take: 200,
  }),
);

/** A restore with its items, endpoint credential and plan, for the follower. */
export const getRun = read("restore:follow", restoreRef, ({ db }, { restoreId }) =>
  db.restoreRequest.findUnique({
    where: { id: restoreId },
    include: {
      approval: { include: { revisions: { orderBy: { revision: "desc" }, take: 1 } } },
      items: { orderBy: { ordinal: "asc" }, include: { point: { include: { connection: true } } } },
      targets: true,
      timings: true,
    },
  }),
);

/** What looking things up before a restore needs to know: the point with its connection, and what we measured ourselves. */
export const getLookup = read(
  "restore:request",
  restoreRef.extend({ pointId: z.uuid() }),
  async ({ db, visible }, { restoreId, pointId }) => {
    const restore = await db.restoreRequest.findFirst({
      where: { id: restoreId, system: systemsVisible(visible) },
      select: { systemId: true, system: { select: { allowedRegions: true } } },
    });
    if (!restore) return null;
    const { systemId, system } = restore;
    const point = await db.recoveryPoint.findUnique({
      where: { id: pointId },
      include: { connection: true, vault: true, resource: true },
    });
    const resourceId = point?.resourceId ?? "";
    const [window, proof, dependents, measured, tier, assertions] = await Promise.all([
      db.restoreWindow.findFirst({ where: { resourceId, toAt: null }, orderBy: { latestAt: "desc" } }),
      db.verification.findFirst({
        where: { point: { resourceId }, level: { in: ["restored", "validated", "drilled"] } },
        orderBy: { at: "desc" },
      }),
      db.systemDependency.findMany({
        where: { toId: systemId, validTo: null },
        select: { from: { select: { name: true } } },
        take: 20,
      }),
      db.restoreRequest.findMany({
        where: { systemId, state: "succeeded", rtaSeconds: { not: null } },
        select: { rtaSeconds: true },
        orderBy: { finishedAt: "desc" },
        take: 10,
      }),
      db.systemTier.findFirst({
        where: { systemId, validTo: null },
        include: { tier: { include: { objectives: { where: { validTo: null } } } } },
      }),
      db.assertion.count({ where: { systemId, enabled: true } }),
    ]);
    const lastSuccessAt = point?.connection.lastSuccessAt ?? null;
    return {
      point,
      window: window && { earliestAt: window.earliestAt ?? window.fromAt, latestAt: window.latestAt },
      lastProof: proof && { at: proof.at, passed: proof.result === "passed", level: proof.level },
      dependents: dependents.map(({ from }) => from.name),
      measuredSeconds: measured.flatMap(({ rtaSeconds }) => (rtaSeconds === null ? [] : [rtaSeconds])),
      rtoSeconds: tier?.tier.objectives[0]?.rtoSeconds ?? null,
      allowedRegions: system.allowedRegions,
      assertions,
      probe: Boolean(point?.connection.sealedProbe),
      readAgeSeconds: lastSuccessAt ? secondsBetween(lastSuccessAt, new Date()) : null,
    };
  },
);
