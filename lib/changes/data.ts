import "server-only";
import { z } from "zod";
import { read } from "@/lib/access/read";
import type { Proven } from "@/lib/access/step-up";
import { approvalRef } from "@/lib/approvals/schema";
import { approvalsVisible } from "@/lib/approvals/voters";
import { accept, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import { changeStamp } from "./rules";
import { changeRef } from "./schema";

/** A change under lock, with its request's id. */
export async function lockChange(tx: Tx, changeId: string) {
  await tx.$queryRaw`select 1 from change_requests where id = ${changeId}::uuid for update`;
  const change = await tx.changeRequest.findUnique({ where: { id: changeId } });
  if (!change) throw new Refusal(refuse("not_found", "There is no such change."));
  return change;
}

/** How applying an approved change is named for a proof of presence. */
export const onChange = (changeId: string, wording: { revision: number; paramsHash: Uint8Array | null }): Proven => {
  if (!wording.paramsHash) throw new Refusal(refuse("conflict", "This change was not put forward yet."));
  const { revision, paramsHash } = wording;
  return { op: "change.apply", subjectType: "change", subjectId: changeId, revision, paramsHash };
};

/** How a change stands, for whoever waits for the worker; null when there is none that may be seen. */
export const getChangeStanding = read("restore:read", approvalRef, async ({ db, actor, visible }, { approvalId }) => {
  const change = await db.changeRequest.findFirst({
    where: { approval: { id: approvalId, ...approvalsVisible(actor, visible) } },
    select: { state: true, handedOverAt: true, failure: true },
  });
  return change && { ...change, stamp: changeStamp(change) };
});

/** What the worker was handed and has not settled; the oldest first. */
export const listHandedOver = read("change:apply", z.object({}), ({ db }) =>
  db.changeRequest.findMany({
    where: { state: "waiting", handedOverAt: { not: null } },
    select: { id: true },
    orderBy: { handedOverAt: "asc" },
    take: 50,
  }),
);

/** Which proof a change was handed over by, while the worker has it; null once it is settled. */
export const getHandedOver = read("change:apply", changeRef, ({ db }, { changeId }) =>
  db.changeRequest.findFirst({
    where: { id: changeId, state: "waiting", handedOverAt: { not: null } },
    select: { startGrantId: true },
  }),
);

/** What a proof of presence must name before an approved change is applied; its requester alone asks. */
export const proofOfApplying = read(
  "self:manage",
  changeRef,
  async ({ db, actor }, { changeId }): Promise<Outcome<Proven>> => {
    const change = await db.changeRequest.findFirst({
      where: { id: changeId, requestedById: actor.id },
      select: { approval: { select: { revision: true, paramsHash: true } } },
    });
    if (!change) return refuse("not_found", "There is no such change of yours.");
    return accept(onChange(changeId, change.approval));
  },
);
