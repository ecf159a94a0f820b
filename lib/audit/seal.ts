import "server-only";
import pg from "pg";
import { env } from "@/lib/platform/env";
import { append, emptyRange, rootOf } from "./merkle";
import { readBody } from "./rules";

/** One sealer at a time in the whole installation. */
const sealerLock = 7_240_113;
const mostARun = 1_000;

const kept = globalThis as { holdfastSealer?: pg.Pool };

/** The sealer's own way into the database: the only role that may write leaves and checkpoints. */
function sealerPool(): pg.Pool {
  if (kept.holdfastSealer) return kept.holdfastSealer;
  if (!env.HOLDFAST_DB_SEALER_URL)
    throw new Error("HOLDFAST_DB_SEALER_URL is not set: the audit log cannot be sealed.");
  const pool = new pg.Pool({
    connectionString: env.HOLDFAST_DB_SEALER_URL,
    max: 1,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
  });
  // A broken idle connection is replaced at the next run; unheard, its error would end the process.
  pool.on("error", () => undefined);
  kept.holdfastSealer = pool;
  return pool;
}

type Pending = { id: string; leaf: Buffer; body: string };
type Head = { size: string; frontier: Buffer[] };

/** A head as text in the C2SP checkpoint form. */
export const checkpointText = (origin: string, size: number, root: Uint8Array): string =>
  `${origin}\n${size}\n${Buffer.from(root).toString("base64")}\n`;

const originOf = (body: string): string => `holdfast.audit/${readBody(body)?.install || "unnamed"}`;

async function sealBatch(client: pg.PoolClient): Promise<{ sealed: number; size: number } | null> {
  const { rows: locks } = await client.query<{ mine: boolean }>("select pg_try_advisory_xact_lock($1) as mine", [
    sealerLock,
  ]);
  if (!locks[0]?.mine) return null;
  const { rows: pending } = await client.query<Pending>(
    `select e.id::text as id, e.leaf, e.body from audit_pending p join audit_events e on e.id = p.event_id
     order by e.ts, e.id limit $1`,
    [mostARun],
  );
  const last = pending.at(-1);
  if (!last) return null;
  const { rows: heads } = await client.query<Head>(
    "select c.size::text as size, c.frontier from audit_checkpoints c order by c.size desc limit 1",
  );
  const [head] = heads;
  const from = head ? { size: Number(head.size), frontier: head.frontier } : emptyRange;
  const leaves = pending.map(({ leaf }) => leaf);
  const range = append(from, leaves);
  const root = rootOf(range);
  const ids = pending.map(({ id }) => id);
  await client.query(
    `insert into audit_leaves (seq, event_id, leaf)
     select $1::bigint + n - 1, id, leaf from unnest($2::uuid[], $3::bytea[]) with ordinality as l (id, leaf, n)`,
    [from.size, ids, leaves],
  );
  // Not signed yet: a signature line will follow the blank line that ends a C2SP note's text.
  const note = checkpointText(originOf(last.body), range.size, root);
  await client.query("insert into audit_checkpoints (size, root, frontier, note) values ($1, $2, $3::bytea[], $4)", [
    range.size,
    root,
    range.frontier,
    note,
  ]);
  const { rowCount } = await client.query("delete from audit_pending where event_id = any($1::uuid[])", [ids]);
  if (rowCount !== ids.length) throw new Error(`Sealed ${ids.length} events, but ${rowCount} were waiting.`);
  return { sealed: ids.length, size: range.size };
}

/**
 * Puts waiting events into the Merkle tree, a thousand at most: leaves, new head and emptied queue in one transaction,
 * so that a crash at any point repeats safely. Order is the order of sealing; events that commit late land in a later
 * batch. Answers how many were sealed and how large the tree is now; null when nothing waited or another sealer works.
 */
export async function sealPending(): Promise<{ sealed: number; size: number } | null> {
  const client = await sealerPool().connect();
  try {
    await client.query("begin");
    const done = await sealBatch(client);
    await client.query("commit");
    client.release();
    return done;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    client.release(true);
    throw error;
  }
}

/** Ends the sealer's connection; for processes that end. */
export async function closeSealer(): Promise<void> {
  await kept.holdfastSealer?.end();
  delete kept.holdfastSealer;
}
