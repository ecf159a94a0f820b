import type pg from "pg";
import type { Content, Table } from "@/sandbox/aws/databases/content";

/** Where a database's rows come from: a generator that runs on, or one that stopped when the database was restored. */
export type Origin = { kind: string; salt: string; frozenAt: Date | null };

/** One change made by a person or a program, not by the generator. */
export type Change = {
  at: string;
  tableName: string;
  key: string;
  kind: "insert" | "update" | "delete";
  /** The whole row of an insert, the changed columns of an update. */
  patch: Record<string, unknown> | null;
};

/** The log beside the data: which changes were made in it, and when. It is not readable by ordinary logins. */
const logTables = `
  CREATE SCHEMA sandbox;
  CREATE TABLE sandbox.origin (kind text NOT NULL, salt text NOT NULL, frozen_at timestamptz, up_to timestamptz NOT NULL);
  CREATE TABLE sandbox.accidents (at timestamptz NOT NULL, kind text NOT NULL, PRIMARY KEY (at, kind));
  CREATE TABLE sandbox.changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL, table_name text NOT NULL, key text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('insert', 'update', 'delete')), patch jsonb);
  CREATE INDEX ON sandbox.changes (table_name, at, id);

  CREATE FUNCTION sandbox.change_moment() RETURNS timestamptz LANGUAGE sql AS
    $$ SELECT coalesce(nullif(current_setting('sandbox.now', true), '')::timestamptz, clock_timestamp()) $$;

  CREATE FUNCTION sandbox.record_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog AS $$
  DECLARE
    before jsonb; after jsonb; changed jsonb; key_column text := TG_ARGV[0];
  BEGIN
    IF current_setting('sandbox.generating', true) = 'on' THEN RETURN NULL; END IF;
    IF TG_OP <> 'INSERT' THEN before := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN after := to_jsonb(NEW); END IF;
    IF TG_OP = 'UPDATE' AND before -> key_column = after -> key_column THEN
      SELECT jsonb_object_agg(f.key, f.value) INTO changed FROM jsonb_each(after) AS f
        WHERE f.value IS DISTINCT FROM before -> f.key;
      IF changed IS NOT NULL THEN
        INSERT INTO sandbox.changes (at, table_name, key, kind, patch)
          VALUES (sandbox.change_moment(), TG_TABLE_NAME, after ->> key_column, 'update', changed);
      END IF;
      RETURN NULL;
    END IF;
    IF before IS NOT NULL THEN
      INSERT INTO sandbox.changes (at, table_name, key, kind)
        VALUES (sandbox.change_moment(), TG_TABLE_NAME, before ->> key_column, 'delete');
    END IF;
    IF after IS NOT NULL THEN
      INSERT INTO sandbox.changes (at, table_name, key, kind, patch)
        VALUES (sandbox.change_moment(), TG_TABLE_NAME, after ->> key_column, 'insert', after);
    END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION sandbox.record_truncation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog AS $$
  BEGIN
    EXECUTE format('INSERT INTO sandbox.changes (at, table_name, key, kind)
      SELECT sandbox.change_moment(), %L, %I::text, ''delete'' FROM public.%I', TG_TABLE_NAME, TG_ARGV[0], TG_TABLE_NAME);
    RETURN NULL;
  END $$;
`;

/** Makes the log in an empty database and writes down where its rows come from. */
export async function createLog(client: pg.Client, origin: Origin, upTo: Date): Promise<void> {
  await client.query(logTables);
  await client.query("INSERT INTO sandbox.origin (kind, salt, frozen_at, up_to) VALUES ($1, $2, $3, $4)", [
    origin.kind,
    origin.salt,
    origin.frozenAt,
    upTo,
  ]);
}

/** From now on, what anybody but the generator does to the tables is written down. */
export async function watchTables(client: pg.Client, content: Content): Promise<void> {
  for (const table of content.tables) {
    await client.query(`
      CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON public.${table.name}
        FOR EACH ROW EXECUTE FUNCTION sandbox.record_change('${table.key}');
      CREATE TRIGGER record_truncation BEFORE TRUNCATE ON public.${table.name}
        FOR EACH STATEMENT EXECUTE FUNCTION sandbox.record_truncation('${table.key}');`);
  }
}

/** Where the database's rows come from, and how far they go. */
export async function readOrigin(client: pg.Client): Promise<Origin & { upTo: Date }> {
  const { rows } = await client.query<Origin & { upTo: Date }>(
    `SELECT kind, salt, frozen_at AS "frozenAt", up_to AS "upTo" FROM sandbox.origin`,
  );
  const origin = rows[0];
  if (!origin) throw new Error("A sandbox database has lost its origin.");
  return origin;
}

/** The changes made up to a moment, in their order. */
export async function readChanges(client: pg.Client, upTo: Date | null): Promise<Change[]> {
  const { rows } = await client.query<Change>(
    `SELECT to_json(at) #>> '{}' AS at, table_name AS "tableName", key, kind, patch FROM sandbox.changes
     WHERE $1::timestamptz IS NULL OR at <= $1 ORDER BY at, id`,
    [upTo],
  );
  return rows;
}

/** Writes changes taken from another database into this one's log, in the same order. */
export async function copyChanges(client: pg.Client, changes: readonly Change[]): Promise<void> {
  for (let from = 0; from < changes.length; from += 2000) {
    await client.query(
      `INSERT INTO sandbox.changes (at, table_name, key, kind, patch)
       SELECT (c ->> 'at')::timestamptz, c ->> 'tableName', c ->> 'key', c ->> 'kind', nullif(c -> 'patch', 'null'::jsonb)
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS listed(c, place) ORDER BY place`,
      [JSON.stringify(changes.slice(from, from + 2000))],
    );
  }
}

/**
 * Lays the logged changes over a table of generated rows. A person's last word on a column wins over the generator for
 * good, so the order in which both came to be does not matter.
 */
export async function overlayChanges(client: pg.Client, schema: string, table: Table): Promise<void> {
  const target = `${schema}.${table.name}`;
  const { rows } = await client.query<{ touched: boolean }>(
    "SELECT EXISTS (SELECT 1 FROM sandbox.changes WHERE table_name = $1) AS touched",
    [table.name],
  );
  if (!rows[0]?.touched) return;
  await client.query(`
    CREATE TEMP TABLE sandbox_fate AS
      WITH log AS (
        SELECT c.*, row_number() OVER (PARTITION BY key ORDER BY at, id) AS place FROM sandbox.changes AS c
        WHERE table_name = '${table.name}'),
      last_deletion AS (SELECT key, max(place) AS place FROM log WHERE kind = 'delete' GROUP BY key),
      alive AS (
        SELECT log.* FROM log LEFT JOIN last_deletion AS d USING (key) WHERE d.place IS NULL OR log.place > d.place),
      merged AS (
        SELECT key, jsonb_object_agg(f.name, f.value ORDER BY place) AS patch
        FROM alive, jsonb_each(alive.patch) AS f(name, value) GROUP BY key),
      inserted AS (SELECT key, bool_or(kind = 'insert') AS whole FROM alive GROUP BY key)
      SELECT keys.key, merged.patch, coalesce(inserted.whole, false) AS whole
      FROM (SELECT DISTINCT key FROM log) AS keys
      LEFT JOIN merged USING (key) LEFT JOIN inserted USING (key)`);
  await client.query(`
    CREATE TEMP TABLE sandbox_rewritten AS
      SELECT (jsonb_populate_record(r, f.patch)).*
      FROM sandbox_fate AS f JOIN ${target} AS r ON r.${table.key}::text = f.key
      WHERE f.patch IS NOT NULL AND NOT f.whole
      UNION ALL
      SELECT (jsonb_populate_record(NULL::${target}, f.patch)).* FROM sandbox_fate AS f WHERE f.whole`);
  await client.query(`DELETE FROM ${target} WHERE ${table.key}::text IN (SELECT key FROM sandbox_fate)`);
  await client.query(`INSERT INTO ${target} SELECT * FROM sandbox_rewritten`);
  await client.query("DROP TABLE sandbox_fate, sandbox_rewritten");
}
