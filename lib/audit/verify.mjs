// @ts-check
/**
 * The verifier of Holdfast's audit log: one file on Node's own modules, so that an auditor can read it, copy it to a
 * laptop, and run `node holdfast-audit-verify.mjs --bundle FILE` without the product. The product runs this very code.
 */
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** @typedef {{ size: number, frontier: readonly Uint8Array[] }} CompactRange The right edge of an RFC 6962 tree: the roots of its full subtrees, largest first, and how many leaves they cover. */
/** @typedef {{ name: string, keyId: string, signature: Buffer }} SignatureLine */
/** @typedef {{ text: string, lines: string[], signatures: SignatureLine[] }} SignedNote */
/** @typedef {{ origin: string, size: number, root: Buffer, note: SignedNote }} Checkpoint */
/** @typedef {{ name: string, keyId: string, publicKey: Buffer, vkey: string }} NamedKey */
/** @typedef {NamedKey & { fromSize: number }} TrustedKey */
/** @typedef {{ vkey: string, handover: string | null }} KeyEntry */
/** @typedef {{ seq: number, leaf: Uint8Array, body: Uint8Array }} SealedEvent */
/** @typedef {{ note: string, size?: number, root?: Uint8Array }} SealedHead */
/** @typedef {{ kind: string, target: string, note: string }} Anchor */
/** @typedef {Checkpoint & { kind: string, target: string }} AnchoredHead */
/** @typedef {{ check: string, message: string, from: number | null, to: number | null }} Finding Where it broke: the first and last event concerned. */
/** @typedef {{ name: string, ok: boolean, says: string }} Check */
/** @typedef {{ keys: readonly KeyEntry[], anchors: readonly Anchor[], checkpoints: AsyncIterable<SealedHead> | Iterable<SealedHead>, events: AsyncIterable<SealedEvent> | Iterable<SealedEvent>, exportedAt: string | null }} SealedLog */
/** @typedef {{ origin: string, size: number, root: string, vkey: string, at: string }} Remembered */
/** @typedef {{ pinned?: NamedKey | undefined, pinnedBy?: string | undefined, earlier?: readonly { what: string, size: number, root: Buffer, origin: string }[], outside?: readonly Anchor[], now?: Date, progress?: (events: number) => void }} VerifyOptions */
/** @typedef {{ verdict: "ok" | "broken", origin: string | null, size: number, rootHex: string, checkpoints: number, signed: number, key: { id: string, vkey: string, pinned: string | null } | null, anchors: number, lastEventAt: string | null, checks: Check[], findings: Finding[], notes: string[] }} Report */

/** Input that cannot be read as what it is said to be: neither proof nor disproof. */
export class Unusable extends Error {
  name = "Unusable";
}

const findingsMost = 100;

// ── The tree (RFC 6962) ──────────────────────────────────────────────────────────────────────────────────────────

/** @param {...(string | Uint8Array)} parts */
function sha256(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const leafMark = Buffer.of(0);
const nodeMark = Buffer.of(1);

/**
 * The hash of a leaf's text.
 * @param {string | Uint8Array} text
 */
export const leafHash = (text) => sha256(leafMark, text);

/**
 * The hash of two subtrees.
 * @param {Uint8Array} left
 * @param {Uint8Array} right
 */
export const nodeHash = (left, right) => sha256(nodeMark, left, right);

/**
 * The tree without leaves.
 * @type {CompactRange}
 */
export const emptyRange = { size: 0, frontier: [] };

/**
 * Adds leaf hashes at the end, in order.
 * @param {CompactRange} range
 * @param {readonly Uint8Array[]} leaves
 * @returns {CompactRange}
 */
export function append({ size, frontier }, leaves) {
  const edge = [...frontier];
  let count = size;
  for (const leaf of leaves) {
    let hash = leaf;
    // Halving by division, since shifts work on 32 bits only.
    for (let rest = count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      const left = edge.pop();
      if (!left) throw new RangeError(`A tree of ${size} leaves needs more than ${frontier.length} frontier hashes.`);
      hash = nodeHash(left, hash);
    }
    edge.push(hash);
    count += 1;
  }
  return { size: count, frontier: edge };
}

/**
 * The root of the whole tree.
 * @param {CompactRange} range
 * @returns {Uint8Array}
 */
export function rootOf({ frontier }) {
  const [last, ...rest] = [...frontier].reverse();
  return last ? rest.reduce((right, left) => nodeHash(left, right), last) : sha256("");
}

/**
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
const same = (a, b) => Buffer.compare(a, b) === 0;

/**
 * @param {number} count
 * @param {string} one
 */
const plural = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/** @param {Uint8Array} bytes */
const hex = (bytes) => Buffer.from(bytes).toString("hex");

// ── Signed notes and keys (C2SP) ─────────────────────────────────────────────────────────────────────────────────

const ed25519Mark = 1;
/** What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo. */
const spkiHead = Buffer.from("302a300506032b6570032100", "hex");

/**
 * A key under its name, as signature lines and verifier keys call it.
 * @param {string} name
 * @param {Uint8Array} publicKey
 * @returns {NamedKey}
 */
export function namedKey(name, publicKey) {
  if (publicKey.length !== 32) throw new Unusable(`An Ed25519 key has 32 bytes, and this has ${publicKey.length}.`);
  const typed = Buffer.concat([Buffer.of(ed25519Mark), publicKey]);
  const keyId = sha256(`${name}\n`, typed).subarray(0, 4).toString("hex");
  return { name, keyId, publicKey: Buffer.from(publicKey), vkey: `${name}+${keyId}+${typed.toString("base64")}` };
}

/**
 * Reads a verifier key: `name+id+base64`.
 * @param {string} vkey
 */
export function readVerifierKey(vkey) {
  const [, name, , encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey.trim()) ?? [];
  const typed = Buffer.from(encoded ?? "", "base64");
  if (!name || typed.length !== 33 || typed[0] !== ed25519Mark)
    throw new Unusable("This is not an Ed25519 verifier key.");
  const key = namedKey(name, typed.subarray(1));
  if (key.vkey !== vkey.trim()) throw new Unusable(`The verifier key of ${name} does not have the id it names.`);
  return key;
}

/**
 * The raw 32 bytes of a PEM public key.
 * @param {string} pem
 */
function rawKeyOf(pem) {
  try {
    const der = createPublicKey(pem).export({ type: "spki", format: "der" });
    if (der.length === 44 && same(der.subarray(0, 12), spkiHead)) return der.subarray(12);
  } catch {
    // Said below, together with keys of another kind.
  }
  throw new Unusable("The given key is not an Ed25519 public key in PEM form or a verifier key.");
}

const signatureMark = "— ";

/**
 * Reads a signed note; its signatures are not checked yet.
 * @param {string} note
 * @returns {SignedNote}
 */
export function readNote(note) {
  const end = note.indexOf("\n\n");
  const text = end < 0 ? note : note.slice(0, end + 1);
  const tail = end < 0 ? "" : note.slice(end + 2);
  const signatures = tail.split("\n").flatMap((line) => {
    if (line === "") return [];
    const [name, encoded, ...more] = line.startsWith(signatureMark) ? line.slice(signatureMark.length).split(" ") : [];
    const bytes = Buffer.from(encoded ?? "", "base64");
    if (!name || more.length > 0 || bytes.length !== 68) throw new Unusable("A signature line cannot be read.");
    return [{ name, keyId: bytes.subarray(0, 4).toString("hex"), signature: bytes.subarray(4) }];
  });
  return { text, lines: text.replace(/\n$/, "").split("\n"), signatures };
}

/**
 * The line that a signature becomes in a note.
 * @param {NamedKey} key
 * @param {Uint8Array} signature
 */
export const signatureLine = (key, signature) =>
  `${signatureMark}${key.name} ${Buffer.concat([Buffer.from(key.keyId, "hex"), signature]).toString("base64")}\n`;

/**
 * Whether a note carries a good signature of a key.
 * @param {SignedNote} note
 * @param {NamedKey} key
 */
export function isSignedBy(note, key) {
  const publicKey = createPublicKey({ key: Buffer.concat([spkiHead, key.publicKey]), format: "der", type: "spki" });
  return note.signatures.some(
    ({ name, keyId, signature }) =>
      name === key.name && keyId === key.keyId && verifySignature(null, Buffer.from(note.text), publicKey, signature),
  );
}

/**
 * A head as text in the C2SP checkpoint form.
 * @param {string} origin
 * @param {number} size
 * @param {Uint8Array} root
 */
export const checkpointText = (origin, size, root) => `${origin}\n${size}\n${Buffer.from(root).toString("base64")}\n`;

/**
 * The text by which an old key makes a new one its successor: what the log held then, and both keys.
 * @param {{ origin: string, size: number, from: NamedKey, to: NamedKey, at: string }} handover
 */
export const handoverText = ({ origin, size, from, to, at }) =>
  `${origin}/handover\n${size}\n${from.vkey}\n${to.vkey}\n${at}\n`;

/**
 * Reads a checkpoint of this form, signed or not.
 * @param {string} text
 * @returns {Checkpoint}
 */
export function readCheckpoint(text) {
  const note = readNote(text);
  const [origin, size, root, ...more] = note.lines;
  const bytes = Buffer.from(root ?? "", "base64");
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size ?? "") || bytes.length !== 32 || more.length > 0)
    throw new Unusable("A checkpoint cannot be read.");
  return { origin, size: Number(size), root: bytes, note };
}

// ── A passkey's signature (WebAuthn) ─────────────────────────────────────────────────────────────────────────────

/** @param {string | Uint8Array} value Base64url text, or the bytes themselves. */
const bytesOf = (value) => (typeof value === "string" ? Buffer.from(value, "base64url") : Buffer.from(value));

/**
 * Reads one value of CBOR, as far as COSE keys need it: integers, byte strings, texts and maps.
 * @param {Buffer} bytes
 * @param {number} at
 * @returns {{ value: unknown, end: number }}
 */
function readCbor(bytes, at) {
  const first = bytes.at(at);
  if (first === undefined) throw new Unusable("A key ends too early.");
  const major = first >> 5;
  const { value: count, end } = readCborCount(bytes, first & 31, at + 1);
  if (major === 0) return { value: count, end };
  if (major === 1) return { value: -1 - count, end };
  if (major === 2) return { value: bytes.subarray(end, end + count), end: end + count };
  if (major === 3) return { value: bytes.subarray(end, end + count).toString("utf8"), end: end + count };
  if (major === 5) return readCborMap(bytes, count, end);
  throw new Unusable("A key holds a kind of value that no key has.");
}

/**
 * @param {Buffer} bytes
 * @param {number} short
 * @param {number} at
 */
function readCborCount(bytes, short, at) {
  if (short < 24) return { value: short, end: at };
  if (short === 24) return { value: bytes.readUInt8(at), end: at + 1 };
  if (short === 25) return { value: bytes.readUInt16BE(at), end: at + 2 };
  if (short === 26) return { value: bytes.readUInt32BE(at), end: at + 4 };
  throw new Unusable("A key holds a length that no key has.");
}

/**
 * @param {Buffer} bytes
 * @param {number} count
 * @param {number} start
 */
function readCborMap(bytes, count, start) {
  /** @type {Map<unknown, unknown>} */
  const map = new Map();
  let at = start;
  for (let nth = 0; nth < count; nth += 1) {
    const key = readCbor(bytes, at);
    const value = readCbor(bytes, key.end);
    map.set(key.value, value.value);
    at = value.end;
  }
  return { value: map, end: at };
}

/** @typedef {{ key: import("node:crypto").KeyObject, digest: "sha256" | null }} PasskeyKey */

/**
 * The public key of a passkey: ES256, RS256 or EdDSA.
 * @param {Uint8Array} cose
 * @returns {PasskeyKey}
 */
function passkeyKey(cose) {
  const { value: map } = readCbor(Buffer.from(cose), 0);
  if (!(map instanceof Map)) throw new Unusable("A passkey's key is not a COSE key.");
  /** @param {number} label */
  const text = (label) => {
    const part = map.get(label);
    return Buffer.isBuffer(part) ? part.toString("base64url") : "";
  };
  const kind = `${map.get(1)} ${map.get(3)} ${typeof map.get(-1) === "number" ? map.get(-1) : ""}`.trim();
  if (kind === "2 -7 1") return jwkKey({ kty: "EC", crv: "P-256", x: text(-2), y: text(-3) }, "sha256");
  if (kind === "1 -8 6") return jwkKey({ kty: "OKP", crv: "Ed25519", x: text(-2) }, null);
  if (kind === "3 -257") return jwkKey({ kty: "RSA", n: text(-1), e: text(-2) }, "sha256");
  throw new Unusable("A passkey's key is of a kind that is not accepted.");
}

/**
 * @param {import("node:crypto").JsonWebKey} jwk
 * @param {"sha256" | null} digest
 * @returns {PasskeyKey}
 */
const jwkKey = (jwk, digest) => ({ key: createPublicKey({ key: jwk, format: "jwk" }), digest });

const userPresent = 0x01;
const userVerified = 0x04;

/**
 * Whether a passkey made this assertion for this challenge, with somebody present and verified. Says why where it did not.
 * @param {{ publicKeyCose: string | Uint8Array, clientDataJSON: string | Uint8Array, authenticatorData: string | Uint8Array, signature: string | Uint8Array, challenge: string | Uint8Array, origin?: string, rpId?: string }} assertion
 * @returns {{ ok: true, signCount: number } | { ok: false, why: string }}
 */
export function verifyAssertion({
  publicKeyCose,
  clientDataJSON,
  authenticatorData,
  signature,
  challenge,
  origin,
  rpId,
}) {
  try {
    const clientData = bytesOf(clientDataJSON);
    const said = recordOf(parseJson(clientData.toString("utf8")));
    const data = bytesOf(authenticatorData);
    const no = (/** @type {string} */ why) => ({ ok: /** @type {const} */ (false), why });
    if (said.type !== "webauthn.get") return no("it is not the answer to a request to sign");
    if (typeof said.challenge !== "string" || !same(bytesOf(said.challenge), bytesOf(challenge)))
      return no("it was made for another challenge");
    if (origin !== undefined && said.origin !== origin) return no("it was made for another site");
    if (data.length < 37) return no("its authenticator data is too short");
    if (rpId !== undefined && !same(data.subarray(0, 32), sha256(rpId))) return no("it was made for another site");
    const flags = data.readUInt8(32);
    if ((flags & userPresent) === 0) return no("nobody was present");
    if ((flags & userVerified) === 0) return no("the authenticator did not verify who was there");
    const { key, digest } = passkeyKey(bytesOf(publicKeyCose));
    const signed = Buffer.concat([data, sha256(clientData)]);
    if (!verifySignature(digest, signed, key, bytesOf(signature))) return no("its signature is not the passkey's");
    return { ok: true, signCount: data.readUInt32BE(33) };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? `it cannot be read: ${error.message}` : "it cannot be read" };
  }
}

// ── Reading what JSON says ───────────────────────────────────────────────────────────────────────────────────────

/**
 * @param {string} text
 * @returns {unknown}
 */
const parseJson = (text) => JSON.parse(text);

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
const recordOf = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : {};

/**
 * @param {unknown} value
 * @returns {string | null}
 */
const textOf = (value) => (typeof value === "string" ? value : null);

/**
 * JSON in the one spelling of RFC 8785, for values without fractions.
 * @param {unknown} value
 * @returns {string}
 */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}

/**
 * The challenge for an operation: whatever signs it signs the operation.
 * @param {unknown} derivation
 */
export const challengeOf = (derivation) => sha256(`holdfast/stepup/v1\0${canonical(derivation)}`);

// ── What the events must say of each other ───────────────────────────────────────────────────────────────────────

/** @typedef {{ action: string, outcome: string, ts: string, actor: { type: string, id: string }, target: { type: string, id: string }, detail: Record<string, unknown>, evidence: Record<string, unknown> | null, breakGlass: boolean, singleOperator: boolean }} AuditEvent */
/** @typedef {{ owner: string, publicKey: string, credentialId: string, removed: boolean }} Passkey */
/** @typedef {{ persons: string[], verdict: string, group: string }} Vote */
/** @typedef {{ id: string, submitters: Set<string>, revision: number, paramsHash: string, needed: { group: string, count: number }[], votes: Vote[], rejected: boolean, singleOperator: boolean }} Approval */
/** @typedef {{ approvalId: string, actor: string, paramsHash: string, seq: number, at: number, reviewers: Set<string>, flagged: boolean }} BreakGlass */

const submits = new Set(["restore.submit", "change.propose"]);
const carriesOut = new Set(["restore.dispatch.intent", "change.apply"]);
/** Events that say the key of a new factor. */
const enrols = new Set(["person.enroll", "person.seed", "factor.add", "factor.confirm"]);
/** Events that older versions wrote for a new factor without saying its key. */
const enrolledOnce = new Set(["person.enroll", "person.seed", "factor.confirm"]);
/** Events after which a factor proves nothing more. */
const ends = new Set(["factor.remove", "factor.reset", "factor.suspect"]);
const reviewWithinMs = 86_400_000;

/** Actions that the rules look at; of all other events only the hash matters. */
const watched = (/** @type {string} */ action) =>
  action.startsWith("approval.") ||
  action.startsWith("factor.") ||
  action.startsWith("person.") ||
  submits.has(action) ||
  carriesOut.has(action);

/**
 * @param {Record<string, unknown>} body
 * @returns {AuditEvent}
 */
function eventOf(body) {
  const actor = recordOf(body.actor);
  const target = recordOf(body.target);
  const detail = recordOf(body.detail);
  return {
    action: textOf(body.action) ?? "",
    outcome: textOf(body.outcome) ?? "",
    ts: textOf(body.ts) ?? "",
    actor: { type: textOf(actor.type) ?? "", id: textOf(actor.id) ?? "" },
    target: { type: textOf(target.type) ?? "", id: textOf(target.id) ?? "" },
    detail,
    evidence: body.evidence === undefined ? null : recordOf(body.evidence),
    breakGlass: body.breakGlass === true || detail.breakGlass === true,
    singleOperator: body.singleOperator === true || detail.singleOperator === true,
  };
}

/**
 * @param {unknown} needed
 * @returns {{ group: string, count: number }[]}
 */
const neededOf = (needed) =>
  (Array.isArray(needed) ? needed : []).map((one) => {
    const { group, count } = recordOf(one);
    return { group: textOf(group) ?? "", count: typeof count === "number" ? count : Number.POSITIVE_INFINITY };
  });

/** The rules of security.md 4.4, told event by event. What older versions wrote without the needed words is counted, not condemned. */
class Rulebook {
  /** @param {(check: string, message: string, seq: number | null) => void} complain */
  constructor(complain) {
    this.complain = complain;
    /** @type {Map<string, Approval>} */
    this.approvals = new Map();
    /** @type {Map<string, string>} */
    this.approvalOf = new Map();
    /** @type {Map<string, Passkey>} */
    this.passkeys = new Map();
    /** @type {Set<string>} */
    this.enrolledBefore = new Set();
    /** @type {BreakGlass[]} */
    this.breakGlass = [];
    /** @type {Set<string>} */
    this.older = new Set();
    this.speaksFully = false;
    this.tellsKeys = false;
    this.counts = { carriedOut: 0, votes: 0, passkeyVotes: 0, codeVotes: 0, unproven: 0, uncheckable: 0, alone: 0 };
  }

  /**
   * @param {AuditEvent} event
   * @param {number} seq
   */
  take(event, seq) {
    if (event.outcome !== "success") return;
    const { action } = event;
    if (action.startsWith("factor.") || action.startsWith("person.")) this.takeFactor(event);
    else if (submits.has(action)) this.takeSubmission(event, seq);
    else if (action === "approval.vote") this.takeVote(event, seq);
    else if (action === "approval.withdraw") this.takeWithdrawal(event);
    else if (action === "approval.break_glass") this.takeBreakGlass(event, seq);
    else if (action === "approval.review") this.takeReview(event, seq);
    else if (carriesOut.has(action)) this.takeDeed(event, seq);
  }

  /** @param {AuditEvent} event */
  takeFactor({ action, actor, target, detail }) {
    const owner = target.type === "user" ? target.id : actor.id;
    const factor = recordOf(detail.factor);
    const id = textOf(factor.id) ?? (target.type === "factor" ? target.id : "");
    const publicKey = textOf(factor.publicKey);
    if (ends.has(action)) {
      const known = this.passkeys.get(id);
      if (known) known.removed = true;
    } else if (publicKey && enrols.has(action)) {
      this.tellsKeys = true;
      if (!this.passkeys.has(id))
        this.passkeys.set(id, { owner, publicKey, credentialId: textOf(factor.credentialId) ?? "", removed: false });
    } else if (enrolledOnce.has(action) && detail.factor === undefined && detail.kind !== "totp" && !this.tellsKeys)
      this.enrolledBefore.add(owner);
  }

  /**
   * @param {AuditEvent} event
   * @param {number} seq
   */
  takeSubmission({ actor, target, detail, singleOperator }, seq) {
    const id = textOf(detail.approvalId);
    const paramsHash = textOf(detail.paramsHash);
    const key = `${target.type}:${target.id}`;
    if (!id || !paramsHash || typeof detail.revision !== "number" || !Array.isArray(detail.needed)) {
      if (this.speaksFully) this.complain("approvals", "A request does not say which votes it needs.", seq);
      this.older.add(key);
      return;
    }
    this.speaksFully = true;
    this.older.delete(key);
    this.approvalOf.set(key, id);
    const before = this.approvals.get(id);
    this.approvals.set(id, {
      id,
      submitters: new Set([...(before?.submitters ?? []), actor.id]),
      revision: detail.revision,
      paramsHash,
      needed: neededOf(detail.needed),
      votes: [],
      rejected: false,
      singleOperator,
    });
  }

  /**
   * @param {AuditEvent} event
   * @param {number} seq
   */
  takeVote(event, seq) {
    const { actor, target, detail } = event;
    const approval = this.approvals.get(target.id);
    if (!approval) {
      if (this.speaksFully) this.complain("approvals", "A vote is about a request that is not in the log.", seq);
      else this.counts.uncheckable += 1;
      return;
    }
    this.counts.votes += 1;
    const persons = [actor.id, ...[textOf(detail.onBehalfOf) ?? []].flat()];
    const faults = [...this.faultsOfVote(approval, event, persons), ...this.faultsOfProof(event, approval)];
    for (const fault of faults) this.complain("approvals", fault, seq);
    if (faults.length > 0) return;
    if (approval.submitters.has(actor.id)) this.counts.alone += 1;
    approval.votes.push({ persons, verdict: textOf(detail.verdict) ?? "", group: textOf(detail.group) ?? "" });
    if (detail.state === "rejected") approval.rejected = true;
  }

  /**
   * @param {Approval} approval
   * @param {AuditEvent} event
   * @param {readonly string[]} persons
   * @returns {string[]}
   */
  faultsOfVote(approval, { detail, actor }, persons) {
    const own = persons.some((person) => approval.submitters.has(person));
    const again = approval.votes.some((vote) => vote.persons.some((person) => persons.includes(person)));
    return [
      ...(actor.type === "user" ? [] : ["A vote was not cast by a person."]),
      ...(own && !approval.singleOperator ? ["Somebody voted on a request that they made or edited."] : []),
      ...(again ? ["One person counts twice in the votes on one wording."] : []),
      ...(detail.revision === approval.revision
        ? []
        : ["A vote is about another revision than the one that was asked."]),
      ...(detail.paramsHash === approval.paramsHash
        ? []
        : ["A vote is about another wording than the one that was asked."]),
    ];
  }

  /**
   * A code leaves nothing to verify; a passkey's assertion must be one of its owner's key for exactly this vote.
   * @param {AuditEvent} event
   * @param {Approval} approval
   * @returns {string[]}
   */
  faultsOfProof({ evidence, actor, detail, target }, approval) {
    const assertion = recordOf(evidence?.assertion);
    const kind = textOf(evidence?.kind);
    if (kind === "totp") {
      this.counts.codeVotes += 1;
      return [];
    }
    if (kind !== "passkey") return ["A vote carries no proof that its voter was present."];
    this.counts.passkeyVotes += 1;
    const passkey = this.passkeys.get(textOf(evidence?.factorId) ?? "");
    if (!passkey && this.enrolledBefore.has(actor.id)) {
      this.counts.unproven += 1;
      return [];
    }
    if (!passkey) return ["A vote is signed by a passkey that nobody enrolled."];
    const derivation = recordOf(assertion.challenge);
    const subject = Array.isArray(derivation.subject) ? derivation.subject : [];
    const bound =
      derivation.op === `approval.${textOf(detail.verdict)}` &&
      subject[0] === "approval" &&
      subject[1] === target.id &&
      derivation.revision === approval.revision &&
      derivation.params_hash === approval.paramsHash &&
      derivation.user === actor.id;
    const proof = verifyAssertion({
      publicKeyCose: passkey.publicKey,
      clientDataJSON: textOf(assertion.clientDataJSON) ?? "",
      authenticatorData: textOf(assertion.authenticatorData) ?? "",
      signature: textOf(assertion.signature) ?? "",
      challenge: challengeOf(derivation),
    });
    return [
      ...(passkey.owner === actor.id ? [] : ["A vote is signed by somebody else's passkey."]),
      ...(passkey.removed ? ["A vote is signed by a passkey that had been removed or was under suspicion."] : []),
      ...(bound ? [] : ["A vote's proof of presence was given for another operation."]),
      ...(proof.ok ? [] : [`A vote's proof of presence does not hold: ${proof.why}.`]),
    ];
  }

  /** @param {AuditEvent} event */
  takeWithdrawal({ actor, target }) {
    const approval = this.approvals.get(target.id);
    if (approval) approval.votes = approval.votes.filter(({ persons }) => persons[0] !== actor.id);
  }

  /**
   * @param {AuditEvent} event
   * @param {number} seq
   */
  takeBreakGlass({ actor, target, detail, ts }, seq) {
    this.breakGlass.push({
      approvalId: target.id,
      actor: actor.id,
      paramsHash: textOf(detail.paramsHash) ?? "",
      seq,
      at: Date.parse(ts),
      reviewers: new Set(),
      flagged: false,
    });
  }

  /**
   * @param {AuditEvent} event
   * @param {number} seq
   */
  takeReview({ actor, target, detail }, seq) {
    for (const used of this.breakGlass) {
      if (used.approvalId !== target.id) continue;
      if (used.actor === actor.id) this.complain("approvals", "Somebody reviewed their own use of break-glass.", seq);
      else {
        used.reviewers.add(actor.id);
        used.flagged ||= detail.outcome === "flagged";
      }
    }
  }

  /**
   * @param {AuditEvent} event
   * @param {number} seq
   */
  takeDeed({ action, target, detail, breakGlass }, seq) {
    const key = `${target.type}:${target.id}`;
    const approval = this.approvals.get(this.approvalOf.get(key) ?? "");
    this.counts.carriedOut += 1;
    if (!approval || this.older.has(key)) {
      if (!this.speaksFully || this.older.has(key)) this.counts.uncheckable += 1;
      else this.complain("approvals", `${deedWords(action)} that nobody had asked for.`, seq);
      return;
    }
    if (detail.paramsHash !== approval.paramsHash)
      this.complain("approvals", `${deedWords(action)} in another wording than the one that was asked.`, seq);
    else if (breakGlass) this.demandBreakGlass(approval, action, seq);
    else if (!isAgreed(approval)) this.complain("approvals", `${deedWords(action)} without the votes it needs.`, seq);
  }

  /**
   * @param {Approval} approval
   * @param {string} action
   * @param {number} seq
   */
  demandBreakGlass({ id, paramsHash }, action, seq) {
    if (!this.breakGlass.some((used) => used.approvalId === id && used.paramsHash === paramsHash))
      this.complain("approvals", `${deedWords(action)} by a break-glass that nobody declared.`, seq);
  }

  /**
   * What is overdue at the end of the log.
   * @param {number} atMs
   */
  finish(atMs) {
    for (const { reviewers, flagged, at, seq } of this.breakGlass) {
      const reviewed = flagged || reviewers.size >= 2;
      if (!reviewed && !(atMs - at <= reviewWithinMs))
        this.complain("approvals", "A use of break-glass was not reviewed by two people within 24 hours.", seq);
    }
  }
}

/** @param {string} action */
const deedWords = (action) => (action === "change.apply" ? "A change was applied" : "A restore was sent");

/**
 * Enough different people of every group, and no refusal.
 * @param {Approval} approval
 */
const isAgreed = ({ needed, votes, rejected }) =>
  !rejected &&
  needed.every(
    ({ group, count }) => votes.filter((vote) => vote.verdict === "approve" && vote.group === group).length >= count,
  );

// ── The log as a whole ───────────────────────────────────────────────────────────────────────────────────────────

/**
 * The chain of keys from the first to the newest: each made the next its successor, and the next agreed.
 * @param {readonly KeyEntry[]} entries
 * @param {(check: string, message: string, seq: number | null) => void} complain
 * @returns {TrustedKey[]}
 */
function chainOf(entries, complain) {
  /** @type {TrustedKey[]} */
  const chain = [];
  for (const { vkey, handover } of entries) {
    const key = readVerifierKey(vkey);
    const last = chain.at(-1);
    if (!last) {
      chain.push({ ...key, fromSize: 0 });
      continue;
    }
    const note = readNote(handover ?? "");
    const [place, size, from, to] = note.lines;
    const said =
      place === `${key.name}/handover` && from === last.vkey && to === key.vkey && /^\d{1,15}$/.test(size ?? "");
    if (!said || !isSignedBy(note, last) || !isSignedBy(note, key) || Number(size) < last.fromSize)
      complain("keys", `The key ${key.keyId} was not made the successor of ${last.keyId} by that key.`, null);
    else chain.push({ ...key, fromSize: Number(size) });
  }
  return chain;
}

/** Checks one log, streaming. */
class Verification {
  /**
   * @param {SealedLog} log
   * @param {VerifyOptions} options
   */
  constructor(log, options) {
    this.log = log;
    this.options = options;
    /** @type {Finding[]} */
    this.findings = [];
    /** @type {string[]} */
    this.notes = [];
    this.missed = 0;
    /** @type {string | null} */
    this.origin = null;
    this.range = emptyRange;
    this.checkpoints = 0;
    this.signed = 0;
    /** @type {NamedKey | null} */
    this.headKey = null;
    this.goodSize = 0;
    this.headSize = 0;
    this.due = 0;
    this.treeHolds = true;
    this.lastBody = /** @type {Uint8Array | null} */ (null);
    /** @type {Map<number, Uint8Array>} */
    this.rootAt = new Map();
    this.complain = this.complain.bind(this);
    this.rules = new Rulebook(this.complain);
    this.chain = chainOf(log.keys, this.complain);
  }

  /**
   * @param {string} check
   * @param {string} message
   * @param {number | null} from
   * @param {number | null} [to]
   */
  complain(check, message, from, to = from) {
    if (this.findings.length < findingsMost) this.findings.push({ check, message, from, to });
    else this.missed += 1;
  }

  /** @returns {Promise<Report>} */
  async run() {
    const anchors = this.readAnchors();
    const wanted = new Set([
      ...anchors.map(({ size }) => size),
      ...(this.options.earlier ?? []).map(({ size }) => size),
    ]);
    const heads = iteratorOf(this.log.checkpoints);
    let head = await this.nextHead(heads, 0);
    for await (const event of this.log.events) {
      this.takeEvent(event);
      const { size } = this.range;
      if (wanted.has(size)) this.rootAt.set(size, rootOf(this.range));
      while (head && head.size <= size) {
        this.judgeHead(head);
        head = await this.nextHead(heads, head.size);
      }
      if (size % 10_000 === 0) this.options.progress?.(size);
    }
    this.judgeEnd(head);
    this.compareEarlier();
    this.compareAnchors(anchors);
    this.finishRules();
    return this.report(anchors.length);
  }

  /**
   * @param {AsyncIterator<SealedHead> | Iterator<SealedHead>} heads
   * @param {number} before
   * @returns {Promise<Checkpoint | null>}
   */
  async nextHead(heads, before) {
    const { value, done } = await heads.next();
    if (done) return null;
    this.checkpoints += 1;
    try {
      const head = readCheckpoint(value.note);
      const asKept =
        (value.size === undefined || value.size === head.size) &&
        (value.root === undefined || same(value.root, head.root));
      if (!asKept) this.complain("tree", "A checkpoint's note is not about the head it is kept with.", head.size - 1);
      if (head.size > before) return head;
      this.complain("order", `A checkpoint of ${head.size} events follows one of ${before}.`, head.size);
    } catch (error) {
      this.complain("signatures", error instanceof Error ? error.message : "A checkpoint cannot be read.", before);
    }
    return this.nextHead(heads, before);
  }

  /** @param {SealedEvent} event */
  takeEvent({ seq, leaf, body }) {
    if (seq > this.due) this.complain("sequence", `Event ${this.due} is missing.`, this.due, seq - 1);
    else if (seq < this.due) this.complain("sequence", `Event ${seq} stands where event ${this.due} belongs.`, seq);
    this.due = seq + 1;
    if (!same(leafHash(body), leaf)) this.complain("leaves", "An event is not the text that was hashed.", seq);
    this.range = append(this.range, [leaf]);
    this.lastBody = body;
    const event = watchedEvent(body);
    if (event) this.rules.take(event, seq);
  }

  /** @param {Checkpoint} head */
  judgeHead(head) {
    if (this.origin !== null && head.origin !== this.origin)
      this.complain("signatures", `A checkpoint is of another log, ${head.origin}.`, this.goodSize, head.size - 1);
    this.origin ??= head.origin;
    if (head.size === this.range.size && this.treeHolds) {
      if (same(head.root, rootOf(this.range))) this.goodSize = head.size;
      else {
        this.treeHolds = false;
        this.complain(
          "tree",
          "From here the events do not make the root of their checkpoint.",
          this.goodSize,
          head.size - 1,
        );
      }
    }
    this.judgeSignature(head);
  }

  /** @param {Checkpoint} head */
  judgeSignature(head) {
    const place = /** @type {const} */ ([this.headSize, head.size - 1]);
    this.headSize = head.size;
    if (head.note.signatures.length === 0) {
      if (this.signed > 0) this.complain("signatures", "A checkpoint after signed ones is not signed.", ...place);
      this.headKey = null;
      return;
    }
    this.signed += 1;
    const due = this.chain.findLast(({ fromSize }) => fromSize < head.size);
    this.headKey = due && isSignedBy(head.note, due) ? due : null;
    if (this.headKey) return;
    const other = this.chain.find((key) => isSignedBy(head.note, key));
    this.complain(
      "signatures",
      other
        ? `The checkpoint of ${head.size} events is signed by ${other.keyId}, which was not the key of its time.`
        : `The checkpoint of ${head.size} events is not signed by a key of this log.`,
      ...place,
    );
  }

  /** @param {Checkpoint | null} head The first checkpoint that the events did not reach. */
  judgeEnd(head) {
    const { size } = this.range;
    if (head && this.due < head.size)
      this.complain(
        "sequence",
        `The log ends after ${size} events, and a checkpoint is of ${head.size}.`,
        size,
        head.size - 1,
      );
    else if (this.treeHolds && this.goodSize < size)
      this.complain("tree", "The last events are under no checkpoint.", this.goodSize, size - 1);
    if (this.signed === 0)
      this.complain("signatures", "No checkpoint is signed: nothing binds this log to a key.", null);
    this.judgePinned();
  }

  judgePinned() {
    const { pinned } = this.options;
    if (!pinned) return;
    const nth = this.chain.findIndex((key) => same(key.publicKey, pinned.publicKey));
    const head = this.chain.findIndex((key) => key.keyId === this.headKey?.keyId);
    if (nth < 0) this.complain("keys", "The key that you trust is not among this log's keys.", null);
    else if (this.headKey && head < nth)
      this.complain("keys", "The newest checkpoint is signed by a key from before the one that you trust.", null);
  }

  compareEarlier() {
    for (const { what, size, root, origin } of this.options.earlier ?? []) {
      if (this.origin !== null && origin !== this.origin)
        this.complain("earlier", `${what} is of another log, ${origin}.`, null);
      else this.compareRoot("earlier", what, size, root);
    }
  }

  /** @param {readonly AnchoredHead[]} anchors */
  compareAnchors(anchors) {
    for (const anchor of anchors) {
      const { size, root, kind, target, origin } = anchor;
      const what = `The anchor at ${kind} ${target}`;
      if (!this.chain.some((key) => isSignedBy(anchor.note, key)))
        this.complain("anchors", `${what} is not signed by a key of this log.`, null);
      if (this.origin !== null && origin !== this.origin) this.complain("anchors", `${what} is of another log.`, null);
      else this.compareRoot("anchors", what, size, root);
    }
  }

  /**
   * @param {string} check
   * @param {string} what
   * @param {number} size
   * @param {Buffer} root
   */
  compareRoot(check, what, size, root) {
    if (size === 0) return;
    const now = this.rootAt.get(size);
    if (!now)
      this.complain(
        check,
        `${what} is of ${size} events, and this log ends after ${this.range.size}.`,
        this.range.size,
        size - 1,
      );
    else if (!same(now, root))
      this.complain(check, `${what} has another root for the first ${size} events.`, 0, size - 1);
  }

  /** @returns {AnchoredHead[]} */
  readAnchors() {
    return [...this.log.anchors, ...(this.options.outside ?? [])].flatMap((anchor) => {
      try {
        return [{ ...readCheckpoint(anchor.note), kind: anchor.kind, target: anchor.target }];
      } catch {
        this.complain("anchors", `The anchor at ${anchor.kind} ${anchor.target} cannot be read.`, null);
        return [];
      }
    });
  }

  finishRules() {
    const told = [
      Date.parse(this.lastEventAt() ?? ""),
      Date.parse(this.log.exportedAt ?? ""),
      this.options.now?.getTime() ?? 0,
    ];
    this.rules.finish(Math.max(...told.filter((at) => !Number.isNaN(at))));
    const { codeVotes, unproven, uncheckable, alone } = this.rules.counts;
    const say = (/** @type {number} */ n, /** @type {string} */ one, /** @type {string} */ what) =>
      n > 0 && this.notes.push(`${plural(n, one)} ${what}`);
    say(codeVotes, "vote", "by one-time code, which leaves nothing to verify offline.");
    say(unproven, "vote", "with a passkey enrolled before keys were written into the log.");
    say(uncheckable, "event", "of an older version, which did not say enough to check its approval.");
    say(alone, "vote", "by the requester, in single-operator mode.");
    say(this.missed, "further finding", "left out.");
    if (!this.options.pinned) this.notes.push("No key was pinned: compare the key's id with one you know.");
    if (this.log.anchors.length + (this.options.outside?.length ?? 0) === 0) this.notes.push("Not anchored outside.");
  }

  lastEventAt() {
    return this.lastBody ? (textOf(bodyOf(this.lastBody)?.ts) ?? null) : null;
  }

  /**
   * @param {number} anchors
   * @returns {Report}
   */
  report(anchors) {
    const { size } = this.range;
    const { counts } = this.rules;
    const earlier = (this.options.earlier ?? []).length;
    const says = {
      sequence: `${plural(size, "event")} in one row`,
      leaves: `${plural(size, "text")} hashed anew`,
      order: `${plural(this.checkpoints, "checkpoint")}, each larger than the last`,
      tree: `${plural(this.checkpoints, "root")} made anew from the events`,
      signatures: `${this.signed} of ${plural(this.checkpoints, "checkpoint")} signed`,
      keys: this.chain.length === 1 ? "one key from the beginning" : `${this.chain.length} keys, one after another`,
      earlier: earlier === 0 ? "nothing earlier to compare with" : `${plural(earlier, "earlier head")} compared`,
      anchors: anchors === 0 ? "not anchored outside" : `${plural(anchors, "anchor")} compared`,
      approvals: `${counts.carriedOut} carried out, ${plural(counts.votes, "vote")}, ${counts.passkeyVotes} by passkey`,
    };
    const faulty = (/** @type {string} */ name) => this.findings.filter(({ check }) => check === name);
    return {
      verdict: this.findings.length === 0 ? "ok" : "broken",
      origin: this.origin,
      size,
      rootHex: hex(rootOf(this.range)),
      checkpoints: this.checkpoints,
      signed: this.signed,
      key: this.headKey && {
        id: this.headKey.keyId,
        vkey: this.headKey.vkey,
        pinned: this.options.pinned ? (this.options.pinnedBy ?? "given") : null,
      },
      anchors,
      lastEventAt: this.lastEventAt(),
      checks: Object.entries(says).map(([name, fine]) => ({
        name,
        ok: faulty(name).length === 0,
        says: faulty(name)[0]?.message ?? fine,
      })),
      findings: this.findings,
      notes: this.notes,
    };
  }
}

/**
 * @template Value
 * @param {AsyncIterable<Value> | Iterable<Value>} values
 */
const iteratorOf = (values) =>
  Symbol.asyncIterator in values ? values[Symbol.asyncIterator]() : values[Symbol.iterator]();

/**
 * @param {Uint8Array} body
 * @returns {Record<string, unknown> | null}
 */
function bodyOf(body) {
  try {
    return recordOf(parseJson(Buffer.from(body).toString("utf8")));
  } catch {
    return null;
  }
}

const plainStart = Buffer.from('{"action":"');

/**
 * The event, where the rules look at it. A canonical body begins with its action, so most need not be read whole.
 * @param {Uint8Array} body
 */
function watchedEvent(body) {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.subarray(0, plainStart.length).equals(plainStart)) {
    const end = bytes.indexOf(0x22, plainStart.length);
    if (!watched(bytes.subarray(plainStart.length, end).toString("latin1"))) return null;
  }
  const read = bodyOf(body);
  const event = read && eventOf(read);
  return event && watched(event.action) ? event : null;
}

/**
 * Checks a sealed log from its first event to its head: sequence, hashes, tree, signatures, keys, anchors, and the rules
 * that its events must keep. Streams, so that its memory does not grow with the log.
 * @param {SealedLog} log
 * @param {VerifyOptions} [options]
 * @returns {Promise<Report>}
 */
export const verifyLog = (log, options = {}) => new Verification(log, options).run();

// ── The bundle: a plain tar of five files ────────────────────────────────────────────────────────────────────────

/** What a bundle holds, in this order. */
export const bundleFiles = /** @type {const} */ ([
  "pubkeys.json",
  "checkpoints.txt",
  "anchors.json",
  "events.ndjson",
  "manifest.json",
]);

const block = 512;

/**
 * The head of one file in a tar.
 * @param {string} name
 * @param {number} sizeBytes
 * @param {Date} at
 */
export function tarHead(name, sizeBytes, at) {
  if (sizeBytes >= 8 ** 11) throw new Unusable("A bundle's files are smaller than 8 GiB.");
  const head = Buffer.alloc(block);
  const octal = (/** @type {number} */ value, /** @type {number} */ digits) =>
    `${value.toString(8).padStart(digits, "0")}\0`;
  head.write(name, 0);
  head.write(octal(0o644, 7), 100);
  head.write(octal(0, 7), 108);
  head.write(octal(0, 7), 116);
  head.write(octal(sizeBytes, 11), 124);
  head.write(octal(Math.floor(at.getTime() / 1_000), 11), 136);
  head.write("        0", 148);
  head.write("ustar\x0000", 257);
  head.write(
    `${octal(
      head.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
  );
  return head;
}

/**
 * What fills a tar's file up to its block.
 * @param {number} sizeBytes
 */
export const tarFill = (sizeBytes) => Buffer.alloc((block - (sizeBytes % block)) % block);

/** What ends a tar. */
export const tarEnd = Buffer.alloc(2 * block);

const linePattern = /^\{"seq":(0|[1-9]\d{0,15}),"leaf":"([0-9a-f]{64})","body":$/;

/**
 * One event's line of a bundle: valid JSON around the exact text that was hashed.
 * @param {number} seq
 * @param {Uint8Array} leaf
 * @param {string} body
 */
export const eventLine = (seq, leaf, body) => `{"seq":${seq},"leaf":"${hex(leaf)}","body":${body}}\n`;

/** How many bytes a line has beside its body and its number. */
export const eventLineBytes = eventLine(0, Buffer.alloc(32), "").length - 1;

const bodyMark = Buffer.from('"body":');

/**
 * @param {Buffer} line
 * @returns {SealedEvent}
 */
function readEventLine(line) {
  const start = line.indexOf(bodyMark) + bodyMark.length;
  const [, seq, leaf] = linePattern.exec(line.subarray(0, start).toString("latin1")) ?? [];
  if (seq === undefined || leaf === undefined || line.at(-1) !== 0x7d)
    throw new Unusable("A line of events.ndjson cannot be read.");
  return { seq: Number(seq), leaf: Buffer.from(leaf, "hex"), body: line.subarray(start, -1) };
}

const chunkBytes = 1 << 20;
const lineMostBytes = 16 << 20;

/**
 * Reads a stretch of a file, piece by piece.
 * @param {number} file
 * @param {{ offset: number, sizeBytes: number }} place
 */
function* piecesOf(file, { offset, sizeBytes }) {
  for (let done = 0; done < sizeBytes; ) {
    const piece = Buffer.alloc(Math.min(chunkBytes, sizeBytes - done));
    const count = fs.readSync(file, piece, 0, piece.length, offset + done);
    if (count === 0) throw new Unusable("The bundle ends in the middle of a file.");
    yield piece.subarray(0, count);
    done += count;
  }
}

/**
 * @param {Iterable<Buffer>} pieces
 */
function* linesOf(pieces) {
  /** @type {Buffer} */
  let rest = Buffer.alloc(0);
  for (const piece of pieces) {
    const text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, start)) {
      yield text.subarray(start, end);
      start = end + 1;
    }
    rest = text.subarray(start);
    if (rest.length > lineMostBytes) throw new Unusable("A line of the bundle is too long.");
  }
  if (rest.length > 0) yield rest;
}

/**
 * Notes one after another: three lines, an empty one, signature lines, an empty one.
 * @param {Iterable<Buffer>} lines
 * @returns {Generator<SealedHead>}
 */
function* notesOf(lines) {
  let note = "";
  let empties = 0;
  for (const line of lines) {
    const text = line.toString("utf8");
    empties += text === "" ? 1 : 0;
    if (empties < 2) note += `${text}\n`;
    if (empties === 2) {
      yield { note };
      note = "";
      empties = 0;
    }
  }
  if (note !== "") yield { note };
}

/**
 * One note as it stands among others.
 * @param {string} note
 */
export const noteInFile = (note) => (note.includes("\n\n") ? `${note}\n` : `${note}\n\n`);

/**
 * Where each file of a tar lies.
 * @param {number} file
 */
function tarPlaces(file) {
  const total = fs.fstatSync(file).size;
  /** @type {Map<string, { offset: number, sizeBytes: number }>} */
  const places = new Map();
  const head = Buffer.alloc(block);
  for (let at = 0; at + block <= total; ) {
    fs.readSync(file, head, 0, block, at);
    if (head.every((byte) => byte === 0)) break;
    if (head.toString("latin1", 257, 262) !== "ustar")
      throw new Unusable("This is not a bundle: it is no tar archive.");
    const name = head.toString("utf8", 0, 100).replace(/\0.*$/s, "");
    const sizeBytes = Number.parseInt(head.toString("latin1", 124, 135), 8);
    if (!Number.isSafeInteger(sizeBytes) || at + block + sizeBytes > total)
      throw new Unusable("The bundle is cut off.");
    if (places.has(name)) throw new Unusable(`The bundle holds ${name} twice.`);
    places.set(name, { offset: at + block, sizeBytes });
    at += block + sizeBytes + tarFill(sizeBytes).length;
  }
  return places;
}

/**
 * @param {Iterable<Buffer>} pieces
 */
const hashOf = (pieces) => {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
};

/**
 * @param {unknown} value
 * @returns {KeyEntry[]}
 */
export const keyEntries = (value) =>
  listOf(value).map((entry) => ({ vkey: textOf(entry.vkey) ?? "", handover: textOf(entry.handover) }));

/**
 * @param {unknown} value
 * @returns {Anchor[]}
 */
export const anchorEntries = (value) =>
  listOf(value).map((entry) => ({
    kind: textOf(entry.kind) ?? "outside",
    target: textOf(entry.target) ?? "",
    note: textOf(entry.note) ?? textOf(recordOf(entry.receipt).note) ?? "",
  }));

/** @param {unknown} value */
function listOf(value) {
  if (!Array.isArray(value)) throw new Unusable("A list was expected.");
  return value.map(recordOf);
}

/**
 * Opens a bundle. Its files are checked against its manifest, and then read piece by piece.
 * @param {string} place
 */
export function openBundle(place) {
  const file = openFile(place);
  const places = tarPlaces(file);
  const at = (/** @type {string} */ name) => {
    const found = places.get(name);
    if (!found) throw new Unusable(`The bundle has no ${name}.`);
    return found;
  };
  const pieces = (/** @type {string} */ name) => piecesOf(file, at(name));
  const json = (/** @type {string} */ name) => readJson(Buffer.concat([...pieces(name)]).toString("utf8"), name);
  const manifest = recordOf(json("manifest.json"));
  const listed = recordOf(manifest.files);
  /** @type {Finding[]} */
  const findings = [];
  for (const name of bundleFiles) {
    if (name === "manifest.json") continue;
    if (hashOf(pieces(name)) !== listed[name])
      findings.push({
        check: "manifest",
        message: `${name} is not the file that the manifest names.`,
        from: null,
        to: null,
      });
  }
  return {
    findings,
    exportedAt: textOf(manifest.exportedAt),
    log: {
      keys: keyEntries(json("pubkeys.json")),
      anchors: anchorEntries(json("anchors.json")),
      checkpoints: notesOf(linesOf(pieces("checkpoints.txt"))),
      events: eventsOf(linesOf(pieces("events.ndjson"))),
      exportedAt: textOf(manifest.exportedAt),
    },
    close: () => fs.closeSync(file),
  };
}

/** @param {Iterable<Buffer>} lines */
function* eventsOf(lines) {
  for (const line of lines) yield readEventLine(line);
}

/** @param {string} place */
function openFile(place) {
  try {
    return fs.openSync(place, "r");
  } catch {
    throw new Unusable(`${place} cannot be opened.`);
  }
}

/** @param {string} place */
function readFile(place) {
  try {
    return fs.readFileSync(place, "utf8");
  } catch {
    throw new Unusable(`${place} cannot be read.`);
  }
}

/**
 * @param {string} text
 * @param {string} what
 */
function readJson(text, what) {
  try {
    return parseJson(text);
  } catch {
    throw new Unusable(`${what} is not JSON.`);
  }
}

// ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────

const usage = `Usage: node holdfast-audit-verify.mjs --bundle FILE [options]

  --pubkey FILE    the key that you trust: a PEM public key, or a verifier key (name+id+base64)
  --since FILE     a checkpoint that you kept: it must be a beginning of this log
  --anchor FILE    what an anchor kept: receipts as JSON, or signed notes one after another
  --witness FILE   where the last verified head of each log is remembered (.holdfast-audit-witness.json at home)
  --no-witness     remembers nothing and compares with nothing remembered
  --json           the report as JSON

Exit 0: all holds. 1: tampered with, or a rule is broken. 2: the input cannot be used.`;

/**
 * The key somebody trusts, under the name it has in this log.
 * @param {string} text
 * @param {readonly KeyEntry[]} keys
 */
function pinnedKey(text, keys) {
  if (!text.includes("-----BEGIN")) return readVerifierKey(text);
  const name = /^[^+]+/.exec(keys[0]?.vkey ?? "")?.[0] ?? "unnamed";
  return namedKey(name, rawKeyOf(text));
}

/**
 * @param {string} text
 * @returns {Anchor[]}
 */
function readReceipts(text) {
  const start = text.trimStart();
  if (start.startsWith("[")) return anchorEntries(readJson(text, "The receipts"));
  if (start.startsWith("{"))
    return anchorEntries(text.split("\n").flatMap((line) => (line.trim() ? [readJson(line, "A receipt")] : [])));
  return [...notesOf(linesOf([Buffer.from(text)]))].map(({ note }) => ({ kind: "file", target: "given", note }));
}

/**
 * @param {string} place
 * @returns {Record<string, unknown>}
 */
const readWitness = (place) => (fs.existsSync(place) ? recordOf(readJson(readFile(place), place)) : {});

/**
 * @param {Record<string, unknown>} kept
 * @param {string} origin
 * @returns {Remembered | null}
 */
function rememberedOf(kept, origin) {
  const { size, root, vkey, at } = recordOf(kept[origin]);
  if (typeof size !== "number" || typeof root !== "string" || typeof vkey !== "string") return null;
  return { origin, size, root, vkey, at: textOf(at) ?? "" };
}

/** @typedef {{ bundle: string, pubkey?: string | undefined, since?: string | undefined, anchor?: string | undefined, witness?: string | null, now?: Date }} Asked */

/**
 * What the log is compared with: a key, earlier heads, receipts from outside.
 * @param {Asked} asked
 * @param {readonly KeyEntry[]} keys
 * @param {Remembered | null} remembered
 * @returns {VerifyOptions}
 */
function comparedWith({ pubkey, since, anchor, now }, keys, remembered) {
  const earlier =
    since === undefined ? [] : [{ what: "The checkpoint that you kept", ...readCheckpoint(readFile(since)) }];
  if (remembered) {
    const what = `What was verified on ${remembered.at.slice(0, 10)}`;
    earlier.push({ ...remembered, what, root: Buffer.from(remembered.root, "hex"), note: readNote("") });
  }
  const given = pubkey === undefined ? undefined : pinnedKey(readFile(pubkey), keys);
  const pinned = given ?? (remembered ? readVerifierKey(remembered.vkey) : undefined);
  return {
    earlier,
    outside: anchor === undefined ? [] : readReceipts(readFile(anchor)),
    ...(pinned ? { pinned, pinnedBy: given ? "given" : "remembered" } : {}),
    ...(now ? { now } : {}),
  };
}

/**
 * Verifies a bundle as the command does.
 * @param {Asked} asked
 * @returns {Promise<Report>}
 */
export async function verifyBundle(asked) {
  const { bundle, witness = null } = asked;
  const { log, findings, close } = openBundle(bundle);
  try {
    const kept = witness === null ? {} : readWitness(witness);
    const remembered = rememberedOf(kept, /^[^+]+/.exec(log.keys[0]?.vkey ?? "")?.[0] ?? "");
    const report = withManifest(await verifyLog(log, comparedWith(asked, log.keys, remembered)), findings);
    if (witness !== null && report.verdict === "ok" && report.key && report.size >= (remembered?.size ?? 0))
      remember(witness, kept, report, report.key.vkey);
    return report;
  } finally {
    close();
  }
}

/**
 * @param {Report} report
 * @param {readonly Finding[]} findings
 * @returns {Report}
 */
const withManifest = (report, findings) => ({
  ...report,
  verdict: findings.length > 0 ? "broken" : report.verdict,
  checks: [
    {
      name: "manifest",
      ok: findings.length === 0,
      says: findings[0]?.message ?? "every file is the one that was exported",
    },
    ...report.checks,
  ],
  findings: [...findings, ...report.findings],
});

/**
 * @param {string} place
 * @param {Record<string, unknown>} kept
 * @param {Report} report
 * @param {string} vkey
 */
function remember(place, kept, { origin, size, rootHex }, vkey) {
  const at = new Date().toISOString();
  const head = { size, root: rootHex, vkey, at };
  fs.writeFileSync(place, `${JSON.stringify({ ...kept, [origin ?? ""]: head }, null, 2)}\n`, { mode: 0o600 });
}

/** @param {Finding} finding */
const placeWords = ({ from, to }) =>
  from === null ? "" : from === to || to === null ? ` (event ${from})` : ` (events ${from} to ${to})`;

/**
 * A report for people.
 * @param {Report} report
 */
export function reportText({ verdict, origin, size, rootHex, key, lastEventAt, checks, findings, notes }) {
  return [
    `Audit log ${origin ?? "without a name"}`,
    `  ${size} events, the last of ${lastEventAt ?? "no time"}`,
    `  root ${rootHex}`,
    `  signed by ${key ? `${key.id}${key.pinned ? ` (${key.pinned} key)` : ""}` : "no key that holds"}`,
    "",
    ...checks.map(({ name, ok, says }) => `  ${ok ? "✓" : "✗"} ${name.padEnd(11)} ${says}`),
    "",
    ...findings.map((finding) => `✗ ${finding.check}: ${finding.message}${placeWords(finding)}`),
    ...notes.map((note) => `· ${note}`),
    "",
    verdict === "ok" ? "All of it holds." : "This log is not what was written, or broke a rule.",
  ].join("\n");
}

/**
 * The command: answers its exit code.
 * @param {string[]} args
 * @param {(text: string) => void} say
 * @returns {Promise<number>}
 */
export async function runVerify(args, say) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        bundle: { type: "string" },
        pubkey: { type: "string" },
        since: { type: "string" },
        anchor: { type: "string" },
        witness: { type: "string" },
        "no-witness": { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean" },
      },
    });
    if (values.help || values.bundle === undefined) {
      say(usage);
      return values.help ? 0 : 2;
    }
    const home = path.join(os.homedir(), ".holdfast-audit-witness.json");
    const { bundle, pubkey, since, anchor } = values;
    const witness = values["no-witness"] ? null : (values.witness ?? home);
    const report = await verifyBundle({ bundle, pubkey, since, anchor, witness });
    say(values.json ? JSON.stringify(report, null, 2) : reportText(report));
    return report.verdict === "ok" ? 0 : 1;
  } catch (error) {
    const unusable = error instanceof Unusable || (error instanceof TypeError && "code" in error);
    if (!unusable) throw error;
    say(args.includes("--json") ? JSON.stringify({ verdict: "unusable", why: error.message }) : error.message);
    return 2;
  }
}

/** Whether Node was started with this very file, and not with a program that imports it. */
const isProgram = () => {
  const started = process.argv[1];
  return started !== undefined && fs.existsSync(started) && import.meta.url.startsWith("file:")
    ? fs.realpathSync(started) === fileURLToPath(import.meta.url)
    : false;
};

if (isProgram())
  runVerify(process.argv.slice(2), (text) => process.stdout.write(`${text}\n`)).then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exitCode = 2;
    },
  );
