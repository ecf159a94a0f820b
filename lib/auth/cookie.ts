import "server-only";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { sha256 } from "@/lib/platform/crypto";
import { env } from "@/lib/platform/env";
import { absoluteMs } from "./session-rules";

/** Whether cookies may say that they travel over TLS alone. */
export const secureCookies = env.NEXTAUTH_URL.startsWith("https://");

/** `__Host-` keeps other sub-domains from planting a cookie; plain http on localhost cannot carry it. */
export const cookieName = secureCookies ? "__Host-holdfast.sid" : "holdfast.sid";

/** Lax, not Strict: the first click from a notification would otherwise arrive signed out. */
export const cookieOptions = { httpOnly: true, sameSite: "lax", path: "/", secure: secureCookies } as const;

const sid = z.string().regex(/^[\w-]{43}$/);

/** The opaque session secret inside a cookie; null for anything we did not seal ourselves. */
export async function openCookie(value: string | undefined): Promise<string | null> {
  if (!value || value.length > 2_000) return null;
  const token = await decode({ token: value, secret: env.NEXTAUTH_SECRET }).catch(() => null);
  return sid.safeParse(token?.sid).data ?? null;
}

/** Seals a session secret for the cookie. */
export const sealCookie = (secret: string): Promise<string> =>
  encode({ token: { sid: secret }, secret: env.NEXTAUTH_SECRET, maxAge: absoluteMs / 1_000 });

/** What the database knows a session secret by. */
export const tokenHashOf = (secret: string): Buffer => sha256(secret);
