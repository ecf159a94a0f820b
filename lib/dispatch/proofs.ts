import "server-only";
import { paramsHashOf } from "@/lib/approvals/fingerprint";
import { type HeldApproval, lockApproval } from "@/lib/approvals/held";
import type { LevelRule, VoterGroup } from "@/lib/approvals/rules";
import { challengeOf, verifyAssertion } from "@/lib/audit/verify.mjs";
import { relyingParty } from "@/lib/auth/relying-party";
import type { ChangePlan } from "@/lib/changes/rules";
import { Refusal, refuse } from "@/lib/core/outcome";
import { after, days, minutes } from "@/lib/core/time";
import type { Tx } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";

type Evidence = {
  kind?: unknown;
  clientDataJSON?: unknown;
  authenticatorData?: unknown;
  signature?: unknown;
  challenge?: unknown;
};

/** What a proof must name: a request, or the change that one starts, in the wording that people agreed to. */
type Wording = { subject: ["approval" | "change", id: string]; revision: number; paramsHash: string };

/** A proof as it was given, with the key that it must have been made with, and whether that key still proves anything. */
type Proof = {
  userId: string;
  factorKind: "passkey" | "totp";
  evidence: unknown;
  publicKey: Uint8Array | null;
  ended: boolean;
};

const text = (value: unknown) => (typeof value === "string" ? value : "");

/** Why a passkey's proof does not say what it should; null where it does. The signature covers the operation itself. */
function faultOf({ userId, evidence, publicKey, ended }: Proof, op: string, wording: Wording): string | null {
  const said = (evidence ?? {}) as Evidence;
  const from = (said.challenge ?? {}) as Record<string, unknown>;
  const subject = Array.isArray(from.subject) ? from.subject : [];
  const bound =
    from.op === op &&
    subject[0] === wording.subject[0] &&
    subject[1] === wording.subject[1] &&
    from.revision === wording.revision &&
    from.params_hash === wording.paramsHash &&
    from.user === userId;
  if (!bound) return "it was given for something else";
  if (!publicKey) return "its passkey is not known";
  if (ended) return "its passkey was removed, or is doubted, since";
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

/** A proof as PostgreSQL holds it. */
type Signed = {
  user_id: string;
  factor_kind: Proof["factorKind"];
  evidence: unknown;
  public_key: Uint8Array | null;
  ended: boolean;
};

const signed = Prisma.sql`g.user_id::text as user_id, g.factor_kind::text as factor_kind, g.evidence, f.public_key,
  f.removed_at is not null or f.suspected_clone_at is not null as ended`;

const proofOf = (row: Signed): Proof => ({
  userId: row.user_id,
  factorKind: row.factor_kind,
  evidence: row.evidence,
  publicKey: row.public_key,
  ended: row.ended,
});

const wordingOf = (subject: Wording["subject"], { revision, paramsHash }: HeldApproval): Wording => ({
  subject,
  revision,
  paramsHash: Buffer.from(paramsHash ?? []).toString("hex"),
});

const countedVotes = (tx: Tx, approvalId: string) => tx.$queryRaw<Ballot[]>`
  select c.principal::text, c.voting, ${signed}
  from approval_requests a cross join lateral counted_votes(a) c
  join approval_votes v on v.request_id = a.id and v.revision = a.revision and v.voter_id = c.voter
  join step_up_grants g on g.id = v.grant_id and g.user_id = c.voter
  join factors f on f.id = g.factor_id and f.user_id = g.user_id
  where a.id = ${approvalId}::uuid`;

type Given = Signed & {
  op: string;
  subject_id: string;
  subject_revision: number;
  canonical: string | null;
  valid_to: Date;
};

/** What somebody in whose place a vote was cast had signed for it; not what they took back, in whichever row it stands. */
const givenVotes = (tx: Tx, { id, revision }: HeldApproval, voter: string, principal: string) => tx.$queryRaw<Given[]>`
  select g.op, g.subject_id::text as subject_id, g.subject_revision, d.canonical, d.valid_to, ${signed}
  from approval_votes v
  join approval_delegations d on d.delegate_id = v.voter_id and d.delegator_id = v.on_behalf_of_id and d."group" = v."group"
    and d.revoked_at is null and v.created_at >= d.valid_from and v.created_at < d.valid_to
  join step_up_grants g on g.id = d.grant_id and g.user_id = d.delegator_id and g.consumed_at is not null
  join factors f on f.id = g.factor_id and f.user_id = g.user_id
  where v.request_id = ${id}::uuid and v.revision = ${revision} and v.voter_id = ${voter}::uuid
    and v.on_behalf_of_id = ${principal}::uuid
    and not exists (select 1 from approval_delegations o join step_up_grants h on h.id = o.grant_id
      where o.delegator_id = d.delegator_id and o.revoked_at is not null and h.evidence->'challenge' = g.evidence->'challenge')`;

type Ballot = Signed & { principal: string; voting: VoterGroup };

/** Why a vote was not given to whoever cast it; null where it was, or is their own. */
async function faultOfGiving(tx: Tx, approval: HeldApproval, ballot: Ballot): Promise<string | null> {
  const { user_id: voter, principal } = ballot;
  if (voter === principal) return null;
  const faults = (await givenVotes(tx, approval, voter, principal)).map((row) => faultOfGift(row, approval, ballot));
  return faults.includes(null) ? null : (faults[0] ?? "nobody gave it to whoever cast it");
}

/** Why what somebody signed does not give their vote to this voter, for this group and level, for so long. */
function faultOfGift(row: Given, { level, rule }: HeldApproval, { user_id: voter, principal, voting }: Ballot) {
  const plan = JSON.parse(row.canonical ?? "null") as ChangePlan | null;
  if (plan?.action !== "approval.delegate") return "nobody signed that it was given away";
  const { delegateId, group, coversLevelZero } = plan.params;
  const own = row.op === "change.apply" || (row.op === "approval.delegate" && row.subject_id === principal);
  const fits = delegateId === voter && group === voting && (level > 0 || coversLevelZero === "on");
  if (!own || !fits) return "it was given to somebody else, or for something else";
  if (row.op === "approval.delegate" && isTooLong(row, plan)) return "it was given for a shorter time";
  const paramsHash = paramsHashOf(plan).toString("hex");
  const wording: Wording = { subject: ["change", row.subject_id], revision: row.subject_revision, paramsHash };
  return faultOfProof(proofOf(row), row.op, rule, wording);
}

/** What was signed at once lasts so many days from then; a code says no time, and a change is applied later than signed. */
function isTooLong({ factor_kind, evidence, valid_to }: Given, { params }: ChangePlan): boolean {
  if (factor_kind !== "passkey") return false;
  const said = (evidence as Evidence).challenge as { exp?: unknown } | undefined;
  const signedBy = new Date(text(said?.exp));
  return !(valid_to <= after(signedBy, days(Number(params.days)) + minutes(5)));
}

/** One person's word is enough only while one person works alone: what was asked then is asked anew afterwards. */
async function isAlone(tx: Tx, { singleOperator }: HeldApproval): Promise<boolean> {
  if (!singleOperator) return false;
  if ((await tx.installation.count({ where: { singleOperator: true } })) > 0) return true;
  throw new Refusal(refuse("conflict", "This was asked while one person worked alone. Ask again. Nothing is done."));
}

/**
 * Holds every vote that carries a call or a change against the signature of whoever cast it, before anything is done:
 * whoever writes into the database, even with a process of ours, cannot sign for somebody else. One-time codes leave nothing to
 * check, so they carry only the levels whose policy takes them.
 */
export async function demandProvenVotes(tx: Tx, approvalId: string): Promise<void> {
  const approval = await lockApproval(tx, approvalId);
  if (await isAlone(tx, approval)) return;
  const wording = wordingOf(["approval", approvalId], approval);
  if (approval.breakGlass) return demandProvenForce(tx, wording);
  const proven = new Map<string, VoterGroup>();
  for (const row of await countedVotes(tx, approvalId)) {
    const fault =
      faultOfProof(proofOf(row), "approval.approve", approval.rule, wording) ??
      (await faultOfGiving(tx, approval, row));
    if (fault) throw new Refusal(refuse("forbidden", `A vote is not what it says: ${fault}. Nothing is done.`));
    proven.set(row.principal, row.voting);
  }
  const groups = [...proven.values()];
  const enough = approval.needed.every(({ group, count }) => groups.filter((voted) => voted === group).length >= count);
  if (!enough) throw new Refusal(refuse("conflict", "Votes that counted no longer do. Nothing is done."));
}

/** Forcing skips votes, not the signature of whoever forced: it is held against their key over this very plan. */
async function demandProvenForce(tx: Tx, wording: Wording): Promise<void> {
  const rows = await tx.$queryRaw<Signed[]>`
    select ${signed}
    from approval_reviews r
    join step_up_grants g on g.user_id = r.actor_id and g.op = 'approval.break_glass' and g.subject_id = r.request_id
    join factors f on f.id = g.factor_id and f.user_id = g.user_id
    where r.request_id = ${wording.subject[1]}::uuid and g.consumed_at is not null`;
  const faults = rows.map((row) => faultOf(proofOf(row), "approval.break_glass", wording));
  if (!faults.includes(null))
    throw new Refusal(
      refuse("forbidden", `Forcing this is not what it says: ${faults[0] ?? "nobody signed it"}. Nothing is done.`),
    );
}

/**
 * Holds the start of an approved change against the signature of whoever asked for it: others' votes do not say when it
 * is applied.
 */
export async function demandProvenStart(
  tx: Tx,
  approval: HeldApproval,
  { changeId, startGrantId }: { changeId: string; startGrantId: string },
): Promise<void> {
  const [row] = await tx.$queryRaw<Signed[]>`
    select ${signed}
    from step_up_grants g join factors f on f.id = g.factor_id and f.user_id = g.user_id
    where g.id = ${startGrantId}::uuid and g.op = 'change.apply' and g.user_id = ${approval.requesterId}::uuid
      and g.consumed_at is not null`;
  const wording = wordingOf(["change", changeId], approval);
  const fault = row ? faultOfProof(proofOf(row), "change.apply", approval.rule, wording) : "nobody gave it";
  if (fault) throw new Refusal(refuse("forbidden", `Its start is not what it says: ${fault}. Nothing is done.`));
}

function faultOfProof(proof: Proof, op: string, rule: LevelRule, wording: Wording): string | null {
  if (proof.factorKind === "passkey") return faultOf(proof, op, wording);
  return rule.factors.includes("totp") ? null : "a one-time code does not carry this level";
}
