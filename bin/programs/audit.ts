import { once } from "node:events";
import fs from "node:fs";
import { parseArgs } from "node:util";
import { bundleOf } from "@/lib/audit/bundle";
import { eraseNow } from "@/lib/audit/erase";
import { keyFromFile } from "@/lib/audit/keys";
import { writeDown } from "@/lib/audit/machine";
import { closeSealer, handOver } from "@/lib/audit/seal";
import { keysOf, sealedSize } from "@/lib/audit/sealed-log";
import { plural } from "@/lib/core/words";
import { closeDatabase, reader } from "@/lib/platform/db";
import { makeAuditKey } from "@/lib/platform/secrets";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes the whole sealed log into one file, for its owner's eyes. */
async function exportBundle(out: string): Promise<void> {
  const size = await sealedSize(reader);
  if (size === 0) throw new Error("Nothing is sealed yet: there is no log to export.");
  const file = fs.createWriteStream(out, { flags: "wx", mode: 0o600 });
  await once(file, "open");
  for await (const piece of bundleOf(reader, size, new Date())) if (!file.write(piece)) await once(file, "drain");
  file.end();
  await once(file, "finish");
  await writeDown("audit.export", ["audit", "export"], { format: "bundle", count: size, by: "console" });
  say(`${plural(size, "event")} written to ${out}.`);
}

/** The new key waits beside the old one until the handover is written; begun again, it ends what a crash left. */
async function rotateKey(file: string): Promise<void> {
  const waiting = `${file}.next`;
  if (!fs.existsSync(waiting)) makeAuditKey(waiting);
  const handover = await handOver(keyFromFile(waiting));
  fs.renameSync(waiting, file);
  if (handover === "already") return say("The new key was in force already; its file is in place now.");
  await writeDown("audit.rotate_key", ["audit", "key"], handover);
  say(`Key ${handover.to} signs from now on; ${handover.from} handed over after ${handover.size} events.`);
}

/** For a deployment whose key comes from its environment: the next one is in a file that somebody puts there. */
async function handOverTo(file: string): Promise<void> {
  const handover = await handOver(keyFromFile(file));
  if (handover === "already") return say("That key is in force already.");
  await writeDown("audit.rotate_key", ["audit", "key"], handover);
  say(`Key ${handover.to} signs from now on. Give it to the worker: until then nothing is sealed.`);
}

async function printKeys(): Promise<void> {
  for (const { vkey, createdAt } of await keysOf(reader)) say(`${vkey}  since ${createdAt.slice(0, 10)}`);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string" }, file: { type: "string" }, to: { type: "string" }, person: { type: "string" } },
});

const work: Record<string, () => Promise<void>> = {
  export: () => exportBundle(values.out ?? ""),
  "rotate-key": () => (values.to ? handOverTo(values.to) : rotateKey(values.file ?? "")),
  "erase-person": async () => say(await eraseNow(values.person ?? "")),
  key: printKeys,
};

try {
  await work[positionals[0] ?? ""]?.();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await closeSealer();
  await closeDatabase();
}
