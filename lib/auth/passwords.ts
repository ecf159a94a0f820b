import "server-only";
import { argon2, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { dictionary } from "@zxcvbn-ts/language-common";
import { equalBytes } from "@/lib/platform/crypto";

export const passwordLength = { min: 15, max: 256 } as const;

const listed = new Set([...dictionary["passwords-common"], ...dictionary["diceware-common"]]);
/** What is left of a password without the digits and signs people hang onto both ends. */
const core = (text: string) => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");
/** One piece said over and over, the last time perhaps cut short: "abcabcab". */
function isRepetition(text: string): boolean {
  for (let unit = 1; unit <= text.length / 2 && unit <= 10; unit += 1)
    if (
      text ===
      text
        .slice(0, unit)
        .repeat(Math.ceil(text.length / unit))
        .slice(0, text.length)
    )
      return true;
  return false;
}

/** Rows of keys, the alphabet and the digits, as fingers walk over them. */
const walks = [
  "1234567890",
  "0987654321",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiopasdfghjklzxcvbnm",
  "qwertzuiopasdfghjklyxcvbnm",
  "azertyuiopqsdfghjklmwxcvbn",
  "1q2w3e4r5t6y7u8i9o0p",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
].flatMap((row) => [row, Array.from(row).toReversed().join("")]);

const bareOf = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, "");

/** Whether fingers only walk: every piece of four lies on one of the rows, or crosses from one to the next. */
function isWalk(text: string): boolean {
  const bare = bareOf(text);
  const onRow = (piece: string) => walks.some((row) => `${row}${row}`.includes(piece));
  const pieces = Array.from({ length: Math.max(bare.length - 3, 0) }, (_, at) => bare.slice(at, at + 4));
  const off = pieces.filter((piece) => !onRow(piece)).length;
  return pieces.length > 0 && off <= Math.ceil(bare.length / 10) * 3 && off * 2 < pieces.length;
}

/** Two entries of the lists one behind the other: tried right after the lists themselves. */
function isTwoListed(text: string): boolean {
  const bare = bareOf(text);
  for (let at = 3; at <= bare.length - 3; at += 1)
    if (listed.has(bare.slice(0, at)) && listed.has(bare.slice(at))) return true;
  return false;
}

/** Why a password cannot be had, in words for its owner; null when it can. `about` are words an attacker tries first. */
export function faultOf(password: string, about: readonly string[]): string | null {
  const text = password.normalize("NFKC").toLowerCase();
  const length = Array.from(text).length;
  if (length < passwordLength.min) return `Use at least ${passwordLength.min} characters; a short sentence does well.`;
  if (length > passwordLength.max) return `Use at most ${passwordLength.max} characters.`;
  const words = about
    .flatMap((entry) => entry.toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length >= 4);
  const bare = [...words, "holdfast"].reduce((left, word) => left.replaceAll(word, ""), text);
  if (Array.from(bare).length < passwordLength.min / 2)
    return "This is mostly your name or address; choose something else.";
  if (listed.has(text) || listed.has(core(text))) return "This password is on the lists that attackers try first.";
  if (isWalk(text)) return "This walks along the keys or the alphabet; choose something less regular.";
  if (isTwoListed(text) || isTwoListed(core(text)))
    return "These are two words that attackers try together; a sentence of four or more does well.";
  if (isRepetition(text) || isRepetition(core(text)))
    return "This repeats one short piece; choose something less regular.";
  return null;
}

type Stored = {
  kind: "argon2id" | "scrypt";
  memory: number;
  passes: number;
  lanes: number;
  salt: Buffer;
  hash: Buffer;
};
const runArgon2 = typeof argon2 === "function" ? promisify(argon2) : null;
const runScrypt = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

/** OWASP's stronger settings: about a tenth of a second and 64 MiB for each guess. */
const cost = runArgon2
  ? ({ kind: "argon2id", memory: 65_536, passes: 3, lanes: 1 } as const)
  : ({ kind: "scrypt", memory: 131_072, passes: 8, lanes: 1 } as const);

async function derive(password: string, { kind, memory, passes, lanes, salt }: Omit<Stored, "hash">): Promise<Buffer> {
  const message = password.normalize("NFKC");
  if (kind === "scrypt")
    return runScrypt(message, salt, 32, { N: memory, r: passes, p: lanes, maxmem: 256 * 1_048_576 });
  if (!runArgon2) throw new Error("This password was hashed with argon2id, which this Node does not have.");
  return runArgon2("argon2id", { message, nonce: salt, parallelism: lanes, tagLength: 32, memory, passes });
}

const waitingAtMost = 24;
const atOnce = 2;
let running = 0;
const waiting: (() => void)[] = [];

/** Hashes are big and slow on purpose: a few at a time, a short queue, and a plain no beyond it. */
async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
  if (running >= atOnce) {
    if (waiting.length >= waitingAtMost) throw new PasswordsBusy("Too many passwords are being checked.");
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** More passwords are waiting to be checked than the machine should take. */
export class PasswordsBusy extends Error {
  override name = "PasswordsBusy";
}

/** Hashes a password for keeping. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const { kind, memory, passes, lanes } = cost;
  const hash = await inTurn(() => derive(password, { ...cost, salt }));
  return `$${kind}$m=${memory},t=${passes},p=${lanes}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

function parse(stored: string): Stored | null {
  const found = /^\$(argon2id|scrypt)\$m=(\d+),t=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/.exec(stored);
  if (!found) return null;
  const [, kind, memory, passes, lanes, salt = "", hash = ""] = found;
  return {
    kind: kind === "scrypt" ? "scrypt" : "argon2id",
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, "base64url"),
    hash: Buffer.from(hash, "base64url"),
  };
}

let dummy: Promise<string> | null = null;

/** Makes the hash that stands in for people who do not exist; called at boot, so that the first of them is not slower. */
export const warmPasswords = (): Promise<string> => (dummy ??= hashPassword(randomBytes(24).toString("base64url")));

/** Whether a password fits a kept hash. Without one it takes as long and says no. */
export async function fitsPassword(password: string, stored: string | null): Promise<boolean> {
  const kept = parse(stored ?? (await warmPasswords()));
  if (!kept) return false;
  const hash = await inTurn(() => derive(password, kept));
  return equalBytes(hash, kept.hash) && stored !== null;
}
