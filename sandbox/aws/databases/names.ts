import { createHash } from "node:crypto";
import type { DatabaseRef } from "@/sandbox/aws/world";

/** Logins that belong to one estate on one server. */
export type Logins = { probe: Login; application: Login };
export type Login = { user: string; password: string };

/** What the names of all databases of an estate begin with. */
export function namePrefixOf(seed: string): string {
  return `sbx_${digest(seed, "estate").slice(0, 6)}_`;
}

/** The name on the server: it cannot collide, and a person still recognises it. */
export function databaseNameOf(seed: string, ref: DatabaseRef): string {
  const readable = ref.identifier
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .slice(0, 38);
  return `${namePrefixOf(seed)}${digest(ref.accountId, ref.region, ref.identifier).slice(0, 8)}_${readable}`;
}

/** What every hash of a database's rows begins with: the same seed and place give the same rows. */
export function saltOf(seed: string, ref: DatabaseRef): string {
  return digest(seed, ref.accountId, ref.region, ref.identifier, ref.kind);
}

/** The estate's read-only login for validation and its application login, with passwords that follow from the seed. */
export function loginsOf(seed: string): Logins {
  const estate = digest(seed, "estate").slice(0, 8);
  const login = (name: string): Login => ({
    user: `${name}_${estate}`,
    password: digest(seed, name, "password").slice(0, 32),
  });
  return {
    probe: login("holdfast_probe"),
    application: login("sbx_application"),
  };
}

/** Where the change logs of dropped databases are kept, because their recovery points live on. */
export function archiveNameOf(seed: string): string {
  return `${namePrefixOf(seed)}archive`;
}

function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}
