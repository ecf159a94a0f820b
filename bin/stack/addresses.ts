import fs from "node:fs";
import path from "node:path";
import { env, homeFolder } from "@/bin/env";
import { Trouble } from "@/bin/stack/command";
import { checkDatabase, type RoleUrls } from "@/lib/platform/migrate";
import { loadSecrets, type Secrets } from "@/lib/platform/secrets";

/** The secrets of this installation: kept in its home, and made there at its first start. */
export const installationSecrets = (): Secrets => loadSecrets(homeFolder);

/**
 * The same for one process of a deployment. It makes none of its own: what it sealed with a key that the others do not
 * have, nobody could open.
 */
export function deployedSecrets(kind: "web" | "worker"): Secrets {
  const named: Record<string, string | undefined> = {
    NEXTAUTH_SECRET: env.NEXTAUTH_SECRET,
    HOLDFAST_WEB_KEYS: env.HOLDFAST_WEB_KEYS,
    ...(kind === "worker"
      ? { HOLDFAST_WORKER_KEYS: env.HOLDFAST_WORKER_KEYS, HOLDFAST_AUDIT_KEY: env.HOLDFAST_AUDIT_KEY }
      : { NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY }),
  };
  const missing = Object.keys(named).filter((name) => named[name] === undefined);
  if (missing.length > 0 && !fs.existsSync(path.join(homeFolder, "secrets/installation.json")))
    throw new Trouble(
      `Set ${missing.join(", ")}, or share the home of the installation (HOLDFAST_HOME is ${homeFolder}).`,
    );
  return installationSecrets();
}

/** The passwords that `migrate` gives the running roles. */
export function rolePasswords(): Secrets["roles"] {
  const { HOLDFAST_APP_PASSWORD: app, HOLDFAST_WORKER_PASSWORD: worker, HOLDFAST_SEALER_PASSWORD: sealer } = env;
  if (app && worker && sealer) return { app, worker, sealer };
  const kept = installationSecrets().roles;
  return { app: app ?? kept.app, worker: worker ?? kept.worker, sealer: sealer ?? kept.sealer };
}

/** Where the embedded database of an installation lives. */
export const dataFolder = path.join(homeFolder, "data");

/** The owner's address, where one is given. */
export const givenOwnerUrl = (): string | null => env.HOLDFAST_DB_OWNER_URL ?? env.DATABASE_URL ?? null;

/** The address of one role: given by name, or made from the owner's address and the passwords that `migrate` set. */
export function urlOf(kind: keyof RoleUrls): string {
  const given = {
    app: env.HOLDFAST_DB_APP_URL,
    worker: env.HOLDFAST_DB_WORKER_URL,
    sealer: env.HOLDFAST_DB_SEALER_URL,
  }[kind];
  if (given) return given;
  const owner = givenOwnerUrl();
  if (!owner)
    throw new Trouble(
      `Set HOLDFAST_DB_${kind.toUpperCase()}_URL or DATABASE_URL: this process does not start a database of its own.`,
    );
  const url = new URL(owner);
  url.username = `holdfast_${kind}_${url.pathname.slice(1)}`;
  url.password = rolePasswords()[kind];
  return url.href;
}

/** Refuses a database that is not at this version: whoever is not its owner cannot bring it there. */
export async function demandCurrent(url: string): Promise<void> {
  const state = await checkDatabase(url);
  if (state === "current") return;
  throw new Trouble(
    `The database is ${state === "empty" ? "empty" : "older than this version"}: run \`npm run holdfast -- migrate\` with its owner's DATABASE_URL first.`,
  );
}

/** Where browsers reach us. Without encryption only this very machine may be named. */
export function originFor(port: number): string {
  const origin = env.NEXTAUTH_URL ?? `http://localhost:${port}`;
  const url = URL.canParse(origin) ? new URL(origin) : null;
  if (!url || !["http:", "https:"].includes(url.protocol))
    throw new Trouble(`NEXTAUTH_URL is not an address: ${origin}`);
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (url.protocol === "http:" && !local)
    throw new Trouble(
      `NEXTAUTH_URL is ${origin}: passwords and sessions would cross the network in the clear. Put a proxy with a certificate in front and name its https:// address, or use http://localhost.`,
    );
  return url.origin;
}
