import path from "node:path";
import { env, homeFolder } from "@/bin/env";
import { dataFolder, demandCurrent, givenOwnerUrl, installationSecrets } from "@/bin/stack/addresses";
import { Trouble } from "@/bin/stack/command";
import { openOwnDatabase } from "@/bin/stack/database";
import { claimHome } from "@/bin/stack/home";
import { type KeyScope, type MasterKey, parseKeys } from "@/lib/platform/master-keys";
import { countUses, type Keys, missingFrom, withSealedValues } from "@/lib/platform/sealed-values";

export const scopes: readonly KeyScope[] = ["web", "worker"];

export const settingOf = (scope: KeyScope) => `HOLDFAST_${scope.toUpperCase()}_KEYS`;

/** What the environment says of a scope's keys, where it says anything. */
export const givenKeys = (scope: KeyScope): string | undefined =>
  scope === "web" ? env.HOLDFAST_WEB_KEYS : env.HOLDFAST_WORKER_KEYS;

/** Keys as a list, or what is wrong with the setting. */
export function readKeys(scope: KeyScope, listed: string): MasterKey[] {
  try {
    return parseKeys(listed, settingOf(scope));
  } catch (error) {
    throw new Trouble(error instanceof Error ? error.message : String(error));
  }
}

/** The keys of this installation: of the environment, else of its home. */
export function heldKeys(): Record<KeyScope, MasterKey[]> {
  const kept = env.HOLDFAST_WEB_KEYS && env.HOLDFAST_WORKER_KEYS ? null : installationSecrets();
  return {
    web: readKeys("web", env.HOLDFAST_WEB_KEYS ?? kept?.web ?? ""),
    worker: readKeys("worker", env.HOLDFAST_WORKER_KEYS ?? kept?.worker ?? ""),
  };
}

/** Refuses to start where something is sealed by a key that this process does not hold: it would fail at the first use. */
export async function demandKeys(url: string, listed: Partial<Record<KeyScope, string>>): Promise<void> {
  const held: Keys = {};
  for (const scope of scopes) {
    const text = listed[scope];
    if (text !== undefined) held[scope] = readKeys(scope, text);
  }
  const asked = scopes.filter((scope) => held[scope] !== undefined);
  const missing = missingFrom(await withSealedValues(url, (client) => countUses(client, asked)), held);
  if (missing.length === 0) return;
  const told = missing.map(
    ({ scope, keyId, count }) =>
      `${count} sealed by the ${scope} key ${keyId}, which ${settingOf(scope)} does not list`,
  );
  throw new Trouble(
    `There are values that nobody here can open: ${told.join("; ")}. Put the missing key behind the newest one in that setting (its escrow holds it), and start again.`,
  );
}

/** Does something as the owner of the database: the named one, or the embedded one of a home that nothing else runs on. */
export async function asOwner<Value>(work: (ownerUrl: string) => Promise<Value>): Promise<Value> {
  const given = givenOwnerUrl();
  if (given) {
    await demandCurrent(given);
    return work(given);
  }
  const home = await claimHome(homeFolder);
  try {
    const database = await openOwnDatabase({
      dataDir: path.join(dataFolder, "postgres"),
      port: 54_328,
      durable: true,
    });
    try {
      await demandCurrent(database.ownerUrl);
      return await work(database.ownerUrl);
    } finally {
      await database.stop();
    }
  } finally {
    home.release();
  }
}
