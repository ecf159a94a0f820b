import "server-only";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { Client, escapeIdentifier } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { databaseUrl } from "./env";

/** A value as COPY takes it. */
export type CopyValue = string | number | bigint | boolean | Date | null;

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const special = /[\0\\\t\n\r]/;
const everySpecial = new RegExp(special, "g");

/** One value in COPY's text format. PostgreSQL keeps no NUL in text, so it is left out. */
function spell(value: CopyValue): string {
  if (value === null) return "\\N";
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "string") return String(value);
  return special.test(value) ? value.replaceAll(everySpecial, (character) => escapes[character] ?? "") : value;
}

/** One row in COPY's text format. */
export const copyLine = (row: readonly CopyValue[]): string => `${row.map(spell).join("\t")}\n`;

export type Bulk = {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Streams rows into a table, at the server's pace. Answers how many. */
  copy(
    table: string,
    columns: readonly string[],
    pages: AsyncIterable<readonly (readonly CopyValue[])[]>,
  ): Promise<number>;
  transaction<Value>(run: () => Promise<Value>): Promise<Value>;
};

/** A connection of its own for large amounts (decisions 19), closed when the work is done. */
export async function inBulk<Value>(run: (bulk: Bulk) => Promise<Value>, statementTimeoutMs = 120_000): Promise<Value> {
  const client = new Client({
    connectionString: databaseUrl(),
    connectionTimeoutMillis: 10_000,
    options: `-c statement_timeout=${statementTimeoutMs}`,
  });
  await client.connect();
  try {
    return await run(bulkOn(client));
  } finally {
    await client.end();
  }
}

const bulkOn = (client: Client): Bulk => ({
  query: async (text, values = []) => (await client.query(text, [...values])).rows,
  async copy(table, columns, pages) {
    const stream = client.query(
      copyFrom(`copy ${escapeIdentifier(table)} (${columns.map(escapeIdentifier).join(", ")}) from stdin`),
    );
    const done = finished(stream);
    // A failing stream is told of by `done`, which is awaited last: until then nobody else may hear of it.
    done.catch(() => undefined);
    let count = 0;
    try {
      for await (const page of pages) {
        count += page.length;
        if (!stream.write(page.map(copyLine).join(""))) await Promise.race([once(stream, "drain"), done]);
      }
      stream.end();
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
      await done.catch(() => undefined);
      throw error;
    }
    await done;
    return count;
  },
  async transaction(run) {
    await client.query("begin");
    try {
      const value = await run();
      await client.query("commit");
      return value;
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
  },
});
