import "server-only";
import { Refusal, refuse } from "@/lib/core/outcome";
import { db, type Tx } from "@/lib/platform/db";
import { type Actor, may } from "./permissions";

/**
 * The worker's own door: what a provider told us goes into observed tables, with one `sync_runs` row as its record
 * instead of an audit event for each row. PostgreSQL's grants keep it to those tables.
 */
export async function observe<Value>(
  actor: Actor,
  run: (tx: Tx) => Promise<Value>,
  timeoutMs = 60_000,
): Promise<Value> {
  if (actor.kind !== "job" || !may(actor, "estate:observe"))
    throw new Refusal(refuse("forbidden", "Only the worker writes down what providers say."));
  return db.$transaction(run, { timeout: timeoutMs });
}
