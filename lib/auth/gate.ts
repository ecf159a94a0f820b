import "server-only";
import { randomBytes, randomUUID } from "node:crypto";
import { everyAnswer, reportPath } from "@/lib/core/headers";
import { env } from "@/lib/platform/env";
import { cookieName } from "./cookie";
import { wallCookieName } from "./wall-token";

const { origin, protocol } = new URL(env.NEXTAUTH_URL);
const https = protocol === "https:";
const development = env.NODE_ENV === "development";

/** What a page may load and run: our own scripts by nonce, and nothing by string. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    `style-src-elem 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "manifest-src 'self'",
    // The development tools write scripts and styles by string.
    ...(development ? [] : ["require-trusted-types-for 'script'", "trusted-types default nextjs nextjs#bundler"]),
    `report-uri ${reportPath}`,
    // Browsers that know this one forget the other, and send it over TLS alone.
    ...(https ? ["report-to csp"] : []),
  ].join("; ");
}

const fixed: Readonly<Record<string, string>> = {
  ...everyAnswer,
  "cache-control": "no-store",
  ...(https
    ? {
        "strict-transport-security": "max-age=63072000; includeSubDomains",
        "reporting-endpoints": `csp="${reportPath}"`,
      }
    : {}),
};

export type Passage =
  | { kind: "refuse"; headers: Record<string, string> }
  | { kind: "sign-in"; headers: Record<string, string> }
  | { kind: "pass"; headers: Record<string, string>; request: Headers; readsBody: boolean };

type Asking = {
  method: string;
  path: string;
  headers: Headers;
  hasCookie: boolean;
  /** The browser was paired as a wall display once. */
  hasWallCookie?: boolean;
};

/** These take no cookies, so nobody can borrow a browser to reach them. */
const cookieless = (path: string) => /^\/api\/(?:(?:v1|agent)(?:\/|$)|auth\/backchannel-logout$)/.test(path);
/** The addresses a stranger may see; everything under /api answers for itself. */
const open = (path: string) => /^\/(?:(?:sign-in|enroll|api)(?:\/|$)|wall\/pair$)/.test(path);
const harmless = (method: string) => method === "GET" || method === "HEAD" || method === "OPTIONS";

/** What happens to a request before any page sees it. It lets nobody in: that is for the doors (security.md 5.1). */
export function passageOf({ method, path, headers, hasCookie, hasWallCookie = false }: Asking): Passage {
  const nonce = randomBytes(16).toString("base64");
  const csp = policy(nonce);
  const answer = { ...fixed, "content-security-policy": csp };
  if (!harmless(method) && !cookieless(path) && headers.get("origin") !== origin)
    return { kind: "refuse", headers: answer };
  const known = hasCookie || (hasWallCookie && path === "/wall");
  if (!known && harmless(method) && !open(path)) return { kind: "sign-in", headers: answer };
  const request = new Headers(headers);
  // Next would believe this header when it compares origins.
  request.delete("x-forwarded-host");
  request.set("x-request-id", randomUUID());
  request.set("x-nonce", nonce);
  request.set("content-security-policy", csp);
  return { kind: "pass", headers: answer, request, readsBody: !harmless(method) && !cookieless(path) };
}

export const sessionCookieName = cookieName;
export const displayCookieName = wallCookieName;
