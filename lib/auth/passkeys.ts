import "server-only";
import { randomUUID } from "node:crypto";
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { z } from "zod";
import { transactionTime } from "@/lib/access/command";
import type { JobActor } from "@/lib/access/permissions";
import { record } from "@/lib/audit/record";
import { bytes } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";
import { factsOf } from "./factor-facts";
import { relyingParty } from "./relying-party";
import { tellOfChange } from "./tell";

const text = z.string().max(20_000);
const transports = ["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"] as const;
const attachment = z.enum(["platform", "cross-platform"]).optional().catch(undefined);

/** What an authenticator may say to prove itself; anything beyond these fields is dropped. */
export const assertionInput = z.object({
  id: text,
  rawId: text,
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: text,
    authenticatorData: text,
    signature: text,
    userHandle: text.optional(),
  }),
});

/** What an authenticator may say when a passkey is made. */
export const attestationInput = z.object({
  id: text,
  rawId: text,
  type: z.literal("public-key"),
  authenticatorAttachment: attachment,
  response: z.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: z.array(z.enum(transports)).max(8).optional().catch(undefined),
  }),
});

export type Assertion = z.output<typeof assertionInput>;
export type Attestation = z.output<typeof attestationInput>;

export type PasskeyFactor = {
  id: string;
  credentialId: Uint8Array | null;
  publicKey: Uint8Array | null;
  counter: bigint;
  transports: string[];
};

const base64url = (data: Uint8Array) => Buffer.from(data).toString("base64url");
const known = (named: readonly string[]) => transports.filter((name) => named.includes(name));

/** The options a browser needs to ask one of these passkeys to sign a challenge, with the person verified. */
export function passkeyRequest(
  factors: readonly PasskeyFactor[],
  challenge: Uint8Array,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return generateAuthenticationOptions({
    rpID: relyingParty.id,
    challenge: bytes(challenge),
    userVerification: "required",
    timeout: 120_000,
    allowCredentials: factors.flatMap(({ credentialId, transports: named }) =>
      credentialId ? [{ id: base64url(credentialId), transports: known(named) }] : [],
    ),
  });
}

/** The options a browser needs to make a passkey that its owner does not have yet. */
export function passkeyCreation(
  person: { id: string; email: string; name: string },
  having: readonly PasskeyFactor[],
  challenge: Uint8Array,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  return generateRegistrationOptions({
    rpName: relyingParty.name,
    rpID: relyingParty.id,
    userID: bytes(Buffer.from(person.id.replaceAll("-", ""), "hex")),
    userName: person.email,
    userDisplayName: person.name,
    challenge: bytes(challenge),
    attestationType: "none",
    timeout: 120_000,
    excludeCredentials: having.flatMap(({ credentialId, transports: named }) =>
      credentialId ? [{ id: base64url(credentialId), transports: known(named) }] : [],
    ),
    authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
  });
}

export type Checked = { factorId: string } | { refused: "unknown" | "invalid" | "cloned" };

/** Checks what a passkey signed. A counter that went back marks the passkey as a suspected clone for good. */
export async function checkAssertion(
  factors: readonly PasskeyFactor[],
  assertion: Assertion,
  challenge: Uint8Array,
): Promise<Checked> {
  const factor = factors.find(({ credentialId }) => credentialId && base64url(credentialId) === assertion.id);
  if (!factor?.publicKey) return { refused: "unknown" };
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...assertion, clientExtensionResults: {} } as AuthenticationResponseJSON,
      expectedChallenge: base64url(challenge),
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      credential: {
        id: assertion.id,
        publicKey: bytes(factor.publicKey),
        counter: Number(factor.counter),
        transports: known(factor.transports),
      },
    });
    if (!verified || !authenticationInfo.userVerified) return { refused: "invalid" };
    return (await raiseCounter(factor.id, authenticationInfo.newCounter))
      ? { factorId: factor.id }
      : suspectClone(factor.id);
  } catch (error) {
    if (error instanceof Error && /counter value/i.test(error.message)) return suspectClone(factor.id);
    log.info({ error }, "a passkey's answer was refused");
    return { refused: "invalid" };
  }
}

/** Synced passkeys keep their counter at nought; any other must go up, also when two answers arrive at once. */
async function raiseCounter(factorId: string, counter: number): Promise<boolean> {
  const raised = await db.$executeRaw`
    update factors set counter = ${counter}::bigint, last_used_at = now()
    where id = ${factorId}::uuid and (counter < ${counter}::bigint or (counter = 0 and ${counter}::bigint = 0))`;
  return raised === 1;
}

const watcher = (): JobActor => ({ kind: "job", id: "sign-in", permissions: [], requestId: randomUUID() });

/** Locks a passkey that answered as a copy would, once, and raises the alarm. */
async function suspectClone(factorId: string): Promise<Checked> {
  log.warn({ factorId }, "a passkey's counter went back: it may have been copied");
  await db.$transaction(async (tx) => {
    const at = await transactionTime(tx);
    const { count } = await tx.factor.updateMany({
      where: { id: factorId, suspectedCloneAt: null },
      data: { suspectedCloneAt: at },
    });
    if (count !== 1) return;
    const factor = await tx.factor.findUniqueOrThrow({ where: { id: factorId } });
    await record(tx, {
      actor: watcher(),
      action: "factor.suspect",
      outcome: "success",
      subject: ["factor", factorId],
      detail: { kind: factor.kind, name: factor.name, userId: factor.userId, factor: factsOf(factor) },
      at,
    });
    await tellOfChange(tx, {
      userId: factor.userId,
      kind: "factor.suspect",
      key: factorId,
      own: `Your passkey ${factor.name} answered as a copy would, and is locked.`,
      others: (name) => `A passkey of ${name} answered as a copy would, and is locked.`,
      severity: "bad",
    });
  });
  return { refused: "cloned" };
}

export type NewPasskey = {
  credentialId: Uint8Array;
  publicKey: Uint8Array;
  counter: number;
  transports: string[];
  deviceType: string;
  backedUp: boolean;
  aaguid: string;
};

/** Checks what a fresh passkey said of itself; null when it does not answer our challenge or did not verify its owner. */
export async function checkAttestation(attestation: Attestation, challenge: Uint8Array): Promise<NewPasskey | null> {
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...attestation, clientExtensionResults: {} } as RegistrationResponseJSON,
      expectedChallenge: base64url(challenge),
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
    });
    if (!verified || !registrationInfo?.userVerified) return null;
    const { credential, credentialDeviceType, credentialBackedUp, aaguid } = registrationInfo;
    return {
      credentialId: Buffer.from(credential.id, "base64url"),
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: attestation.response.transports ?? [],
      deviceType: credentialDeviceType,
      backedUp: credentialBackedUp,
      aaguid,
    };
  } catch (error) {
    log.info({ error }, "a new passkey was refused");
    return null;
  }
}
