import "server-only";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { type Cursor, readCursor, toPage } from "@/lib/core/cursor";
import { secondsBetween } from "@/lib/core/time";
import { currentSystemHealth, readNow } from "@/lib/health/current";
import type { HealthState, Reason } from "@/lib/health/rules";
import { reasonText } from "@/lib/health/words";
import type { Reader } from "@/lib/platform/db";
import { likeAnywhere } from "@/lib/platform/like";
import { Prisma } from "@/lib/platform/prisma/client";
import { readDetails } from "./cards";
import type { Criticality, Environment, Lifecycle, SystemCut, SystemSort } from "./rules";
import { type SystemsQuery, systemsQuery } from "./schema";
import { packStrip } from "./strip";
import type { SystemsPage } from "./view";
import { sqlSystemsUsed, sqlSystemVisible } from "./visible";

type Found = {
  id: string;
  slug: string;
  name: string;
  environment: Environment;
  criticality: Criticality;
  lifecycle: Lifecycle;
  tier_id: string | null;
  tier_rank: number | null;
  tier_name: string | null;
  owner: string | null;
  state: HealthState;
  reasons: Reason[];
  newest_as_of: Date | null;
  rpo_seconds: number | null;
  rto_seconds: number | null;
  rta_seconds: number | null;
  proven_at: Date | null;
  proven_within: boolean;
  keys: string[];
  total: number;
};

/** The state in the order of urgency, as lib/health/rules.ts has it. */
const urgencySql = `(case h.state when 'unprotected' then 0 when 'missed' then 0 when 'breached' then 0 when 'unknown' then 1
    when 'at_risk' then 2 when 'within' then 3 else 4 end)`;

type SortKey = { sql: string; type: string };
/** The keys of an order; the first of them are those of an index, spelled as the index has them. */
type Order = { keys: readonly SortKey[]; indexed: number };

// Every key ascends and is never null, so that one row comparison finds the next page whatever the sort.
const tierKey: SortKey = { sql: "coalesce(h.tier_rank, 99)", type: "int" };
const nameKey: SortKey = { sql: "lower(s.name)", type: "text" };
const idKey: SortKey = { sql: "s.id", type: "uuid" };
/** Among systems of one state, what a loss would cost (lib/health/ranking.ts), the dearest first. */
const lossKey: SortKey = { sql: "-h.urgency", type: "int" };

const orders: Record<SystemSort, Order> = {
  worst: { keys: [{ sql: urgencySql, type: "int" }, lossKey, nameKey, idKey], indexed: 2 },
  name: { keys: [nameKey, idKey], indexed: 2 },
  tier: { keys: [tierKey, nameKey, idKey], indexed: 0 },
  age: { keys: [{ sql: "coalesce(h.newest_as_of, '-infinity')", type: "timestamptz" }, nameKey, idKey], indexed: 1 },
  proof: { keys: [{ sql: "coalesce(h.proven_at, '-infinity')", type: "timestamptz" }, nameKey, idKey], indexed: 1 },
};

const castable: Record<string, RegExp> = {
  int: /^-?\d{1,9}$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  timestamptz: /^(-infinity|\d{4}-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?[+-][01]\d(:[0-5]\d)?)$/,
  text: /^\P{Cc}*$/u,
};

/** The place an address names; a mangled one shows the first page rather than an error. */
function readPlace(query: SystemsQuery): Cursor | null {
  const { keys } = orders[query.sort];
  const cursor = readCursor(query.before ?? query.after, keys.length, query.before !== undefined);
  return cursor && keys.every(({ type }, index) => castable[type]?.test(cursor.values[index] ?? "")) ? cursor : null;
}

const cuts: Record<SystemCut, Prisma.Sql> = {
  within_rpo: Prisma.sql`h.state in ('within', 'at_risk')`,
  outside_rpo: Prisma.sql`h.state not in ('within', 'at_risk', 'parked')`,
  proven: Prisma.sql`(h.proven_within and h.state <> 'parked')`,
  not_proven: Prisma.sql`(not h.proven_within and h.state <> 'parked')`,
  forecast_within: Prisma.sql`(h.rta_seconds <= h.rto_seconds and h.state <> 'parked')`,
  forecast_beyond: Prisma.sql`(h.rta_seconds > h.rto_seconds and h.state <> 'parked')`,
  not_measured: Prisma.sql`(h.rta_seconds is null and h.state <> 'parked')`,
  attention: Prisma.sql`h.state not in ('within', 'parked')`,
  outside_regions: Prisma.sql`h.reasons @> '[{"rule":"residency.violated"}]'`,
};

/** What a system must fulfil to be listed; it names the tables as `from` does. */
export function conditionsOf(query: SystemsQuery, visible: Visible): Prisma.Sql {
  const conditions: Prisma.Sql[] = [sqlSystemVisible(visible)];
  conditions.push(
    query.lifecycle ? Prisma.sql`s.lifecycle = ${query.lifecycle}::lifecycle` : Prisma.sql`s.lifecycle <> 'retired'`,
  );
  if (query.tier)
    conditions.push(Prisma.sql`exists (
      select 1 from system_tiers chosen where chosen.system_id = s.id and chosen.valid_to is null and chosen.tier_id = ${query.tier})`);
  if (query.environment) conditions.push(Prisma.sql`s.environment = ${query.environment}::environment`);
  if (query.status) conditions.push(Prisma.sql`h.state = ${query.status}::health_state`);
  if (query.is) conditions.push(cuts[query.is]);
  if (query.owner === "none") conditions.push(Prisma.sql`s.owner_team_id is null and s.owner_user_id is null`);
  else if (query.owner)
    conditions.push(Prisma.sql`(s.owner_team_id = ${query.owner}::uuid or s.owner_user_id = ${query.owner}::uuid)`);
  if (query.q)
    conditions.push(Prisma.sql`(s.name ilike ${likeAnywhere(query.q)} or s.slug ilike ${likeAnywhere(query.q)} or team.name ilike ${likeAnywhere(query.q)}
      or owner.display_name ilike ${likeAnywhere(query.q)} or exists (
        select 1 from system_resources qm join resources qr on qr.id = qm.resource_id
        where qm.system_id = s.id and qm.valid_to is null and (qr.name ilike ${likeAnywhere(query.q)} or qr.provider_ref ilike ${likeAnywhere(query.q)})))`);
  return Prisma.join(conditions, " and ");
}

function beyond({ keys, indexed }: Order, cursor: Cursor | null): Prisma.Sql {
  if (!cursor) return Prisma.sql`true`;
  const compared = (some: readonly SortKey[], sign: string) => {
    const left = Prisma.raw(some.map(({ sql }) => sql).join(", "));
    const right = some.map(({ type }, index) => Prisma.sql`${cursor.values[index] ?? ""}::${Prisma.raw(type)}`);
    return Prisma.sql`(${left}) ${Prisma.raw(sign)} (${Prisma.join(right)})`;
  };
  const whole = compared(keys, cursor.back ? "<" : ">");
  if (indexed === 0 || indexed === keys.length) return whole;
  // What the index knows of the place lets it begin there.
  return Prisma.sql`${whole} and ${compared(keys.slice(0, indexed), cursor.back ? "<=" : ">=")}`;
}

const owners = Prisma.sql`
  left join teams team on team.id = s.owner_team_id
  left join users owner on owner.id = s.owner_user_id`;

/** Systems with their verdicts, which each has from its birth. */
const judged = (health: Prisma.Sql) => Prisma.sql`from systems s join ${health} on h.system_id = s.id ${owners}`;

const filters = ["q", "tier", "owner", "status", "environment", "lifecycle", "is"] as const;

/** How many a filter leaves: verdicts are looked at only where it asks for them, and no row where it asks for nothing. */
function sqlTotal(query: SystemsQuery, visible: Visible, health: Prisma.Sql): Prisma.Sql {
  if (filters.every((name) => query[name] === undefined)) return sqlSystemsUsed(visible);
  const from = query.is || query.status ? judged(health) : Prisma.sql`from systems s ${owners}`;
  return Prisma.sql`(select count(*) ${from} where ${conditionsOf(query, visible)})`;
}

/** Finds systems against the given health, from a place on, one more than asked so that the end is known. */
export async function findSystems(
  db: Reader,
  visible: Visible,
  query: SystemsQuery,
  health: Prisma.Sql,
  cursor: Cursor | null,
) {
  const order = orders[query.sort];
  const { keys } = order;
  const where = conditionsOf(query, visible);
  const by = Prisma.raw(keys.map(({ sql }) => `${sql} ${cursor?.back ? "desc" : "asc"}`).join(", "));
  const keyList = Prisma.raw(keys.map(({ sql }) => `(${sql})::text`).join(", "));
  // The place of all is found by their keys alone; only those of the page are then read in full.
  return db.$queryRaw<Found[]>`
    with placed as materialized (
      select s.id, row_number() over () as nth from (
        select s.id ${judged(health)} where ${where} and ${beyond(order, cursor)} order by ${by} limit ${query.limit + 1}) s)
    select s.id, s.slug, s.name, s.environment::text, s.criticality::text, s.lifecycle::text, st.tier_id, t.rank as tier_rank, t.name as tier_name,
      coalesce(team.name, owner.display_name) as owner, h.state::text as state, h.reasons, h.newest_as_of,
      h.rpo_seconds, h.rto_seconds, h.rta_seconds, h.proven_at, h.proven_within,
      array[${keyList}] as keys, ${sqlTotal(query, visible, health)}::int as total
    ${judged(health)}
    join placed on placed.id = s.id
    left join system_tiers st on st.system_id = s.id and st.valid_to is null
    left join tiers t on t.id = st.tier_id
    order by placed.nth`;
}

/** Why a system is in its state, in one sentence; parts are named where it has several. */
export function whyOf(reasons: readonly Reason[], resources: number, now: Date): string {
  const [reason] = reasons;
  if (!reason) return "";
  const text = reasonText(reason, now);
  return resources > 1 && reason.resourceName ? `${reason.resourceName}: ${text}` : text;
}

/** The estate matrix: systems with their age, runs, copies, proof and restore time, filtered, sorted and paged by key. */
export const listSystems = read("estate:read", systemsQuery, async ({ db, visible }, query): Promise<SystemsPage> => {
  const now = await readNow(db);
  const health = await currentSystemHealth(db, now);
  const cursor = readPlace(query);
  const found = await findSystems(db, visible, query, health, cursor);
  const page = toPage(found, query.limit, cursor, ({ keys }) => keys);
  const details = await readDetails(
    db,
    page.rows.map(({ id }) => id),
    now,
  );
  return {
    before: page.before,
    after: page.after,
    total: found[0]?.total ?? 0,
    rows: page.rows.map((row) => {
      const detail = details.get(row.id);
      const resources = detail?.resources ?? 0;
      return {
        id: row.id,
        slug: row.slug,
        name: row.name,
        environment: row.environment,
        lifecycle: row.lifecycle,
        tier:
          row.tier_id === null
            ? null
            : { id: row.tier_id, rank: row.tier_rank ?? 99, name: row.tier_name ?? row.tier_id },
        owner: row.owner,
        state: row.state,
        why: whyOf(row.reasons, resources, now),
        ageSeconds: row.newest_as_of && secondsBetween(row.newest_as_of, now),
        rpoSeconds: row.rpo_seconds,
        rtoSeconds: row.rto_seconds,
        rtaSeconds: row.rta_seconds,
        provenAgeSeconds: row.proven_at && secondsBetween(row.proven_at, now),
        provenWithin: row.proven_within,
        proofLevel: detail?.proofLevel ?? null,
        proofFailed: row.reasons.some(({ rule }) => rule === "proof.failed"),
        resources,
        makeup: detail?.makeup ?? "no resources",
        strip: detail?.strip ?? packStrip([]),
        copies: row.lifecycle === "active" ? (detail?.copies ?? null) : null,
      };
    }),
  };
});
