import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { env } from "@/bin/env";
import { say, Trouble } from "@/bin/stack/command";
import { demandTool, tools } from "@/bin/stack/run-tool";

const client = "lib/platform/prisma";
const clientMark = `${client}/generated-from`;
const buildMark = ".next/built-from";

/** What `next build` reads; tests and programs beside the web server do not change it. */
const sources = [
  "app",
  "components",
  "lib",
  "public",
  "prisma/schema",
  "proxy.ts",
  "instrumentation.ts",
  "instrumentation-client.ts",
  "next.config.ts",
  "postcss.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];

const isSource = (file: string) => !file.includes(".test.") && !file.startsWith(client) && !file.includes("/testing/");

function listFiles(place: string): string[] {
  if (!fs.existsSync(place)) return [];
  if (fs.statSync(place).isFile()) return [place];
  return fs
    .readdirSync(place, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

function hashOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files.toSorted()) hash.update(file).update("\0").update(fs.readFileSync(file)).update("\0");
  return hash.digest("hex");
}

const readMark = (file: string) => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null);

/** Makes the database client anew where the schema has changed since. */
export async function ensureClient(): Promise<void> {
  if (env.HOLDFAST_PREBUILT === "1") return;
  const hash = hashOf(listFiles("prisma/schema"));
  if (readMark(clientMark) === hash && fs.existsSync(`${client}/client.ts`)) return;
  say("Generating the database client …");
  await demandTool("prisma generate", [tools.prisma, "generate"]);
  fs.writeFileSync(clientMark, hash);
}

/** Builds the web application where its sources have changed since. */
export async function ensureBuild(): Promise<void> {
  if (env.HOLDFAST_PREBUILT === "1") {
    if (fs.existsSync(".next/BUILD_ID")) return;
    throw new Trouble("HOLDFAST_PREBUILT says that the build lies here, but .next is not complete: build it first.");
  }
  await ensureClient();
  const hash = hashOf(sources.flatMap(listFiles).filter(isSource));
  if (readMark(buildMark) === hash && fs.existsSync(".next/BUILD_ID")) return;
  say("Building the web application (a minute or two the first time) …");
  // Turbopack's runtime loads its chunks without a Trusted Types policy, which our Content-Security-Policy demands.
  await demandTool("next build", [tools.next, "build", "--webpack"], { env: { NODE_ENV: "production" } });
  fs.writeFileSync(buildMark, hash);
}
