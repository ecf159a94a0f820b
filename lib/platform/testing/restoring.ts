import type { Proven } from "@/lib/access/step-up";
import { castVote } from "@/lib/approvals/commands";
import { proofOfVote } from "@/lib/approvals/data";
import type { Outcome } from "@/lib/core/outcome";
import { bytes } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import {
  beginRestore,
  keepForm,
  recordPreflight,
  saveWhat,
  saveWhen,
  startRestore,
  submitRestore,
} from "@/lib/restores/commands";
import { proofOfStart, proofOfSubmission } from "@/lib/restores/data";
import type { person } from "./people";

export type Person = Awaited<ReturnType<typeof person>>;
type Source = { system: { id: string }; resource: { id: string }; point: { id: string } };

/** What an outcome holds; throws its words when it is a refusal. */
export const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.value;
};

/** A proof of presence as the browser would have earned it. */
export async function prove(
  who: Person,
  proven: Proven,
  more: { expiresAt?: Date; sessionId?: string } = {},
): Promise<string> {
  const grant = await db.stepUpGrant.create({
    data: {
      userId: who.id,
      sessionId: more.sessionId ?? who.sessionId,
      op: proven.op,
      subjectType: proven.subjectType,
      subjectId: proven.subjectId,
      subjectRevision: proven.revision,
      paramsHash: bytes(proven.paramsHash),
      factorId: who.factorId,
      factorKind: "totp",
      uv: false,
      expiresAt: more.expiresAt ?? new Date(Date.now() + 120_000),
    },
  });
  return grant.id;
}

const field = { kind: "text" as const, choices: [], isTargetName: false, readOnly: false, hint: "" };

/** What a provider answers about restoring a database: its name, and one setting of the source. */
export const rdsForm = (pointId: string) => ({
  pointId,
  fields: [
    { ...field, key: "DBInstanceIdentifier", label: "Name", sourceValue: null, required: true, isTargetName: true },
    { ...field, key: "MultiAZ", label: "Standby", sourceValue: "false", required: false },
  ],
  notRestored: [],
  pointInTime: false,
  createsNew: true,
  readAt: new Date().toISOString(),
});

/** A draft that has come to its last step. Answers its id. */
export async function draftOf(by: Person, { system, resource, point }: Source): Promise<string> {
  const { restoreId } = value(await beginRestore(by, { systemId: system.id }));
  const what = { restoreId, draftRevision: 1, resourceId: resource.id, reason: "Wrong prices since release 4.18" };
  const { draftRevision } = value(await saveWhat(by, what));
  value(await saveWhen(by, { restoreId, draftRevision, kind: "point", pointId: point.id }));
  value(await keepForm(by, { restoreId, form: rdsForm(point.id) }));
  value(await recordPreflight(by, { restoreId, verdicts: [], blocked: false }));
  return restoreId;
}

/** Submits a draft with the proof it needs. */
export const submitBy = async (by: Person, restoreId: string) =>
  submitRestore(by, { restoreId, grantId: await prove(by, value(await proofOfSubmission(by, { restoreId }))) });

/** Votes on a request with the proof it needs. */
export async function voteBy(
  who: Person,
  approvalId: string,
  verdict: "approve" | "reject" = "approve",
  reason = "looks right to me",
) {
  const proven = await proofOfVote(who, { approvalId, verdict }).catch(() => null);
  return castVote(who, { approvalId, verdict, reason, grantId: proven?.ok ? await prove(who, proven.value) : "" });
}

/** Starts an approved restore with the proof it needs. */
export const startBy = async (who: Person, restoreId: string, more: { expiresAt?: Date; sessionId?: string } = {}) =>
  startRestore(who, { restoreId, grantId: await prove(who, value(await proofOfStart(who, { restoreId })), more) });

/** A restore that was asked for, agreed to and started: nothing has been called yet. Answers its id and its item's. */
export async function startedRestore(by: Person, approver: Person, source: Source) {
  const restoreId = await draftOf(by, source);
  value(await submitBy(by, restoreId));
  const { approvalId } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
  value(await voteBy(approver, approvalId));
  const { itemIds } = value(await startBy(by, restoreId));
  return { restoreId, approvalId, itemId: itemIds[0] ?? "" };
}
