import "server-only";
import { createHash } from "node:crypto";
import { z } from "zod";
import { command } from "@/lib/access/command";
import { demand, Refusal, refuse } from "@/lib/core/outcome";
import { before, hours } from "@/lib/core/time";
import type { Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import type { Prisma } from "@/lib/platform/prisma/client";
import { enqueue } from "@/lib/queue/enqueue";
import { destination, startSource } from "./data";
import { backupStates, isEnded, mayStart, nextLookSeconds, startsAnHour } from "./rules";
import { backupRef, startBackupInput } from "./schema";

/** The token of a request: the same on whichever process, and never the same for two requests. */
export const backupToken = (requestId: string): string =>
  `hf${createHash("sha256").update(`backup|${requestId}`).digest("hex").slice(0, 48)}`;

/** One at a time for this subject, until the transaction ends. */
const hold = (tx: Tx, subject: string) =>
  tx.$queryRaw`select pg_advisory_xact_lock(hashtextextended(${subject}, 0))::text`;

/** Where nobody but the worker may call, it is told at once; elsewhere the queue is the net under the web's own call. */
const netAfterSeconds = () => (env.HOLDFAST_DISPATCH === "worker" ? {} : { startAfterSeconds: 15 });

/**
 * Asks for a backup of one resource now: intent, token, audit and the queue's safety net in one transaction. The
 * provider's call follows after the commit, by whoever dispatches.
 */
export const startBackup = command({
  action: "backup.start",
  permission: "backup:start",
  input: startBackupInput,
  async run({ tx, actor, now, visible }, { resourceId, vault: asked, reason }) {
    await hold(tx, `backup of ${resourceId}`);
    await hold(tx, `backups by ${actor.id}`);
    const source = await startSource(tx, visible, resourceId, now);
    if (!source) throw new Refusal(refuse("not_found", "There is no such resource."));
    demand(mayStart(source.facts));
    const { vault, deleteAfterDays } = demand(destination(source, asked));
    const started = await tx.backupRequest.count({
      where: { requestedById: actor.id, createdAt: { gt: before(now, hours(1)) } },
    });
    if (started >= startsAnHour)
      throw new Refusal(
        refuse("rate_limited", `You have started ${started} backups in the last hour. Let them end first.`),
      );
    const [made] = await tx.$queryRaw<{ id: string }[]>`select uuid_v7()::text as id`;
    if (!made) throw new Error("The database did not make an id.");
    const { id } = made;
    const token = backupToken(id);
    await tx.backupRequest.create({
      data: {
        id,
        resourceId,
        requestedById: actor.id,
        reason,
        vaultName: vault,
        deleteAfterDays,
        token,
        createdAt: now,
      },
    });
    await enqueue(tx, "backup.dispatch", { jobId: id }, { key: id, ...netAfterSeconds() });
    const { name, providerRef } = source.resource;
    return {
      value: { requestId: id, vault },
      audit: [
        ["backup", id],
        { intent: true, resourceId, resource: name, providerRef, vault, deleteAfterDays, reason },
      ],
    };
  },
});

const lease = backupRef.extend({ owner: z.string().min(1).max(120) });
const held = lease.extend({ fence: z.number().int() });

type Claimed = { fence: number; token: string; sent_at: Date | null };

/** Takes the lease of a request that no provider has answered yet; refuses when somebody else holds it. */
export const claimBackup = command({
  action: "backup.dispatch.intent",
  permission: "restore:dispatch",
  input: lease.extend({ leaseSeconds: z.number().int().min(1).max(300) }),
  async run({ tx }, { requestId, owner, leaseSeconds }) {
    const [claim] = await tx.$queryRaw<Claimed[]>`
      update backup_requests set lease_owner = ${owner}, lease_until = now() + make_interval(secs => ${leaseSeconds}::int),
        fence = fence + 1
      where id = ${requestId}::uuid and state = 'queued' and outcome in ('pending', 'unknown')
        and (lease_until is null or lease_until < now())
      returning fence, token, sent_at`;
    if (!claim) throw new Refusal(refuse("conflict", "There is nothing to claim."));
    const { fence, token, sent_at: sentAt } = claim;
    return { value: { fence, token, sentAt }, audit: [["backup", requestId], { owner, fence, token, sentAt }] };
  },
});

/** Writes only while this process still holds the lease: a paused one that wakes up late changes nothing. */
async function writeHeld(
  tx: Tx,
  { requestId, owner, fence }: z.output<typeof held>,
  data: Prisma.BackupRequestUpdateManyMutationInput,
) {
  const { count } = await tx.backupRequest.updateMany({
    where: { id: requestId, leaseOwner: owner, fence, state: "queued" },
    data,
  });
  if (count === 0) throw new Refusal(refuse("conflict", "Another process has taken this over."));
}

/** Marks that the call is about to be sent; the moment of the first sending is what the token's life counts from. */
export const markBackupSent = command({
  action: "backup.dispatch.send",
  permission: "restore:dispatch",
  input: held,
  async run({ tx, now }, input) {
    await writeHeld(tx, input, { message: null });
    await tx.backupRequest.updateMany({ where: { id: input.requestId, sentAt: null }, data: { sentAt: now } });
    return { value: now, audit: [["backup", input.requestId], { fence: input.fence }] };
  },
});

const released = { leaseOwner: null, leaseUntil: null };

/** Has a running job looked at again after a while; of one request, one look waits at a time. */
export const lookAgain = (tx: Tx, requestId: string, ageSeconds: number) =>
  enqueue(
    tx,
    "backup.dispatch",
    { jobId: requestId },
    { key: `${requestId}:follow`, startAfterSeconds: nextLookSeconds(ageSeconds) },
  );

/** The provider has taken the order: its job is followed from here on. */
export const recordBackupAccepted = command({
  action: "backup.dispatch.accepted",
  permission: "restore:dispatch",
  input: held.extend({ jobRef: z.string().min(1).max(500), pointRef: z.string().max(500).nullable() }),
  async run({ tx, now }, { jobRef, pointRef, ...input }) {
    await writeHeld(tx, input, {
      ...released,
      state: "running",
      stateAt: now,
      outcome: "accepted",
      providerJobRef: jobRef,
      message: null,
    });
    await lookAgain(tx, input.requestId, 0);
    return { value: { jobRef }, audit: [["backup", input.requestId], { jobRef, pointRef }] };
  },
});

const failure = { code: z.string().max(200), message: z.string().max(2_000) };

/** The provider refused this call: the backup has failed, and why is kept. */
export const recordBackupRefused = command({
  action: "backup.dispatch.refused",
  permission: "restore:dispatch",
  input: held.extend({ ...failure, certain: z.boolean() }),
  async run({ tx, now }, { code, message, certain, ...input }) {
    const outcome = certain ? "refused" : "unknown";
    await writeHeld(tx, input, { ...released, state: "failed", stateAt: now, outcome, message });
    return { value: null, audit: [["backup", input.requestId], { code, message, certain }] };
  },
});

/** The answer never came: the same token is sent again, which starts nothing twice. */
export const recordBackupUnknown = command({
  action: "backup.dispatch.unknown",
  permission: "restore:dispatch",
  input: held.extend({ ...failure, sent: z.boolean() }),
  async run({ tx, now }, { code, message, sent, ...input }) {
    await writeHeld(tx, input, { ...released, stateAt: now, outcome: sent ? "unknown" : "pending", message });
    await lookAgain(tx, input.requestId, 0);
    return { value: null, audit: [["backup", input.requestId], { code, message, sent }] };
  },
});

const endStates = backupStates.filter(isEnded);

/** The provider's job has ended, one way or another; what it made is read in at once. */
export const recordBackupEnded = command({
  action: "backup.run.ended",
  permission: "restore:follow",
  input: backupRef.extend({
    state: z.enum(endStates),
    rawStatus: z.string().max(200),
    message: z.string().max(2_000).nullable(),
  }),
  async run({ tx, now }, { requestId, state, rawStatus, message }) {
    const { count } = await tx.backupRequest.updateMany({
      where: { id: requestId, state: { in: ["running", "cancelling"] } },
      data: { state, stateAt: now, message },
    });
    if (count === 0) throw new Refusal(refuse("conflict", "This backup is not running."));
    const { resource, providerJobRef } = await tx.backupRequest.findUniqueOrThrow({
      where: { id: requestId },
      select: { providerJobRef: true, resource: { select: { connectionId: true } } },
    });
    const { connectionId } = resource;
    const key = `${connectionId}:incremental`;
    await enqueue(tx, "connection.sync", { connectionId, kind: "incremental" }, { key });
    return { value: { state }, audit: [["backup", requestId], { state, rawStatus, message, jobRef: providerJobRef }] };
  },
});
