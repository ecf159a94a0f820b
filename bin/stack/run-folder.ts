import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** The name tells whose run it is. */
const ownerOf = (name: string) => Number(/^run-(\d+)-/.exec(name)?.[1] ?? 0);

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

const firstNumber = (file: string) => (fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8").split("\n")[0]) : 0);

/** A number outlives its process: only one that names this very folder is ours to stop. */
function servesFrom(pid: number, folder: string): boolean {
  if (process.platform !== "linux") return true;
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
  } catch {
    return false;
  }
}

/** Asks a database server that a killed run left behind to stop; the file is its own, in a folder of ours. */
async function stopServer(postmasterFile: string): Promise<void> {
  const pid = firstNumber(postmasterFile);
  if (!isAlive(pid) || !servesFrom(pid, path.dirname(postmasterFile))) return;
  process.kill(pid, "SIGINT");
  for (let tries = 0; tries < 100 && isAlive(pid); tries++) await pause(100);
}

async function removeRun(place: string): Promise<void> {
  for (const data of ["postgres", "home/demo/postgres"]) await stopServer(path.join(place, data, "postmaster.pid"));
  fs.rmSync(place, { recursive: true, force: true });
}

/** A folder for this run alone, so that two runs do not meet; what earlier, ended runs left behind is cleared away. */
export async function makeRunFolder(root: string): Promise<string> {
  fs.mkdirSync(root, { recursive: true });
  for (const entry of fs.readdirSync(root).filter((name) => name.startsWith("run-"))) {
    if (!isAlive(ownerOf(entry))) await removeRun(path.join(root, entry));
  }
  const place = fs.mkdtempSync(path.join(root, `run-${process.pid}-`));
  fs.chmodSync(place, 0o755);
  return place;
}
