import "server-only";
import { crc32 } from "node:zlib";
import { days } from "@/lib/core/time";
import { secretText, sha256 } from "@/lib/platform/crypto";
import { secureCookies } from "./cookie";

/** What a paired wall holds its token in; `__Host-` as the session's cookie has it. */
export const wallCookieName = secureCookies ? "__Host-holdfast.wall" : "holdfast.wall";

/**
 * Strict: nothing outside ever needs to open the wall as the display. It outlives every display, so that one whose time
 * is over is told so instead of being asked to sign in.
 */
export const wallCookieOptions = {
  httpOnly: true,
  sameSite: "strict",
  path: "/",
  secure: secureCookies,
  maxAge: days(400) / 1_000,
} as const;

const form = /^(holdfast_wall_([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})_([\w-]{43}))_([\w-]{6})$/;

/** Six letters that tell a mistyped or cut token from a wrong one, for us and for whoever scans for leaked secrets. */
function checksumOf(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return bytes.toString("base64url");
}

/** A fresh token of a display, `holdfast_wall_<id>_<secret>_<crc>`, and the hash that the database keeps (security.md 6). */
export function makeWallToken(displayId: string): { token: string; hash: Buffer } {
  const secret = secretText(32);
  const plain = `holdfast_wall_${displayId}_${secret}`;
  return { token: `${plain}_${checksumOf(plain)}`, hash: sha256(secret) };
}

/** Whose token it says it is, and the hash of its secret; null for what we never made, without asking the database. */
export function readWallToken(token: string): { displayId: string; hash: Buffer } | null {
  const [, plain, displayId, secret, crc] = form.exec(token) ?? [];
  if (!plain || !displayId || !secret || crc !== checksumOf(plain)) return null;
  return { displayId, hash: sha256(secret) };
}
