import "server-only";
import { env } from "@/lib/platform/env";

export type SsoSettings = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  label: string;
  scopes: string;
  roleClaim: string | null;
  acceptedAcr: readonly string[];
  makesPeople: boolean;
};

function read(): SsoSettings | null {
  const issuer = env.HOLDFAST_OIDC_ISSUER;
  if (!issuer || env.HOLDFAST_ROLE !== "web") return null;
  const { HOLDFAST_OIDC_CLIENT_ID: clientId, HOLDFAST_OIDC_CLIENT_SECRET: clientSecret } = env;
  if (!clientId || !clientSecret)
    throw new Error("HOLDFAST_OIDC_ISSUER needs HOLDFAST_OIDC_CLIENT_ID and HOLDFAST_OIDC_CLIENT_SECRET beside it.");
  return {
    issuer,
    clientId,
    clientSecret,
    label: env.HOLDFAST_OIDC_LABEL,
    scopes: env.HOLDFAST_OIDC_SCOPES,
    roleClaim: env.HOLDFAST_OIDC_ROLE_CLAIM ?? null,
    acceptedAcr: env.HOLDFAST_OIDC_ACR_VALUES,
    makesPeople: env.HOLDFAST_OIDC_JIT === "on",
  };
}

/** The identity provider that people sign in by, from the settings alone; null where there is none, and in a process that nobody signs in to. */
export const ssoSettings: SsoSettings | null = read();

/** Whom identities are linked for and where roles are read from; the worker, which applies such changes, knows this and no secret of it. */
export const ssoPlace = { issuer: env.HOLDFAST_OIDC_ISSUER ?? null, roleClaim: env.HOLDFAST_OIDC_ROLE_CLAIM ?? null };

/** Whether privileged roles given here count without the identity provider's word. */
export const localPrivileges: boolean = env.HOLDFAST_OIDC_LOCAL_PRIVILEGES === "1";
