import "server-only";
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { env } from "./env";
import { type KeyScope, type MasterKey, parseKeys, sealWith, unsealWith } from "./master-keys";

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

const held = new Map<KeyScope, MasterKey[]>();

function masterKeys(scope: KeyScope): MasterKey[] {
  const known = held.get(scope);
  if (known) return known;
  const listed = scope === "web" ? env.HOLDFAST_WEB_KEYS : env.HOLDFAST_WORKER_KEYS;
  if (!listed) throw new Error(`This process holds no ${scope} keys: what they seal stays closed to it.`);
  const keys = parseKeys(listed, `HOLDFAST_${scope.toUpperCase()}_KEYS`);
  held.set(scope, keys);
  return keys;
}

/** Seals a secret to its place (`table:column:rowId`) under a key of its own, itself wrapped by the scope's newest master key. */
export const seal = (scope: KeyScope, place: string, plain: string): string =>
  sealWith(masterKeys(scope), place, plain);

/** Opens what seal() closed. Throws when it was moved to another row, changed, or sealed by a key we no longer hold. */
export const unseal = (scope: KeyScope, place: string, sealed: string): string =>
  unsealWith(masterKeys(scope), place, sealed);
