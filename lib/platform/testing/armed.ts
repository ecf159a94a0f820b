import { beginProof, finishProof } from "@/lib/access/proof";
import type { Proven } from "@/lib/access/step-up";
import { castVote } from "@/lib/approvals/commands";
import { proofOfVote } from "@/lib/approvals/data";
import { SoftwarePasskey } from "@/lib/auth/testing/passkey";
import { demand, type Outcome, Refusal } from "@/lib/core/outcome";
import { ownerDb, tamper } from "./owner";
import { person } from "./people";
import { type Person, value } from "./restoring";

/** A person with a hardware key in software, whose proofs are real ones. */
export type Armed = Person & { passkey: SoftwarePasskey };

/** Somebody with these roles and a passkey that is bound to its device. */
export async function armed(role: Parameters<typeof person>[0], scope?: Parameters<typeof person>[1]): Promise<Armed> {
  const actor = await person(role, scope);
  const passkey = new SoftwarePasskey();
  await passkey.registerFor(actor.id);
  return { ...actor, passkey };
}

/** Proves an operation with the person's passkey, as the browser would. */
export async function grantFor(who: Armed, proof: Promise<Outcome<Proven>> | Outcome<Proven>): Promise<string> {
  const { challengeId, passkey } = value(await beginProof(who, demand(await proof)));
  const assertion = who.passkey.sign({ challenge: passkey?.challenge ?? "" });
  return value(await finishProof(who, { challengeId, assertion })).grantId;
}

/** A refusal as an outcome, where a proof already refuses what it would name. */
export async function outcomeOf<Value>(work: () => Promise<Outcome<Value>>): Promise<Outcome<Value>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}

/** Votes with a passkey. */
export const voteWithKey = (
  who: Armed,
  approvalId: string,
  more: { verdict?: "approve" | "reject"; reason?: string; onBehalfOf?: string } = {},
) =>
  outcomeOf(async () => {
    const { verdict = "approve", reason = "looks right to me", onBehalfOf = "" } = more;
    const grantId = await grantFor(who, proofOfVote(who, { approvalId, verdict }));
    return castVote(who, { approvalId, verdict, reason, onBehalfOf, grantId });
  });

/** The installation as it is once enough people can vote. */
export const govern = () =>
  ownerDb.installation.updateMany({ data: { governedAt: new Date(), singleOperator: false } });

/** The installation as it is while it is being set up. */
export const ungovern = () => ownerDb.installation.updateMany({ data: { governedAt: null, singleOperator: false } });

/** Lets a request's cool-down pass at once. */
export const coolDown = (approvalId: string) =>
  tamper((tx) =>
    tx.approvalRequest.update({ where: { id: approvalId }, data: { notBefore: new Date(Date.now() - 1_000) } }),
  );
