import "server-only";
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import fs from "node:fs";
import { env } from "@/lib/platform/env";
import { type NamedKey, namedKey, signatureLine } from "./verify.mjs";

/** A key that can sign under the name of a log. */
export type Signer = NamedKey & { sign: (text: string) => string };

/** What stands before the 32 bytes of an Ed25519 key in its PKCS #8 form. */
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex");

/** The private key of 32 bytes. */
export function keyFromSeed(encoded: string): KeyObject {
  const seed = Buffer.from(encoded, "base64");
  if (seed.length !== 32) throw new Error("HOLDFAST_AUDIT_KEY is not the base64 of 32 bytes.");
  return createPrivateKey({ key: Buffer.concat([pkcs8Head, seed]), format: "der", type: "pkcs8" });
}

/** The private key of a PEM file; read anew each time, so that a rotation needs no restart. */
export function keyFromFile(file: string): KeyObject {
  const key = createPrivateKey(fs.readFileSync(file));
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${file} does not hold an Ed25519 key.`);
  return key;
}

/** The sealer's private key. The web process is never told one. */
export function sealingKey(): KeyObject {
  if (env.HOLDFAST_AUDIT_KEY) return keyFromSeed(env.HOLDFAST_AUDIT_KEY);
  if (env.HOLDFAST_AUDIT_KEY_FILE) return keyFromFile(env.HOLDFAST_AUDIT_KEY_FILE);
  throw new Error("HOLDFAST_AUDIT_KEY is not set: the audit log cannot be sealed.");
}

/** A private key under the name of a log. */
export function signerOf(name: string, privateKey: KeyObject): Signer {
  const raw = createPublicKey(privateKey).export({ type: "spki", format: "der" }).subarray(-32);
  const key = namedKey(name, raw);
  return { ...key, sign: (text) => signatureLine(key, sign(null, Buffer.from(text), privateKey)) };
}
