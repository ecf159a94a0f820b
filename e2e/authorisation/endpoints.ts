import fs from "node:fs";
import path from "node:path";
import { z } from "zod";

/** The address of a file below app/, without its groups: "(console)/systems/[systemId]/page.tsx" is "/systems/[systemId]". */
const addressOf = (file: string): string => {
  const parts = path.posix
    .dirname(file)
    .split("/")
    .filter((part) => part !== "." && !/^\(.*\)$/.test(part));
  return `/${parts.join("/")}`;
};

const filesNamed = (name: string): string[] =>
  fs
    .readdirSync("app", { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll(path.sep, "/"))
    .filter((file) => path.posix.basename(file) === name)
    .sort();

/** Every page of the application. */
export const listPages = (): string[] => filesNamed("page.tsx").map(addressOf);

const methodShape = /\b(?:export (?:async )?(?:function|const) |as )(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\b/g;

/** Every route handler, as "METHOD /address". */
export const listRoutes = (): string[] =>
  filesNamed("route.ts").flatMap((file) =>
    [...fs.readFileSync(path.join("app", file), "utf8").matchAll(methodShape)].map(
      ([, method]) => `${method} ${addressOf(file)}`,
    ),
  );

const isActionFile = (text: string) => /^\s*["']use server["']/.test(text);

/** Every exported server action, as "folder#name". */
export function listActions(): string[] {
  const files = fs.globSync("{app,components,lib}/**/*.{ts,tsx}").map((file) => file.replaceAll(path.sep, "/"));
  return files.sort().flatMap((file) => {
    const text = fs.readFileSync(file, "utf8");
    if (!isActionFile(text)) return [];
    return [...text.matchAll(/^export (?:async )?(?:function|const) (\w+)/gm)].map(([, name]) =>
      keyOf(file, name ?? ""),
    );
  });
}

const keyOf = (file: string, name: string) =>
  `${addressOf(file.replace(/^app\//, ""))
    .slice(1)
    .replace(/^$/, ".")}#${name}`;

const manifest = z.object({
  node: z.record(
    z.string(),
    z.object({ workers: z.record(z.string(), z.unknown()), filename: z.string(), exportedName: z.string() }),
  ),
});

/** How the running build knows an action: its number, and the pages that may send it. */
export type ServedAction = { key: string; id: string; pages: string[] };

/** The actions of the build that serves, by their own name; those that no page uses are not among them. */
export function listServedActions(): ServedAction[] {
  const { node } = manifest.parse(JSON.parse(fs.readFileSync(".next/server/server-reference-manifest.json", "utf8")));
  return Object.entries(node).map(([id, { workers, filename, exportedName }]) => ({
    key: keyOf(filename, exportedName),
    id,
    pages: Object.keys(workers)
      .map((worker) => addressOf(worker.replace(/^app\//, "")))
      .sort(),
  }));
}
