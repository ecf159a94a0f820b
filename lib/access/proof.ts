import "server-only";
import { randomBytes } from "node:crypto";
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import { z } from "zod";
import { record } from "@/lib/audit/record";
import { currentActor } from "@/lib/auth/actor";
import { challengeSeconds, keepChallenge } from "@/lib/auth/challenges";
import { usableFactors } from "@/lib/auth/factor-store";
import { passkeyRequest } from "@/lib/auth/passkeys";
import { type FailedFactor, factorAnswer, type ProvenFactor, proveFactor } from "@/lib/auth/prove-factor";
import { endSession } from "@/lib/auth/sessions";
import { canonicalJson } from "@/lib/core/canonical";
import { accept, type Outcome, Refusal, type Refused, refuse } from "@/lib/core/outcome";
import { bytes, sha256 } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { transactionTime } from "./command";
import { fieldsOf } from "./form";
import type { UserActor } from "./permissions";
import type { Proven } from "./step-up";

/** What the browser needs to prove that somebody is there. */
export type ProofChallenge = {
  challengeId: string;
  passkey: PublicKeyCredentialRequestOptionsJSON | null;
  totp: boolean;
  expiresAt: string;
};

const nobody = refuse("unauthenticated", "Your session has ended. Sign in again to go on; what you typed is kept.");

/** What the challenge is made of; kept as it is, so that an auditor can make it again. */
const derivation = z.object({
  op: z.string(),
  subject: z.tuple([z.string(), z.uuid()]),
  revision: z.number().int(),
  params_hash: z.string().regex(/^[0-9a-f]{64}$/),
  user: z.uuid(),
  session: z.uuid(),
  exp: z.string(),
  nonce: z.string(),
});
type Derivation = z.output<typeof derivation>;

/** The challenge for an operation: whatever signs it signs the operation (security.md 2.4). */
export const challengeFor = (from: Derivation): Buffer => sha256(`holdfast/stepup/v1\0${canonicalJson(from)}`);

/** Asks for a proof of presence for exactly one operation on one subject in one wording. */
export async function beginProof(actor: UserActor, proven: Proven): Promise<Outcome<ProofChallenge>> {
  if (actor.aal < 2) return refuse("unauthenticated", "Sign in with a second factor first.");
  const [{ passkeys, totps }, now] = await Promise.all([usableFactors(actor.id), transactionTime(db)]);
  if (passkeys.length + totps.length === 0)
    return refuse(
      "forbidden",
      "You have no factor that can confirm this. An administrator can send you a new enrolment code.",
    );
  const expiresAt = new Date(now.getTime() + challengeSeconds * 1_000);
  const detail: Derivation = {
    op: proven.op,
    subject: [proven.subjectType, proven.subjectId],
    revision: proven.revision,
    params_hash: Buffer.from(proven.paramsHash).toString("hex"),
    user: actor.id,
    session: actor.sessionId,
    exp: expiresAt.toISOString(),
    nonce: randomBytes(32).toString("base64url"),
  };
  const challenge = challengeFor(detail);
  const { op, subject, revision, params_hash } = detail;
  const opHash = sha256(canonicalJson({ op, subject, revision, params_hash }));
  const challengeId = await keepChallenge({
    userId: actor.id,
    sessionId: actor.sessionId,
    kind: "step_up",
    challenge,
    opHash,
    detail,
    expiresAt,
  });
  return accept({
    challengeId,
    passkey: passkeys.length > 0 ? await passkeyRequest(passkeys, challenge) : null,
    totp: totps.length > 0,
    expiresAt: expiresAt.toISOString(),
  });
}

/** Takes the answer to a challenge and gives a grant that one operation may use up within two minutes. */
export async function finishProof(actor: UserActor, raw: unknown): Promise<Outcome<{ grantId: string }>> {
  const said = factorAnswer.safeParse(raw);
  if (!said.success) return refuse("invalid", "That is not an answer to the question. Try again.");
  if (actor.aal < 2) return refuse("unauthenticated", "Sign in with a second factor first.");
  const proven = await proveFactor(actor, "step_up", said.data);
  return "refused" in proven ? fail(actor, proven) : accept({ grantId: await giveGrant(actor, proven) });
}

/** The porch of every action that begins a proof: `operation` loads the subject and says what is to be proven. */
export async function askProof(
  operation: (actor: UserActor, input: unknown) => Promise<Outcome<Proven>>,
  input: unknown,
): Promise<Outcome<ProofChallenge>> {
  const actor = await currentActor();
  if (!actor) return nobody;
  try {
    const proven = await operation(actor, input instanceof FormData ? fieldsOf(input) : input);
    return proven.ok ? await beginProof(actor, proven.value) : proven;
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}

/** The porch of every action that takes a proof's answer. */
export async function answerProof(input: unknown): Promise<Outcome<{ grantId: string }>> {
  const actor = await currentActor();
  return actor ? finishProof(actor, input) : nobody;
}

/** What an auditor needs, beside the public key, to check the signature again without us. */
function evidenceOf({ assertion, burnt, step }: ProvenFactor) {
  if (!assertion) return { kind: "totp", step };
  const { authenticatorData, clientDataJSON, signature } = assertion.response;
  return {
    kind: "passkey",
    credentialId: assertion.id,
    authenticatorData,
    clientDataJSON,
    signature,
    challenge: burnt.detail,
  };
}

async function giveGrant(actor: UserActor, proven: ProvenFactor): Promise<string> {
  const { factorId, kind, burnt } = proven;
  const from = derivation.parse(burnt.detail);
  const [row] = await db.$queryRaw<{ id: string }[]>`
    insert into step_up_grants (user_id, session_id, op, subject_type, subject_id, subject_revision, params_hash,
      factor_id, factor_kind, uv, evidence, expires_at)
    values (${actor.id}::uuid, ${actor.sessionId}::uuid, ${from.op}, ${from.subject[0]}, ${from.subject[1]}::uuid,
      ${from.revision}, ${bytes(Buffer.from(from.params_hash, "hex"))}, ${factorId}::uuid, ${kind}::factor_kind,
      ${kind === "passkey"}, ${JSON.stringify(evidenceOf(proven))}::jsonb,
      now() + make_interval(secs => ${challengeSeconds}::double precision))
    returning id`;
  if (!row) throw new Error("The grant was not written.");
  return row.id;
}

/** A refused proof is written down; the last try that a person has also ends their session. */
async function fail(actor: UserActor, { refused, limited, nth, last }: FailedFactor): Promise<Refused> {
  await db.$transaction(async (tx) => {
    const at = await transactionTime(tx);
    if (last) await endSession(tx, actor.sessionId, "five failed confirmations", at);
    const detail = { nth, sessionEnded: last };
    await record(tx, {
      actor,
      action: "step_up.finish",
      outcome: "failure",
      subject: ["user", actor.id],
      detail,
      at,
      reason: refused,
    });
  });
  if (limited) return refuse("rate_limited", refused);
  return last
    ? refuse("unauthenticated", "That was the fifth failed try: your session has ended. Sign in again.")
    : refuse("step_up_required", refused);
}
