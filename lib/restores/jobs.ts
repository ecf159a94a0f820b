import "server-only";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { observe } from "@/lib/access/observe";
import { type Actor, type JobActor, jobPermissions } from "@/lib/access/permissions";
import { moveOverdue, remindVoters } from "@/lib/approvals/commands";
import { listOverdue, listReminders } from "@/lib/approvals/data";
import { accept, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import { minutes, seconds } from "@/lib/core/time";
import { type Dispatched, dispatchRestore, followRestore } from "@/lib/dispatch/jobs";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { ProviderError } from "@/lib/providers/contract";
import { providerFor } from "@/lib/providers/registry";
import { enqueue } from "@/lib/queue/enqueue";
import { keepForm, recordPreflight } from "./commands";
import { getLookup, getRestore, listUnfinished } from "./data";
import { judge } from "./preflight";
import { isBlocked, type RestoreState } from "./rules";

const worker = (): JobActor => ({ kind: "job", id: "worker", permissions: jobPermissions, requestId: randomUUID() });

/** A provider's failure while looking things up, as a refusal for the person who asked. */
async function asking<T>(look: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    if (error instanceof ProviderError)
      return refuse(
        "unavailable",
        `The provider did not answer as hoped: ${error.message} Nothing you typed is lost; try again.`,
      );
    throw error;
  }
}

/** Asks the provider how the chosen point is restored, by the connection's read role, and keeps the answer in the draft. */
export const readRestoreForm = (
  actor: Actor,
  restoreId: string,
  { point, draftRevision }: { point: { id: string; continuous: boolean }; draftRevision: number },
) =>
  asking(async () => {
    const known = await getLookup(actor, { restoreId, pointId: point.id });
    if (!known?.point) return refuse("not_found", "This recovery point is no longer known.");
    const { connection, region, vault, resource, providerRef } = known.point;
    const form = await providerFor(connection).restoreForm(region, {
      vaultName: vault.name,
      pointRef: providerRef,
      resourceKind: resource.kind,
      continuous: point.continuous,
    });
    return keepForm(actor, {
      restoreId,
      draftRevision,
      form: { ...form, pointId: point.id, readAt: new Date().toISOString() },
    });
  });

/** Looks at everything that could go wrong before others are asked, and keeps the verdicts. Changes nothing at the provider. */
export const checkRestore = (actor: Actor, restoreId: string) =>
  asking(async () => {
    const { draft, draftRevision = null } = (await getRestore(actor, { restoreId })) ?? {};
    if (!draft?.form || !draft.targetName) return refuse("invalid", "Choose the moment and the target first.");
    const known = await getLookup(actor, { restoreId, pointId: draft.form.pointId });
    if (!known?.point) return refuse("not_found", "This recovery point is no longer known.");
    const { point } = known;
    const provider = providerFor(point.connection);
    const settings = point.connection.settings as { actRoleRef?: string | null; serviceRoleRef?: string | null };
    const [status, nameTaken] = await Promise.all([
      provider.pointStatus(point.region, { vaultName: point.vault.name, pointRef: point.providerRef }),
      provider.nameTaken(point.region, { resourceKind: point.resource.kind, name: draft.targetName }),
    ]);
    const verdicts = judge({
      now: new Date(),
      point: {
        continuous: point.kind === "continuous",
        ...status,
        dataAsOf: point.dataAsOf,
        storageClass: point.storageClass,
        malware: point.malware,
      },
      restoreTime: draft.when?.kind === "time" ? new Date(draft.when.at) : null,
      window: known.window,
      targetName: draft.targetName,
      nameTaken,
      createsNew: draft.form.createsNew,
      targetRegion: point.region,
      allowedRegions: known.allowedRegions,
      actRole: Boolean(settings.actRoleRef),
      serviceRole: Boolean(settings.serviceRoleRef),
      lastProof: known.lastProof,
      dependents: known.dependents,
      measuredSeconds: known.measuredSeconds,
      rtoSeconds: known.rtoSeconds,
      assertions: known.assertions,
      probe: known.probe,
      notRestored: draft.form.notRestored,
      readAgeSeconds: known.readAgeSeconds,
    });
    return recordPreflight(actor, { restoreId, draftRevision, verdicts, blocked: isBlocked(verdicts) });
  });

/**
 * What follows the commit of a start: this process makes the provider's call itself, or, where the deployment is
 * hardened, waits up to 10 s for the worker's word. Answers in words what became of it.
 */
export async function callAfterStart(
  actor: Actor,
  restoreId: string,
  itemIds: readonly string[],
  mode = env.HOLDFAST_DISPATCH,
): Promise<Outcome<Dispatched[]>> {
  if (mode === "web") {
    const done: Dispatched[] = [];
    for (const itemId of itemIds) done.push(await dispatchRestore(itemId, "web"));
    return accept(done);
  }
  for (let waited = 0; waited < seconds(10); waited += 250) {
    const restore = await getRestore(actor, { restoreId });
    if (restore && restore.state !== "dispatching")
      return accept(
        restore.items.map(({ state, jobRef, message }) => ({
          state: state === "failed" || state === "unknown" ? state : "running",
          jobRef,
          message,
        })),
      );
    await pause(250);
  }
  return accept(
    itemIds.map(() => ({
      state: "dispatching",
      jobRef: null,
      message: "The worker has not called yet. It will; this page shows when.",
    })),
  );
}

/** The queue's safety net: makes the call that a crash left behind; what stays unanswered is the sweep's. */
export async function dispatchLeftover({ itemId }: { itemId: string }): Promise<void> {
  await dispatchRestore(itemId, "worker");
}

/** Follows a restore for up to eight minutes; a longer one is taken up again by the sweep. */
export async function followLeftover({ restoreId }: { restoreId: string }): Promise<void> {
  await followRestore(restoreId, minutes(8));
}

/** One restore that cannot be taken up does not keep the others waiting. */
async function takeUp(actor: JobActor, item: { id: string; requestId: string; state: RestoreState }): Promise<void> {
  if (item.state === "running" || item.state === "validating")
    await observe(actor, (tx) => enqueue(tx, "restore.follow", { restoreId: item.requestId }, { key: item.requestId }));
  else await dispatchRestore(item.id, "worker");
}

/** Finds what nobody looks after any more, and what nobody decided in time. */
export async function sweepRestores(): Promise<void> {
  const actor = worker();
  for (const item of await listUnfinished(actor, {})) {
    await takeUp(actor, item).catch((error: unknown) => log.error({ err: error, itemId: item.id }, "restores sweep"));
  }
  for (const { id, to } of await listOverdue(actor, {})) {
    // Somebody may have decided it meanwhile: then there is nothing to write down.
    const moved = await moveOverdue(actor, { approvalId: id, to });
    if (!moved.ok) log.warn({ approvalId: id, message: moved.message }, "approvals sweep");
  }
  for (const { id, part } of await listReminders(actor, {})) await remindVoters(actor, { approvalId: id, part });
}
