import fs from "node:fs";
import path from "node:path";
import { Trouble } from "@/bin/stack/command";

/** Whether a process lives and is one of ours, as far as this system tells. */
function isOurs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== "linux") return true;
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("holdfast.ts");
  } catch {
    return false;
  }
}

/** Takes a home for this process alone; answers how to give it back. Two starts on one home would fight over its data. */
export function claimHome(place: string): () => void {
  fs.mkdirSync(place, { recursive: true });
  const file = path.join(place, "running.pid");
  const pid = fs.existsSync(file) ? Number(fs.readFileSync(file, "utf8")) : 0;
  if (pid > 0 && pid !== process.pid && isOurs(pid))
    throw new Trouble(
      `Holdfast already runs on ${place} (process ${pid}). Stop it first, or set HOLDFAST_HOME to another folder.`,
    );
  fs.writeFileSync(file, String(process.pid));
  return () => fs.rmSync(file, { force: true });
}
