import "server-only";
import { generateSecret, generateURI, verify } from "otplib";
import QRCode from "qrcode";
import { seal, unseal } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { log } from "@/lib/platform/log";

/** One step either way: phones run fast as often as slow. */
const toleranceSeconds = 30;
/** Where a TOTP secret is sealed to. */
export const totpPlace = (factorId: string) => `factors:sealed_secret:${factorId}`;

/** A fresh secret of 160 bits in Base32. */
export const newTotpSecret = () => generateSecret({ length: 20 });

/** Seals a TOTP secret to its factor's row. */
export const sealTotpSecret = (factorId: string, secret: string) => seal("web", totpPlace(factorId), secret);

/** What an authenticator app scans, drawn here so that the secret meets no one else, and the same secret to type. */
export async function drawTotpSecret(email: string, secret: string): Promise<{ image: string; text: string }> {
  const uri = generateURI({ issuer: "Holdfast", label: email, secret });
  const svg = await QRCode.toString(uri, { type: "svg", errorCorrectionLevel: "M", margin: 2 });
  return {
    image: `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`,
    text: secret.match(/.{1,4}/g)?.join(" ") ?? secret,
  };
}

/** The time step a code belongs to, when it is right and later than the last one used; null otherwise. */
export async function stepOf(secret: string, code: string, lastStep: bigint): Promise<number | null> {
  if (!/^[0-9]{6}$/.test(code)) return null;
  try {
    const answer = await verify({
      secret,
      token: code,
      epochTolerance: toleranceSeconds,
      afterTimeStep: Number(lastStep),
    });
    return answer.valid && "timeStep" in answer && typeof answer.timeStep === "number" ? answer.timeStep : null;
  } catch (error) {
    // A last step in the future means that a clock went back or a database was restored: an operator must know.
    if (error instanceof Error && error.name === "AfterTimeStepRangeExceededError")
      log.warn({ error }, "a one-time code was refused because the last one lies in the future");
    return null;
  }
}

type TotpFactor = { id: string; sealedSecret: string | null; lastStep: bigint };

/** Accepts a code at most once in its life, however many requests bring it at the same time. */
export async function spendTotpCode(
  factors: readonly TotpFactor[],
  code: string,
): Promise<{ factorId: string; step: number } | null> {
  for (const { id, sealedSecret, lastStep } of factors) {
    if (!sealedSecret) continue;
    const step = await stepOf(unseal("web", totpPlace(id), sealedSecret), code, lastStep);
    if (step === null) continue;
    const taken = await db.$executeRaw`
      update factors set last_step = ${step}::bigint, last_used_at = now()
      where id = ${id}::uuid and last_step < ${step}::bigint and removed_at is null`;
    if (taken === 1) return { factorId: id, step };
  }
  return null;
}
