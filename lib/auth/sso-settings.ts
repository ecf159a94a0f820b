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
  if (!issuer) return null;
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

/** The identity provider of this installation, from its settings alone; null where people sign in with passwords only. */
export const ssoSettings: SsoSettings | null = read();

/** Whether privileged roles given here count without the identity provider's word. */
export const localPrivileges: boolean = env.HOLDFAST_OIDC_LOCAL_PRIVILEGES === "1";
