import "server-only";
import { randomBytes, randomUUID } from "node:crypto";
import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/server";
import { z } from "zod";
import { accept, demand, type Outcome, refuse } from "@/lib/core/outcome";
import { after, hours, minutes } from "@/lib/core/time";
import { bytes, unseal } from "@/lib/platform/crypto";
import { db, type Tx } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { burnChallenge, keepChallenge } from "./challenges";
import { type FactorFacts, factsOf } from "./factor-facts";
import { lockedText, returnFactorTry, spendFactorTry } from "./factor-locks";
import { attestationInput, checkAttestation, type NewPasskey, passkeyCreation } from "./passkeys";
import { passkeysPossible } from "./relying-party";
import { drawTotpSecret, newTotpSecret, sealTotpSecret, stepOf, totpPlace } from "./totp";

/** How long a factor that was begun may wait to be finished. */
const setupMs = minutes(10);

/** What a factor is called and what it is. */
export const factorChoice = z.object({
  kind: z.enum(["passkey", "totp"]),
  name: z.string().trim().min(1, "Give it a name you will recognise.").max(60, "Use at most 60 characters."),
});
export type FactorChoice = z.output<typeof factorChoice>;

/** What the person needs to finish a factor: something to scan, or something for their authenticator. */
export type FactorSetup =
  | { kind: "totp"; factorId: string; image: string; text: string }
  | { kind: "passkey"; challengeId: string; options: PublicKeyCredentialCreationOptionsJSON };

/** The last step of making a factor. */
export const factorProof = z.union([
  z.object({ factorId: z.uuid(), code: z.string().max(20) }),
  z.object({ challengeId: z.uuid(), attestation: attestationInput }),
]);
export type FactorProof = z.output<typeof factorProof>;

type Owner = { id: string; email: string; name: string; sessionId: string };

/** Begins a factor. It counts for nothing until it is finished; one that was begun before is dropped. */
export async function beginFactor(tx: Tx, owner: Owner, choice: FactorChoice, now: Date): Promise<FactorSetup> {
  await tx.factor.deleteMany({ where: { userId: owner.id, confirmedAt: null } });
  if (choice.kind === "totp") return beginTotp(tx, owner, choice.name);
  if (!passkeysPossible)
    return demand(
      refuse("unavailable", "Passkeys need a host name, and this installation is reached by a bare address."),
    );
  const having = await tx.factor.findMany({ where: { userId: owner.id, kind: "passkey", removedAt: null } });
  const challenge = randomBytes(32);
  const challengeId = await keepChallenge({
    userId: owner.id,
    sessionId: owner.sessionId,
    kind: "enroll",
    challenge,
    detail: { name: choice.name },
    expiresAt: after(now, setupMs),
  });
  return { kind: "passkey", challengeId, options: await passkeyCreation(owner, having, challenge) };
}

async function beginTotp(tx: Tx, owner: Owner, name: string): Promise<FactorSetup> {
  const id = randomUUID();
  const secret = newTotpSecret();
  await tx.factor.create({
    data: { id, userId: owner.id, kind: "totp", name, sealedSecret: sealTotpSecret(id, secret), transports: [] },
  });
  return { kind: "totp", factorId: id, ...(await drawTotpSecret(owner.email, secret)) };
}

export type ProvenSetup =
  | { kind: "totp"; factorId: string; step: number }
  | { kind: "passkey"; name: string; passkey: NewPasskey };

/** Checks that the person holds the factor they began; done before the transaction that keeps it, so that a wrong answer still counts. */
export async function proveSetup(owner: Owner, proof: FactorProof): Promise<Outcome<ProvenSetup>> {
  const counted = await spendFactorTry(owner.id);
  if ("lockedUntil" in counted) return refuse("rate_limited", lockedText(counted));
  const proven =
    "code" in proof ? await proveTotp(owner, proof.factorId, proof.code) : await provePasskey(owner, proof);
  if (proven.ok) await returnFactorTry(owner.id);
  return proven;
}

async function proveTotp(owner: Owner, factorId: string, code: string): Promise<Outcome<ProvenSetup>> {
  const factor = await db.factor.findFirst({
    where: {
      id: factorId,
      userId: owner.id,
      kind: "totp",
      confirmedAt: null,
      removedAt: null,
      createdAt: { gt: new Date(Date.now() - setupMs) },
    },
  });
  if (!factor?.sealedSecret) return refuse("conflict", "This has waited too long. Begin again.");
  const step = await stepOf(
    unseal("web", totpPlace(factorId), factor.sealedSecret),
    code.replace(/\s/g, ""),
    factor.lastStep,
  );
  return step === null
    ? refuse(
        "invalid",
        "That code does not belong to this secret. Check the clock of your phone and try the next one.",
        {
          code: "This code is not right.",
        },
      )
    : accept({ kind: "totp", factorId, step });
}

const setupDetail = z.object({ name: z.string() });

async function provePasskey(
  owner: Owner,
  proof: Extract<FactorProof, { challengeId: string }>,
): Promise<Outcome<ProvenSetup>> {
  const burnt = await burnChallenge(owner, "enroll", proof.challengeId);
  if (!burnt) return refuse("conflict", "This has waited too long or was used already. Begin again.");
  const passkey = await checkAttestation(proof.attestation, burnt.challenge);
  if (!passkey)
    return refuse("invalid", "This passkey was not made as it should be. It must ask for your finger, face or PIN.");
  return accept({ kind: "passkey", name: setupDetail.parse(burnt.detail).name, passkey });
}

/** From when a factor made now may vote on the gravest requests: a thief who adds one must wait, in the open, for a day. */
const usableFrom = (now: Date) => (env.HOLDFAST_DEMO === "1" ? now : after(now, hours(24)));

/** Keeps a factor whose owner has shown that they hold it. Answers how the audit log names it. */
export async function keepFactor(tx: Tx, userId: string, proven: ProvenSetup, now: Date): Promise<FactorFacts> {
  const confirmed = { confirmedAt: now, usableFrom: usableFrom(now) };
  if (proven.kind === "totp") {
    const { count } = await tx.factor.updateMany({
      where: { id: proven.factorId, userId, confirmedAt: null, lastStep: { lt: proven.step } },
      data: { ...confirmed, lastStep: proven.step },
    });
    if (count !== 1) demand(refuse("conflict", "This was finished already."));
    return { id: proven.factorId, kind: "totp" };
  }
  const { name, passkey } = proven;
  const taken = await tx.factor.findUnique({ where: { credentialId: bytes(passkey.credentialId) } });
  if (taken) demand(refuse("conflict", "This passkey is registered already."));
  const made = await tx.factor.create({
    data: {
      userId,
      kind: "passkey",
      name,
      ...passkey,
      credentialId: bytes(passkey.credentialId),
      publicKey: bytes(passkey.publicKey),
      ...confirmed,
    },
  });
  return factsOf(made);
}
