import "server-only";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { observe } from "@/lib/access/observe";
import { type JobActor, jobPermissions } from "@/lib/access/permissions";
import type { Outcome } from "@/lib/core/outcome";
import { hours, seconds, secondsBetween } from "@/lib/core/time";
import { unseal } from "@/lib/platform/crypto";
import { log } from "@/lib/platform/log";
import { type Provider, ProviderError } from "@/lib/providers/contract";
import { providerFor } from "@/lib/providers/registry";
import { getOrder, getRun } from "@/lib/restores/data";
import {
  type ConnectionPlace,
  isFinished,
  type PlanAssertion,
  type PlanItem,
  type RestorePlan,
  reconcile,
} from "@/lib/restores/rules";
import { type AssertionAnswer, askAssertions } from "./assertions";
import {
  claimItem,
  markSent,
  recordAccepted,
  recordFailed,
  recordRefused,
  recordRestored,
  recordUnknown,
  recordValidation,
} from "./commands";

const actorAs = (id: string): JobActor => ({ kind: "job", id, permissions: jobPermissions, requestId: randomUUID() });

export type Dispatched = {
  state: "running" | "failed" | "unknown" | "dispatching" | "held";
  jobRef: string | null;
  message: string | null;
};

type Lease = { itemId: string; owner: string; fence: number };

const must = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.value;
};

type Order = { lease: Lease; order: PlanItem; token: string; sentAt: Date | null };

/**
 * Makes the provider's call for one item, on whichever process: takes the lease, finds out what an unanswered call
 * did, sends the token. Two of these at once make one restore job. Throws for bugs alone, never for what a provider does.
 */
export async function dispatchRestore(itemId: string, by: "web" | "worker", leaseSeconds = 60): Promise<Dispatched> {
  const actor = actorAs(`${by} dispatch`);
  const owner = `${by}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const claim = await claimItem(actor, { itemId, owner, leaseSeconds });
  if (!claim.ok) return { state: "held", jobRef: null, message: claim.message };
  const { order, fence, token, sentAt, place } = claim.value;
  const row = await getOrder(actor, { itemId });
  if (!row) throw new Error(`The restore item ${itemId} was claimed and is gone.`);
  if (!isSamePlace(row.point.connection.settings, place)) {
    const changed = "The connection's role or address was changed after the approval. Ask again with the same plan.";
    return turnedDown(actor, { itemId, owner, fence }, "connection_changed", changed);
  }
  return carryOut(actor, providerFor(row.point.connection), { lease: { itemId, owner, fence }, order, token, sentAt });
}

/** A connection that was pointed elsewhere after the approval is not the one that people agreed to. */
function isSamePlace(settings: unknown, place: ConnectionPlace): boolean {
  const { actRoleRef = null, endpoint = null } = settings as Partial<ConnectionPlace>;
  return actRoleRef === place.actRoleRef && endpoint === place.endpoint;
}

async function carryOut(
  actor: JobActor,
  provider: Provider,
  { lease, order, token, sentAt }: Order,
): Promise<Dispatched> {
  let sent = sentAt !== null;
  try {
    const settled = sentAt
      ? await learnWhatHappened(actor, provider, lease, order, sentAt)
      : await lookOnceMore(actor, provider, lease, order);
    if (settled) return settled;
    must(await markSent(actor, lease));
    sent = true;
    const { ref } = await provider.startRestore(order.target.region, {
      token,
      pointRef: order.pointRef,
      resourceKind: order.resourceKind,
      metadata: order.metadata,
      roleRef: order.roleRef,
      continuous: order.pointKind === "continuous",
      restoreTime: order.restoreTime ? new Date(order.restoreTime) : null,
    });
    return await accepted(actor, lease, ref, false);
  } catch (error) {
    log.warn({ err: error, itemId: lease.itemId, sent }, "restore dispatch");
    if (!(error instanceof ProviderError)) throw error;
    if (error.definite) return await turnedDown(actor, lease, error.providerCode, error.message);
    return await unanswered(actor, lease, error.providerCode, error.message, sent);
  }
}

/** After a call without an answer: the job it made is adopted; otherwise null says that the token may be sent again. */
async function learnWhatHappened(
  actor: JobActor,
  provider: Provider,
  lease: Lease,
  order: PlanItem,
  sentAt: Date,
): Promise<Dispatched | null> {
  const known = await findOut(provider, order, sentAt);
  if (known.kind === "adopt") return accepted(actor, lease, known.ref, true);
  if (known.kind === "wait")
    return unanswered(
      actor,
      lease,
      "waiting",
      "The provider may still show a job for the call that was not answered. Holdfast looks again.",
      true,
    );
  if (known.kind === "ask")
    return unanswered(
      actor,
      lease,
      "several_jobs",
      "The provider shows several restore jobs for this target. A person has to look; nothing more is sent.",
      true,
    );
  return null;
}

async function lookOnceMore(
  actor: JobActor,
  provider: Provider,
  lease: Lease,
  order: PlanItem,
): Promise<Dispatched | null> {
  const refused = await lastLook(provider, order);
  return refused ? turnedDown(actor, lease, "point_unusable", refused) : null;
}

async function findOut(provider: Provider, order: PlanItem, sentAt: Date) {
  const createdAfter = new Date(sentAt.getTime() - seconds(300));
  const found = await provider.findRestores(order.target.region, {
    pointRef: order.pointRef,
    targetName: order.target.name,
    createdAfter,
  });
  return reconcile(found, secondsBetween(sentAt, new Date()));
}

/** A point can expire or be deleted between approval and start: say so instead of failing at the provider. */
async function lastLook(provider: Provider, order: PlanItem): Promise<string | null> {
  const { status, rawStatus, expiresAt } = await provider.pointStatus(order.target.region, {
    vaultName: order.vaultName,
    pointRef: order.pointRef,
  });
  if (status === "available" || status === "stopped") return null;
  const when = expiresAt ? ` on ${expiresAt.toISOString()}` : "";
  return status === "expired"
    ? `The recovery point expired${when}, after this plan was approved. Choose another point and ask again.`
    : `The recovery point is ${rawStatus} now and cannot be restored. Choose another point and ask again.`;
}

async function accepted(actor: JobActor, lease: Lease, jobRef: string, adopted: boolean): Promise<Dispatched> {
  must(await recordAccepted(actor, { ...lease, jobRef, adopted }));
  return { state: "running", jobRef, message: null };
}

async function turnedDown(actor: JobActor, lease: Lease, code: string, message: string): Promise<Dispatched> {
  must(await recordRefused(actor, { ...lease, code, message: message.slice(0, 2_000) }));
  return { state: "failed", jobRef: null, message };
}

async function unanswered(
  actor: JobActor,
  lease: Lease,
  code: string,
  message: string,
  sent: boolean,
): Promise<Dispatched> {
  must(await recordUnknown(actor, { ...lease, code, message: message.slice(0, 2_000), sent }));
  return { state: sent ? "unknown" : "dispatching", jobRef: null, message };
}

/** Follows a running restore for a while: progress, what it made, the checks. Answers whether it has ended. */
export async function followRestore(restoreId: string, forMs = seconds(45), everyMs = seconds(1)): Promise<boolean> {
  const actor = actorAs("worker follow");
  const until = Date.now() + forMs;
  do {
    if (await followOnce(actor, restoreId)) return true;
    await pause(everyMs);
  } while (Date.now() < until);
  return false;
}

async function followOnce(actor: JobActor, restoreId: string): Promise<boolean> {
  const run = await getRun(actor, { restoreId });
  if (!run || isFinished(run.state)) return true;
  for (const item of run.items) {
    const provider = providerFor(item.point.connection);
    if (item.state === "running" && item.providerJobRef) await watch(actor, provider, item);
    if (item.state === "validating" && item.createdRef) {
      const plan = run.approval.revisions[0]?.plan as unknown as RestorePlan;
      await check(actor, provider, item, plan.assertions);
    }
  }
  return false;
}

type Followed = NonNullable<Awaited<ReturnType<typeof getRun>>>["items"][number];

async function watch(actor: JobActor, provider: Provider, item: Followed): Promise<void> {
  const job = await provider.restoreJob(item.point.region, item.providerJobRef ?? "");
  if (job.state === "succeeded" && job.createdRef) {
    must(await recordRestored(actor, { itemId: item.id, createdRef: job.createdRef }));
  } else if (job.state === "failed" || job.state === "cancelled" || job.state === "expired") {
    must(await recordFailed(actor, { itemId: item.id, message: job.message ?? `The provider says ${job.rawStatus}.` }));
  } else if (job.percent !== item.percent || job.message !== item.message) {
    await observe(actor, (tx) =>
      tx.restoreItem.updateMany({
        where: { id: item.id, state: "running" },
        data: { percent: job.percent, message: job.message },
      }),
    );
  }
}

const readyStates = ["available", "active", "in-use", "ACTIVE", "AVAILABLE"];
const checkable = ["RDS", "Aurora"];
const checkWithinMs = hours(1);
const noProbe =
  "Restored, not checked: this connection has no credential for validation. An administrator adds it in Settings, Connections.";

type Credential = { user: string; password: string };

/** Completes what the restore left out, waits until it answers, and asks it every assertion. */
async function check(
  actor: JobActor,
  provider: Provider,
  item: Followed,
  assertions: readonly PlanAssertion[],
): Promise<void> {
  const order = item.order as unknown as PlanItem;
  const query = { resourceKind: order.resourceKind, createdRef: item.createdRef ?? "" };
  if (order.completion) await provider.completeTarget(item.point.region, { ...query, settings: order.completion });
  const endpoint = await provider.targetEndpoint(item.point.region, query);
  const finish = async (results: AssertionAnswer[], note: string | null): Promise<void> => {
    must(await recordValidation(actor, { itemId: item.id, results, endpoint: { ...endpoint }, note }));
  };
  if (assertions.length === 0) return finish([], null);
  if (!checkable.includes(order.resourceKind))
    return finish([], `Restored, not checked: assertions cannot be asked of ${order.resourceKind} yet.`);
  const tooLate = Date.now() - item.stateAt.getTime() > checkWithinMs;
  if (!readyStates.includes(endpoint.status) || !endpoint.host || !endpoint.port || !endpoint.databaseName)
    return tooLate
      ? finish([], `Restored, not checked: after an hour the provider still calls it ${endpoint.status}.`)
      : undefined;
  const { sealedProbe, id } = item.point.connection;
  if (!sealedProbe) return finish([], noProbe);
  const credential = JSON.parse(unseal("worker", `connections:sealed_probe:${id}`, sealedProbe)) as Credential;
  const reach = { host: endpoint.host, port: endpoint.port, databaseName: endpoint.databaseName, ...credential };
  try {
    return await finish(await askAssertions(reach, assertions), null);
  } catch (error) {
    if (!tooLate) throw error;
    return finish([], `Restored, not checked: for an hour it could not be reached at ${reach.host}:${reach.port}.`);
  }
}
