import "server-only";
import { ssoPlace } from "@/lib/auth/sso-settings";
import { accept, type Outcome, refuse } from "@/lib/core/outcome";
import type { MapPlace } from "./operations";

/** The identity provider that identities are linked for. */
export function ssoIssuer(): Outcome<string> {
  return ssoPlace.issuer
    ? accept(ssoPlace.issuer)
    : refuse("conflict", "No identity provider is set up. An operator names it in HOLDFAST_OIDC_ISSUER.");
}

/** The provider and claim that mappings are written for. */
export function mapPlace(): Outcome<MapPlace> {
  const issuer = ssoIssuer();
  if (!issuer.ok) return issuer;
  const claimPath = ssoPlace.roleClaim;
  return claimPath
    ? accept({ issuer: issuer.value, claimPath })
    : refuse("conflict", "No claim is set that roles are read from. An operator names it in HOLDFAST_OIDC_ROLE_CLAIM.");
}
