import path from "node:path";
import { env, homeFolder } from "@/bin/env";
import { Trouble } from "@/bin/stack/command";
import type { RoleUrls } from "@/lib/platform/migrate";
import { loadSecrets, type Secrets } from "@/lib/platform/secrets";

/** The secrets of this installation, in its home. */
export const installationSecrets = (): Secrets => loadSecrets(homeFolder);

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
  url.password = installationSecrets().roles[kind];
  return url.href;
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
