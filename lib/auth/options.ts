import "server-only";
import type { NextAuthOptions } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { cookieName, cookieOptions } from "./cookie";
import { originOf } from "./request";
import { beforeSecondFactorMs } from "./session-rules";
import { signInWithPassword } from "./sign-in";
import { enterThroughProvider, ssoProviderId } from "./sso-porch";
import { ssoProviders } from "./sso-provider";

/** Null, never an exception: next-auth would put its message into an address. */
async function authorize(credentials: unknown, request: { headers?: Record<string, unknown> | undefined }) {
  const get = (name: string) => {
    const value = request.headers?.[name];
    return typeof value === "string" ? value : null;
  };
  try {
    const secret = await signInWithPassword(credentials, originOf({ get }));
    return secret === null ? null : { id: secret };
  } catch (error) {
    log.error({ error }, "a sign-in could not be checked");
    return null;
  }
}

/** next-auth keeps the cookie and guards the password form; who somebody is and what they may is ours alone. */
export const authOptions: NextAuthOptions = {
  secret: env.NEXTAUTH_SECRET,
  session: { strategy: "jwt", maxAge: beforeSecondFactorMs / 1_000 },
  pages: { signIn: "/sign-in", error: "/sign-in" },
  useSecureCookies: cookieOptions.secure,
  cookies: { sessionToken: { name: cookieName, options: cookieOptions } },
  providers: [CredentialsProvider({ credentials: { email: {}, password: {} }, authorize }), ...ssoProviders],
  callbacks: {
    // An address instead of a yes: the session and its cookie are ours, and next-auth's part ends with the verified token.
    signIn: async ({ account, profile }) =>
      account?.provider === ssoProviderId ? enterThroughProvider(profile) : account?.type === "credentials",
    jwt: ({ token, user }) => {
      const sid = user?.id ?? token.sid;
      return sid === undefined ? {} : { sid };
    },
    session: ({ session }) => ({ expires: session.expires }),
    redirect: ({ baseUrl }) => `${baseUrl}/sign-in/confirm`,
  },
  logger: {
    error: (code, metadata) =>
      log.error({ event: code, error: metadata instanceof Error ? metadata : undefined }, "next-auth"),
    warn: (code) => log.debug({ event: code }, "next-auth"),
    debug: () => undefined,
  },
};
