import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { openOwnDatabase } from "@/bin/stack/database";
import { schemaEngine } from "@/lib/platform/migrate";

const schemaFolder = "prisma/schema";
const migrationsFolder = "prisma/migrations";

type SchemaFile = { path: string; content: string };

const git = (...args: string[]) => execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** The schema as the last commit has it; nothing before the first commit. */
function committedFiles(): SchemaFile[] {
  try {
    const names = git("ls-tree", "--name-only", "HEAD", `${schemaFolder}/`).split("\n");
    return names
      .filter((name) => name.endsWith(".prisma"))
      .map((name) => ({ path: name, content: git("show", `HEAD:./${name}`) }));
  } catch {
    return [];
  }
}

const presentFiles = (): SchemaFile[] =>
  fs
    .readdirSync(schemaFolder)
    .filter((name) => name.endsWith(".prisma"))
    .map((name) => ({
      path: `${schemaFolder}/${name}`,
      content: fs.readFileSync(`${schemaFolder}/${name}`, "utf8"),
    }));

async function openEngine(files: SchemaFile[], url: string) {
  const glue = await schemaEngine();
  const connect = () => new PrismaPg({ connectionString: url }).connect();
  const factory = {
    provider: "postgres" as const,
    adapterName: "@prisma/adapter-pg",
    connect,
    connectToShadowDb: connect,
  };
  return glue.SchemaEngine.new(
    { datamodels: files.map(({ path: at, content }) => [at, content]) },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
}

/** The engine asks a server which PostgreSQL it writes for, so a throw-away one is started for it. */
async function withServer<Value>(work: (url: string) => Promise<Value>): Promise<Value> {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-draft-"));
  fs.chmodSync(place, 0o755);
  const server = await openOwnDatabase({ dataDir: path.join(place, "postgres"), durable: false });
  try {
    return await work(server.ownerUrl);
  } finally {
    await server.stop();
    fs.rmSync(place, { recursive: true, force: true });
  }
}

/**
 * The SQL that leads from the committed schema files to today's. Reading a database back fails in the engine on
 * PostgreSQL 18, so schema is compared with schema.
 */
async function diffSchemas(url: string): Promise<string> {
  const [from, to] = [committedFiles(), presentFiles()];
  const engine = await openEngine(to, url);
  const { stdout } = await engine.diff({
    from: from.length > 0 ? { tag: "schemaDatamodel", files: from } : { tag: "empty" },
    to: { tag: "schemaDatamodel", files: to },
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout ?? "";
}

/** Writes the difference as the next migration and answers its file; null when nothing changed. */
export async function draftMigration(name: string, now: Date): Promise<string | null> {
  const sql = await withServer(diffSchemas);
  if (sql.trim() === "" || sql.startsWith("-- This is an empty migration")) return null;
  const stamp = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const folder = path.join(migrationsFolder, `${stamp}_${name}`);
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "migration.sql");
  fs.writeFileSync(file, sql);
  return file;
}
