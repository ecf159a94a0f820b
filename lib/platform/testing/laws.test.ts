import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

type Sample = { law: string; file: string; source: string; rule: string; says: string };

const imports = (law: string, file: string, source: string, says: string): Sample => ({
  law,
  file,
  source,
  rule: "lint/style/noRestrictedImports",
  says,
});

const use = (from: string, name = "thing") => `import { ${name} } from "${from}";\nexport const used = ${name};\n`;

/** One or more ways to break each law, each in a place where the law holds. */
const violations: Sample[] = [
  imports("1", "lib/core/one.ts", use("@/lib/systems/rules"), "Law 1"),
  imports("1", "lib/core/two.ts", use("node:fs"), "Law 1"),
  imports("2", "lib/alpha/rules.ts", use("@/lib/platform/db"), "Law 2"),
  imports("2", "lib/beta/schema.ts", use("node:crypto"), "Law 2"),
  imports("2", "lib/gamma/rules.ts", use("./data"), "Law 2"),
  imports("2", "lib/access/permissions.ts", use("@/lib/systems/commands"), "Law 2"),
  imports("3", "lib/alpha/data.ts", use("@/lib/platform/db", "db"), "Law 3"),
  imports("3", "lib/alpha/commands.ts", use("@/lib/platform/prisma/client", "PrismaClient"), "Law 3"),
  imports("3", "lib/beta/commands.ts", use("next/cache"), "Law 3"),
  imports("3", "lib/beta/data.ts", use("@aws-sdk/client-backup"), "Law 5"),
  imports("3", "lib/gamma/commands.ts", use("@/lib/providers/registry"), "Law 4"),
  imports("3", "lib/gamma/data.ts", use("../alpha/data"), "Law 3"),
  imports("3", "lib/alpha/plan.ts", use("pg", "Client"), "Law 3"),
  imports("4", "lib/alpha/jobs.ts", use("next/headers"), "Law 4"),
  imports("4", "lib/beta/jobs.ts", use("@/lib/platform/db", "db"), "Law 4"),
  imports("4", "lib/worker/one.ts", use("@/app/page"), "does not know the screen"),
  imports("5", "lib/providers/aws/one.ts", use("@/lib/platform/db"), "Law 5"),
  imports("5", "lib/providers/aws/two.ts", use("@/lib/restores/commands"), "Law 5"),
  imports("6", "lib/alpha/queries.ts", use("@/lib/alpha/data"), "Law 6"),
  imports("6", "lib/beta/queries.ts", use("server-only"), "Law 6"),
  imports("7", "components/one.tsx", use("@/lib/systems/data"), "Law 7"),
  imports("7", "app/(console)/systems/_components/two.tsx", use("@/lib/platform/env"), "Law 7"),
  imports("7", "components/three.tsx", use("@/lib/access/command"), "Law 7"),
  imports("8", "app/one/page.tsx", use("@/lib/platform/db"), "Law 8"),
  imports("8", "app/two/page.tsx", use("@/lib/restores/jobs"), "Law 8"),
  imports("8", "app/three/page.tsx", use("@/lib/access/read"), "Law 8"),
  imports("8", "app/four/actions.ts", use("@/lib/queue/enqueue"), "Law 8"),
  imports("8", "app/six/page.tsx", use("@/lib/audit/record"), "Law 8"),
  imports("2", "lib/audit/rules.ts", use("@/lib/platform/db"), "Law 2"),
  imports("3", "lib/audit/data.ts", use("@/lib/platform/db", "db"), "Law 3"),
  imports("8", "app/five/deep/page.tsx", use("../../one/page"), "Law 8"),
  imports("programs", "bin/one.ts", use("@/components/ui/button"), "no screens"),
  imports("programs", "bench/one.ts", use("@/app/page"), "no screens"),
  imports("programs", "agent/one.ts", use("@/components/ui/button"), "no screens"),
  imports("programs", "sandbox/one.ts", use("@/app/page"), "no screens"),
  imports("programs", "sandbox/two.ts", use("@/lib/platform/db"), "know nothing of Holdfast"),
  {
    law: "9",
    file: "lib/alpha/any.ts",
    source: "export const take = (value: any) => value;\n",
    rule: "lint/suspicious/noExplicitAny",
    says: "any",
  },
  {
    law: "9",
    file: "lib/alpha/bang.ts",
    source: "export const first = (list: string[]) => list[0]!.length;\n",
    rule: "lint/style/noNonNullAssertion",
    says: "non-null",
  },
  {
    law: "9",
    file: "lib/alpha/index.ts",
    source: 'export { used } from "./plan";\nexport { take } from "./any";\n',
    rule: "lint/performance/noBarrelFile",
    says: "barrel",
  },
  {
    law: "9",
    file: "lib/alpha/floating.ts",
    source: "const work = async () => 1;\nexport function begin() {\n  work();\n}\n",
    rule: "lint/nursery/noFloatingPromises",
    says: "promise",
  },
  {
    law: "9",
    file: "lib/alpha/setting.ts",
    source: "export const home = process.env.HOME;\n",
    rule: "lint/style/noProcessEnv",
    says: "process.env",
  },
  {
    law: "9",
    file: "lib/alpha/round.ts",
    source: 'import { about } from "./about";\nexport const round = () => about();\n',
    rule: "lint/suspicious/noImportCycles",
    says: "cycle",
  },
];

/** The same places, obeying. */
const obedient: Record<string, string> = {
  "lib/core/clean.ts": "export const twice = (count: number) => count * 2;\n",
  "lib/clean/rules.ts": `${use("@/lib/core/outcome")}export type { Tier } from "@/lib/tiers/rules";\n`,
  "lib/clean/schema.ts": use("zod", "z"),
  "lib/clean/data.ts": `import type { Reader } from "@/lib/platform/db";\n${use("@/lib/access/read")}export type R = Reader;\n`,
  "lib/clean/commands.ts": `import type { Prisma } from "@/lib/platform/prisma/client";\n${use("@/lib/queue/enqueue")}export type P = Prisma.UserSelect;\n`,
  "lib/clean/jobs.ts": use("@/lib/providers/registry"),
  "lib/clean/queries.ts": use("@tanstack/react-query", "queryOptions"),
  "lib/providers/aws/clean.ts": use("@aws-sdk/client-backup"),
  "lib/auth/clean.ts": use("@/lib/platform/db", "db"),
  "lib/audit/clean.ts": use("@/lib/platform/db", "db"),
  "lib/access/clean.ts": use("@/lib/platform/db", "db"),
  "components/clean.tsx": use("@/lib/systems/rules"),
  "app/clean/page.tsx": `${use("@/lib/access/show", "show")}export type { Row } from "@/lib/systems/data";\n`,
  "app/clean/log/page.tsx": use("@/lib/audit/data"),
  "app/clean/actions.ts": use("@/lib/restores/jobs"),
  "bin/clean.ts": use("@/lib/platform/migrate"),
  "bin/env.ts": "export const home = process.env.HOME;\n",
  "sandbox/clean.ts": use("@/lib/platform/embedded-postgres"),
};

type Diagnostic = { severity: string; category: string; message: string; location: { path: string } };

const place = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-laws-"));
let diagnostics: Diagnostic[] = [];

const write = (file: string, source: string) => {
  fs.mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
  fs.writeFileSync(path.join(place, file), source);
};

const at = (file: string) =>
  diagnostics.filter(({ location }) => path.normalize(location.path) === path.normalize(file));

beforeAll(() => {
  for (const { file, source } of violations) write(file, source);
  for (const [file, source] of Object.entries(obedient)) write(file, source);
  write("lib/alpha/about.ts", 'import { round } from "./round";\nexport const about = () => round();\n');
  fs.copyFileSync(path.join(root, "biome.json"), path.join(place, "biome.json"));
  fs.copyFileSync(path.join(root, ".gitignore"), path.join(place, ".gitignore"));
  fs.copyFileSync(path.join(root, "tsconfig.json"), path.join(place, "tsconfig.json"));
  execFileSync("git", ["init", "-q"], { cwd: place });
  const { stdout } = spawnSync(
    process.execPath,
    [
      path.join(root, "node_modules/@biomejs/biome/bin/biome"),
      "lint",
      "--reporter=json",
      "--max-diagnostics=none",
      ".",
    ],
    { cwd: place, encoding: "utf8", maxBuffer: 50_000_000 },
  );
  diagnostics = JSON.parse(stdout.slice(stdout.indexOf("{"))).diagnostics;
}, 60_000);

afterAll(() => fs.rmSync(place, { recursive: true, force: true }));

describe("the nine laws", () => {
  it.each(violations)("law $law catches $file", ({ file, rule, says }) => {
    const caught = at(file).filter(({ category }) => category === rule);
    expect(caught.map(({ severity }) => severity)).toContain("error");
    expect(caught.map(({ message }) => message.toLowerCase()).join("\n")).toContain(says.toLowerCase());
  });

  it.each(Object.keys(obedient))("lets %s pass", (file) => {
    expect(at(file)).toEqual([]);
  });

  it("has a sample for every law", () => {
    expect([...new Set(violations.map(({ law }) => law))].sort()).toEqual([..."123456789", "programs"]);
  });
});
