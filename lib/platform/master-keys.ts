import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

export type KeyScope = "web" | "worker";
export type MasterKey = { id: string; secret: Buffer };

const keyShape = /^([a-z0-9-]{1,12}):([A-Za-z0-9+/]{43}=)$/;

/** Reads "k2:base64,k1:base64", newest first. The message names the setting and never a key. */
export function parseKeys(listed: string, setting: string): MasterKey[] {
  const keys = listed.split(",").map((entry) => {
    const [, id, secret] = keyShape.exec(entry.trim()) ?? [];
    if (!id || !secret) throw new Error(`${setting} is not a list of id:base64 pairs of 32 bytes each.`);
    return { id, secret: Buffer.from(secret, "base64") };
  });
  if (new Set(keys.map(({ id }) => id)).size < keys.length) throw new Error(`${setting} names a key twice.`);
  return keys;
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

const wrap = (key: MasterKey, dataKey: Uint8Array, place: string) =>
  `v1.${key.id}.${encrypt(keyFor(key), dataKey, place).toString("base64url")}`;

function newestOf([newest]: readonly MasterKey[]): MasterKey {
  if (!newest) throw new Error("There is no master key.");
  return newest;
}

/** Takes a sealed value apart: the key of its own, and its text. */
function openDataKey(keys: readonly MasterKey[], place: string, sealed: string): { dataKey: Buffer; text: string } {
  const [version, keyId, wrapped, text] = sealed.split(".");
  const master = keys.find(({ id }) => id === keyId);
  if (version !== "v1" || !master || !wrapped || !text) throw new Error(`No key that is held here opens ${place}.`);
  return { dataKey: decrypt(keyFor(master), Buffer.from(wrapped, "base64url"), place), text };
}

/** Seals a secret to its place (`table:column:rowId`) under a key of its own, itself wrapped by the newest master key. */
export function sealWith(keys: readonly MasterKey[], place: string, plain: string): string {
  const dataKey = randomBytes(32);
  const text = encrypt(dataKey, Buffer.from(plain), place).toString("base64url");
  return `${wrap(newestOf(keys), dataKey, place)}.${text}`;
}

/** Opens what sealWith closed. Throws when it was moved to another row, changed, or sealed by a key that is not held. */
export function unsealWith(keys: readonly MasterKey[], place: string, sealed: string): string {
  const { dataKey, text } = openDataKey(keys, place, sealed);
  return decrypt(dataKey, Buffer.from(text, "base64url"), place).toString("utf8");
}

/** The same value with its key wrapped by the newest master key; its text is opened to be sure, and stays as it is. */
export function rewrapWith(keys: readonly MasterKey[], place: string, sealed: string): string {
  unsealWith(keys, place, sealed);
  const { dataKey, text } = openDataKey(keys, place, sealed);
  return `${wrap(newestOf(keys), dataKey, place)}.${text}`;
}

/** A new key to put in front of those there are, under the next free name. */
export function nextKey(keys: readonly MasterKey[]): string {
  const highest = Math.max(0, ...keys.map(({ id }) => Number(/^k(\d+)$/.exec(id)?.[1] ?? 0)));
  return `k${highest + 1}:${randomBytes(32).toString("base64")}`;
}
