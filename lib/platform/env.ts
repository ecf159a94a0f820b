import "server-only";
import { z } from "zod";
import { parseExceptions } from "./outbound-rules";

const roles = ["web", "worker", "sealer", "tool"] as const;

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
  /** Who makes the provider's call: the server action itself, or the worker alone. */
  HOLDFAST_DISPATCH: z.enum(["web", "worker"]).default("web"),
  HOLDFAST_LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  HOLDFAST_DEMO: z.enum(["0", "1"]).default("0"),
  /** Proxies in front of us whose X-Forwarded-For entries are believed. */
  HOLDFAST_TRUSTED_HOPS: z.coerce.number().int().min(0).max(5).default(0),
  /** Ranges and ports of one's own network that outgoing calls may reach, as "10.20.0.0/16:443, [fd12::/32]:8443". */
  HOLDFAST_OUTBOUND_ALLOW: z.string().default("").transform(parseExceptions),
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
