import "server-only";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { seconds } from "@/lib/core/time";
import { ssoProviderId } from "./sso-porch";
import { ssoSettings } from "./sso-settings";

/** The code flow with PKCE, state and nonce; the ID token is the only thing that is asked of the provider. */
export const ssoProviders: OAuthConfig<{ sub: string }>[] = ssoSettings
  ? [
      {
        id: ssoProviderId,
        name: ssoSettings.label,
        type: "oauth",
        version: "2.0",
        wellKnown: `${ssoSettings.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`,
        clientId: ssoSettings.clientId,
        clientSecret: ssoSettings.clientSecret,
        client: { token_endpoint_auth_method: "client_secret_basic" },
        authorization: { params: { scope: ssoSettings.scopes } },
        checks: ["pkce", "state", "nonce"],
        idToken: true,
        httpOptions: { timeout: seconds(10) },
        profile: ({ sub }) => ({ id: sub }),
      },
    ]
  : [];
