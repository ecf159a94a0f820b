import "server-only";
import { lockApproval } from "@/lib/approvals/data";
import type { LevelRule, VoterGroup } from "@/lib/approvals/rules";
import { challengeOf, verifyAssertion } from "@/lib/audit/verify.mjs";
import { relyingParty } from "@/lib/auth/relying-party";
import { Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";

type Evidence = {
  kind?: unknown;
  clientDataJSON?: unknown;
  authenticatorData?: unknown;
  signature?: unknown;
  challenge?: unknown;
};

type Wording = { approvalId: string; revision: number; paramsHash: string };

/** A proof as it was given, with the key that it must have been made with. */
type Proof = { userId: string; factorKind: "passkey" | "totp"; evidence: unknown; publicKey: Uint8Array | null };

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** Why a passkey's proof does not say what it should; null where it does. The signature covers the operation itself. */
function faultOf({ userId, evidence, publicKey }: Proof, op: string, wording: Wording): string | null {
  const said = (evidence ?? {}) as Evidence;
  const from = (said.challenge ?? {}) as Record<string, unknown>;
  const subject = Array.isArray(from.subject) ? from.subject : [];
  const bound =
    from.op === op &&
    subject[0] === "approval" &&
    subject[1] === wording.approvalId &&
    from.revision === wording.revision &&
    from.params_hash === wording.paramsHash &&
    from.user === userId;
  if (!bound) return "it was given for something else";
  if (!publicKey) return "its passkey is not known";
  const checked = verifyAssertion({
    publicKeyCose: publicKey,
    clientDataJSON: text(said.clientDataJSON),
    authenticatorData: text(said.authenticatorData),
    signature: text(said.signature),
    challenge: challengeOf(from),
    origin: relyingParty.origin,
    rpId: relyingParty.id,
  });
  return checked.ok ? null : checked.why;
}

const countedVotes = (tx: Tx, approvalId: string) => tx.$queryRaw<
  {
    voter: string;
    principal: string;
    voting: VoterGroup;
    factor_kind: Proof["factorKind"];
    evidence: unknown;
    public_key: Uint8Array | null;
  }[]
>`
  select c.voter::text, c.principal::text, c.voting, g.factor_kind::text as factor_kind, g.evidence, f.public_key
  from approval_requests a cross join lateral counted_votes(a) c
  join approval_votes v on v.request_id = a.id and v.revision = a.revision and v.voter_id = c.voter
  join step_up_grants g on g.id = v.grant_id join factors f on f.id = g.factor_id and f.user_id = c.voter
  where a.id = ${approvalId}::uuid`;

/**
 * Holds every vote that carries a call against the signature of whoever cast it, before anything is called: whoever
 * writes into the database, even with a process of ours, cannot sign for somebody else. One-time codes leave nothing to
 * check, so they carry only the levels whose policy takes them.
 */
export async function demandProvenVotes(tx: Tx, approvalId: string): Promise<void> {
  const approval = await lockApproval(tx, approvalId);
  if (approval.singleOperator) return;
  const paramsHash = Buffer.from(approval.paramsHash ?? []).toString("hex");
  const wording = { approvalId, revision: approval.revision, paramsHash };
  if (approval.breakGlass) return demandProvenForce(tx, wording);
  const proven = new Map<string, VoterGroup>();
  for (const row of await countedVotes(tx, approvalId)) {
    const proof: Proof = {
      userId: row.voter,
      factorKind: row.factor_kind,
      evidence: row.evidence,
      publicKey: row.public_key,
    };
    const fault = faultOfVote(proof, approval.rule, wording);
    if (fault) throw new Refusal(refuse("forbidden", `A vote is not what it says: ${fault}. Nothing is called.`));
    proven.set(row.principal, row.voting);
  }
  const groups = [...proven.values()];
  const enough = approval.needed.every(({ group, count }) => groups.filter((voted) => voted === group).length >= count);
  if (!enough) throw new Refusal(refuse("conflict", "Votes that counted no longer do. Nothing is called."));
}

/** Forcing skips votes, not the signature of whoever forced: it is held against their key over this very plan. */
async function demandProvenForce(tx: Tx, wording: Wording): Promise<void> {
  const rows = await tx.$queryRaw<{ user_id: string; evidence: unknown; public_key: Uint8Array | null }[]>`
    select g.user_id::text as user_id, g.evidence, f.public_key
    from approval_reviews r
    join step_up_grants g on g.user_id = r.actor_id and g.op = 'approval.break_glass' and g.subject_id = r.request_id
    join factors f on f.id = g.factor_id and f.user_id = g.user_id
    where r.request_id = ${wording.approvalId}::uuid and g.consumed_at is not null`;
  const faults = rows.map(({ user_id, evidence, public_key }) =>
    faultOf(
      { userId: user_id, factorKind: "passkey", evidence, publicKey: public_key },
      "approval.break_glass",
      wording,
    ),
  );
  if (!faults.includes(null))
    throw new Refusal(
      refuse("forbidden", `Forcing this is not what it says: ${faults[0] ?? "nobody signed it"}. Nothing is called.`),
    );
}

function faultOfVote(proof: Proof, rule: LevelRule, wording: Wording): string | null {
  if (proof.factorKind === "passkey") return faultOf(proof, "approval.approve", wording);
  return rule.factors.includes("totp") ? null : "a one-time code does not carry this level";
}
