import { createHash, randomBytes } from "node:crypto";

const title = "HOLDFAST KEY ESCROW";
const lineLength = 64;

const sumOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

function xor(a: Uint8Array, b: Uint8Array): Buffer {
  return Buffer.from(a.map((byte, at) => byte ^ (b[at] ?? 0)));
}

function sheet(share: Uint8Array, number: 1 | 2, wholeSum: string, about: string): string {
  const lines =
    Buffer.from(share)
      .toString("base64")
      .match(new RegExp(`.{1,${lineLength}}`, "g")) ?? [];
  return [
    `${title}, SHARE ${number} OF 2`,
    about,
    "Both shares together open every secret that Holdfast has sealed; one alone says nothing at all.",
    "Keep them in two places that no one person can reach.",
    `whole: ${wholeSum}`,
    `share: ${sumOf(share)}`,
    "",
    ...lines,
    "",
  ].join("\n");
}

/**
 * Splits a text into two sheets. The first is as many random bytes as the text has, the second is the text combined with
 * them bit by bit (XOR): each alone is random, and both are needed.
 */
export function splitInTwo(text: string, about: string): [string, string] {
  const whole = Buffer.from(text);
  const first = randomBytes(whole.length);
  return [sheet(first, 1, sumOf(whole), about), sheet(xor(whole, first), 2, sumOf(whole), about)];
}

type Share = { number: string; whole: string; bytes: Buffer };

function readSheet(text: string): Share {
  const number = new RegExp(`${title}, SHARE ([12]) OF 2`).exec(text)?.[1];
  const whole = /^whole: ([0-9a-f]{16})\s*$/m.exec(text)?.[1];
  const sum = /^share: ([0-9a-f]{16})\s*$/m.exec(text)?.[1];
  const bytes = Buffer.from(text.split(/^share: .*$/m)[1]?.replaceAll(/\s/g, "") ?? "", "base64");
  if (!number || !whole || !sum) throw new Error("This is not a sheet of a Holdfast key escrow.");
  if (sumOf(bytes) !== sum) throw new Error(`Share ${number} was not copied right: its sum does not agree.`);
  return { number, whole, bytes };
}

/** Puts two sheets together again. Throws where they are damaged, the same one twice, or of two different escrows. */
export function joinTwo(one: string, other: string): string {
  const [a, b] = [readSheet(one), readSheet(other)];
  if (a.number === b.number) throw new Error(`Both sheets are share ${a.number}; the other one is needed, too.`);
  if (a.whole !== b.whole || a.bytes.length !== b.bytes.length)
    throw new Error("These two sheets do not belong together.");
  const whole = xor(a.bytes, b.bytes);
  if (sumOf(whole) !== a.whole) throw new Error("These two sheets do not belong together.");
  return whole.toString("utf8");
}
