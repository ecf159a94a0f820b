import fs from "node:fs";
import { parseArgs } from "node:util";
import { homeFolder } from "@/bin/env";
import { installationSecrets } from "@/bin/stack/addresses";
import { type Command, say, Trouble } from "@/bin/stack/command";
import { claimHome } from "@/bin/stack/home";
import { asOwner, givenKeys, heldKeys, readKeys, scopes, settingOf } from "@/bin/stack/keys";
import { splitInTwo } from "@/lib/platform/escrow";
import { type KeyScope, nextKey } from "@/lib/platform/master-keys";
import { countUses, missingFrom, rewrapAll, type Use, withSealedValues } from "@/lib/platform/sealed-values";
import { replaceSecrets } from "@/lib/platform/secrets";

const usesNow = (ownerUrl: string) => withSealedValues(ownerUrl, (client) => countUses(client, scopes));

/** One key: whether it is held, whether it seals, and how much hangs on it. */
function standingOf(place: number, count: number): string {
  if (place < 0) return `MISSING, ${count} sealed`;
  if (place === 0) return `seals what is new, ${count} sealed`;
  return count > 0 ? `only opens, ${count} sealed` : "nothing needs it, so it can be dropped";
}

function tell(uses: readonly Use[]): number {
  const held = heldKeys();
  for (const scope of scopes) {
    const used = uses.filter((use) => use.scope === scope);
    for (const id of new Set([...held[scope], ...used.map(({ keyId }) => ({ id: keyId }))].map((key) => key.id))) {
      const place = held[scope].findIndex((key) => key.id === id);
      say(`${scope} ${id}: ${standingOf(place, used.find(({ keyId }) => keyId === id)?.count ?? 0)}`);
    }
  }
  if (missingFrom(uses, held).length === 0) return 0;
  say("What a missing key sealed stays closed: put it back behind the newest one.");
  return 1;
}

/** Puts a new key in front of those in the home; nothing may run on it, since it would not know the key. */
async function addKey(scope: KeyScope): Promise<void> {
  const home = await claimHome(homeFolder);
  try {
    const secrets = installationSecrets();
    const added = nextKey(readKeys(scope, secrets[scope]));
    replaceSecrets(homeFolder, { ...secrets, [scope]: `${added},${secrets[scope]}` });
    say(`${scope}: the key ${added.split(":")[0]} is new and seals from now on.`);
  } finally {
    home.release();
  }
}

/** What is left from a rotation that was begun is finished first; only then is there room for another key. */
async function rotate(scope: KeyScope): Promise<boolean> {
  const newest = heldKeys()[scope][0]?.id ?? "";
  const uses = await asOwner(usesNow);
  const behind = uses.filter((use) => use.scope === scope && use.keyId !== newest);
  if (behind.length === 0) {
    if (givenKeys(scope) !== undefined) {
      say(
        `${scope}: everything is sealed by ${newest}, the first key in ${settingOf(scope)}. To rotate, put a new one in front of it in every process (${nextKey(heldKeys()[scope]).split(":")[0]}: and the output of \`openssl rand -base64 32\`, then a comma), restart them all, and run this again.`,
      );
      return true;
    }
    await addKey(scope);
  }
  return asOwner((ownerUrl) => rewrap(ownerUrl, scope));
}

async function rewrap(ownerUrl: string, scope: KeyScope): Promise<boolean> {
  const keys = heldKeys()[scope];
  const { done, changedMeanwhile, closed } = await withSealedValues(ownerUrl, (client) =>
    rewrapAll(client, scope, keys),
  );
  say(`${scope}: ${done} sealed anew by ${keys[0]?.id}.`);
  if (changedMeanwhile > 0) say(`${scope}: ${changedMeanwhile} changed meanwhile; run this again.`);
  for (const place of closed) say(`${scope}: ${place} cannot be opened and was left as it is.`);
  for (const use of (await usesNow(ownerUrl)).filter((one) => one.scope === scope))
    say(`${scope} ${use.keyId}: ${use.count} sealed`);
  return closed.length === 0;
}

/** Takes a key away for good, where nothing hangs on it. */
async function drop(scope: KeyScope, id: string): Promise<void> {
  if (givenKeys(scope) !== undefined)
    throw new Trouble(
      `The ${scope} keys come from ${settingOf(scope)}: take ${id} out of it once \`keys check\` says so.`,
    );
  const keys = heldKeys()[scope];
  const place = keys.findIndex((key) => key.id === id);
  if (place < 0) throw new Trouble(`There is no ${scope} key ${id}.`);
  if (place === 0) throw new Trouble(`${id} seals what is new: rotate first.`);
  const count = (await asOwner(usesNow)).find((use) => use.scope === scope && use.keyId === id)?.count ?? 0;
  if (count > 0)
    throw new Trouble(`${count} values are still sealed by ${id}: \`keys rotate --scope ${scope}\` first.`);
  const home = await claimHome(homeFolder);
  try {
    const secrets = installationSecrets();
    const kept = secrets[scope].split(",").filter((entry) => !entry.trim().startsWith(`${id}:`));
    replaceSecrets(homeFolder, { ...secrets, [scope]: kept.join(",") });
  } finally {
    home.release();
  }
  say(`${scope}: the key ${id} is gone. Older backups of the database need it: its escrow keeps it.`);
}

const listOf = (scope: KeyScope) => givenKeys(scope) ?? installationSecrets()[scope];

function escrow(out: string): void {
  const files = [`${out}.share-1.txt`, `${out}.share-2.txt`] as const;
  const there = files.find((file) => fs.existsSync(file));
  if (there) throw new Trouble(`${there} is there already: name another file.`);
  const held = heldKeys();
  const ids = scopes.map((scope) => `${scope} ${held[scope].map(({ id }) => id).join(", ")}`).join("; ");
  const shares = splitInTwo(
    JSON.stringify({ web: listOf("web"), worker: listOf("worker") }),
    `Made ${new Date().toISOString().slice(0, 10)}. Keys: ${ids}.`,
  );
  for (const [nth, file] of files.entries()) fs.writeFileSync(file, shares[nth] ?? "", { mode: 0o600, flag: "wx" });
  say(`Print ${files[0]} and ${files[1]}, give them to two people, and delete both files.`);
  say(`\`npm run holdfast -- doctor --escrow-check ${files.join(" ")}\` proves first that they open what is sealed.`);
}

function scopesOf(named: string | undefined): readonly KeyScope[] {
  if (named === undefined) return scopes;
  const found = scopes.find((scope) => scope === named);
  if (!found) throw new Trouble(`--scope knows ${scopes.join(" and ")}.`);
  return [found];
}

export const keys: Command = {
  summary: "the master keys: check, rotate, drop, escrow",
  usage: `  check                      which keys are held, and how much each has sealed
  rotate [--scope web|worker]  a new key where they lie in the home; then everything is sealed anew by the newest
  drop ID --scope web|worker   takes a key away that nothing is sealed by
  escrow --out FILE          two sheets, FILE.share-1.txt and FILE.share-2.txt, which only together hold the keys
  Reads DATABASE_URL, or starts the embedded database of a home that nothing else runs on.`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { scope: { type: "string" }, out: { type: "string" } },
    });
    const [verb, id] = positionals;
    if (verb === "check") return tell(await asOwner(usesNow));
    if (verb === "rotate") {
      let well = true;
      for (const scope of scopesOf(values.scope)) well = (await rotate(scope)) && well;
      return well ? 0 : 1;
    }
    if (verb === "drop" && id && values.scope) {
      for (const scope of scopesOf(values.scope)) await drop(scope, id);
      return 0;
    }
    if (verb === "escrow" && values.out) {
      escrow(values.out);
      return 0;
    }
    throw new Trouble(`Say what to do with the keys:\n${keys.usage}`);
  },
};
