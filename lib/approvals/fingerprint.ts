import "server-only";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { canonicalJson } from "@/lib/core/canonical";
import { sha256 } from "@/lib/platform/crypto";

/** SHA-256 over the one spelling of a plan: what a vote and a proof of presence are bound to (security.md §2.4). */
export const paramsHashOf = (plan: unknown): Buffer =>
  sha256(Buffer.concat([Buffer.from("holdfast/params/v1\0"), Buffer.from(canonicalJson(plan))]));

/** Six words of 11 bits each, from the front of a hash, for people to compare by voice (decisions 13). */
export function fingerprintWords(hash: Uint8Array): string[] {
  const bits = [...hash].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from({ length: 6 }, (_, index) => {
    const word = wordlist[Number.parseInt(bits.slice(index * 11, index * 11 + 11), 2)];
    if (!word) throw new Error("The list of words is short.");
    return word;
  });
}
