import "server-only";
import { z } from "zod";
import { type BurntChallenge, burnChallenge, type ChallengeKind } from "./challenges";
import { lockedText, returnFactorTry, spendFactorTry } from "./factor-locks";
import { usableFactors } from "./factor-store";
import { type Assertion, assertionInput, checkAssertion } from "./passkeys";
import { spendTotpCode } from "./totp";

/** What a browser sends back to a challenge: what the passkey signed, or a one-time code. */
export const factorAnswer = z.union([
  z.object({ challengeId: z.uuid(), assertion: assertionInput }),
  z.object({ challengeId: z.uuid(), code: z.string().max(20) }),
]);
export type FactorAnswer = z.output<typeof factorAnswer>;

export type ProvenFactor = {
  factorId: string;
  kind: "passkey" | "totp";
  burnt: BurntChallenge;
  step: number | null;
  assertion: Assertion | null;
};

/** `nth` is the number of the failed try in its window; `last` when it was the final one. */
export type FailedFactor = { refused: string; limited: boolean; nth: number; last: boolean };

const stale = "This confirmation has run out or was used already. Try again.";
const wrongCode = "That code is not right, or it was used already. Wait for the next one.";
const cloned = "This passkey answered as a copy would. It is locked: use another factor and tell your administrator.";
const wrongPasskey = "This passkey did not confirm it. Try again.";

/** Checks one answer to one challenge: counted before it is looked at, and the challenge burnt before it is verified. */
export async function proveFactor(
  actor: { id: string; sessionId: string },
  kind: ChallengeKind,
  said: FactorAnswer,
): Promise<ProvenFactor | FailedFactor> {
  const counted = await spendFactorTry(actor.id);
  if ("lockedUntil" in counted) return { refused: lockedText(counted), limited: true, nth: 0, last: false };
  const burnt = await burnChallenge(actor, kind, said.challengeId);
  if (!burnt) {
    // Nothing was guessed at, so nothing is counted.
    await returnFactorTry(actor.id);
    return { refused: stale, limited: false, nth: 0, last: false };
  }
  const proven = await check(actor.id, burnt, said);
  if (typeof proven === "string") return { refused: proven, limited: false, ...counted };
  await returnFactorTry(actor.id);
  return proven;
}

async function check(userId: string, burnt: BurntChallenge, said: FactorAnswer): Promise<ProvenFactor | string> {
  const { passkeys, totps } = await usableFactors(userId);
  if ("code" in said) {
    const used = await spendTotpCode(totps, said.code.replace(/\s/g, ""));
    return used ? { ...used, kind: "totp", burnt, assertion: null } : wrongCode;
  }
  const { assertion } = said;
  const checked = await checkAssertion(passkeys, assertion, burnt.challenge);
  if ("factorId" in checked) return { factorId: checked.factorId, kind: "passkey", burnt, step: null, assertion };
  return checked.refused === "cloned" ? cloned : wrongPasskey;
}
