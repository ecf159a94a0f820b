import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Trouble } from "@/bin/stack/command";

export type Home = {
  /** Writes a child down, so that a start after a crash can end what was left behind. */
  remember(this: void, pid: number, name: string): void;
  release(): void;
};

const readProc = (pid: number, what: "cmdline" | "comm"): string => fs.readFileSync(`/proc/${pid}/${what}`, "utf8");

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether this is a start of ours; where the system does not tell, whoever lives under the number is believed to be. */
function isOurStart(pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  try {
    return readProc(pid, "cmdline").includes("holdfast.ts");
  } catch {
    return false;
  }
}

/** A Node program that was started in this very folder; elsewhere than on Linux nobody is ended on suspicion. */
function isOurChild(pid: number): boolean {
  if (process.platform !== "linux" || !isAlive(pid)) return false;
  try {
    return (
      fs.readlinkSync(`/proc/${pid}/cwd`) === process.cwd() &&
      /^(node|next-server|MainThread)/.test(readProc(pid, "comm"))
    );
  } catch {
    return false;
  }
}

async function endLeftovers(pids: readonly number[]): Promise<void> {
  const left = pids.filter(isOurChild);
  for (const pid of left) process.kill(pid, "SIGTERM");
  for (let tries = 0; tries < 50 && left.some(isAlive); tries++) await pause(100);
  for (const pid of left.filter(isOurChild)) process.kill(pid, "SIGKILL");
}

/** Takes a home for this process alone, because two starts on one home would fight over its data. */
export async function claimHome(place: string): Promise<Home> {
  fs.mkdirSync(place, { recursive: true });
  const file = path.join(place, "running.pid");
  const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : [];
  const [starter = 0, ...children] = lines.map((line) => Number(line.split(" ")[0]));
  if (starter > 0 && starter !== process.pid && isOurStart(starter))
    throw new Trouble(
      `Holdfast already runs on ${place} (process ${starter}). Stop it first, or set HOLDFAST_HOME to another folder.`,
    );
  await endLeftovers(children.filter((pid) => pid > 0));
  fs.writeFileSync(file, String(process.pid));
  return {
    remember: (pid, name) => fs.appendFileSync(file, `\n${pid} ${name}`),
    release: () => fs.rmSync(file, { force: true }),
  };
}
