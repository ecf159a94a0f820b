import "server-only";
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { command } from "@/lib/access/command";
import type { CommandContext } from "@/lib/access/context";
import { paramsHashOf } from "@/lib/approvals/fingerprint";
import { lockApproval, moveApproval, quorumStands } from "@/lib/approvals/held";
import { tellAsked } from "@/lib/approvals/notices";
import { currentPolicy } from "@/lib/approvals/policy";
import { type PutForward, putForward } from "@/lib/approvals/put-forward";
import { cancel, edit, start, totalVotes } from "@/lib/approvals/rules";
import { demandSealing } from "@/lib/changes/governed";
import { demand, Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import type { Prisma } from "@/lib/platform/prisma/client";
import { enqueue } from "@/lib/queue/enqueue";
import { resourcesVisible, systemsVisible } from "@/lib/systems/visible";
import { type HeldRestore, lockRestore, planSource, seen } from "./data";
import { buildPlan } from "./plan";
import { type Draft, levelOf, proposedName, type RestorePlan, reach, type WhenChoice } from "./rules";
import {
  assertionInput,
  beginInput,
  cancelInput,
  restoreRef,
  reviseInput,
  startInput,
  submitInput,
  whatInput,
  whenInput,
  whereInput,
} from "./schema";

const json = (value: unknown): Prisma.InputJsonValue => JSON.parse(JSON.stringify(value));

/** Six letters and digits that read aloud well. */
function makeHandle(): string {
  const letters = "23456789abcdefghjkmnpqrstuvwxyz";
  return `rr${[...randomBytes(6)].map((byte) => letters[byte % letters.length]).join("")}`;
}

async function resourceOf(tx: Tx, pointId: string): Promise<string> {
  const point = await tx.recoveryPoint.findUnique({ where: { id: pointId }, select: { resourceId: true } });
  if (!point) throw new Refusal(refuse("not_found", "This recovery point is no longer known."));
  return point.resourceId;
}

/** Opens a draft for a system, a resource or a recovery point. Answers its id. */
export const beginRestore = command({
  action: "restore.begin",
  permission: "restore:request",
  input: beginInput,
  async run({ tx, actor, visible }, { systemId, resourceId, pointId }) {
    const chosen = pointId ? await resourceOf(tx, pointId) : (resourceId ?? null);
    const membership = chosen
      ? await tx.systemResource.findFirst({ where: { resourceId: chosen, validTo: null } })
      : null;
    const owner = systemId ?? membership?.systemId;
    if (!owner)
      throw new Refusal(
        refuse(
          "invalid",
          "This resource belongs to no system. Assign it to one first, so that the right people are asked.",
        ),
      );
    const system = await tx.system.findFirst({ where: { id: owner, ...systemsVisible(visible) } });
    if (!system) throw new Refusal(refuse("not_found", "There is no such system."));
    const mine = { systemId: owner, validTo: null, resource: resourcesVisible(visible) };
    if (chosen && (await tx.systemResource.count({ where: { ...mine, resourceId: chosen } })) === 0)
      throw new Refusal(refuse("not_found", "There is no such resource in this system."));
    const only = await tx.systemResource.findMany({ where: mine, take: 2 });
    const picked = chosen ?? (only.length === 1 ? (only[0]?.resourceId ?? null) : null);
    const policy = await currentPolicy(tx);
    const [ids] = await tx.$queryRaw<{ id: string }[]>`select uuid_v7()::text as id`;
    const id = ids?.id ?? "";
    const approval = await tx.approvalRequest.create({
      data: { subjectType: "restore", subjectId: id, level: 1, policyVersionId: policy.id, requesterId: actor.id },
    });
    const draft: Draft = {
      ...(picked ? { resourceId: picked } : {}),
      ...(pointId ? { when: { kind: "point", pointId } } : {}),
    };
    const handle = makeHandle();
    await tx.restoreRequest.create({
      data: { id, handle, systemId: owner, requestedById: actor.id, approvalId: approval.id, draft: json(draft) },
    });
    return { value: { restoreId: id }, audit: [["restore", id], { system: system.name, handle }] };
  },
});

/** The draft under lock, if it is still one, still this person's, and still the one they were looking at. */
async function lockDraft(
  { tx, actor, visible }: CommandContext,
  restoreId: string,
  draftRevision: number | null,
): Promise<HeldRestore> {
  await seen(tx, restoreId, visible);
  const restore = await lockRestore(tx, restoreId);
  const approval = await tx.approvalRequest.findUniqueOrThrow({ where: { id: restore.approvalId } });
  if (restore.requestedById !== actor.id)
    throw new Refusal(refuse("forbidden", "Whoever began a draft goes on with it."));
  if (approval.state !== "draft")
    throw new Refusal(refuse("conflict", "This restore was submitted already. Revise it to change it."));
  if (draftRevision !== null && draftRevision !== restore.draftRevision)
    throw new Refusal(
      refuse(
        "conflict",
        "This draft was changed in another window. What you typed is kept here; load the page again to see the other change.",
      ),
    );
  return restore;
}

async function saveDraft(tx: Tx, restore: HeldRestore, draft: Draft, more: Prisma.RestoreRequestUpdateInput = {}) {
  const draftRevision = restore.draftRevision + 1;
  await tx.restoreRequest.update({ where: { id: restore.id }, data: { draft: json(draft), draftRevision, ...more } });
  return { draftRevision };
}

/** Keeps what is to be restored and why. Another resource makes the later steps begin anew. */
export const saveWhat = command({
  action: "restore.draft.what",
  permission: "restore:request",
  input: whatInput,
  async run(ctx, { restoreId, draftRevision, resourceId, reason, incidentRef }) {
    const restore = await lockDraft(ctx, restoreId, draftRevision);
    const member = await ctx.tx.systemResource.findFirst({
      where: { resourceId, systemId: restore.systemId, validTo: null, resource: resourcesVisible(ctx.visible) },
    });
    if (!member)
      throw new Refusal(
        refuse("invalid", "This resource does not belong to the system.", {
          resourceId: "Choose one of the system's resources.",
        }),
      );
    const draft: Draft = restore.draft.resourceId === resourceId ? restore.draft : { resourceId };
    const value = await saveDraft(ctx.tx, restore, draft, { reason, incidentRef: incidentRef || null });
    return { value, audit: [["restore", restoreId], { resourceId }] };
  },
});

/** The point that a choice of moment leads to, refused with the reason when it cannot be reached. */
async function pointFor(tx: Tx, resourceId: string, when: WhenChoice): Promise<{ id: string; continuous: boolean }> {
  if (when.kind === "point") {
    const point = await tx.recoveryPoint.findFirst({ where: { id: when.pointId, resourceId, vanishedAt: null } });
    if (!point)
      throw new Refusal(
        refuse("invalid", "This recovery point is not one of this resource's.", { pointId: "Choose another one." }),
      );
    if (point.status === "expired" || point.storageClass === "deleted")
      throw new Refusal(
        refuse("invalid", "This recovery point has expired. Choose another one.", { pointId: "It has expired." }),
      );
    if (point.status !== "available" && point.status !== "stopped")
      throw new Refusal(
        refuse("invalid", `This recovery point is ${point.rawStatus}: it cannot be restored.`, {
          pointId: "It cannot be restored.",
        }),
      );
    return { id: point.id, continuous: point.kind === "continuous" };
  }
  const window = await tx.restoreWindow.findFirst({
    where: { resourceId, toAt: null, pointId: { not: null } },
    orderBy: { latestAt: "desc" },
  });
  if (when.kind === "time")
    demand(
      reach(new Date(when.at), window && { earliestAt: window.earliestAt ?? window.fromAt, latestAt: window.latestAt }),
    );
  if (window?.pointId) return { id: window.pointId, continuous: true };
  const [newest] = await tx.$queryRaw<{ id: string }[]>`
    select p.id::text from recovery_points p
    where p.resource_id = ${resourceId}::uuid and p.kind = 'snapshot'
      and point_is_usable(p.status, p.completed_at, p.expires_at, p.vanished_at, p.storage_class, p.malware, p.contradictory,
        exists (select 1 from verifications v where v.point_id = p.id and v.result = 'failed'), now())
    order by p.data_as_of desc nulls last limit 1`;
  if (!newest) throw new Refusal(refuse("invalid", "This resource has no usable recovery point."));
  return { id: newest.id, continuous: false };
}

/** Keeps the moment to go back to. Answers the point it leads to, for reading the provider's form. */
export const saveWhen = command({
  action: "restore.draft.when",
  permission: "restore:request",
  input: whenInput,
  async run(ctx, { restoreId, draftRevision, kind, pointId, at }) {
    const restore = await lockDraft(ctx, restoreId, draftRevision);
    const { resourceId } = restore.draft;
    if (!resourceId) throw new Refusal(refuse("invalid", "Choose what to restore first."));
    if (kind === "time" && !at)
      throw new Refusal(
        refuse("invalid", "Write the moment to go back to.", { at: "Write the moment to go back to." }),
      );
    if (kind === "point" && !pointId)
      throw new Refusal(refuse("invalid", "Choose a recovery point.", { pointId: "Choose a recovery point." }));
    const when: WhenChoice =
      kind === "time"
        ? { kind, at: new Date(at ?? "").toISOString() }
        : kind === "point"
          ? { kind, pointId: pointId ?? "" }
          : { kind };
    const point = await pointFor(ctx.tx, resourceId, when);
    const { form: _, ...rest } = restore.draft;
    const saved = await saveDraft(ctx.tx, restore, { ...rest, when });
    return { value: { restoreId, point, ...saved }, audit: [["restore", restoreId], { when, pointId: point.id }] };
  },
});

/** The draft that somebody looked outside for; null takes it as it stands. */
const lookedAt = { draftRevision: z.number().int().nullable().default(null) };

const formInput = restoreRef.extend({
  ...lookedAt,
  form: z.custom<NonNullable<Draft["form"]>>((form) => typeof form === "object" && form !== null),
});

/** Keeps what the provider said about restoring the chosen point, and proposes a name for the new resource. */
export const keepForm = command({
  action: "restore.draft.form",
  permission: "restore:request",
  input: formInput,
  async run(ctx, { restoreId, draftRevision, form }) {
    const restore = await lockDraft(ctx, restoreId, draftRevision);
    const point = await ctx.tx.recoveryPoint.findUniqueOrThrow({
      where: { id: form.pointId },
      include: { resource: true },
    });
    const targetName = restore.draft.targetName ?? proposedName(point.resource.name, restore.handle);
    const value = await saveDraft(ctx.tx, restore, { ...restore.draft, form, targetName });
    return { value, audit: [["restore", restoreId], { pointId: form.pointId, settings: form.fields.length }] };
  },
});

/** Keeps where the data goes and with which settings; unknown or missing ones are refused by name. */
export const saveWhere = command({
  action: "restore.draft.where",
  permission: "restore:request",
  input: whereInput,
  async run(ctx, { restoreId, draftRevision, targetName, settings }) {
    const restore = await lockDraft(ctx, restoreId, draftRevision);
    const draft: Draft = { ...restore.draft, targetName, settings };
    await saveDraft(ctx.tx, restore, draft);
    demand(buildPlan(await planSource(ctx.tx, restoreId)));
    return { value: { restoreId }, audit: [["restore", restoreId], { targetName, changed: Object.keys(settings) }] };
  },
});

const verdicts = z.array(
  z.object({
    id: z.string(),
    title: z.string(),
    verdict: z.enum(["ok", "warn", "bad"]),
    detail: z.string(),
    remedy: z.string().nullable(),
  }),
);

/** Keeps what the pre-flight found, and which wording of the draft it looked at: it says nothing about a later one. */
export const recordPreflight = command({
  action: "restore.preflight",
  permission: "restore:request",
  input: restoreRef.extend({ ...lookedAt, verdicts, blocked: z.boolean() }),
  async run(ctx, { restoreId, draftRevision, verdicts: found, blocked }) {
    const restore = await lockDraft(ctx, restoreId, draftRevision);
    const draft: Draft = { ...restore.draft, checkedRevision: restore.draftRevision };
    await ctx.tx.restoreRequest.update({ where: { id: restoreId }, data: { draft: json(draft) } });
    await ctx.tx.preflight.create({ data: { requestId: restoreId, verdicts: json(found), blocked } });
    return {
      value: { blocked },
      audit: [
        ["restore", restoreId],
        { blocked, bad: found.filter(({ verdict }) => verdict === "bad").map(({ id }) => id) },
      ],
    };
  },
});

const pendingMost = 5;

/** Hands the plan to other people: a new immutable revision, bound to the requester's proof of presence. */
export const submitRestore = command({
  action: "restore.submit",
  permission: "restore:request",
  input: submitInput,
  async stepUp({ tx, actor, visible }, { restoreId }) {
    const restore = await lockDraft({ tx, actor, visible, now: new Date(), grant: null }, restoreId, null);
    const plan = demand(buildPlan(await planSource(tx, restoreId)));
    const approval = await lockApproval(tx, restore.approvalId);
    return {
      op: "restore.submit",
      subjectType: "restore",
      subjectId: restoreId,
      revision: approval.revision + 1,
      paramsHash: paramsHashOf(plan),
    };
  },
  async run({ tx, actor, now }, { restoreId }) {
    const restore = await lockRestore(tx, restoreId);
    const preflight = await tx.preflight.findFirst({ where: { requestId: restoreId }, orderBy: { at: "desc" } });
    if (!preflight || preflight.blocked || restore.draft.checkedRevision !== restore.draftRevision)
      throw new Refusal(refuse("invalid", "Run the pre-flight and mend what it calls red first."));
    const pending = await tx.approvalRequest.count({
      where: { requesterId: actor.id, state: "pending", approvalExpiresAt: { gt: now } },
    });
    if (pending >= pendingMost)
      throw new Refusal(
        refuse("rate_limited", `You have ${pending} requests waiting. Withdraw one before you ask for another.`),
      );
    const plan = demand(buildPlan(await planSource(tx, restoreId)));
    const { state, level, needed, revision, paramsHash } = await wordAnew(tx, restore, plan, actor.id);
    if (state === "pending") await tellAsked(tx, await lockApproval(tx, restore.approvalId));
    return {
      value: { state },
      audit: [
        ["restore", restoreId],
        {
          approvalId: restore.approvalId,
          revision,
          level,
          needed,
          votesNeeded: totalVotes(needed),
          state,
          target: plan.items[0]?.target.name ?? null,
          paramsHash: paramsHash.toString("hex"),
        },
      ],
    };
  },
});

async function wordAnew(tx: Tx, restore: HeldRestore, plan: RestorePlan, editorId: string): Promise<PutForward> {
  const approval = await lockApproval(tx, restore.approvalId);
  const isolated = await tx.isolatedPlace.findMany({
    where: { removedAt: null },
    select: { account: true, region: true },
  });
  const put = await putForward(tx, approval, {
    plan,
    level: levelOf(plan, isolated),
    editorId,
    systemId: restore.systemId,
    tierApprovals: await tierApprovals(tx, restore.systemId),
  });
  await tx.restoreItem.deleteMany({ where: { requestId: restore.id, state: "waiting" } });
  // Web may name no other column: an item begins as waiting, and only the claim moves it on.
  for (const [ordinal, item] of plan.items.entries())
    await tx.$executeRaw`
      insert into restore_items (request_id, ordinal, point_id, "order", target_name)
      values (${restore.id}::uuid, ${ordinal}::int, ${item.pointId}::uuid, ${JSON.stringify(item)}::jsonb, ${item.target.name})`;
  return put;
}

async function tierApprovals(tx: Tx, systemId: string): Promise<number> {
  const tier = await tx.systemTier.findFirst({
    where: { systemId, validTo: null },
    include: { tier: { include: { objectives: { where: { validTo: null } } } } },
  });
  return tier?.tier.objectives[0]?.approvals ?? 1;
}

/** Takes a submitted request back into the wizard: every vote on it then counts no more. */
export const reviseRestore = command({
  action: "restore.revise",
  permission: "restore:request",
  input: reviseInput,
  async run({ tx, actor, visible }, { restoreId }) {
    await seen(tx, restoreId, visible);
    const restore = await lockRestore(tx, restoreId);
    const approval = await lockApproval(tx, restore.approvalId);
    if (restore.state !== "waiting")
      throw new Refusal(refuse("conflict", "This restore has started; it can no longer be changed."));
    demand(edit(approval, actor.id));
    await moveApproval(tx, approval, "draft", { actorId: actor.id });
    return {
      value: { restoreId },
      audit: [
        ["restore", restoreId],
        {
          revision: approval.revision,
          votesVoided: approval.votes.filter(({ revision }) => revision === approval.revision).length,
        },
      ],
    };
  },
});

/** Takes a request back, or refuses to let it start; nothing that runs is touched. */
export const cancelRestore = command({
  action: "restore.cancel",
  permission: "restore:cancel",
  input: cancelInput,
  async run({ tx, actor, now, visible }, { restoreId, reason }) {
    await seen(tx, restoreId, visible);
    const restore = await lockRestore(tx, restoreId);
    if (restore.state !== "waiting")
      throw new Refusal(refuse("conflict", "This restore has started. The provider offers no way to stop it."));
    const approval = await lockApproval(tx, restore.approvalId);
    demand(cancel(approval, now));
    await moveApproval(tx, approval, "cancelled", { actorId: actor.id });
    await tx.restoreRequest.update({
      where: { id: restoreId },
      data: { state: "cancelled", stateAt: now, finishedAt: now },
    });
    return { value: null, audit: [["restore", restoreId], { reason: reason ?? "" }] };
  },
});

/**
 * Starts what was approved: intent, attempt, audit and the queue's safety net in one transaction. The provider's call
 * follows after the commit, by whoever dispatches.
 */
export const startRestore = command({
  action: "restore.start",
  permission: "restore:start",
  input: startInput,
  async stepUp({ tx, visible }, { restoreId }) {
    await seen(tx, restoreId, visible);
    const restore = await lockRestore(tx, restoreId);
    const approval = await lockApproval(tx, restore.approvalId);
    if (!approval.paramsHash) throw new Refusal(refuse("conflict", "This restore is not approved."));
    return {
      op: "restore.start",
      subjectType: "restore",
      subjectId: restoreId,
      revision: approval.revision,
      paramsHash: approval.paramsHash,
    };
  },
  async run({ tx, actor, now }, { restoreId }) {
    const restore = await lockRestore(tx, restoreId);
    const approval = await lockApproval(tx, restore.approvalId);
    if (restore.state !== "waiting") throw new Refusal(refuse("conflict", "This restore has been started already."));
    demand(start(approval, actor.id, approval.needed, now));
    if (await tx.systemFreeze.count({ where: { releasedAt: null } }))
      throw new Refusal(
        refuse("conflict", "An administrator has frozen all restores. Nothing starts until they lift it."),
      );
    if (approval.level === 0 && !approval.breakGlass) await demandSealing(tx);
    if (!approval.breakGlass && !(await quorumStands(tx, approval.id)))
      throw new Refusal(
        refuse(
          "conflict",
          "Somebody who voted may no longer do so. The request waits for another vote, then it can start.",
        ),
      );
    await tx.restoreRequest.update({
      where: { id: restoreId },
      data: { state: "dispatching", stateAt: now, startedAt: now },
    });
    await tx.restoreTiming.create({ data: { requestId: restoreId, phase: "dispatch", startedAt: now } });
    for (const { id } of restore.items)
      await enqueue(
        tx,
        "restore.dispatch",
        { itemId: id },
        { key: id, ...(env.HOLDFAST_DISPATCH === "web" ? { startAfterSeconds: 15 } : {}) },
      );
    const hash = Buffer.from(approval.paramsHash ?? []).toString("hex");
    return {
      value: { itemIds: restore.items.map(({ id }) => id) },
      audit: [
        ["restore", restoreId],
        { intent: true, revision: approval.revision, level: approval.level, paramsHash: hash },
      ],
      breakGlass: approval.breakGlass,
    };
  },
});

/** Adds or changes a sentence about restored data that SQL can check. */
export const saveAssertion = command({
  action: "restore.assertion.save",
  permission: "estate:edit",
  input: assertionInput,
  async run({ tx, visible }, { assertionId, systemId, ...data }) {
    if ((await tx.system.count({ where: { id: systemId, ...systemsVisible(visible) } })) === 0)
      throw new Refusal(refuse("not_found", "There is no such system."));
    const taken = await tx.assertion.findUnique({ where: { systemId_name: { systemId, name: data.name } } });
    if (taken && taken.id !== assertionId)
      throw new Refusal(refuse("conflict", "An assertion of this name exists.", { name: "Choose another name." }));
    const saved = assertionId
      ? await tx.assertion.update({
          where: { id: assertionId, systemId },
          data: { ...data, revision: { increment: 1 } },
        })
      : await tx.assertion.create({ data: { systemId, ...data } });
    return { value: { assertionId: saved.id }, audit: [["assertion", saved.id], { systemId, ...data }] };
  },
});

/** Takes an assertion out of future plans; results that used it stay. */
export const removeAssertion = command({
  action: "restore.assertion.remove",
  permission: "estate:edit",
  input: z.object({ assertionId: z.uuid() }),
  async run({ tx, visible }, { assertionId }) {
    const found = await tx.assertion.findFirst({ where: { id: assertionId, system: systemsVisible(visible) } });
    if (!found) throw new Refusal(refuse("not_found", "There is no such assertion."));
    await tx.assertion.update({
      where: { id: assertionId },
      data: { enabled: false, name: `${found.name.slice(0, 90)} (removed ${assertionId.slice(0, 8)})` },
    });
    return { value: null, audit: [["assertion", assertionId], { name: found.name }] };
  },
});
