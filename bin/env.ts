import path from "node:path";
import { z } from "zod";

const schema = z.object({
  /** Where data, secrets and logs of this installation are kept. */
  HOLDFAST_HOME: z.string().min(1).default(".holdfast"),
  /** A PostgreSQL of one's own: its owner's address. Without it one is started here. */
  DATABASE_URL: z.string().min(1).optional(),
  HOLDFAST_DB_OWNER_URL: z.string().min(1).optional(),
  HOLDFAST_DB_APP_URL: z.string().min(1).optional(),
  HOLDFAST_DB_WORKER_URL: z.string().min(1).optional(),
  HOLDFAST_DB_SEALER_URL: z.string().min(1).optional(),
  HOLDFAST_DISPATCH: z.enum(["web", "worker"]).optional(),
  NEXTAUTH_URL: z.string().min(1).optional(),
  NEXTAUTH_SECRET: z.string().min(32).optional(),
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: z.string().min(40).optional(),
  HOLDFAST_WEB_KEYS: z.string().min(40).optional(),
  HOLDFAST_WORKER_KEYS: z.string().min(40).optional(),
  /** The audit log's signing key and where its heads are anchored: the worker's alone. */
  HOLDFAST_AUDIT_KEY: z.string().length(44).optional(),
  HOLDFAST_AUDIT_ANCHORS: z.string().min(1).optional(),
  /** What `migrate` sets as the roles' passwords; generated and kept in the home when absent. */
  HOLDFAST_APP_PASSWORD: z.string().min(12).optional(),
  HOLDFAST_WORKER_PASSWORD: z.string().min(12).optional(),
  HOLDFAST_SEALER_PASSWORD: z.string().min(12).optional(),
  /** The build lies beside the code and is not made again: images and packages. */
  HOLDFAST_PREBUILT: z.enum(["0", "1"]).default("0"),
  /** The Chromium that the browser tests drive. */
  CHROMIUM_PATH: z.string().min(1).optional(),
  PATH: z.string().default(""),
});

/** The settings of the command, read once. */
export const env = parseSettings();

function parseSettings(): z.infer<typeof schema> {
  // Compose files hand on what is not set as an empty text.
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`);
  process.stderr.write(`Settings that cannot be used:\n  ${told.join("\n  ")}\n`);
  process.exit(2);
}

/** The folder that HOLDFAST_HOME names, in full. */
export const homeFolder = path.resolve(env.HOLDFAST_HOME);

/** Settings that belong to one role alone and never travel to another process by inheritance. */
const withheld =
  /^(DATABASE_URL|HOLDFAST_(DB_.*|WEB_.*|AUDIT_.*|OIDC_.*|WORKER_KEYS|ROLE|.*_PASSWORD)|NEXTAUTH_.*|NEXT_SERVER_ACTIONS_.*|NODE_OPTIONS)$/;

const clouds = /^(AWS|AZURE|GOOGLE)_/;

/** Credentials and settings of the clouds' own SDKs; handed on by name like our secrets. */
export const cloudEnv: Record<string, string> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && clouds.test(name) ? [[name, value]] : [],
  ),
);

const webClouds = /^HOLDFAST_WEB_((?:AWS|AZURE|GOOGLE)_.*)$/;

/** The same for a hardened web process on this machine: HOLDFAST_WEB_AWS_… becomes its AWS_…. */
export const webCloudEnv: Record<string, string> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => {
    const own = webClouds.exec(name)?.[1];
    return own && value !== undefined ? [[own, value]] : [];
  }),
);

/** How the web process reaches an identity provider; its secret is no other process's (settings.ts says what the worker hears). */
export const ssoEnv: Record<string, string> = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith("HOLDFAST_OIDC_") && value !== undefined && value !== "" ? [[name, value]] : [],
  ),
);

/** What a child process inherits from us, and what it is given: everything but secrets, which travel by name. */
export function childEnv(given: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !withheld.test(name) && !clouds.test(name));
  return Object.assign({ NODE_ENV: process.env.NODE_ENV }, Object.fromEntries(inherited), {
    NEXT_TELEMETRY_DISABLED: "1",
    CHECKPOINT_DISABLE: "1",
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    ...given,
  });
}
