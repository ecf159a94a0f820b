import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { checkEscrow } from "@/bin/commands/escrow-check";
import { homeFolder } from "@/bin/env";
import { givenOwnerUrl } from "@/bin/stack/addresses";
import { findChromium } from "@/bin/stack/chromium";
import { type Command, say } from "@/bin/stack/command";
import { openOwnDatabase } from "@/bin/stack/database";
import { isPortFree } from "@/bin/stack/ports";
import { checkDatabase } from "@/lib/platform/migrate";

type Finding = { verdict: "ok" | "note" | "bad"; what: string };

const ok = (what: string): Finding => ({ verdict: "ok", what });
const note = (what: string): Finding => ({ verdict: "note", what });
const bad = (what: string): Finding => ({ verdict: "bad", what });

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function checkNode(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  return major >= 24 ? ok(`Node ${process.version}`) : bad(`Node ${process.version}: 24 or newer is needed`);
}

function checkHome(): Finding {
  try {
    fs.mkdirSync(homeFolder, { recursive: true });
    fs.accessSync(homeFolder, fs.constants.W_OK);
    const secrets = path.join(homeFolder, "secrets/installation.json");
    if (process.platform !== "win32" && fs.existsSync(secrets) && (fs.statSync(secrets).mode & 0o077) !== 0)
      return bad(`${secrets} can be read by others: chmod 600 it`);
    return ok(`home ${homeFolder}`);
  } catch (error) {
    return bad(`home ${homeFolder} cannot be written (${wordsOf(error)}): set HOLDFAST_HOME`);
  }
}

/** Starts a throw-away server rather than believing that one would start. */
async function checkEmbedded(): Promise<Finding> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-doctor-"));
  fs.chmodSync(place, 0o755);
  try {
    const server = await openOwnDatabase({ dataDir: path.join(place, "postgres"), durable: false });
    await server.stop();
    return ok("the embedded PostgreSQL starts and stops");
  } catch (error) {
    return bad(`the embedded PostgreSQL does not start: ${wordsOf(error)}`);
  } finally {
    fs.rmSync(place, { recursive: true, force: true });
  }
}

const lateSeconds = 60;

/** The audit log of the given database: whether the sealer keeps up, and whether heads reach a place outside. */
async function checkAuditLog(): Promise<Finding> {
  const owner = givenOwnerUrl();
  if (!owner) return note("the audit log is looked at where DATABASE_URL names its database");
  const client = new Client({ connectionString: owner, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ lag: number; anchors: number; failing: number }>(
      `select coalesce(extract(epoch from clock_timestamp() - min(e.ts)), 0)::float8 as lag,
         (select count(*)::int from audit_anchor_targets where active) as anchors,
         (select count(*)::int from audit_anchor_targets where active and failures > 0) as failing
       from audit_pending p join audit_events e on e.id = p.event_id`,
    );
    return auditFinding(rows[0] ?? { lag: 0, anchors: 0, failing: 0 });
  } catch {
    return note("the audit log cannot be looked at: the database is not there or not at this version");
  } finally {
    await client.end().catch(() => undefined);
  }
}

function auditFinding({ lag, anchors, failing }: { lag: number; anchors: number; failing: number }): Finding {
  if (lag > lateSeconds)
    return bad(`the audit log's oldest unsealed event has waited ${Math.round(lag)} s: is the worker running?`);
  if (failing > 0) return bad(`${failing} of ${anchors} anchors of the audit log fail: the page of its seal says why`);
  return anchors === 0
    ? note("the audit log is sealed, and not anchored outside (HOLDFAST_AUDIT_ANCHORS)")
    : ok(`the audit log is sealed, and anchored at ${anchors === 1 ? "one place" : `${anchors} places`}`);
}

async function checkGivenDatabase(): Promise<Finding> {
  const owner = givenOwnerUrl();
  if (!owner) return note("DATABASE_URL is not set: `npm start` would use the embedded PostgreSQL");
  try {
    const state = await checkDatabase(owner);
    if (state === "current") return ok("the database of DATABASE_URL is at this version");
    return note(`the database of DATABASE_URL is ${state}: \`npm run holdfast -- migrate\` brings it here`);
  } catch (error) {
    return bad(wordsOf(error));
  }
}

function checkGit(): Finding {
  try {
    return ok(execFileSync("git", ["--version"], { encoding: "utf8" }).trim());
  } catch {
    return note("git is not there: needed only for `migrate --draft` and the lint");
  }
}

function checkChromium(): Finding {
  const found = findChromium();
  return found
    ? ok(`Chromium ${found}`)
    : note("Chromium is not there: the browser tests need it (CHROMIUM_PATH names one)");
}

const checkPort = async (): Promise<Finding> =>
  (await isPortFree(3000)) ? ok("port 3000 is free") : note("port 3000 is taken: start with --port");

const signs = { ok: "✓", note: "·", bad: "✗" } as const;

export const doctor: Command = {
  summary: "what works on this machine and what does not",
  usage: `  (nothing)
  --escrow-check SHARE-1 SHARE-2   whether the two sheets of an escrow open everything that is sealed`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { "escrow-check": { type: "boolean" } },
    });
    if (values["escrow-check"]) return checkEscrow(positionals);
    const checks = [
      checkNode,
      checkHome,
      checkGit,
      checkChromium,
      checkPort,
      checkGivenDatabase,
      checkAuditLog,
      checkEmbedded,
    ];
    let sick = false;
    for (const check of checks) {
      const { verdict, what } = await check();
      sick ||= verdict === "bad";
      say(`${signs[verdict]} ${what}`);
    }
    return sick ? 1 : 0;
  },
};
