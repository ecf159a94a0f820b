import "server-only";
import { isIP } from "node:net";
import { env } from "@/lib/platform/env";

const { origin, hostname } = new URL(env.NEXTAUTH_URL);

/** Whom a passkey is made for: from our settings, never from what a request says. */
export const relyingParty = { name: "Holdfast", id: hostname, origin } as const;

/** Passkeys belong to a host name; an installation that is reached by a bare address has none. */
export const passkeysPossible = isIP(hostname.replace(/^\[|\]$/g, "")) === 0;
