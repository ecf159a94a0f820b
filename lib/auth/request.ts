import "server-only";
import { randomUUID } from "node:crypto";
import { isIP } from "node:net";
import { env } from "@/lib/platform/env";

type Headers = { get(name: string): string | null };

/** Where and what a request came from, as far as it can be believed. */
export type Origin = {
  requestId: string;
  address: string | null;
  addressPrefix: string | null;
  agent: string;
};

/**
 * The client's address, from the entry that our outermost trusted proxy wrote; null where no proxy is trusted,
 * since the header is then the client's own word.
 */
export function addressOf(forwardedFor: string | null, trustedHops: number): string | null {
  if (!forwardedFor || trustedHops < 1) return null;
  const entry = forwardedFor.split(",").at(-trustedHops)?.trim() ?? "";
  return isIP(entry) ? entry : null;
}

/** The network an address lies in: enough to tell places apart, too little to tell people apart. */
export function prefixOf(address: string | null): string | null {
  if (!address) return null;
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, "");
  if (isIP(plain) === 4) return `${plain.split(".").slice(0, 3).join(".")}.0/24`;
  const [head = "", tail] = plain.split("::");
  const front = head ? head.split(":") : [];
  const back = tail ? tail.split(":") : [];
  const gap = tail === undefined ? 0 : 8 - front.length - back.length;
  const groups = [...front, ...Array<string>(Math.max(gap, 0)).fill("0"), ...back];
  return `${groups
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/48`;
}

/** What the access layer keeps of a request's headers. */
export function originOf(headers: Headers): Origin {
  const address = addressOf(headers.get("x-forwarded-for"), env.HOLDFAST_TRUSTED_HOPS);
  return {
    requestId: headers.get("x-request-id") ?? randomUUID(),
    address,
    addressPrefix: prefixOf(address),
    agent: (headers.get("user-agent") ?? "").slice(0, 400),
  };
}

const browsers = [
  ["Edg/", "Edge"],
  ["OPR/", "Opera"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
] as const;
const systems = [
  ["iPhone", "iPhone"],
  ["iPad", "iPad"],
  ["Android", "Android"],
  ["Windows", "Windows"],
  ["Mac OS X", "macOS"],
  ["Linux", "Linux"],
] as const;

/** A browser in words its owner recognises. */
export function labelOf(agent: string): string {
  const find = (list: readonly (readonly [string, string])[]) => list.find(([mark]) => agent.includes(mark))?.[1];
  const browser = find(browsers) ?? "A browser";
  const system = find(systems);
  return system ? `${browser} on ${system}` : browser;
}
