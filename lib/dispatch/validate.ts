import "server-only";
import { Client } from "pg";
import { seconds } from "@/lib/core/time";
import { holds, type PlanAssertion } from "@/lib/restores/rules";

export type Answer = {
  name: string;
  sql: string;
  comparator: string;
  expected: string;
  actual: string | null;
  outcome: "passed" | "failed" | "error";
  message: string | null;
  durationMs: number;
};

export type Reach = { host: string; port: number; databaseName: string; user: string; password: string };

/**
 * Asks a restored PostgreSQL database every assertion, each in a read-only transaction of its own with 30 s to answer.
 * Throws only when the database cannot be reached at all.
 */
export async function askAssertions(reach: Reach, assertions: readonly PlanAssertion[]): Promise<Answer[]> {
  const client = new Client({
    host: reach.host,
    port: reach.port,
    database: reach.databaseName,
    user: reach.user,
    password: reach.password,
    connectionTimeoutMillis: seconds(10),
    statement_timeout: seconds(30),
    application_name: "holdfast validation",
  });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const answers: Answer[] = [];
    for (const assertion of assertions) answers.push(await ask(client, assertion));
    return answers;
  } finally {
    await client.end();
  }
}

async function ask(client: Client, assertion: PlanAssertion): Promise<Answer> {
  const began = Date.now();
  const done = (answer: Pick<Answer, "actual" | "outcome" | "message">): Answer => ({ ...assertion, ...answer, durationMs: Date.now() - began });
  try {
    await client.query("begin read only");
    const { rows, fields } = await client.query({ text: assertion.sql, rowMode: "array" });
    const value: unknown = rows[0]?.[0];
    if (rows.length !== 1 || fields.length !== 1)
      return done({ actual: null, outcome: "error", message: `It answered ${rows.length} rows of ${fields.length} values; one value is wanted.` });
    const actual = value === null ? null : value instanceof Date ? value.toISOString() : String(value).slice(0, 400);
    return done({ actual, outcome: holds(actual, assertion.comparator, assertion.expected) ? "passed" : "failed", message: null });
  } catch (error) {
    return done({ actual: null, outcome: "error", message: error instanceof Error ? error.message.slice(0, 400) : "It did not answer." });
  } finally {
    await client.query("rollback").catch(() => undefined);
  }
}
