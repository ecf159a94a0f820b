import { createServer, type Server } from "node:http";
import Provider from "oidc-provider";

type Options = {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Where the application takes the code. */
  callback: string;
};

export type Claims = { sub: string } & Record<string, unknown>;

/** A real OpenID provider on this machine, at which whoever is named is signed in without being asked. */
export class IdentityProvider {
  readonly #server: Server;
  readonly #port: number;
  #who: Claims = { sub: "nobody" };
  /** What the browser asked for, one entry for each authorisation. */
  readonly asked: URLSearchParams[] = [];
  /** Plays a discovery document that names another issuer. */
  claimsToBe: string | null = null;

  constructor({ issuer, clientId, clientSecret, callback }: Options) {
    this.#port = Number(new URL(issuer).port);
    const provider = new Provider(issuer, {
      clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [callback] }],
      claims: { openid: ["sub"], profile: ["name"], email: ["email"], groups: ["groups"] },
      conformIdTokenClaims: false,
      cookies: { keys: ["a key for tests"] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      findAccount: (_, accountId) => ({ accountId, claims: () => ({ ...this.#who, sub: accountId }) }),
      loadExistingGrant: async ({ oidc }) => {
        const grant = new oidc.provider.Grant({ clientId, accountId: oidc.session?.accountId ?? "" });
        grant.addOIDCScope("openid profile email groups");
        await grant.save();
        return grant;
      },
    });
    provider.use(async (ctx, next) => {
      if (ctx.path === "/auth") this.asked.push(new URLSearchParams(ctx.querystring));
      if (!ctx.path.startsWith("/interaction/")) {
        await next();
        if (this.claimsToBe !== null && ctx.path.endsWith("/openid-configuration"))
          ctx.body = { ...(ctx.body as object), issuer: this.claimsToBe };
        return;
      }
      await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: this.#who.sub, remember: false } });
      ctx.respond = false;
    });
    this.#server = createServer(provider.callback());
  }

  /** Whoever comes next is this person. */
  isVisitedBy(claims: Claims): void {
    this.#who = claims;
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(this.#port, "localhost", resolve));
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
