import "server-only";
import { randomUUID } from "node:crypto";
import { observe } from "@/lib/access/observe";
import { type JobActor, jobPermissions } from "@/lib/access/permissions";
import { sealPending } from "@/lib/audit/seal";
import { carryOutVerification } from "@/lib/audit/verification";
import { dispatchBackup } from "@/lib/backups/jobs";
import { applyHandedOver } from "@/lib/changes/jobs";
import { syncKey } from "@/lib/connections/due";
import { syncConnection } from "@/lib/connections/jobs";
import { Interrupted } from "@/lib/connections/sync-run";
import { evaluateHealth } from "@/lib/health/jobs";
import { expectRuns } from "@/lib/policies/jobs";
import { providerFor } from "@/lib/providers/registry";
import { enqueue } from "@/lib/queue/enqueue";
import type { JobName, Jobs } from "@/lib/queue/names";
import { dispatchLeftover, followLeftover } from "@/lib/restores/jobs";

/** The worker as the actor of one piece of work. */
export const workerActor = (requestId: string = randomUUID()): JobActor => ({
  kind: "job",
  id: "worker",
  permissions: jobPermissions,
  requestId,
});

/** What a handler has in hand besides what its job says. */
export type Work = { actor: JobActor; stopping: AbortSignal };

/** One handler for every job name: a new name does not compile until it has one. */
export const handlers: { [N in JobName]: (payload: Jobs[N], work: Work) => Promise<unknown> } = {
  "connection.sync": runSync,
  "runs.expect": ({ connectionId }, { actor }) => expectRuns(actor, connectionId),
  "health.evaluate": (payload, { actor }) => evaluateHealth(actor, payload),
  "restore.dispatch": (payload) => dispatchLeftover(payload),
  "restore.follow": (payload) => followLeftover(payload),
  "backup.dispatch": (payload) => dispatchBackup(payload),
  "change.apply": ({ changeId }) => applyHandedOver(changeId),
  "audit.seal": () => sealPending(),
  "audit.verify": ({ verificationId }, { actor }) => carryOutVerification(actor, verificationId),
};

/** A reading that has to stop with this worker is handed on to the next. */
async function runSync(payload: Jobs["connection.sync"], { actor, stopping }: Work): Promise<void> {
  try {
    await syncConnection(payload, actor, providerFor, stopping);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    await observe(actor, (tx) =>
      enqueue(tx, "connection.sync", payload, { key: syncKey(payload.connectionId, payload.kind) }),
    );
  }
}
