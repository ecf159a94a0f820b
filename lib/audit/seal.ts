import "server-only";
import type { KeyObject } from "node:crypto";
import pg from "pg";
import { env } from "@/lib/platform/env";
import { type Signer, sealingKey, signerOf } from "./keys";
import { isUrgent, readBody } from "./rules";
import { append, type CompactRange, checkpointText, emptyRange, handoverText, leafHash, rootOf } from "./verify.mjs";

/** One sealer at a time in the whole installation. */
const sealerLock = 7_240_113;
const mostARun = 1_000;

const kept = globalThis as { holdfastSealer?: pg.Pool };

/** The sealer's own way into the database: the only role that may write leaves, checkpoints, keys and anchors. */
export function sealerPool(): pg.Pool {
  if (kept.holdfastSealer) return kept.holdfastSealer;
  if (!env.HOLDFAST_DB_SEALER_URL)
    throw new Error("HOLDFAST_DB_SEALER_URL is not set: the audit log cannot be sealed.");
  const pool = new pg.Pool({
    connectionString: env.HOLDFAST_DB_SEALER_URL,
    // One connection seals, the other anchors, so that a slow place outside holds nothing back.
    max: 2,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
  });
  // A broken idle connection is replaced at the next run; unheard, its error would end the process.
  pool.on("error", () => undefined);
  kept.holdfastSealer = pool;
  return pool;
}

type Pending = { id: string; body: string };
type Head = { size: string; frontier: Buffer[] };

/** The name of this installation's log: in every checkpoint, and of every key. */
async function originOf(client: pg.PoolClient): Promise<string> {
  const { rows } = await client.query<{ id: string }>("select install_id::text as id from installation");
  const [row] = rows;
  if (!row) throw new Error("The installation has no id: migrate the database first.");
  return `holdfast.audit/${row.id}`;
}

async function headOf(client: pg.PoolClient): Promise<CompactRange> {
  const { rows } = await client.query<Head>(
    "select c.size::text as size, c.frontier from audit_checkpoints c order by c.size desc limit 1",
  );
  const [head] = rows;
  return head ? { size: Number(head.size), frontier: head.frontier } : emptyRange;
}

async function newestKey(client: pg.PoolClient): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    "select k.id from audit_keys k where not exists (select 1 from audit_keys s where s.previous_id = k.id)",
  );
  return rows[0]?.id ?? null;
}

async function writeKey(
  client: pg.PoolClient,
  key: Signer,
  size: number,
  handedOver: { by: string; note: string } | null,
): Promise<void> {
  await client.query(
    "insert into audit_keys (id, vkey, public_key, from_size, previous_id, handover) values ($1, $2, $3, $4, $5, $6)",
    [key.keyId, key.vkey, key.publicKey, size, handedOver?.by ?? null, handedOver?.note ?? null],
  );
}

/** Our key, if it is the one in force; the first one of a log puts itself in force. */
async function demandSigner(client: pg.PoolClient, origin: string, size: number): Promise<Signer> {
  const signer = signerOf(origin, sealingKey());
  const inForce = await newestKey(client);
  if (inForce === null) await writeKey(client, signer, size, null);
  else if (inForce !== signer.keyId)
    throw new Error(
      `The audit log is signed by key ${inForce}, and this process holds ${signer.keyId}: give it the key in force.`,
    );
  return signer;
}

async function isMine(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_xact_lock($1) as mine", [sealerLock]);
  return rows[0]?.mine === true;
}

const waiting = `select e.id::text as id, e.body from audit_pending p join audit_events e on e.id = p.event_id
  order by e.ts, e.id limit $1`;

async function sealBatch(client: pg.PoolClient): Promise<{ sealed: number; size: number } | null> {
  if (!(await isMine(client))) return null;
  const { rows: pending } = await client.query<Pending>(waiting, [mostARun]);
  if (pending.length === 0) return null;
  const from = await headOf(client);
  // What is sealed is the text itself, whatever hash its writer claimed for it.
  const leaves = pending.map(({ body }) => leafHash(body));
  const range = append(from, leaves);
  const ids = pending.map(({ id }) => id);
  await client.query(
    `insert into audit_leaves (seq, event_id, leaf)
     select $1::bigint + n - 1, id, leaf from unnest($2::uuid[], $3::bytea[]) with ordinality as l (id, leaf, n)`,
    [from.size, ids, leaves],
  );
  // A canonical text begins with its action, so that few need be read whole.
  const urgent = pending.some(({ body }) => body.startsWith('{"action":"restore.') && isUrgent(readBody(body)));
  await writeCheckpoint(client, range, from.size, urgent);
  const { rowCount } = await client.query("delete from audit_pending where event_id = any($1::uuid[])", [ids]);
  if (rowCount !== ids.length) throw new Error(`Sealed ${ids.length} events, but ${rowCount} were waiting.`);
  return { sealed: ids.length, size: range.size };
}

async function writeCheckpoint(client: pg.PoolClient, range: CompactRange, before: number, urgent: boolean) {
  const origin = await originOf(client);
  const signer = await demandSigner(client, origin, before);
  const root = rootOf(range);
  const text = checkpointText(origin, range.size, root);
  await client.query(
    "insert into audit_checkpoints (size, root, frontier, note, urgent) values ($1, $2, $3::bytea[], $4, $5)",
    [range.size, root, range.frontier, `${text}\n${signer.sign(text)}`, urgent],
  );
}

/** One transaction on the sealer's connection. */
export async function asSealer<Value>(work: (client: pg.PoolClient) => Promise<Value>): Promise<Value> {
  const client = await sealerPool().connect();
  try {
    await client.query("begin");
    const done = await work(client);
    await client.query("commit");
    client.release();
    return done;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    client.release(true);
    throw error;
  }
}

/**
 * Puts waiting events into the Merkle tree, a thousand at most: leaves, signed new head and emptied queue in one
 * transaction, so that a crash at any point repeats safely. Order is the order of sealing; events that commit late land
 * in a later batch. Answers how many were sealed and how large the tree is now; null when nothing waited or another
 * sealer works.
 */
export const sealPending = (): Promise<{ sealed: number; size: number } | null> => asSealer(sealBatch);

/**
 * Puts a new key in force from the next head on: the key in force names it its successor, and it agrees. Answers both
 * ids; says so when the key is in force already.
 */
export function handOver(next: KeyObject): Promise<{ from: string; to: string; size: number } | "already"> {
  return asSealer(async (client) => {
    await client.query("select pg_advisory_xact_lock($1)", [sealerLock]);
    const origin = await originOf(client);
    const to = signerOf(origin, next);
    if ((await newestKey(client)) === to.keyId) return "already";
    const { size } = await headOf(client);
    const from = await demandSigner(client, origin, size);
    const text = handoverText({ origin, size, from, to, at: new Date().toISOString() });
    await writeKey(client, to, size, { by: from.keyId, note: `${text}\n${from.sign(text)}${to.sign(text)}` });
    return { from: from.keyId, to: to.keyId, size };
  });
}

/** Ends the sealer's connections; for processes that end. */
export async function closeSealer(): Promise<void> {
  await kept.holdfastSealer?.end();
  delete kept.holdfastSealer;
}
