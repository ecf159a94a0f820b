import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { signerOf } from "@/lib/audit/keys";
import {
  type Anchor,
  append,
  challengeOf,
  checkpointText,
  emptyRange,
  eventLine,
  handoverText,
  type KeyEntry,
  leafHash,
  noteInFile,
  rootOf,
  tarEnd,
  tarFill,
  tarHead,
} from "@/lib/audit/verify.mjs";
import { canonicalJson } from "@/lib/core/canonical";

export const origin = "holdfast.audit/11111111-1111-7111-8111-111111111111";
const startMs = Date.parse("2026-11-25T08:00:00.000Z");

/** An Ed25519 key that is the same in every run. */
export const fixedKey = (nth: number): KeyObject =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, nth)]),
    format: "der",
    type: "pkcs8",
  });

export type Told = {
  action: string;
  actor?: string;
  target?: readonly [string, string];
  detail?: Record<string, unknown>;
  evidence?: Record<string, unknown>;
  outcome?: "success" | "failure" | "denied";
  breakGlass?: true;
  atMinutes?: number;
  /** Done by a machine, not a person. */
  machine?: true;
};

/** An event's canonical text. */
export const bodyOf = (
  { actor = "lena", target = ["system", "s1"], atMinutes, machine, ...told }: Told,
  nth: number,
): string =>
  canonicalJson({
    v: 1,
    id: randomUUID(),
    ts: new Date(startMs + (atMinutes ?? nth) * 60_000).toISOString(),
    install: origin.slice(15),
    actor: { type: machine ? "system" : "user", id: actor },
    target: { type: target[0], id: target[1] },
    outcome: "success",
    request: { id: randomUUID() },
    detail: {},
    ...told,
  });

export type LogFiles = {
  keys: KeyEntry[];
  notes: string[];
  anchors: (Anchor & { size?: number })[];
  lines: { seq: number; leaf: Uint8Array; body: string }[];
  exportedAt: string;
};

/** A sealed log of these texts with a head after each batch; the key changes where `handOverAt` says so. */
export function sealedLogOf(
  bodies: readonly string[],
  {
    batch = 3,
    key = fixedKey(1),
    handOverAt,
    nextKey = fixedKey(2),
  }: { batch?: number; key?: KeyObject; handOverAt?: number; nextKey?: KeyObject } = {},
): LogFiles {
  let signer = signerOf(origin, key);
  const keys: KeyEntry[] = [{ vkey: signer.vkey, handover: null }];
  const notes: string[] = [];
  let range = emptyRange;
  for (let from = 0; from < bodies.length; from += batch) {
    range = append(
      range,
      bodies.slice(from, from + batch).map((body) => leafHash(body)),
    );
    const text = checkpointText(origin, range.size, rootOf(range));
    notes.push(`${text}\n${signer.sign(text)}`);
    if (handOverAt !== undefined && range.size === handOverAt) {
      const to = signerOf(origin, nextKey);
      const said = handoverText({ origin, size: range.size, from: signer, to, at: "2026-11-25T09:00:00.000Z" });
      keys.push({ vkey: to.vkey, handover: `${said}\n${signer.sign(said)}${to.sign(said)}` });
      signer = to;
    }
  }
  const lines = bodies.map((body, seq) => ({ seq, leaf: leafHash(body), body }));
  return { keys, notes, anchors: [], lines, exportedAt: new Date(startMs + bodies.length * 60_000).toISOString() };
}

/** A folder for the files of one test file. */
export const scratch = (): string => fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-audit-"));

/** Writes a bundle as anybody could: its manifest fits whatever the files hold. */
export function writeBundle(
  place: string,
  log: LogFiles,
  spoil: (files: Record<string, string>) => void = () => undefined,
): string {
  const files: Record<string, string> = {
    "pubkeys.json": JSON.stringify(log.keys),
    "checkpoints.txt": log.notes.map(noteInFile).join(""),
    "anchors.json": JSON.stringify(log.anchors),
    "events.ndjson": log.lines.map(({ seq, leaf, body }) => eventLine(seq, leaf, body)).join(""),
  };
  const hashes = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, createHash("sha256").update(text).digest("hex")]),
  );
  files["manifest.json"] = JSON.stringify({
    version: 1,
    exportedAt: log.exportedAt,
    events: log.lines.length,
    files: hashes,
  });
  spoil(files);
  const at = new Date(startMs);
  const parts = Object.entries(files).flatMap(([name, text]) => {
    const content = Buffer.from(text);
    return [tarHead(name, content.length, at), content, tarFill(content.length)];
  });
  const file = path.join(place, `${randomUUID()}.holdfastaudit`);
  fs.writeFileSync(file, Buffer.concat([...parts, tarEnd]));
  return file;
}

/** A public key's PEM in a file. */
export function writePem(place: string, key: KeyObject): string {
  const file = path.join(place, `${randomUUID()}.pem`);
  fs.writeFileSync(file, createPublicKey(key).export({ type: "spki", format: "pem" }));
  return file;
}

const cborBytes = (bytes: Buffer) =>
  Buffer.concat([
    bytes.length < 256 ? Buffer.of(0x58, bytes.length) : Buffer.of(0x59, bytes.length >> 8, bytes.length & 255),
    bytes,
  ]);

const part = (text: string | undefined) => cborBytes(Buffer.from(text ?? "", "base64url"));

/** A key pair as an authenticator of each kind holds it, and the COSE form of its public half. */
function authenticatorKey(kind: "ES256" | "RS256" | "EdDSA"): {
  privateKey: KeyObject;
  cose: Buffer;
  digest: "sha256" | null;
} {
  if (kind === "ES256") {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x, y } = publicKey.export({ format: "jwk" });
    const cose = Buffer.concat([
      Buffer.from("a5010203262001", "hex"),
      Buffer.of(0x21),
      part(x),
      Buffer.of(0x22),
      part(y),
    ]);
    return { privateKey, cose, digest: "sha256" };
  }
  if (kind === "EdDSA") {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const { x } = publicKey.export({ format: "jwk" });
    return {
      privateKey,
      cose: Buffer.concat([Buffer.from("a4010103272006", "hex"), Buffer.of(0x21), part(x)]),
      digest: null,
    };
  }
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const { n, e } = publicKey.export({ format: "jwk" });
  const cose = Buffer.concat([Buffer.from("a401030339010020", "hex"), part(n), Buffer.of(0x21), part(e)]);
  return { privateKey, cose, digest: "sha256" };
}

export type SoftPasskey = ReturnType<typeof softPasskey>;

/** A passkey without a device, for signing in tests. */
export function softPasskey(kind: "ES256" | "RS256" | "EdDSA" = "ES256") {
  const { privateKey, cose, digest } = authenticatorKey(kind);
  const id = randomUUID();
  const credentialId = Buffer.from(id).toString("base64url");
  const assert = (
    challenge: Uint8Array,
    { flags = 0x05, rpId = "localhost", site = "http://localhost:3999", type = "webauthn.get" } = {},
  ) => {
    const clientDataJSON = Buffer.from(
      JSON.stringify({ type, challenge: Buffer.from(challenge).toString("base64url"), origin: site }),
    );
    const authenticatorData = Buffer.concat([createHash("sha256").update(rpId).digest(), Buffer.of(flags, 0, 0, 0, 7)]);
    const signed = Buffer.concat([authenticatorData, createHash("sha256").update(clientDataJSON).digest()]);
    return {
      clientDataJSON: clientDataJSON.toString("base64url"),
      authenticatorData: authenticatorData.toString("base64url"),
      signature: sign(digest, signed, privateKey).toString("base64url"),
    };
  };
  return {
    assert,
    publicKeyCose: cose.toString("base64url"),
    factor: {
      id,
      kind: "passkey",
      publicKey: cose.toString("base64url"),
      credentialId,
      deviceType: "singleDevice",
      backedUp: false,
    },
  };
}

type Bound = { approvalId: string; revision: number; paramsHash: string; verdict?: string; user: string };

/** What proves a vote: an assertion whose challenge derives from it. */
export function voteEvidence(
  passkey: SoftPasskey,
  { approvalId, revision, paramsHash, verdict = "approve", user }: Bound,
) {
  const challenge = {
    op: `approval.${verdict}`,
    subject: ["approval", approvalId],
    revision,
    params_hash: paramsHash,
    user,
    session: "s",
    exp: "2026-11-25T09:00:00.000Z",
    nonce: "n",
  };
  const { id, credentialId } = passkey.factor;
  const assertion = { kind: "passkey", credentialId, ...passkey.assert(challengeOf(challenge)), challenge };
  return { grantId: randomUUID(), factorId: id, kind: "passkey", assertion };
}
