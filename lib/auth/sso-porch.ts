import "server-only";
import { cookies, headers } from "next/headers";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { transactionTime } from "@/lib/access/command";
import { seconds } from "@/lib/core/time";
import { db } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { cookieName, cookieOptions, openCookie, sealCookie } from "./cookie";
import { enterByIdentity, type IdentityEntry, type SsoRefusal, ssoRefusals } from "./enter-by-identity";
import { originOf } from "./request";
import { endSession, findLiveSession } from "./sessions";
import { ssoSettings } from "./sso-settings";

/** What next-auth calls our one identity provider; part of its callback's address. */
export const ssoProviderId = "sso";

const refusalCookie = cookieOptions.secure ? "__Host-holdfast.refusal" : "holdfast.refusal";
const refusalSeconds = 600;
const refusalSalt = "holdfast sso refusal";

const at = (path: string) => new URL(path, env.NEXTAUTH_URL).href;

/** Where a browser goes whose sign-in did not work out, with nothing of why in the address. */
export const signInFailed = at("/sign-in?failed=provider");

/**
 * What follows a verified ID token: a session of ours and its cookie, or a page that says why not. Answers where the
 * browser goes; it never throws, because next-auth would put the message into an address.
 */
export async function enterThroughProvider(claims: unknown): Promise<string> {
  try {
    if (!ssoSettings) return signInFailed;
    const entry = await enterByIdentity(ssoSettings, claims, originOf(await headers()));
    if (!("secret" in entry)) return await sayWhyNot(entry);
    const jar = await cookies();
    await endReplaced(jar.get(cookieName)?.value);
    jar.set(cookieName, await sealCookie(entry.secret), cookieOptions);
    return at("/sign-in/confirm");
  } catch (error) {
    log.error({ error }, "a sign-in through the identity provider could not be finished");
    return signInFailed;
  }
}

/** Whoever signs in anew leaves no session behind in the same browser. */
async function endReplaced(value: string | undefined): Promise<void> {
  const secret = await openCookie(value);
  const session = secret === null ? null : await findLiveSession(secret);
  if (session)
    await db.$transaction(async (tx) =>
      endSession(tx, session.sessionId, "replaced by a new sign-in", await transactionTime(tx)),
    );
}

async function sayWhyNot(entry: Exclude<IdentityEntry, { secret: string }>): Promise<string> {
  const token = { refused: entry.refused, subject: "subject" in entry ? entry.subject : "" };
  const jar = await cookies();
  const value = await encode({ token, secret: env.NEXTAUTH_SECRET, salt: refusalSalt, maxAge: refusalSeconds });
  jar.set(refusalCookie, value, { ...cookieOptions, expires: new Date(Date.now() + seconds(refusalSeconds)) });
  return at("/sign-in/refused");
}

const refusal = z.object({ refused: z.enum(ssoRefusals), subject: z.string() });

/** Why this browser's sign-in was refused lately, for the page that says so. */
export async function lastRefusal(): Promise<{ refused: SsoRefusal; subject: string } | null> {
  const jar = await cookies();
  const value = jar.get(refusalCookie)?.value;
  if (!value || value.length > 2_000) return null;
  const token = await decode({ token: value, secret: env.NEXTAUTH_SECRET, salt: refusalSalt }).catch(() => null);
  return refusal.safeParse(token).data ?? null;
}

/** How the sign-in page calls the identity provider; null where there is none. */
export const ssoLabel: string | null = ssoSettings?.label ?? null;
