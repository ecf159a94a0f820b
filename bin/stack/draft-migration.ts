import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";

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

async function openEngine(files: SchemaFile[]) {
  const base = path.resolve("node_modules/@prisma/schema-engine-wasm");
  const glue = await import(pathToFileURL(path.join(base, "schema_engine_bg.js")).href);
  const module = new WebAssembly.Module(fs.readFileSync(path.join(base, "schema_engine_bg.wasm")));
  const instance = new WebAssembly.Instance(module, { "./schema_engine_bg.js": glue });
  const begin = instance.exports.__wbindgen_start;
  glue.__wbg_set_wasm(instance.exports);
  if (typeof begin === "function") begin();
  // A comparison of schema with schema asks no database; the engine wants an adapter all the same.
  const connect = () => new PrismaPg({ connectionString: "postgres://none@127.0.0.1:1/none" }).connect();
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

/**
 * The SQL that leads from the committed schema files to today's. Reading a database back fails in the engine on
 * PostgreSQL 18, so schema is compared with schema.
 */
export async function diffSchemas(): Promise<string> {
  const [from, to] = [committedFiles(), presentFiles()];
  const engine = await openEngine(to);
  const { stdout } = await engine.diff({
    from: from.length > 0 ? { tag: "schemaDatamodel", files: from } : { tag: "empty" },
    to: { tag: "schemaDatamodel", files: to },
    script: true,
    shadowDatabaseUrl: null,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout ?? "";
}

/** Writes the difference as the next migration and answers its file; null when nothing changed. */
export async function draftMigration(name: string, now: Date): Promise<string | null> {
  const sql = await diffSchemas();
  if (sql.trim() === "" || sql.startsWith("-- This is an empty migration")) return null;
  const stamp = now.toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const folder = path.join(migrationsFolder, `${stamp}_${name}`);
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "migration.sql");
  fs.writeFileSync(file, sql);
  return file;
}
