import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, type SqlDriverAdapter } from "@prisma/driver-adapter-utils";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { PgBoss } from "pg-boss";
import { queueNames, queues } from "@/lib/queue/names";

export type DispatchMode = "web" | "worker";
export type RoleUrls = { app: string; worker: string; sealer: string };
type RolePasswords = { app: string; worker: string; sealer: string };

const folder = "prisma/migrations";
const day = 86_400;
/** The advisory lock that a migrating start holds. */
export const migrationLock = 7_240_110;

/** A database that we cannot work with, and what to do about it. */
export class DatabaseTrouble extends Error {
  override name = "DatabaseTrouble";
}

const names = () =>
  fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

/** Says whether this code and that database belong together. Throws DatabaseTrouble with the remedy when they do not. */
export async function checkDatabase(ownerUrl: string): Promise<"empty" | "behind" | "current"> {
  const client = await connectOwner(ownerUrl);
  try {
    const { rows: found } = await client.query("select to_regclass('public._prisma_migrations') is not null as there");
    if (!found[0]?.there) return "empty";
    const { rows } = await client.query<{ name: string; done: boolean }>(
      "select migration_name as name, finished_at is not null as done from _prisma_migrations where rolled_back_at is null",
    );
    const half = rows.find((row) => !row.done);
    if (half)
      throw new DatabaseTrouble(
        `The migration ${half.name} was begun and not finished. Restore the database from before it, or mend it by hand, mark it with "update _prisma_migrations set rolled_back_at = now() where migration_name = '${half.name}'", and start again.`,
      );
    const known = new Set(names());
    const newer = rows.find((row) => !known.has(row.name));
    if (newer)
      throw new DatabaseTrouble(
        `The database was migrated by a newer Holdfast (${newer.name}). Start that version, or restore the database from before it.`,
      );
    return rows.length === known.size ? "current" : "behind";
  } finally {
    await client.end();
  }
}

async function connectOwner(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, statement_timeout: 300_000 });
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { host, pathname } = new URL(url);
    const why = error instanceof Error ? error.message : String(error);
    throw new DatabaseTrouble(
      `PostgreSQL at ${host}${pathname} does not let us in: ${why}. Check DATABASE_URL, that the server runs, and that it takes connections from here.`,
    );
  }
}

/**
 * Brings a database to this version: pending migrations, the queue's own tables, the passwords of the running roles
 * and the right to dispatch. Holds an advisory lock, so that two starts at once migrate once. Answers the roles' URLs.
 */
export async function migrate(options: {
  ownerUrl: string;
  passwords: RolePasswords;
  dispatch: DispatchMode;
  /** How old a factor must be before it votes on the gravest requests; a day, but for the demo and tests. */
  factorCoolingSeconds?: number;
  say?: (line: string) => void;
}): Promise<RoleUrls> {
  const client = await connectOwner(options.ownerUrl);
  try {
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await checkDatabase(options.ownerUrl);
    const applied = await applyMigrations(options.ownerUrl);
    for (const name of applied) options.say?.(`applied ${name}`);
    await installQueue(options.ownerUrl);
    return await prepareRoles(client, options);
  } finally {
    await client.end();
  }
}

/** The adapter cuts scripts at every ";", which breaks functions and triggers: send them whole. */
const whole = (adapter: SqlDriverAdapter, run: (script: string) => Promise<unknown>) =>
  Object.assign(adapter, {
    async executeScript(script: string) {
      await run(script);
    },
  });

const engineBase = path.resolve("node_modules/@prisma/schema-engine-wasm");
let loaded: Promise<typeof import("@prisma/schema-engine-wasm")> | undefined;

/** Prisma's schema engine as WebAssembly: one instance a process, because its glue keeps its memory in a global. */
export function schemaEngine() {
  loaded ??= loadEngine();
  return loaded;
}

async function loadEngine() {
  const glue = await import(pathToFileURL(path.join(engineBase, "schema_engine_bg.js")).href);
  const module = new WebAssembly.Module(fs.readFileSync(path.join(engineBase, "schema_engine_bg.wasm")));
  const instance = new WebAssembly.Instance(module, { "./schema_engine_bg.js": glue });
  const start = instance.exports.__wbindgen_start;
  glue.__wbg_set_wasm(instance.exports);
  if (typeof start === "function") start();
  return glue;
}

async function applyMigrations(url: string): Promise<string[]> {
  const glue = await schemaEngine();
  const open: { end(): Promise<void> }[] = [];
  const connect = async () => {
    const scripts = new Client({ connectionString: url });
    await scripts.connect();
    const adapter = await new PrismaPg({ connectionString: url }).connect();
    open.push(scripts, { end: () => adapter.dispose() });
    return whole(adapter, (script) => scripts.query(script));
  };
  const factory = {
    provider: "postgres" as const,
    adapterName: "@prisma/adapter-pg",
    connect,
    connectToShadowDb: connect,
  };
  const engine = await glue.SchemaEngine.new(
    { datamodels: schemaFiles().map(({ path: at, content }) => [at, content]) },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  try {
    const answer = await engine.applyMigrations({
      migrationsList: listed(),
      filters: { externalTables: [], externalEnums: [] },
    });
    return answer.appliedMigrationNames;
  } finally {
    await Promise.all(open.map((connection) => connection.end()));
  }
}

const schemaFiles = () =>
  fs
    .readdirSync("prisma/schema")
    .filter((file) => file.endsWith(".prisma"))
    .map((file) => ({ path: `prisma/schema/${file}`, content: fs.readFileSync(`prisma/schema/${file}`, "utf8") }));

const listed = () => ({
  baseDir: folder,
  lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
  shadowDbInitScript: "",
  migrationDirectories: names().map((name) => ({
    path: name,
    migrationFile: {
      path: "migration.sql",
      content: { tag: "ok" as const, value: fs.readFileSync(path.join(folder, name, "migration.sql"), "utf8") },
    },
  })),
});

/** pg-boss keeps its tables in a schema of its own; it is laid here, as owner, and nowhere else (decisions 15). */
async function installQueue(url: string): Promise<void> {
  const boss = new PgBoss({ connectionString: url, supervise: false, schedule: false });
  boss.on("error", () => undefined);
  await boss.start();
  for (const name of queueNames) {
    if (await boss.getQueue(name)) continue;
    await boss.createQueue(name, queues[name]);
  }
  await boss.stop({ graceful: false });
}

/** What web holds where it makes the provider's calls and applies changes itself, and nowhere else (decisions 10). */
export const dispatchRights = [
  "execute on function apply_change(uuid)",
  "execute on function claim_restore_item(uuid, text, integer)",
  "update (state, state_at, attempt, lease_owner, lease_until, provider_job_ref, created_ref, percent, message, next_poll_at, finished_at) on restore_items",
];

async function prepareRoles(
  client: Client,
  {
    ownerUrl,
    passwords,
    dispatch,
    factorCoolingSeconds = day,
  }: { ownerUrl: string; passwords: RolePasswords; dispatch: DispatchMode; factorCoolingSeconds?: number },
): Promise<RoleUrls> {
  const database = new URL(ownerUrl).pathname.slice(1);
  const roleOf = (kind: keyof RolePasswords) => `holdfast_${kind}_${database}`;
  for (const kind of ["app", "worker", "sealer"] as const) {
    await client.query(`alter role ${escapeIdentifier(roleOf(kind))} login password ${escapeLiteral(passwords[kind])}`);
  }
  for (const kind of ["app", "worker"] as const) {
    const role = escapeIdentifier(roleOf(kind));
    await client.query(`grant usage on schema pgboss to ${role}`);
    await client.query(`grant select, insert, update, delete on all tables in schema pgboss to ${role}`);
    await client.query(`grant usage on all sequences in schema pgboss to ${role}`);
    await client.query(`grant execute on all functions in schema pgboss to ${role}`);
  }
  const app = escapeIdentifier(roleOf("app"));
  for (const right of dispatchRights)
    await client.query(dispatch === "web" ? `grant ${right} to ${app}` : `revoke ${right} from ${app}`);
  await client.query(
    `insert into installation (id, dispatch_mode, factor_cooling_seconds) values (true, $1, $2)
     on conflict (id) do update set dispatch_mode = excluded.dispatch_mode, factor_cooling_seconds = excluded.factor_cooling_seconds`,
    [dispatch, factorCoolingSeconds],
  );
  const urlOf = (kind: keyof RolePasswords) => {
    const url = new URL(ownerUrl);
    url.username = roleOf(kind);
    url.password = passwords[kind];
    return url.href;
  };
  return { app: urlOf("app"), worker: urlOf("worker"), sealer: urlOf("sealer") };
}
