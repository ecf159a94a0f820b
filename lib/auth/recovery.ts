import "server-only";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { transactionTime } from "@/lib/access/command";
import { record } from "@/lib/audit/record";
import { accept, demand, type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import { bytes, sha256 } from "@/lib/platform/crypto";
import { db, type Tx } from "@/lib/platform/db";
import type { PreMfaActor } from "./actor";
import { plainCode, randomLetters } from "./crockford";
import { lockedText, returnFactorTry, spendFactorTry } from "./factor-locks";
import type { Origin } from "./request";
import { failSecondStep } from "./second-step";
import { isRecovering } from "./session-rules";
import { endSessionsOf, openSession, vouchedFor } from "./sessions";
import { tellOfChange } from "./tell";

/** How many codes a set has. */
export const recoveryCodesMade = 10;

/** 26 letters of five bits: 130 random bits, which need no slow hash. */
const codeLength = 26;

const newCode = () => randomLetters(codeLength).replace(/^(.{5})(.{5})(.{5})(.{5})(.{6})$/, "$1-$2-$3-$4-$5");
const hashOf = (typed: string) => bytes(sha256(`holdfast/recovery/v1\0${plainCode(typed)}`));

/** Makes a set of recovery codes; an earlier one stops working. Answers their texts, which are kept nowhere. */
export async function makeRecoveryCodes(tx: Tx, userId: string, now: Date): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodesMade }, newCode);
  await tx.recoveryCode.deleteMany({ where: { userId } });
  await tx.recoveryCode.createMany({ data: codes.map((code) => ({ userId, codeHash: hashOf(code), createdAt: now })) });
  return codes;
}

const codeInput = z.object({ code: z.string().max(80) });

const over = refuse("unauthenticated", "This sign-in was ended meanwhile. Sign in again.");
const wrongCode = "This recovery code is not right, or it was used already.";

/**
 * Takes a recovery code in place of the second factor. Every session of the person ends, and one opens that can only
 * enrol a new factor; answers the secret for its cookie.
 */
export async function enterByRecoveryCode(actor: PreMfaActor, origin: Origin, raw: unknown): Promise<Outcome<string>> {
  const said = codeInput.safeParse(raw);
  if (!said.success) return refuse("invalid", wrongCode);
  if (actor.status !== "active") return refuse("forbidden", "Finish your enrolment first.");
  if (isRecovering(actor)) return refuse("forbidden", "You have used a code already. Set up a new factor.");
  const counted = await spendFactorTry(actor.id);
  if ("lockedUntil" in counted)
    return failSecondStep(actor, { refused: lockedText(counted), limited: true, nth: 0, last: false });
  const { nth, last } = counted;
  try {
    const secret = await db.$transaction((tx) => spendCode(tx, actor, origin, said.data.code));
    if (secret === null) return failSecondStep(actor, { refused: wrongCode, limited: false, nth, last });
    await returnFactorTry(actor.id);
    return accept(secret);
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}

async function spendCode(tx: Tx, actor: PreMfaActor, origin: Origin, code: string): Promise<string | null> {
  const now = await transactionTime(tx);
  const { count } = await tx.recoveryCode.updateMany({
    where: { userId: actor.id, codeHash: hashOf(code), usedAt: null },
    data: { usedAt: now },
  });
  if (count !== 1) return null;
  const vouched = (await vouchedFor(tx, actor.sessionId)) ?? demand(over);
  const ended = await endSessionsOf(tx, actor.id, "recovery code used", now);
  const { authEpoch } = await tx.user.findUniqueOrThrow({ where: { id: actor.id }, select: { authEpoch: true } });
  const amr = [...actor.amr, "recovery"];
  const opened = await openSession(tx, { userId: actor.id, authEpoch, aal: 1, amr, origin, now, vouched });
  const left = await tx.recoveryCode.count({ where: { userId: actor.id, usedAt: null } });
  await record(tx, {
    actor: { ...actor, sessionId: opened.sessionId, amr },
    action: "recovery_code.use",
    outcome: "success",
    subject: ["user", actor.id],
    detail: { left, ended, address: origin.addressPrefix },
    at: now,
  });
  await tellOfChange(tx, {
    userId: actor.id,
    kind: "recovery_code.use",
    key: randomUUID(),
    own: `A recovery code of yours was used; ${left} are left.`,
    others: (name) => `${name} used a recovery code in place of a second factor.`,
    severity: "bad",
  });
  return opened.secret;
}
