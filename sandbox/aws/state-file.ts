import fs from "node:fs";
import path from "node:path";
import type { World } from "@/sandbox/aws/world";

/** The world that an earlier start saved, or null where there is none. */
export function loadWorld(file: string): World | null {
  if (!fs.existsSync(file)) return null;
  const world = JSON.parse(fs.readFileSync(file, "utf8")) as World;
  if (world.version !== 1)
    throw new Error(`${file} was written by another version of the sandbox; delete it to start afresh.`);
  return world;
}

/** Saves the world so that a crash leaves either the old state or the new one. */
export function saveWorld(file: string, world: World): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.new`;
  fs.writeFileSync(draft, JSON.stringify(world), { mode: 0o600, flush: true });
  fs.renameSync(draft, file);
}
