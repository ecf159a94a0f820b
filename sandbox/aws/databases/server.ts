import pg from "pg";

/** One PostgreSQL server, seen with the rights to create databases and roles. */
export type Server = {
  host: string;
  port: number;
  /** Runs `work` on a connection of its own to the named database, or to the one of the URL. */
  connected<Value>(databaseName: string | null, work: (client: pg.Client) => Promise<Value>): Promise<Value>;
  exists(databaseName: string): Promise<boolean>;
  /** Runs one piece of work at a time for each key. */
  alone<Value>(key: string, work: () => Promise<Value>): Promise<Value>;
  /** Waits for what is under way; nothing new is begun. */
  close(): Promise<void>;
};

/** Opens the server behind an administrator's URL; the connection is tried on first use. */
export function openServer(adminUrl: string): Server {
  const url = new URL(adminUrl);
  const queues = new Map<string, Promise<unknown>>();
  let closed = false;

  const connected: Server["connected"] = async (databaseName, work) => {
    const target = new URL(adminUrl);
    if (databaseName !== null) target.pathname = `/${databaseName}`;
    const client = new pg.Client({
      connectionString: target.href,
      application_name: "holdfast-sandbox",
    });
    // A server that goes away between two queries must not end the process; the next query reports it.
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };

  return {
    host: url.hostname === "" ? "127.0.0.1" : url.hostname,
    port: url.port === "" ? 5432 : Number(url.port),
    connected,
    exists: (databaseName) =>
      connected(null, async (client) => {
        const found = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [databaseName]);
        return found.rowCount === 1;
      }),
    alone: (key, work) => {
      if (closed) return Promise.reject(new Error("The sandbox's databases are closed."));
      const before = queues.get(key) ?? Promise.resolve();
      const result = before.then(work);
      const settled = result.catch(() => undefined);
      queues.set(key, settled);
      void settled.then(() => {
        if (queues.get(key) === settled) queues.delete(key);
      });
      return result;
    },
    close: async () => {
      closed = true;
      await Promise.all(queues.values());
    },
  };
}

/** Runs `work` in a transaction. */
export async function inTransaction<Value>(client: pg.Client, work: () => Promise<Value>): Promise<Value> {
  await client.query("BEGIN");
  try {
    const value = await work();
    await client.query("COMMIT");
    return value;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
