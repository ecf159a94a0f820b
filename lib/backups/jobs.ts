import "server-only";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { observe } from "@/lib/access/observe";
import { type Actor, type JobActor, jobPermissions } from "@/lib/access/permissions";
import { accept, demand, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import { seconds, secondsBetween } from "@/lib/core/time";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { type ObservedJob, type Provider, ProviderError } from "@/lib/providers/contract";
import { type ConnectionRow, providerFor, settingsOf } from "@/lib/providers/registry";
import {
  claimBackup,
  lookAgain,
  markBackupSent,
  recordBackupAccepted,
  recordBackupEnded,
  recordBackupRefused,
  recordBackupUnknown,
} from "./commands";
import { type BackupOrderRow, getBackup, getBackupOrder, listUnfinishedBackups } from "./data";
import { type BackupState, isEnded, mayResend } from "./rules";

/** What of a provider backups need; tests hand in their own. */
export type ProviderOf = (connection: ConnectionRow) => Pick<Provider, "startBackup" | "backupJob">;

const actorAs = (id: string): JobActor => ({ kind: "job", id, permissions: jobPermissions, requestId: randomUUID() });

export type Called = {
  state: "running" | "failed" | "unanswered" | "held";
  jobRef: string | null;
  message: string | null;
};

type Lease = { requestId: string; owner: string; fence: number };

/**
 * Makes the provider's call for one request, on whichever process: takes the lease, sends the token. Two of these at
 * once make one backup job, and a call that went unanswered is sent again as it was. Never throws for what a provider
 * does, nor when another process has taken over meanwhile.
 */
export async function callBackup(
  requestId: string,
  by: "web" | "worker",
  providerOf: ProviderOf = providerFor,
  leaseSeconds = 30,
): Promise<Called> {
  const actor = actorAs(`${by} dispatch`);
  const owner = `${by}:${process.pid}:${randomUUID().slice(0, 8)}`;
  const claim = await claimBackup(actor, { requestId, owner, leaseSeconds });
  if (!claim.ok) return holding(claim.message);
  const { fence, token, sentAt } = claim.value;
  const row = await getBackupOrder(actor, { requestId });
  if (!row) return holding(null);
  try {
    return await send(actor, { requestId, owner, fence }, row, { token, sentAt, providerOf });
  } catch (error) {
    if (error instanceof Refusal && error.refused.code === "conflict") return holding(error.message);
    throw error;
  }
}

const holding = (message: string | null): Called => ({ state: "held", jobRef: null, message });

type Sending = { token: string; sentAt: Date | null; providerOf: ProviderOf };

async function send(actor: JobActor, lease: Lease, row: BackupOrderRow, sending: Sending): Promise<Called> {
  const { token, sentAt, providerOf } = sending;
  if (sentAt && !mayResend(sentAt, new Date()))
    return turnedDown(actor, lease, {
      code: "unanswered",
      message: "The provider never answered. A backup may have been made all the same: the next reading shows it.",
      certain: false,
    });
  let sent = sentAt !== null;
  try {
    const provider = providerOf(row.resource.connection);
    const order = toOrder(row, token);
    demand(await markBackupSent(actor, lease));
    sent = true;
    const { ref, pointRef } = await provider.startBackup(row.resource.region, order);
    demand(await recordBackupAccepted(actor, { ...lease, jobRef: ref, pointRef }));
    return { state: "running", jobRef: ref, message: null };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    log.warn({ err: error, requestId: row.id, sent }, "backup dispatch");
    const failure = { code: error.providerCode, message: error.message.slice(0, 2_000) };
    if (error.definite) return turnedDown(actor, lease, { ...failure, certain: sentAt === null });
    demand(await recordBackupUnknown(actor, { ...lease, ...failure, sent }));
    return { state: "unanswered", jobRef: null, message: failure.message };
  }
}

function toOrder(row: BackupOrderRow, token: string) {
  const { serviceRoleRef } = settingsOf(row.resource.connection);
  if (!serviceRoleRef)
    throw new ProviderError("invalid", "This connection names no service role any more.", "NoServiceRole", true);
  return {
    token,
    resourceRef: row.resource.providerRef,
    vaultName: row.vaultName,
    roleRef: serviceRoleRef,
    deleteAfterDays: row.deleteAfterDays,
  };
}

async function turnedDown(
  actor: JobActor,
  lease: Lease,
  failure: { code: string; message: string; certain: boolean },
): Promise<Called> {
  const doubt = "An earlier call of the same backup went unanswered; the next reading shows whether it made one.";
  const message = failure.certain || failure.code === "unanswered" ? failure.message : `${failure.message} ${doubt}`;
  demand(await recordBackupRefused(actor, { ...lease, ...failure, message: message.slice(0, 2_000) }));
  return { state: "failed", jobRef: null, message };
}

/** Looks at a running backup's job until it ends or the time is over. Answers whether it has ended. */
export async function followBackup(
  requestId: string,
  { forMs = seconds(20), everyMs = seconds(2), providerOf = providerFor as ProviderOf } = {},
): Promise<boolean> {
  const actor = actorAs("worker follow");
  const until = Date.now() + forMs;
  for (;;) {
    if (await lookOnce(actor, requestId, providerOf)) return true;
    if (Date.now() + everyMs > until) return false;
    await pause(everyMs);
  }
}

async function lookOnce(actor: JobActor, requestId: string, providerOf: ProviderOf): Promise<boolean> {
  const row = await getBackupOrder(actor, { requestId });
  if (!row || isEnded(row.state)) return true;
  if (row.state === "queued" || !row.providerJobRef) return false;
  const job = await askJob(providerOf, row, row.providerJobRef);
  if (!job) return false;
  const message = job.message ?? (job.percent === null ? null : `${job.percent} % done`);
  if (isEnded(job.state)) {
    const { state, rawStatus } = job;
    const kept = isGood(state) ? job.message : (job.message ?? `The provider says ${rawStatus}.`);
    const ended = await recordBackupEnded(actor, { requestId, state, rawStatus, message: kept });
    // Another look was faster: the end is written down either way.
    if (!ended.ok && ended.code !== "conflict") throw new Error(ended.message);
    return true;
  }
  if (message !== row.message)
    await observe(actor, (tx) =>
      tx.backupRequest.updateMany({ where: { id: requestId, state: "running" }, data: { message } }),
    );
  return false;
}

const isGood = (state: BackupState) => state === "succeeded" || state === "succeeded_with_issues";

type Seen = Pick<ObservedJob, "state" | "rawStatus" | "message" | "percent">;

/** The job as its provider has it; null when that cannot be told now. */
async function askJob(providerOf: ProviderOf, row: BackupOrderRow, jobRef: string): Promise<Seen | null> {
  try {
    return await providerOf(row.resource.connection).backupJob(row.resource.region, jobRef);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    log.warn({ err: error, requestId: row.id }, "backup follow");
    if (error.kind !== "not_found") return null;
    return {
      state: "failed",
      rawStatus: "NOT_FOUND",
      message: "Its provider no longer knows this job.",
      percent: null,
    };
  }
}

/**
 * What follows the commit of a start: this process makes the provider's call itself, or, where the deployment is
 * hardened, waits up to 10 s for the worker's word. A refusal by the provider is a refusal here.
 */
export async function callAfterBackup(
  actor: Actor,
  requestId: string,
  { providerOf = providerFor as ProviderOf, waitMs = seconds(10), dispatch = env.HOLDFAST_DISPATCH } = {},
): Promise<Outcome<Called>> {
  if (dispatch === "web") return toOutcome(await callBackup(requestId, "web", providerOf));
  for (const until = Date.now() + waitMs; Date.now() < until; await pause(250)) {
    const seen = await getBackup(actor, { requestId });
    if (!seen || (seen.state === "queued" && seen.outcome === "pending")) continue;
    const state = seen.state === "failed" ? "failed" : seen.state === "queued" ? "unanswered" : "running";
    return toOutcome({ state, jobRef: seen.providerJobRef, message: seen.message });
  }
  return accept({ state: "unanswered", jobRef: null, message: "The worker has not called yet. It will." });
}

const toOutcome = (called: Called): Outcome<Called> =>
  called.state === "failed"
    ? refuse("unavailable", `The provider refused: ${called.message ?? "it did not say why."}`)
    : accept(called);

/**
 * The queue's handler: makes the call that a crash, a time-out or a hardened web process left to it, then follows the
 * job. What has not ended by then is looked at again later.
 */
export async function dispatchBackup(
  { jobId }: { jobId: string },
  providerOf: ProviderOf = providerFor,
  forMs = seconds(20),
): Promise<void> {
  const actor = actorAs("worker follow");
  const row = await getBackupOrder(actor, { requestId: jobId });
  if (!row || isEnded(row.state)) return;
  if (row.state === "queued") await callBackup(jobId, "worker", providerOf);
  if (await followBackup(jobId, { forMs, providerOf })) return;
  const age = secondsBetween(row.createdAt, new Date());
  await observe(actor, (tx) => lookAgain(tx, jobId, age));
}

/** Finds requests that nobody looks after any more, and hands them to the queue. */
export async function sweepBackups(): Promise<void> {
  const actor = actorAs("worker");
  const left = await listUnfinishedBackups(actor, {});
  if (left.length === 0) return;
  const now = new Date();
  await observe(actor, async (tx) => {
    for (const { id, createdAt } of left) await lookAgain(tx, id, secondsBetween(createdAt, now));
  });
}
