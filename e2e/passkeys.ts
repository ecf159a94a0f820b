import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { Page } from "@playwright/test";
import type { PrismaClient } from "@/lib/platform/prisma/client";
import type { Person } from "./people";

/** A public key of the curve P-256 as COSE writes it: five entries, always in this order (RFC 9053). */
function coseKey(x: Buffer, y: Buffer): Uint8Array<ArrayBuffer> {
  const head = Buffer.from("a5010203262001215820", "hex");
  return new Uint8Array(Buffer.concat([head, x, Buffer.from("225820", "hex"), y]));
}

/**
 * Puts a passkey into this page's browser and beside the person, as if they had enrolled it long ago: what enrolling
 * itself does has a journey of its own.
 */
export async function givePasskey(page: Page, db: PrismaClient, person: Person): Promise<void> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = privateKey.export({ format: "jwk" });
  const credentialId = randomBytes(32);
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await session.send("WebAuthn.addCredential", {
    authenticatorId,
    credential: {
      credentialId: credentialId.toString("base64"),
      isResidentCredential: true,
      rpId: "localhost",
      privateKey: privateKey.export({ format: "der", type: "pkcs8" }).toString("base64"),
      userHandle: Buffer.from(person.id).toString("base64"),
      signCount: 1,
    },
  });
  await db.factor.create({
    data: {
      userId: person.id,
      kind: "passkey",
      name: "Laptop",
      credentialId: new Uint8Array(credentialId),
      publicKey: coseKey(Buffer.from(x ?? "", "base64url"), Buffer.from(y ?? "", "base64url")),
      counter: 0,
      transports: ["internal"],
      deviceType: "singleDevice",
      backedUp: false,
      confirmedAt: new Date(),
      usableFrom: new Date(Date.now() - 90 * 86_400_000),
    },
  });
}
