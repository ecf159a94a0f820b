import "server-only";
import { Client } from "pg";

export type Reach = { host: string; port: number; databaseName: string; user: string; password: string };

/** What one statement answered: a single value as text, null for SQL's null, or why there is none. */
export type Answered = { ok: true; value: string | null } | { ok: false; message: string };

export type Ask = (sql: string) => Promise<Answered>;

const connectMs = 10_000;
const statementMs = 30_000;
const longest = 400;

/**
 * Opens somebody else's PostgreSQL database, such as a restored one, to ask it questions: each in a read-only
 * transaction of its own with 30 s to answer. Throws only when it cannot be reached at all.
 */
export async function withProbe<T>(reach: Reach, work: (ask: Ask) => Promise<T>): Promise<T> {
  const client = new Client({
    host: reach.host,
    port: reach.port,
    database: reach.databaseName,
    user: reach.user,
    password: reach.password,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: statementMs + 5_000,
    application_name: "holdfast validation",
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work((sql) => askOne(client, sql));
  } finally {
    await client.end();
  }
}

/** Sent by the extended protocol, in which a text is one statement whatever it holds. */
const oneStatement = (text: string) => ({ text, queryMode: "extended" });

async function askOne(client: Client, sql: string): Promise<Answered> {
  try {
    await client.query("begin read only");
    // A cursor takes one query and no more, and of its answer only what is looked at travels here.
    await client.query(oneStatement(`declare answer no scroll cursor for ${sql.replace(/;\s*$/, "")}`));
    const { rows, fields } = await client.query({ text: "fetch 2 from answer", rowMode: "array" });
    if (rows.length !== 1 || fields.length !== 1) {
      const many = rows.length > 1 ? "several rows" : `${rows.length} rows`;
      return { ok: false, message: `It answered ${many} of ${fields.length} values; one value is wanted.` };
    }
    return { ok: true, value: asText(rows[0]?.[0]) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message.slice(0, longest) : "It did not answer." };
  } finally {
    await client.query("rollback").catch(() => undefined);
  }
}

const asText = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value.subarray(0, longest / 2 - 1)).toString("hex")}`;
  return (typeof value === "object" ? JSON.stringify(value) : String(value)).slice(0, longest);
};
