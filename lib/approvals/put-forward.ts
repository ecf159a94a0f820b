import "server-only";
import { canonicalJson } from "@/lib/core/canonical";
import { Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import { fingerprintWords, paramsHashOf } from "./fingerprint";
import { type HeldApproval, moveApproval } from "./held";
import { currentPolicy } from "./policy";
import { type Level, type LevelRule, missingVoters, totalVotes, type Vote, votesNeeded } from "./rules";
import { eligibleVoters } from "./voters";

export type PutForward = {
  state: "pending" | "approved";
  revision: number;
  level: Level;
  needed: LevelRule["votes"];
  paramsHash: Buffer;
};

/**
 * Puts a plan before other people: a new immutable wording in its canonical text, and the request moved to waiting, or
 * to approved where nobody is asked. Refuses what nobody could ever approve, naming who is missing.
 */
export async function putForward(
  tx: Tx,
  approval: Pick<HeldApproval, "id" | "revision">,
  said: { plan: object; level: Level; editorId: string; systemId: string | null; tierApprovals: number },
): Promise<PutForward> {
  const { level, editorId } = said;
  const policy = await currentPolicy(tx);
  const installation = await tx.installation.findFirst({ select: { singleOperator: true } });
  const needed = installation?.singleOperator ? [] : votesNeeded(level, policy.levels[level], said.tierApprovals);
  await demandSatisfiable(tx, { requesterId: editorId, systemId: said.systemId }, needed);
  const revision = approval.revision + 1;
  const canonical = canonicalJson(said.plan);
  const paramsHash = paramsHashOf(said.plan);
  await tx.approvalRevision.create({
    data: {
      requestId: approval.id,
      revision,
      plan: JSON.parse(canonical),
      canonical,
      paramsHash: new Uint8Array(paramsHash),
      fingerprintWords: fingerprintWords(paramsHash),
      editorId,
    },
  });
  const state = totalVotes(needed) === 0 ? "approved" : "pending";
  const wording = { revision, paramsHash: new Uint8Array(paramsHash), level };
  await moveApproval(tx, approval, state, {
    actorId: editorId,
    data: { ...wording, policyVersion: { connect: { id: policy.id } } },
  });
  return { state, revision, level, needed, paramsHash };
}

/** A request that nobody could ever approve is refused at once, saying who is missing. */
async function demandSatisfiable(
  tx: Tx,
  of: { requesterId: string; systemId: string | null },
  needed: LevelRule["votes"],
): Promise<void> {
  const voters = await eligibleVoters(tx, of.requesterId, of.systemId);
  const countOf = (group: Vote["group"]) => voters.filter(({ groups }) => groups.includes(group)).length;
  const missing = missingVoters(needed, {
    approver: countOf("approver"),
    security_approver: countOf("security_approver"),
  });
  if (missing.length > 0)
    throw new Refusal(
      refuse(
        "unavailable",
        `This needs ${missing.join("; ")} beside you. An administrator grants the role in Settings, People.`,
      ),
    );
}
