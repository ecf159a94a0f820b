import { Client, escapeIdentifier } from "pg";
import { type EmbeddedServer, startEmbedded } from "@/lib/platform/embedded-postgres";

const databaseName = "holdfast";

export type OwnDatabase = {
  /** The superuser's address of the server itself. */
  adminUrl: string;
  /** The owner's address of Holdfast's database. */
  ownerUrl: string;
  stop(): Promise<void>;
};

async function onServer<Value>(url: string, work: (client: Client) => Promise<Value>): Promise<Value> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function createDatabase(adminUrl: string): Promise<void> {
  await onServer(adminUrl, async (client) => {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [databaseName]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(databaseName)}`);
  });
}

/** Removes every database of an embedded server, ours and the pretend cloud's. */
async function emptyServer(adminUrl: string): Promise<void> {
  await onServer(adminUrl, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "select datname as name from pg_database where not datistemplate and datname <> 'postgres'",
    );
    for (const { name } of rows) await client.query(`drop database ${escapeIdentifier(name)} with (force)`);
  });
}

/** Starts the PostgreSQL that npm brought, with a database for Holdfast in it. */
export async function openOwnDatabase(options: {
  dataDir: string;
  port?: number;
  durable: boolean;
  fresh?: boolean;
}): Promise<OwnDatabase> {
  const server: EmbeddedServer = await startEmbedded({
    dataDir: options.dataDir,
    durable: options.durable,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  try {
    if (options.fresh) await emptyServer(server.url);
    await createDatabase(server.url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const owner = new URL(server.url);
  owner.pathname = `/${databaseName}`;
  return { adminUrl: server.url, ownerUrl: owner.href, stop: () => server.stop() };
}
