import { Client } from "pg";
import { type KeyScope, type MasterKey, rewrapWith, unsealWith } from "./master-keys";

export type SealedColumn = { scope: KeyScope; table: string; column: string };

/** Every column that holds sealed values. A test compares this with the database, so that none is forgotten by a rotation. */
export const sealedColumns: readonly SealedColumn[] = [
  { scope: "web", table: "factors", column: "sealed_secret" },
  { scope: "worker", table: "connections", column: "sealed_probe" },
];

export type Keys = Partial<Record<KeyScope, readonly MasterKey[]>>;

/** How many values one master key of a scope has wrapped. */
export type Use = { scope: KeyScope; keyId: string; count: number };

const batchSize = 200;

/** Opens a database for the work on its sealed values, and closes it after. */
export async function withSealedValues<Value>(url: string, work: (client: Client) => Promise<Value>): Promise<Value> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000, statement_timeout: 60_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function mayRead(client: Client, { table, column }: SealedColumn): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>("select has_column_privilege($1, $2, 'select') as may", [
    table,
    column,
  ]);
  return rows[0]?.may === true;
}

/** Which keys wrap what is sealed, as far as this role may see; the key's name is part of a sealed value. */
export async function countUses(client: Client, scopes: readonly KeyScope[]): Promise<Use[]> {
  const uses = new Map<string, Use>();
  for (const sealed of sealedColumns.filter(({ scope }) => scopes.includes(scope))) {
    if (!(await mayRead(client, sealed))) continue;
    const { scope, table, column } = sealed;
    const { rows } = await client.query<{ id: string; count: number }>(
      `select split_part(${column}, '.', 2) as id, count(*)::int as count from ${table} where ${column} is not null group by 1`,
    );
    for (const { id, count } of rows) {
      const known = uses.get(`${scope}:${id}`)?.count ?? 0;
      uses.set(`${scope}:${id}`, { scope, keyId: id, count: known + count });
    }
  }
  return [...uses.values()].sort((a, b) => `${a.scope}${a.keyId}`.localeCompare(`${b.scope}${b.keyId}`));
}

/** The uses whose key is not held: what is sealed by it stays closed. */
export const missingFrom = (uses: readonly Use[], keys: Keys): Use[] =>
  uses.filter(({ scope, keyId }) => !keys[scope]?.some(({ id }) => id === keyId));

type Row = { id: string; sealed: string };

async function readBatch(
  client: Client,
  { table, column }: SealedColumn,
  after: string,
  except: string | null,
): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `select id::text as id, ${column} as sealed from ${table}
     where ${column} is not null and ($2::text is null or split_part(${column}, '.', 2) <> $2) and id > $1::uuid
     order by id limit ${batchSize}`,
    [after, except],
  );
  return rows;
}

/** Every sealed value of a column, batch by batch; those that the named key has wrapped are left out. */
async function* walk(client: Client, sealed: SealedColumn, except: string | null): AsyncGenerator<Row> {
  let after = "00000000-0000-0000-0000-000000000000";
  for (
    let rows = await readBatch(client, sealed, after, except);
    ;
    rows = await readBatch(client, sealed, after, except)
  ) {
    yield* rows;
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
  }
}

const placeOf = ({ table, column }: SealedColumn, id: string) => `${table}:${column}:${id}`;

export type Rewrapped = { done: number; changedMeanwhile: number; closed: string[] };

/**
 * Wraps every value of a scope anew under its newest key. Each is one compare-and-set, so that it may be interrupted
 * anywhere, run again, and run while the application writes; what cannot be opened is named and left as it is.
 */
export async function rewrapAll(client: Client, scope: KeyScope, keys: readonly MasterKey[]): Promise<Rewrapped> {
  const result: Rewrapped = { done: 0, changedMeanwhile: 0, closed: [] };
  const newest = keys[0]?.id ?? "";
  for (const sealed of sealedColumns.filter((one) => one.scope === scope))
    for await (const row of walk(client, sealed, newest)) await rewrapOne(client, sealed, row, keys, result);
  return result;
}

async function rewrapOne(
  client: Client,
  sealed: SealedColumn,
  row: Row,
  keys: readonly MasterKey[],
  result: Rewrapped,
): Promise<void> {
  const place = placeOf(sealed, row.id);
  const next = attempt(() => rewrapWith(keys, place, row.sealed));
  if (next === null) {
    result.closed.push(place);
    return;
  }
  const { table, column } = sealed;
  const { rowCount } = await client.query(`update ${table} set ${column} = $1 where id = $2::uuid and ${column} = $3`, [
    next,
    row.id,
    row.sealed,
  ]);
  if (rowCount === 1) result.done += 1;
  else result.changedMeanwhile += 1;
}

function attempt(work: () => string): string | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** How many sealed values these keys open, of all there are. */
export async function countOpened(client: Client, keys: Keys): Promise<{ opened: number; all: number }> {
  let all = 0;
  let opened = 0;
  for (const sealed of sealedColumns)
    for await (const { id, sealed: value } of walk(client, sealed, null)) {
      all += 1;
      if (attempt(() => unsealWith(keys[sealed.scope] ?? [], placeOf(sealed, id), value)) !== null) opened += 1;
    }
  return { opened, all };
}
