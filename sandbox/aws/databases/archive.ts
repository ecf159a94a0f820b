import type { Change, Origin } from "@/sandbox/aws/databases/changes";
import type { Server } from "@/sandbox/aws/databases/server";

/** Makes the database that remembers dropped ones, where it is not there yet. */
export async function createArchive(server: Server, archiveName: string): Promise<void> {
  if (!(await server.exists(archiveName)))
    await server.connected(null, (client) =>
      client.query(`CREATE DATABASE ${archiveName} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`),
    );
  await server.connected(archiveName, (client) =>
    client.query(`CREATE TABLE IF NOT EXISTS dropped (database_name text PRIMARY KEY, origin jsonb NOT NULL,
      changes jsonb NOT NULL, dropped_at timestamptz NOT NULL DEFAULT now())`),
  );
}

/** Keeps what a dropped database was made of. */
export async function putAway(
  server: Server,
  archiveName: string,
  databaseName: string,
  kept: { origin: Origin; changes: readonly Change[] },
): Promise<void> {
  await server.connected(archiveName, (client) =>
    client.query(
      `INSERT INTO dropped (database_name, origin, changes) VALUES ($1, $2, $3)
       ON CONFLICT (database_name) DO UPDATE
       SET origin = EXCLUDED.origin, changes = EXCLUDED.changes, dropped_at = EXCLUDED.dropped_at`,
      [databaseName, JSON.stringify(kept.origin), JSON.stringify(kept.changes)],
    ),
  );
}

/** What a dropped database was made of up to a moment; null when none of that name was ever dropped. */
export async function findArchived(
  server: Server,
  archiveName: string,
  databaseName: string,
  moment: Date,
): Promise<{ origin: Origin; changes: Change[] } | null> {
  if (!(await server.exists(archiveName))) return null;
  const { rows } = await server.connected(archiveName, (client) =>
    client.query<{
      origin: Omit<Origin, "frozenAt"> & { frozenAt: string | null };
      changes: Change[];
    }>("SELECT origin, changes FROM dropped WHERE database_name = $1", [databaseName]),
  );
  const found = rows[0];
  if (!found) return null;
  const { frozenAt } = found.origin;
  return {
    origin: {
      ...found.origin,
      frozenAt: frozenAt === null ? null : new Date(frozenAt),
    },
    changes: found.changes.filter((change) => Date.parse(change.at) <= moment.getTime()),
  };
}
