import "server-only";
import { z } from "zod";
import { parseExceptions } from "./outbound-rules";

const roles = ["web", "worker", "sealer", "tool"] as const;

/** Compose files hand on what is not set as an empty text. */
const unset = (value: unknown) => (value === "" ? undefined : value);

const listOf = (text: string) =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");

/** An address on this machine may be plain http: that is how tests and trials reach theirs. */
const isPrivateOrHttps = (address: string) => {
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname));
};

const schema = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
  /** Which of the four database roles this process wears. */
  HOLDFAST_ROLE: z.enum(roles).default("web"),
  HOLDFAST_DB_APP_URL: z.url().optional(),
  HOLDFAST_DB_WORKER_URL: z.url().optional(),
  HOLDFAST_DB_SEALER_URL: z.url().optional(),
  NEXTAUTH_SECRET: z.string().min(32),
  /** Where browsers reach us: passkeys and the origin guard depend on it. */
  NEXTAUTH_URL: z.url(),
  /** What bound values of server actions travel under; without it the framework takes the build's own, which whoever has the build has. */
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: z.base64().length(44).optional(),
  /** `id:base64` keys, newest first, that open what web may open. */
  HOLDFAST_WEB_KEYS: z.string().min(40),
  /** Keys that open what only the worker may open; absent in a hardened web process. */
  HOLDFAST_WORKER_KEYS: z.string().min(40).optional(),
  /** The sealer's signing key, as the base64 of its 32 bytes or as a file; never in a web process. */
  HOLDFAST_AUDIT_KEY: z.string().length(44).optional(),
  HOLDFAST_AUDIT_KEY_FILE: z.string().min(1).optional(),
  /** Where heads of the audit log are put out of our own reach: a JSON list, read in lib/audit/anchor-targets.ts. */
  HOLDFAST_AUDIT_ANCHORS: z.string().optional(),
  /** Who makes the provider's call and applies approved changes: the server action itself, or the worker alone. */
  HOLDFAST_DISPATCH: z.enum(["web", "worker"]).default("web"),
  HOLDFAST_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  HOLDFAST_DEMO: z.enum(["0", "1"]).default("0"),
  /** Proxies in front of us whose X-Forwarded-For entries are believed. */
  HOLDFAST_TRUSTED_HOPS: z.coerce.number().int().min(0).max(5).default(0),
  /** Ranges and ports of one's own network that outgoing calls may reach, as "10.20.0.0/16:443, [fd12::/32]:8443". */
  HOLDFAST_OUTBOUND_ALLOW: z.string().default("").transform(parseExceptions),
  /** The identity provider for single sign-on: its exact issuer. All that follow mean nothing without it. */
  HOLDFAST_OIDC_ISSUER: z.preprocess(
    unset,
    z.url().refine(isPrivateOrHttps, "An identity provider is reached by https.").optional(),
  ),
  HOLDFAST_OIDC_CLIENT_ID: z.preprocess(unset, z.string().optional()),
  HOLDFAST_OIDC_CLIENT_SECRET: z.preprocess(unset, z.string().optional()),
  /** How the sign-in page calls it. */
  HOLDFAST_OIDC_LABEL: z.preprocess(unset, z.string().max(40).default("single sign-on")),
  HOLDFAST_OIDC_SCOPES: z.preprocess(unset, z.string().default("openid profile email")),
  /** Where in the ID token roles are read from, such as `groups` or `realm_access.roles`. */
  HOLDFAST_OIDC_ROLE_CLAIM: z.preprocess(unset, z.string().optional()),
  /** The words of acr or amr, separated by commas, that say two factors were shown there. */
  HOLDFAST_OIDC_ACR_VALUES: z.preprocess(unset, z.string().default("").transform(listOf)),
  /** Whether somebody unknown becomes a person without any right, or is turned away. */
  HOLDFAST_OIDC_JIT: z.preprocess(unset, z.enum(["on", "off"]).default("off")),
  /** Whether privileged roles given here count without the identity provider's word. */
  HOLDFAST_OIDC_LOCAL_PRIVILEGES: z.preprocess(unset, z.enum(["0", "1"]).default("0")),
  /** A pretend cloud's address for connections that name none (demo and tests). */
  HOLDFAST_AWS_ENDPOINT: z.url().optional(),
});

/** `next build` evaluates modules without a deployment: nothing it could leak exists then. */
const duringBuild = process.env.NEXT_PHASE === "phase-production-build";
const placeholders = {
  NEXTAUTH_SECRET: "build".padEnd(40, "-"),
  NEXTAUTH_URL: "http://localhost",
  HOLDFAST_WEB_KEYS: "build:".padEnd(60, "A"),
  HOLDFAST_DB_APP_URL: "postgres://build@127.0.0.1:1/build",
};

/** The settings of this process, read once; a missing or wrong one ends the start with its name. */
export const env = schema.parse(duringBuild ? { ...placeholders, ...process.env } : process.env);

/** The database address of this process's role. */
export function databaseUrl(): string {
  const urls = {
    web: env.HOLDFAST_DB_APP_URL,
    worker: env.HOLDFAST_DB_WORKER_URL,
    sealer: env.HOLDFAST_DB_SEALER_URL,
    tool: env.HOLDFAST_DB_WORKER_URL ?? env.HOLDFAST_DB_APP_URL,
  };
  const url = urls[env.HOLDFAST_ROLE];
  if (!url)
    throw new Error(
      `HOLDFAST_DB_${env.HOLDFAST_ROLE === "web" ? "APP" : env.HOLDFAST_ROLE.toUpperCase()}_URL is not set.`,
    );
  return url;
}

/** Ends the start of a web process that would fall back to the key in the build. */
export function demandActionKey(): void {
  if (env.NODE_ENV === "production" && !env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY)
    throw new Error(
      "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY is not set: give every web process the same 32 bytes in base64.",
    );
}
