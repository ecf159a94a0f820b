import type pg from "pg";
import { createArchive, findArchived, putAway } from "@/sandbox/aws/databases/archive";
import {
  type Change,
  copyChanges,
  createLog,
  type Origin,
  readChanges,
  readOrigin,
} from "@/sandbox/aws/databases/changes";
import { type AccidentKind, literalOf } from "@/sandbox/aws/databases/content";
import { contentOf } from "@/sandbox/aws/databases/contents";
import { advanceDatabase, fillDatabase } from "@/sandbox/aws/databases/materialise";
import {
  archiveNameOf,
  databaseNameOf,
  type Logins,
  loginsOf,
  namePrefixOf,
  saltOf,
} from "@/sandbox/aws/databases/names";
import { inTransaction, openServer, type Server } from "@/sandbox/aws/databases/server";
import type { DatabaseEndpoint, DatabaseRef } from "@/sandbox/aws/world";

/** Where a database is and how to read it; user and password are those of the read-only login. */
export type Endpoint = DatabaseEndpoint & { user: string; password: string };

/** The real PostgreSQL databases behind the sandbox's RDS and Aurora PostgreSQL resources. */
export type Databases = {
  /** Makes the live database exist and brings its rows up to `upTo`; it never goes back in time. */
  ensureLive(ref: DatabaseRef, upTo: Date): Promise<Endpoint>;
  /** Creates a new database with exactly the content that `source` had at `moment`. Fails if the target exists. */
  restore(order: { source: DatabaseRef; moment: Date; target: DatabaseRef }): Promise<Endpoint & { sizeBytes: number }>;
  /** Breaks the live database on purpose. Restores to a moment before `at` do not have it, later ones do. */
  breakLive(ref: DatabaseRef, accident: { at: Date; kind: AccidentKind }): Promise<void>;
  /** What is in the live database now. */
  stats(ref: DatabaseRef): Promise<{ tables: { name: string; rows: number }[]; sizeBytes: number }>;
  /** Removes the database; what people changed in it is kept, because its recovery points still know it. */
  drop(ref: DatabaseRef): Promise<void>;
  /** Removes every database of the estate and all memory of what people changed: the shelves of a world just built. */
  clear(): Promise<void>;
  /** The estate's logins: one that only reads, one that also writes as an application would. */
  logins: Logins;
  stop(): Promise<void>;
};

/** Opens the sandbox's databases on a PostgreSQL server where `adminUrl` may create databases and roles. */
export async function openDatabases(options: { adminUrl: string; seed: string }): Promise<Databases> {
  const { seed } = options;
  const server = openServer(options.adminUrl);
  const logins = loginsOf(seed);
  await server.connected(null, (client) => createLogins(client, logins));

  const endpointOf = (databaseName: string): Endpoint => ({
    host: server.host,
    port: server.port,
    databaseName,
    ...logins.probe,
  });

  const sourceAt = async (source: DatabaseRef, moment: Date): Promise<{ origin: Origin; changes: Change[] }> => {
    const databaseName = databaseNameOf(seed, source);
    if (await server.exists(databaseName))
      return server.connected(databaseName, async (client) => ({
        origin: await readOrigin(client),
        changes: await readChanges(client, moment),
      }));
    const archived = await findArchived(server, archiveNameOf(seed), databaseName, moment);
    return archived ?? { origin: originOf(seed, source), changes: [] };
  };

  const bringUp = async (ref: DatabaseRef, upTo: Date): Promise<Endpoint> => {
    const databaseName = databaseNameOf(seed, ref);
    if (await server.exists(databaseName)) await server.connected(databaseName, (client) => advance(client, upTo));
    else await build(server, databaseName, logins, { origin: originOf(seed, ref), changes: [] }, upTo);
    return endpointOf(databaseName);
  };

  const alone = <Value>(ref: DatabaseRef, work: () => Promise<Value>) => server.alone(databaseNameOf(seed, ref), work);

  return {
    logins,
    ensureLive: (ref, upTo) => alone(ref, () => bringUp(ref, upTo)),
    restore: ({ source, moment, target }) =>
      alone(target, async () => {
        const databaseName = databaseNameOf(seed, target);
        if (await server.exists(databaseName))
          throw new Error(`A database called ${target.identifier} already exists.`);
        const { origin, changes } = await sourceAt(source, moment);
        const frozenAt = origin.frozenAt !== null && origin.frozenAt < moment ? origin.frozenAt : moment;
        await build(server, databaseName, logins, { origin: { ...origin, frozenAt }, changes }, frozenAt);
        const sizeBytes = await server.connected(databaseName, measure);
        return { ...endpointOf(databaseName), sizeBytes };
      }),
    breakLive: (ref, accident) =>
      alone(ref, async () => {
        const { databaseName } = await bringUp(ref, accident.at);
        await server.connected(databaseName, (client) => breakDatabase(client, accident));
      }),
    stats: (ref) =>
      server.connected(databaseNameOf(seed, ref), async (client) => {
        const { kind } = await readOrigin(client);
        const tables: { name: string; rows: number }[] = [];
        for (const table of contentOf(kind).tables) {
          const { rows } = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM public.${table.name}`);
          tables.push({ name: table.name, rows: Number(rows[0]?.rows) });
        }
        return { tables, sizeBytes: await measure(client) };
      }),
    drop: (ref) =>
      alone(ref, async () => {
        const databaseName = databaseNameOf(seed, ref);
        if (!(await server.exists(databaseName))) return;
        const kept = await server.connected(databaseName, async (client) => ({
          origin: await readOrigin(client),
          changes: await readChanges(client, null),
        }));
        const archiveName = archiveNameOf(seed);
        await server.alone(archiveName, async () => {
          await createArchive(server, archiveName);
          await putAway(server, archiveName, databaseName, kept);
        });
        await server.connected(null, (client) => client.query(`DROP DATABASE ${databaseName} WITH (FORCE)`));
      }),
    clear: () =>
      server.connected(null, async (client) => {
        const { rows } = await client.query<{ name: string }>(
          "SELECT datname AS name FROM pg_database WHERE starts_with(datname, $1)",
          [namePrefixOf(seed)],
        );
        for (const { name } of rows) await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
      }),
    stop: () => server.close(),
  };
}

function originOf(seed: string, ref: DatabaseRef): Origin {
  return {
    kind: contentOf(ref.kind).kind,
    salt: saltOf(seed, ref),
    frozenAt: null,
  };
}

async function advance(client: pg.Client, upTo: Date): Promise<void> {
  const origin = await readOrigin(client);
  if (origin.frozenAt !== null || origin.upTo >= upTo) return;
  await inTransaction(client, () => advanceDatabase(client, origin, upTo));
}

/** Builds under another name and renames at the end, so that a database is either whole or not there. */
async function build(
  server: Server,
  databaseName: string,
  logins: Logins,
  source: { origin: Origin; changes: readonly Change[] },
  moment: Date,
): Promise<void> {
  const buildingName = `${databaseName}_new`;
  await server.connected(null, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${buildingName} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${buildingName} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`);
  });
  await server.connected(buildingName, (client) =>
    inTransaction(client, async () => {
      await createLog(client, source.origin, moment);
      await copyChanges(client, source.changes);
      await fillDatabase(client, source.origin, moment);
      await grantLogins(client, buildingName, logins);
    }),
  );
  await server.connected(null, (client) => client.query(`ALTER DATABASE ${buildingName} RENAME TO ${databaseName}`));
}

async function breakDatabase(client: pg.Client, accident: { at: Date; kind: AccidentKind }): Promise<void> {
  const { kind } = await readOrigin(client);
  await inTransaction(client, async () => {
    const noted = await client.query(
      "INSERT INTO sandbox.accidents (at, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING",
      [accident.at, accident.kind],
    );
    if (noted.rowCount === 0) return;
    await client.query("SELECT set_config('sandbox.now', $1, true)", [accident.at.toISOString()]);
    for (const statement of contentOf(kind).accidents[accident.kind])
      await client.query(statement.replaceAll("$at", literalOf(accident.at)));
  });
}

async function measure(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ size: string }>("SELECT pg_database_size(current_database()) AS size");
  return Number(rows[0]?.size);
}

async function createLogins(client: pg.Client, logins: Logins): Promise<void> {
  await inTransaction(client, async () => {
    // Two sandboxes of one estate may start at once, and a role cannot be altered by both.
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('sandbox.logins', 0))");
    for (const { user, password } of [logins.probe, logins.application]) {
      const known = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [user]);
      const verb = known.rowCount === 1 ? "ALTER" : "CREATE";
      await client.query(`${verb} ROLE ${user} LOGIN PASSWORD '${password}' NOSUPERUSER NOCREATEDB NOCREATEROLE`);
    }
    await client.query(`ALTER ROLE ${logins.probe.user} SET default_transaction_read_only = on`);
    await client.query(`ALTER ROLE ${logins.probe.user} SET statement_timeout = '60s'`);
  });
}

async function grantLogins(client: pg.Client, databaseName: string, logins: Logins): Promise<void> {
  const both = `${logins.probe.user}, ${logins.application.user}`;
  await client.query(`
    REVOKE CONNECT, TEMPORARY ON DATABASE ${databaseName} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${databaseName} TO ${both};
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO ${both};
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${both};
    GRANT INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA public TO ${logins.application.user}`);
}
