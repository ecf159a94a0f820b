import "server-only";
import { randomBytes } from "node:crypto";
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import { transactionTime } from "@/lib/access/command";
import { record } from "@/lib/audit/record";
import { accept, type Outcome, Refusal, type Refused, refuse } from "@/lib/core/outcome";
import { db, type Tx } from "@/lib/platform/db";
import type { PreMfaActor } from "./actor";
import { challengeSeconds, keepChallenge } from "./challenges";
import { usableFactors } from "./factor-store";
import { passkeyRequest } from "./passkeys";
import { type FailedFactor, factorAnswer, proveFactor } from "./prove-factor";
import type { Origin } from "./request";
import { isRecovering } from "./session-rules";
import { endSession, openSession, vouchedFor } from "./sessions";

export type SecondStep = {
  challengeId: string;
  passkey: PublicKeyCredentialRequestOptionsJSON | null;
  totp: boolean;
  expiresAt: string;
};

const noFactor = "You have no factor left that works. An administrator can send you a new enrolment code.";

const recovering = refuse("forbidden", "You have used a recovery code. Set up a new factor.");

/** Asks for the second factor of somebody who has shown their password. */
export async function beginSecondStep(actor: PreMfaActor): Promise<Outcome<SecondStep>> {
  if (isRecovering(actor)) return recovering;
  const { passkeys, totps } = await usableFactors(actor.id);
  if (passkeys.length + totps.length === 0) return refuse("forbidden", noFactor);
  const challenge = randomBytes(32);
  const expiresAt = new Date((await transactionTime(db)).getTime() + challengeSeconds * 1_000);
  const challengeId = await keepChallenge({
    userId: actor.id,
    sessionId: actor.sessionId,
    kind: "sign_in",
    challenge,
    detail: {},
    expiresAt,
  });
  return accept({
    challengeId,
    passkey: passkeys.length > 0 ? await passkeyRequest(passkeys, challenge) : null,
    totp: totps.length > 0,
    expiresAt: expiresAt.toISOString(),
  });
}

/** Takes the second factor and opens the session proper; answers the secret for its cookie. */
export async function finishSecondStep(actor: PreMfaActor, origin: Origin, raw: unknown): Promise<Outcome<string>> {
  const said = factorAnswer.safeParse(raw);
  if (!said.success) return refuse("invalid", "That is not an answer to the question. Try again.");
  if (actor.status !== "active") return refuse("forbidden", "Finish your enrolment first.");
  if (isRecovering(actor)) return recovering;
  const proven = await proveFactor(actor, "sign_in", said.data);
  if ("refused" in proven) return failSecondStep(actor, proven);
  const amr = [...actor.amr, proven.kind === "passkey" ? "pop" : "otp", "mfa"];
  const detail = { factorId: proven.factorId, factor: proven.kind };
  try {
    return accept(await db.$transaction((tx) => raiseSession(tx, actor, origin, amr, detail)));
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}

/** Replaces the session of the first step by one with both factors, under a new secret so that the old one is worth nothing. */
export async function raiseSession(
  tx: Tx,
  actor: PreMfaActor,
  origin: Origin,
  amr: readonly string[],
  detail: Record<string, unknown>,
): Promise<string> {
  const now = await transactionTime(tx);
  const vouched = await vouchedFor(tx, actor.sessionId);
  // Whoever was shut out while they looked for their phone stays out, also where everybody's sessions were ended.
  if (!vouched || !(await endSession(tx, actor.sessionId, "second factor shown", now)))
    throw new Refusal(refuse("unauthenticated", "This sign-in was ended meanwhile. Sign in again."));
  const { authEpoch } = await tx.user.findUniqueOrThrow({ where: { id: actor.id }, select: { authEpoch: true } });
  const opened = await openSession(tx, { userId: actor.id, authEpoch, aal: 2, amr, origin, now, vouched });
  const signedIn = { ...actor, sessionId: opened.sessionId, aal: 2, amr };
  await record(tx, {
    actor: signedIn,
    action: "session.confirm",
    outcome: "success",
    subject: ["user", actor.id],
    detail,
    at: now,
  });
  return opened.secret;
}

/** Writes a failed second step down; the last try ends the session, and the password must be shown again. */
export async function failSecondStep(
  actor: PreMfaActor,
  { refused, limited, nth, last }: FailedFactor,
): Promise<Refused> {
  await db.$transaction(async (tx) => {
    const at = await transactionTime(tx);
    if (last) await endSession(tx, actor.sessionId, "five failed confirmations", at);
    const detail = { nth, sessionEnded: last };
    await record(tx, {
      actor,
      action: "session.confirm",
      outcome: "failure",
      subject: ["user", actor.id],
      detail,
      at,
      reason: refused,
    });
  });
  if (limited) return refuse("rate_limited", refused);
  return last
    ? refuse("unauthenticated", "That was the fifth failed try. Wait 15 minutes or longer and sign in again.")
    : refuse("step_up_required", refused);
}
