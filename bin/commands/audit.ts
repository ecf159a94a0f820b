import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { homeFolder, env as settings } from "@/bin/env";
import { deployedSecrets, originFor, urlOf } from "@/bin/stack/addresses";
import { ensureClient } from "@/bin/stack/build";
import { type Command, say, Trouble } from "@/bin/stack/command";
import { program, runTool } from "@/bin/stack/run-tool";
import { workerSettings } from "@/bin/stack/settings";
import { runVerify } from "@/lib/audit/verify.mjs";
import { auditKeyFile } from "@/lib/platform/secrets";

/** Runs the part that needs the database, under the worker's and the sealer's roles. */
async function onLog(...args: string[]): Promise<number> {
  await ensureClient();
  const env = workerSettings({
    secrets: deployedSecrets("worker"),
    urls: { worker: urlOf("worker"), sealer: urlOf("sealer") },
    dispatch: settings.HOLDFAST_DISPATCH ?? "web",
    origin: originFor(3000),
    mode: "production",
    demo: false,
    cloud: {},
  });
  const { code } = await runTool(program("bin/programs/audit.ts", ...args), { env, show: true });
  return code;
}

function exportBundle(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { out: { type: "string" } } });
  if (!values.out) throw new Trouble("Name the file with --out, for example --out log.holdfastaudit.");
  if (fs.existsSync(values.out)) throw new Trouble(`${values.out} is there already; choose another name.`);
  return onLog("export", "--out", path.resolve(values.out));
}

function rotateKey(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { to: { type: "string" } } });
  if (values.to) return onLog("rotate-key", "--to", path.resolve(values.to));
  if (settings.HOLDFAST_AUDIT_KEY)
    throw new Trouble("HOLDFAST_AUDIT_KEY is set, so the next key is yours to make: name its PEM file with --to.");
  return onLog("rotate-key", "--file", auditKeyFile(homeFolder));
}

function erasePerson(args: string[]): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [person] = positionals;
  if (!person) throw new Trouble("Name the person by their id, as their page's address does.");
  return onLog("erase-person", "--person", person);
}

const verbs: Record<string, (args: string[]) => Promise<number>> = {
  verify: (args) => runVerify(args, say),
  export: exportBundle,
  "rotate-key": rotateKey,
  "erase-person": erasePerson,
  key: () => onLog("key"),
};

export const audit: Command = {
  summary: "the audit log: verify a bundle, export one, rotate the signing key, erase a person",
  usage: `  verify --bundle FILE    checks a bundle; needs no database (verify alone lists its options)
  export --out FILE       the whole sealed log as a bundle
  key                     the keys that sign the log, oldest first, as verifier keys
  rotate-key              a new signing key, handed over by the old one
    --to FILE             … to this PEM key, where the key comes from HOLDFAST_AUDIT_KEY
  erase-person ID         forgets name and address of somebody who was shut out; hashes hold`,
  async run([verb = "", ...args]) {
    const work = verbs[verb];
    if (!work) throw new Trouble(`There is no "audit ${verb}". There are: ${Object.keys(verbs).join(", ")}.`);
    return work(args);
  },
};
