import "server-only";
import { createHash } from "node:crypto";
import { z } from "zod";
import { command } from "@/lib/access/command";
import type { CommandContext } from "@/lib/access/context";
import { paramsHashOf } from "@/lib/approvals/fingerprint";
import { canonicalJson } from "@/lib/core/canonical";
import { Refusal, refuse } from "@/lib/core/outcome";
import { after, minutes, seconds, secondsBetween } from "@/lib/core/time";
import { equalBytes } from "@/lib/platform/crypto";
import type { Tx } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import { enqueue } from "@/lib/queue/enqueue";
import type { PlanItem, RestorePlan, RestoreState } from "@/lib/restores/rules";
import { demandProvenVotes } from "./proofs";

const json = (value: unknown): Prisma.InputJsonValue => JSON.parse(JSON.stringify(value));

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** The token of one try: the same for the same request, item, revision and attempt, on whichever process (security.md §3.4). */
export function attemptToken(request: string, item: string, revision: number, attempt: number): string {
  const hash = createHash("sha256").update([request, item, revision, attempt].join("|")).digest();
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from(
    { length: 51 },
    (_, at) => alphabet[Number.parseInt(bits.slice(at * 5, at * 5 + 5).padEnd(5, "0"), 2)],
  ).join("");
}

const lease = z.object({ itemId: z.uuid(), owner: z.string().min(1).max(120) });
const held = lease.extend({ fence: z.number().int() });

type Claimed = { request_id: string; attempt: number; fence: number; state: RestoreState };

/**
 * Takes the lease of an item and writes down the intent to call, before any call is made. Answers null when somebody
 * else holds it, when it is frozen, or when there is nothing to dispatch.
 */
export const claimItem = command({
  action: "restore.dispatch.intent",
  permission: "restore:dispatch",
  input: lease.extend({ leaseSeconds: z.number().int().min(1).max(300) }),
  async run({ tx }, { itemId, owner, leaseSeconds }) {
    const [claim] = await tx.$queryRaw<Claimed[]>`
      select request_id::text, attempt, fence, state::text as state from claim_restore_item(${itemId}::uuid, ${owner}, ${leaseSeconds}::int)`;
    if (!claim) throw new Refusal(refuse("conflict", "There is nothing to claim."));
    const item = await tx.restoreItem.findUniqueOrThrow({
      where: { id: itemId },
      include: { request: { include: { approval: { include: newestWording } } } },
    });
    const order = item.order as unknown as PlanItem;
    const { revision, paramsHash, revisions } = item.request.approval;
    if (claim.state === "dispatching") await demandProvenVotes(tx, item.request.approvalId);
    const { actRoleRef, endpoint } = demandApproved(item, { paramsHash, plan: revisions[0]?.plan });
    const token = attemptToken(claim.request_id, itemId, revision, claim.attempt);
    const requestDigest = createHash("sha256").update(canonicalJson(order)).digest();
    await tx.restoreAttempt.upsert({
      where: { itemId_attempt: { itemId, attempt: claim.attempt } },
      create: {
        itemId,
        attempt: claim.attempt,
        token,
        requestDigest: new Uint8Array(requestDigest),
        leaseOwner: owner,
        fence: claim.fence,
      },
      update: { leaseOwner: owner, fence: claim.fence },
    });
    const attempt = await tx.restoreAttempt.findUniqueOrThrow({
      where: { itemId_attempt: { itemId, attempt: claim.attempt } },
    });
    const value = {
      restoreId: claim.request_id,
      fence: claim.fence,
      state: claim.state,
      token,
      sentAt: attempt.sentAt,
      attempt: claim.attempt,
      order,
      place: { actRoleRef, endpoint },
    };
    return {
      value,
      audit: [
        ["restore", claim.request_id],
        {
          itemId,
          attempt: claim.attempt,
          token,
          owner,
          fence: claim.fence,
          paramsHash: hashText(paramsHash),
        },
      ],
      breakGlass: item.request.approval.breakGlass,
    };
  },
});

const newestWording = { revisions: { orderBy: { revision: "desc" }, take: 1 } } as const;

/** Nothing is called but what people agreed to, word for word: the item is the plan's, and the plan is the hashed one. */
function demandApproved(
  item: { ordinal: number; order: unknown },
  { paramsHash, plan }: { paramsHash: Uint8Array | null; plan: unknown },
): RestorePlan {
  const approved = plan as RestorePlan | undefined;
  const agreed = approved?.items[item.ordinal];
  const same =
    agreed !== undefined &&
    canonicalJson(agreed) === canonicalJson(item.order) &&
    paramsHash !== null &&
    equalBytes(paramsHash, paramsHashOf(plan));
  if (!approved || !same)
    throw new Refusal(refuse("conflict", "This item is not what was approved. Nothing is called."));
  return approved;
}

const hashText = (hash: Uint8Array | null) => (hash ? Buffer.from(hash).toString("hex") : "");

/** Writes to an item only while this process still holds it: a paused one that wakes up late changes nothing. */
async function writeHeld(
  tx: Tx,
  { itemId, owner, fence }: z.output<typeof held>,
  data: Prisma.RestoreItemUpdateManyMutationInput,
) {
  const { count } = await tx.restoreItem.updateMany({ where: { id: itemId, leaseOwner: owner, fence }, data });
  if (count === 0) throw new Refusal(refuse("conflict", "Another process has taken this over."));
  return tx.restoreItem.findUniqueOrThrow({ where: { id: itemId } });
}

/** Marks that the call is about to be sent with this token. */
export const markSent = command({
  action: "restore.dispatch.send",
  permission: "restore:dispatch",
  input: held,
  async run({ tx, now }, input) {
    const item = await writeHeld(tx, input, { message: null });
    // The first sending stays: the token's life, and where to look for what it made, count from there.
    await tx.restoreAttempt.updateMany({
      where: { itemId: item.id, attempt: item.attempt, sentAt: null },
      data: { sentAt: now },
    });
    return { value: now, audit: [["restore", item.requestId], { itemId: item.id, attempt: item.attempt }] };
  },
});

const endPhase = (tx: Tx, requestId: string, phase: string, now: Date) =>
  tx.restoreTiming.updateMany({ where: { requestId, phase, endedAt: null }, data: { endedAt: now } });

const beginPhase = (tx: Tx, requestId: string, phase: string, now: Date) =>
  tx.restoreTiming.createMany({ data: [{ requestId, phase, startedAt: now }], skipDuplicates: true });

/** The provider has taken the order: its job is followed from here on. */
export const recordAccepted = command({
  action: "restore.dispatch.accepted",
  permission: "restore:dispatch",
  input: held.extend({ jobRef: z.string().min(1).max(500), adopted: z.boolean() }),
  async run({ tx, now }, { jobRef, adopted, ...input }) {
    const item = await writeHeld(tx, input, {
      state: "running",
      stateAt: now,
      providerJobRef: jobRef,
      percent: 0,
      message: null,
      leaseOwner: null,
      leaseUntil: null,
    });
    await tx.restoreAttempt.update({
      where: { itemId_attempt: { itemId: item.id, attempt: item.attempt } },
      data: { outcome: "accepted", outcomeAt: now, providerJobRef: jobRef, errorCode: null, errorMessage: null },
    });
    await tx.restoreRequest.update({ where: { id: item.requestId }, data: { state: "running", stateAt: now } });
    await endPhase(tx, item.requestId, "dispatch", now);
    await beginPhase(tx, item.requestId, "restore", now);
    await enqueue(tx, "restore.follow", { restoreId: item.requestId }, { key: item.requestId, startAfterSeconds: 1 });
    return { value: { jobRef }, audit: [["restore", item.requestId], { itemId: item.id, jobRef, adopted }] };
  },
});

/** The provider certainly did nothing: the restore has failed, and why is kept. */
export const recordRefused = command({
  action: "restore.dispatch.refused",
  permission: "restore:dispatch",
  input: held.extend({ code: z.string().max(200), message: z.string().max(2_000) }),
  async run(ctx, { code, message, ...input }) {
    const { tx, now } = ctx;
    const item = await writeHeld(tx, input, {
      state: "failed",
      stateAt: now,
      message,
      finishedAt: now,
      leaseOwner: null,
      leaseUntil: null,
    });
    await tx.restoreAttempt.update({
      where: { itemId_attempt: { itemId: item.id, attempt: item.attempt } },
      data: { outcome: "refused", outcomeAt: now, errorCode: code, errorMessage: message },
    });
    await failRequest(ctx, item.requestId, message);
    return { value: null, audit: [["restore", item.requestId], { itemId: item.id, code, message }] };
  },
});

async function failRequest({ tx, now }: Pick<CommandContext, "tx" | "now">, requestId: string, failure: string) {
  await tx.restoreRequest.update({
    where: { id: requestId },
    data: { state: "failed", stateAt: now, finishedAt: now, failure },
  });
  await tx.restoreTiming.updateMany({ where: { requestId, endedAt: null }, data: { endedAt: now } });
}

/** The sweep asks again after half the time that has passed, from 5 s to a minute. */
const retryAfterMs = (since: Date, now: Date) =>
  Math.min(minutes(1), Math.max(seconds(5), (now.getTime() - since.getTime()) / 2));

/** The answer never came: it may have happened or not. Nothing is guessed; the next dispatcher finds out. */
export const recordUnknown = command({
  action: "restore.dispatch.unknown",
  permission: "restore:dispatch",
  input: held.extend({ code: z.string().max(200), message: z.string().max(2_000), sent: z.boolean() }),
  async run({ tx, now }, { code, message, sent, ...input }) {
    const state = sent ? "unknown" : "dispatching";
    const item = await writeHeld(tx, input, { state, stateAt: now, message, leaseOwner: null, leaseUntil: null });
    const attempt = await tx.restoreAttempt.update({
      where: { itemId_attempt: { itemId: item.id, attempt: item.attempt } },
      data: { outcome: sent ? "unknown" : "pending", errorCode: code, errorMessage: message },
    });
    const nextPollAt = after(now, retryAfterMs(attempt.startedAt, now));
    await tx.restoreItem.update({ where: { id: item.id }, data: { nextPollAt } });
    await tx.restoreRequest.update({ where: { id: item.requestId }, data: { state, stateAt: now } });
    return { value: null, audit: [["restore", item.requestId], { itemId: item.id, code, message, sent }] };
  },
});

const ofItem = z.object({ itemId: z.uuid() });

async function runningItem(tx: Tx, itemId: string) {
  await tx.$queryRaw`select 1 from restore_items where id = ${itemId}::uuid for update`;
  const item = await tx.restoreItem.findUnique({ where: { id: itemId } });
  if (item?.state !== "running") throw new Refusal(refuse("conflict", "This restore is not running."));
  return item;
}

/** The provider's job is done and has made something: it is ours to check, and nobody else's to clean up. */
export const recordRestored = command({
  action: "restore.run.restored",
  permission: "restore:follow",
  input: ofItem.extend({ createdRef: z.string().min(1).max(500) }),
  async run({ tx, now }, { itemId, createdRef }) {
    const running = await runningItem(tx, itemId);
    const item = await tx.restoreItem.update({
      where: { id: itemId },
      data: { state: "validating", stateAt: now, createdRef, percent: 100, message: null },
      include: { point: true },
    });
    const { connectionId, region } = item.point;
    await tx.restoredTarget.createMany({
      data: [{ requestId: running.requestId, providerRef: createdRef, connectionId, region }],
      skipDuplicates: true,
    });
    await tx.restoreRequest.update({ where: { id: running.requestId }, data: { state: "validating", stateAt: now } });
    await endPhase(tx, running.requestId, "restore", now);
    await beginPhase(tx, running.requestId, "validate", now);
    await tx.verification.create({
      data: {
        pointId: item.pointId,
        level: "restored",
        result: "passed",
        at: now,
        restoreId: running.requestId,
        evidence: { createdRef, jobRef: item.providerJobRef },
      },
    });
    return { value: null, audit: [["restore", running.requestId], { itemId, createdRef }] };
  },
});

/** The provider's job failed. */
export const recordFailed = command({
  action: "restore.run.failed",
  permission: "restore:follow",
  input: ofItem.extend({ message: z.string().max(2_000) }),
  async run(ctx, { itemId, message }) {
    const { tx, now } = ctx;
    const item = await runningItem(tx, itemId);
    await tx.restoreItem.update({
      where: { id: itemId },
      data: { state: "failed", stateAt: now, message, finishedAt: now },
    });
    await failRequest(ctx, item.requestId, message);
    return { value: null, audit: [["restore", item.requestId], { itemId, message }] };
  },
});

const checked = z.array(
  z.object({
    name: z.string(),
    sql: z.string(),
    comparator: z.string(),
    expected: z.string(),
    actual: z.string().nullable(),
    outcome: z.enum(["passed", "failed", "error"]),
    message: z.string().nullable(),
    durationMs: z.number().int(),
  }),
);

/**
 * What the restored database answered: results and proof are kept, and the restore ends. RTA counts from the start to
 * this moment; RPA from the start back to the data that came back (continuity.md §3.3).
 */
export const recordValidation = command({
  action: "restore.run.validated",
  permission: "restore:follow",
  input: ofItem.extend({ results: checked, endpoint: z.record(z.string(), z.unknown()), note: z.string().nullable() }),
  async run({ tx, now }, { itemId, results, endpoint, note }) {
    await tx.$queryRaw`select 1 from restore_items where id = ${itemId}::uuid for update`;
    const item = await tx.restoreItem.findUniqueOrThrow({
      where: { id: itemId },
      include: { request: true, point: true },
    });
    if (item.state !== "validating") throw new Refusal(refuse("conflict", "This restore is not being checked."));
    const passed = results.every(({ outcome }) => outcome === "passed");
    const state = passed && !note ? "succeeded" : "partial";
    const requestId = item.requestId;
    if (results.length) {
      await tx.assertionResult.createMany({ data: results.map((result) => ({ requestId, ...result, at: now })) });
      await tx.verification.create({
        data: {
          pointId: item.pointId,
          level: "validated",
          result: passed ? "passed" : "failed",
          at: now,
          restoreId: requestId,
          evidence: json({
            assertions: results.length,
            failed: results.filter(({ outcome }) => outcome !== "passed").map(({ name }) => name),
          }),
        },
      });
    }
    await tx.restoredTarget.updateMany({ where: { requestId }, data: { endpoint: json(endpoint) } });
    await tx.restoreItem.update({
      where: { id: itemId },
      data: { state, stateAt: now, finishedAt: now, message: note },
    });
    await endPhase(tx, requestId, "validate", now);
    const order = item.order as unknown as PlanItem;
    const asOf = order.restoreTime ? new Date(order.restoreTime) : item.point.dataAsOf;
    const { startedAt } = item.request;
    const rtaSeconds = startedAt ? secondsBetween(startedAt, now) : null;
    const rpaSeconds = startedAt && asOf ? Math.max(0, secondsBetween(asOf, startedAt)) : null;
    await tx.restoreRequest.update({
      where: { id: requestId },
      data: { state, stateAt: now, finishedAt: now, rtaSeconds, rpaSeconds, failure: note },
    });
    await enqueue(tx, "health.evaluate", { resourceIds: [item.point.resourceId], systemIds: [item.request.systemId] });
    const summary = results.map(({ name, outcome, actual }) => ({ name, outcome, actual }));
    return {
      value: { state },
      audit: [["restore", requestId], { state, rtaSeconds, rpaSeconds, assertions: summary, note }],
    };
  },
});
