import "server-only";
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { env } from "./env";

/** SHA-256 of text or bytes. */
export const sha256 = (data: string | Uint8Array): Buffer => createHash("sha256").update(data).digest();

/** A fresh secret of n bytes, in URL-safe text. */
export const secretText = (bytes = 32): string => randomBytes(bytes).toString("base64url");

/** Compares in constant time; false for different lengths. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Bytes as Prisma wants them: on an ArrayBuffer of their own. */
export function bytes(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data);
}

export type KeyScope = "web" | "worker";
type MasterKey = { id: string; secret: Buffer };

function masterKeys(scope: KeyScope): MasterKey[] {
  const listed = scope === "web" ? env.HOLDFAST_WEB_KEYS : env.HOLDFAST_WORKER_KEYS;
  if (!listed) throw new Error(`This process holds no ${scope} keys: what they seal stays closed to it.`);
  return listed.split(",").map((entry) => {
    const [id, secret] = entry.split(":");
    if (!id || !secret) throw new Error(`HOLDFAST_${scope.toUpperCase()}_KEYS is not a list of id:base64 pairs.`);
    return { id, secret: Buffer.from(secret, "base64") };
  });
}

const keyFor = ({ id, secret }: MasterKey) => Buffer.from(hkdfSync("sha256", secret, id, "holdfast/kek/v1", 32));

function encrypt(key: Uint8Array, plain: Uint8Array, place: string): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(Buffer.from(place));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, text, cipher.getAuthTag()]);
}

function decrypt(key: Uint8Array, sealed: Buffer, place: string): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12), { authTagLength: 16 })
    .setAAD(Buffer.from(place))
    .setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}

/** Seals a secret to its place (`table:column:rowId`) under a key of its own, itself wrapped by the scope's newest master key. */
export function seal(scope: KeyScope, place: string, plain: string): string {
  const [newest] = masterKeys(scope);
  if (!newest) throw new Error(`There is no ${scope} key.`);
  const dataKey = randomBytes(32);
  const wrapped = encrypt(keyFor(newest), dataKey, place).toString("base64url");
  return `v1.${newest.id}.${wrapped}.${encrypt(dataKey, Buffer.from(plain), place).toString("base64url")}`;
}

/** Opens what seal() closed. Throws when it was moved to another row, changed, or sealed by a key we no longer hold. */
export function unseal(scope: KeyScope, place: string, sealed: string): string {
  const [version, keyId, wrapped, text] = sealed.split(".");
  const master = masterKeys(scope).find(({ id }) => id === keyId);
  if (version !== "v1" || !master || !wrapped || !text) throw new Error(`No ${scope} key opens ${place}.`);
  const dataKey = decrypt(keyFor(master), Buffer.from(wrapped, "base64url"), place);
  return decrypt(dataKey, Buffer.from(text, "base64url"), place).toString("utf8");
}
