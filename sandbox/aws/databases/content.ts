import { createHash } from "node:crypto";

/** What a kind of database holds: its tables, and what the story's accidents do to them. */
export type Content = {
  kind: string;
  /** In the order they are filled; a later table may be computed from an earlier one. */
  tables: readonly Table[];
  /** Views and the like, made once beside the tables. */
  extras: readonly string[];
  /** Statements of each accident; `$at` stands for its moment. */
  accidents: Record<AccidentKind, readonly string[]>;
};

export type AccidentKind = "wrong_prices" | "dropped_rows";

export type Table = {
  name: string;
  /** The single-column primary key. */
  key: string;
  /** A bigint key that people's own inserts may leave to the database. */
  numbered: boolean;
  /** Column definitions, without keys to other tables. */
  columns: readonly string[];
  parents: readonly { column: string; table: string; key: string }[];
  indexes: readonly string[];
  /** A SELECT of all rows, in the order of the columns, as they stand at the moment. */
  rows: (moment: Moment) => string;
};

/** Builds the SQL of a content at one moment; every number is a hash of seed, database, stream and key. */
export type Moment = {
  /** The moment as an SQL expression. */
  at: string;
  atMs: number;
  /** A number from 0 to 2^53 - 1. */
  hash(stream: string, key: string): string;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number, stream: string, key: string): string;
  pick(list: readonly string[], stream: string, key: string): string;
};

const dayMs = 86_400_000;
const genesisMs = Date.UTC(2015, 0, 1);

/** The generator of one database (`salt`) at one moment. */
export function atMoment(salt: string, moment: Date): Moment {
  const hash = (stream: string, key: string) =>
    `(hashint8extended(${key}, ${streamSeed(salt, stream)}) & 9007199254740991)`;
  return {
    at: literalOf(moment),
    atMs: moment.getTime(),
    hash,
    between: (low, high, stream, key) => `(${low} + ${hash(stream, key)} % ${high - low + 1})`,
    pick: (list, stream, key) => `(${arrayOf(list)})[(1 + ${hash(stream, key)} % ${list.length})::int]`,
  };
}

/** A moment as an SQL expression that no session setting can bend. */
export function literalOf(moment: Date): string {
  return `'${moment.toISOString()}'::timestamptz`;
}

/** A text array as an SQL expression. */
export function arrayOf(list: readonly string[]): string {
  return `ARRAY[${list.map((text) => `'${text.replaceAll("'", "''")}'`).join(",")}]::text[]`;
}

/**
 * Things that happen all the time and are kept for a while (orders, messages): a subquery of (i, at), one row a step on
 * average, with the newest at or before the moment and the oldest within the window. Nights and Sundays are quieter.
 */
export function streamRows(moment: Moment, stream: string, stepSeconds: number, windowDays: number): string {
  const from = Math.floor((moment.atMs - windowDays * dayMs) / 1000 / stepSeconds) - 1;
  const to = Math.floor(moment.atMs / 1000 / stepSeconds);
  const at = `to_timestamp(i * ${stepSeconds} + ${moment.hash(`${stream}.at`, "i")} % ${stepSeconds})`;
  return `(SELECT i, at FROM (SELECT i, ${at} AS at FROM generate_series(${from}::bigint, ${to}::bigint) AS i) AS slot
    WHERE at <= ${moment.at} AND at > ${moment.at} - interval '${windowDays} days'
    AND ${moment.hash(`${stream}.kept`, "i")} % 100 < CASE
      WHEN extract(hour FROM at AT TIME ZONE 'UTC') NOT BETWEEN 5 AND 19 THEN 35
      WHEN extract(isodow FROM at AT TIME ZONE 'UTC') = 7 THEN 45 ELSE 100 END)`;
}

/** Things that only become more (customers, accounts): a subquery of (i, at), `base` of them older than 2015. */
export function growingRows(moment: Moment, stream: string, base: number, perDay: number): string {
  const count = growingCount(moment.atMs, base, perDay);
  return `(SELECT i, ${bornAt(moment, stream, base, perDay, "i")} AS at
    FROM generate_series(1::bigint, ${count}::bigint) AS i)`;
}

/** The number (1-based) of one growing thing that existed at the SQL moment `at`. */
export function oneGrowing(
  moment: Moment,
  stream: string,
  key: string,
  at: string,
  base: number,
  perDay: number,
): string {
  const count = `(${base} + greatest(0, floor((extract(epoch FROM ${at}) - ${genesisMs / 1000}) / 86400 * ${perDay}))::bigint)`;
  return `(1 + ${moment.hash(stream, key)} % ${count})`;
}

/** How many growing things there are at a moment. */
export function growingCount(atMs: number, base: number, perDay: number): number {
  return base + Math.max(0, Math.floor(((atMs - genesisMs) / dayMs) * perDay));
}

function bornAt(moment: Moment, stream: string, base: number, perDay: number, key: string): string {
  const genesis = genesisMs / 1000;
  const before = `${genesis} - 86400 - ${moment.hash(`${stream}.born`, key)} % (1200 * 86400)`;
  return `to_timestamp(CASE WHEN ${key} <= ${base} THEN ${before}
    ELSE ceil(${genesis} + (${key} - ${base}) * 86400.0 / ${perDay}) END)`;
}

/** A status that moves with age: the last step whose age has been reached, with the moment it was reached. */
export function ageSteps(
  moment: Moment,
  created: string,
  steps: readonly (readonly [status: string, afterSeconds: string])[],
): { status: string; since: string } {
  const reached = steps.map(([status, after]) => ({
    status,
    since: `${created} + (${after}) * interval '1 second'`,
  }));
  const cases = (value: (step: { status: string; since: string }) => string) =>
    `CASE ${reached
      .toReversed()
      .map((step) => `WHEN ${step.since} <= ${moment.at} THEN ${value(step)}`)
      .join(" ")} END`;
  return {
    status: cases((step) => `'${step.status}'`),
    since: cases((step) => step.since),
  };
}

/** The migrations an application has run by a moment: one about every three weeks, the last two years of them. */
export const schemaMigrations: Table = {
  name: "schema_migrations",
  key: "version",
  numbered: false,
  columns: ["version text NOT NULL", "name text NOT NULL", "applied_at timestamptz NOT NULL"],
  parents: [],
  indexes: [],
  rows: (moment) => {
    const stepSeconds = 21 * 86_400;
    const last = Math.floor(moment.atMs / 1000 / stepSeconds);
    const at = `to_timestamp(i * ${stepSeconds} + ${moment.hash("migration.at", "i")} % ${stepSeconds})`;
    const verbs = ["add", "index", "split", "tighten", "backfill", "rename"];
    const nouns = [
      "audit_columns",
      "lookup_by_number",
      "address_parts",
      "not_null_checks",
      "country_codes",
      "status_history",
    ];
    return `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS'),
      ${moment.pick(verbs, "migration.verb", "i")} || '_' || ${moment.pick(nouns, "migration.noun", "i")}, at
      FROM (SELECT i, ${at} AS at FROM generate_series(${last - 35}::bigint, ${last}::bigint) AS i) AS step
      WHERE at <= ${moment.at}`;
  },
};

function streamSeed(salt: string, stream: string): string {
  return createHash("sha256").update(`${salt}\n${stream}`).digest().readBigInt64BE(0).toString();
}
