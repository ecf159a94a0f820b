import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The project's own folder, for tests that read its source. */
export const projectRoot = fileURLToPath(new URL("../../..", import.meta.url));

/** The project's TypeScript below these folders, by path from the root; generated code is left out. */
export function listSources(...folders: string[]): string[] {
  return folders
    .flatMap((folder) => {
      const place = path.join(projectRoot, folder);
      if (!fs.existsSync(place)) return [];
      return fs.readdirSync(place, { recursive: true, encoding: "utf8" }).map((file) => path.posix.join(folder, file));
    })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith("lib/platform/prisma/"))
    .sort();
}

/** One source file's text. */
export const readSource = (file: string): string => fs.readFileSync(path.join(projectRoot, file), "utf8");

/** Files that exist only for tests. */
export const isTestFile = (file: string): boolean => /\.test\.tsx?$/.test(file) || file.includes("/testing/");

/** The environment of a process that a test starts. */
export const childEnv = (given: Record<string, string>): NodeJS.ProcessEnv => ({ ...process.env, ...given });
