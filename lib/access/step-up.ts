import "server-only";
import { Refusal, refuse } from "@/lib/core/outcome";
import { bytes } from "@/lib/platform/crypto";
import type { CommandContext, SpentGrant } from "./context";

/** One operation on one subject in one wording: what a proof of presence is good for. */
export type Proven = { op: string; subjectType: string; subjectId: string; revision: number; paramsHash: Uint8Array };

type Spent = {
  id: string;
  factor_id: string;
  factor_kind: "passkey" | "totp";
  device_type: string | null;
  backed_up: boolean | null;
  usable_from: Date;
  evidence: unknown;
};

const toSpent = (spent: Spent): SpentGrant => ({
  id: spent.id,
  factorId: spent.factor_id,
  factorKind: spent.factor_kind,
  deviceBound: spent.device_type === "singleDevice" && spent.backed_up === false,
  usableFrom: spent.usable_from,
  evidence: spent.evidence,
});

/** A proof that was used up before, with the session that it was given in. */
export async function givenProof(
  tx: CommandContext["tx"],
  grantId: string,
): Promise<SpentGrant & { sessionId: string }> {
  const [row] = await tx.$queryRaw<(Spent & { session_id: string })[]>`
    select g.id, g.factor_id, g.factor_kind, f.device_type, f.backed_up, f.usable_from, g.evidence, g.session_id
    from step_up_grants g join factors f on f.id = g.factor_id
    where g.id = ${grantId}::uuid and g.consumed_at is not null`;
  if (!row) throw new Refusal(refuse("forbidden", "There is no such proof of presence."));
  return { ...toSpent(row), sessionId: row.session_id };
}

/** Uses up one grant, in the transaction of what it allows. Whoever has none that fits exactly is refused, enrolled or not. */
export async function spendGrant(
  { tx, actor }: Omit<CommandContext, "grant">,
  { op, subjectType, subjectId, revision, paramsHash }: Proven,
  grantId: string | null,
): Promise<SpentGrant> {
  const needed = new Refusal(refuse("step_up_required", "Confirm it is you to go on."));
  if (actor.kind !== "user" || !grantId) throw needed;
  const [spent] = await tx.$queryRaw<Spent[]>`
    update step_up_grants g set consumed_at = now()
    from factors f
    where g.id = ${grantId}::uuid and g.user_id = ${actor.id}::uuid and g.session_id = ${actor.sessionId}::uuid
      and g.op = ${op} and g.subject_type = ${subjectType} and g.subject_id = ${subjectId}::uuid
      and g.subject_revision = ${revision} and g.params_hash = ${bytes(paramsHash)}
      and g.consumed_at is null and g.expires_at > now()
      and f.id = g.factor_id and f.removed_at is null and f.suspected_clone_at is null
    returning g.id, g.factor_id, g.factor_kind, f.device_type, f.backed_up, f.usable_from, g.evidence`;
  if (!spent) throw needed;
  return toSpent(spent);
}
