import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { childEnv, env } from "@/bin/env";
import { say } from "@/bin/stack/command";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const macs = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The Chromium that browser tests drive: the named one, or the first in PATH. */
export function findChromium(): string | null {
  if (env.CHROMIUM_PATH) return fs.existsSync(env.CHROMIUM_PATH) ? env.CHROMIUM_PATH : null;
  const folders = env.PATH.split(path.delimiter).filter((folder) => folder !== "");
  const places = [...folders.flatMap((folder) => names.map((name) => path.join(folder, name))), ...macs];
  return places.find((place) => fs.existsSync(place)) ?? null;
}

/** Finds Chromium, or installs Debian's where we may; says why not when there is none. */
export function demandChromium(): { place: string } | { missing: string } {
  const found = findChromium();
  if (found) return { place: found };
  const named = "Chromium is missing: install it (Debian: apt-get install chromium) or name one in CHROMIUM_PATH.";
  if (env.CHROMIUM_PATH) return { missing: `CHROMIUM_PATH names ${env.CHROMIUM_PATH}, which is not there.` };
  if (process.getuid?.() !== 0 || !fs.existsSync("/etc/debian_version")) return { missing: named };
  say("Installing Debian's Chromium …");
  const options = { stdio: "ignore" as const, env: childEnv({ DEBIAN_FRONTEND: "noninteractive" }) };
  spawnSync("apt-get", ["update", "-q"], options);
  const installed = spawnSync("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium"], options);
  const place = findChromium();
  return installed.status === 0 && place ? { place } : { missing: `apt-get could not install Chromium. ${named}` };
}
