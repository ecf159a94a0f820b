import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { readCursor, toPage } from "@/lib/core/cursor";
import { readNow } from "@/lib/health/current";
import { sqlUsable } from "@/lib/health/facts";
import { likeAnywhere } from "@/lib/platform/like";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlResourceVisible, sqlSystemVisible } from "@/lib/systems/visible";
import { beyond } from "./conditions";
import { type CoverageGap, coverageGaps } from "./rules";
import { type CoverageQuery, coverageQuery } from "./schema";
import type { CoverageChoices, CoverageGapRow, CoveragePage } from "./view";

/**
 * What each gap says of a row of `resources` under the alias `r`, beside what `joined` brings. A verdict that still
 * holds and knows a recovery point spares looking for one; every other resource is looked at afresh.
 */
const gapsAt = (now: Date): Record<CoverageGap, Prisma.Sql> => ({
  no_plan: Prisma.sql`r.vanished_at is null and planned.resource_id is null`,
  no_point: Prisma.sql`case
    when r.vanished_at is not null or planned.resource_id is null then false
    when h.newest_as_of is not null and (h.next_change_at is null or h.next_change_at > ${now}::timestamptz) then false
    else not exists (select 1 from restore_windows w where w.resource_id = r.id and w.to_at is null)
      and not exists (select 1 from recovery_points p where p.resource_id = r.id and ${sqlUsable(now)}) end`,
  vanished: Prisma.sql`r.vanished_at is not null and m.id is not null`,
  twice: Prisma.sql`r.vanished_at is null and twin.provider_ref is not null`,
  unassigned: Prisma.sql`r.vanished_at is null and m.id is null`,
});

const joined = Prisma.sql`
  left join system_resources m on m.resource_id = r.id and m.valid_to is null
  left join resource_health h on h.resource_id = r.id
  left join (
    select distinct a.resource_id from policy_assignments a join policies pol on pol.id = a.policy_id and pol.vanished_at is null
    where a.valid_to is null) planned on planned.resource_id = r.id
  left join (
    select provider_ref from resources where vanished_at is null
    group by provider_ref having min(connection_id::text) <> max(connection_id::text)) twin on twin.provider_ref = r.provider_ref`;

function filtersOf(query: CoverageQuery, visible: Visible): Prisma.Sql {
  const conditions = [sqlResourceVisible(visible)];
  if (query.kind) conditions.push(Prisma.sql`r.kind = ${query.kind}`);
  if (query.region) conditions.push(Prisma.sql`r.region = ${query.region}`);
  if (query.connection) conditions.push(Prisma.sql`r.connection_id = ${query.connection}::uuid`);
  if (query.q)
    conditions.push(
      Prisma.sql`(r.name ilike ${likeAnywhere(query.q)} or r.provider_ref ilike ${likeAnywhere(query.q)})`,
    );
  return Prisma.join(conditions, " and ");
}

type Found = {
  id: string;
  name: string;
  kind: string;
  region: string;
  connection: string;
  vanished_at: Date | null;
  twin: string | null;
  system_id: string | null;
  system_name: string | null;
  gaps: CoverageGap[];
  keys: string[];
};

type Row = { [K in keyof Found]: Found[K] | null } & Record<CoverageGap, number> & { resources: number };

const noCounts = { resources: 0, no_plan: 0, no_point: 0, vanished: 0, twice: 0, unassigned: 0 };

/** Every visible resource that has a gap in its coverage, by name, with how many there are of each kind: one statement judges all. */
export const listCoverageGaps = read(
  "estate:read",
  coverageQuery,
  async ({ db, visible }, query): Promise<CoveragePage> => {
    const gaps = gapsAt(await readNow(db));
    const cursor = readCursor(query.before ?? query.after, 2, query.before !== undefined);
    const direction = Prisma.raw(cursor?.back ? "desc" : "asc");
    const flags = coverageGaps.map((gap) => Prisma.sql`case when ${gaps[gap]} then ${gap}::text end`);
    const counted = coverageGaps.map(
      (gap) => Prisma.sql`(count(*) filter (where ${gap}::text = any(gaps)))::int as ${Prisma.raw(`"${gap}"`)}`,
    );
    const rows = await db.$queryRaw<Row[]>`
      with judged as materialized (
        select r.id, r.vanished_at, m.system_id, array_remove(array[${Prisma.join(flags)}], null) as gaps
        from resources r ${joined} where ${filtersOf(query, visible)}),
      counts as (
        select (count(*) filter (where vanished_at is null))::int as resources, ${Prisma.join(counted)} from judged),
      page as (
        select r.id, r.name, r.kind, r.region, r.provider_ref, r.connection_id, r.vanished_at, j.system_id, j.gaps
        from judged j join resources r on r.id = j.id
        where ${query.gap ? Prisma.sql`${query.gap}::text = any(j.gaps)` : Prisma.sql`j.gaps <> '{}'`} and ${beyond(cursor)}
        order by lower(r.name) ${direction}, r.id ${direction} limit ${query.limit + 1})
      select counts.*, r.id, r.name, r.kind, r.region, r.vanished_at, r.gaps, array[lower(r.name), r.id::text] as keys,
        c.name as connection, s.id as system_id, s.name as system_name,
        (select oc.name from resources other join connections oc on oc.id = other.connection_id
          where other.provider_ref = r.provider_ref and other.connection_id <> r.connection_id and other.vanished_at is null
          order by oc.name limit 1) as twin
      from counts left join page r on true left join connections c on c.id = r.connection_id
      left join systems s on s.id = r.system_id and ${sqlSystemVisible(visible)}
      order by lower(r.name) ${direction}, r.id ${direction}`;
    const { resources, no_plan, no_point, vanished, twice, unassigned } = rows[0] ?? noCounts;
    const found = rows.filter((row): row is Row & Found => row.id !== null);
    const page = toPage(found, query.limit, cursor, ({ keys }) => keys);
    return {
      before: page.before,
      after: page.after,
      resources,
      counts: { no_plan, no_point, vanished, twice, unassigned },
      rows: page.rows.map(toGapRow),
    };
  },
);

const toGapRow = ({ id, name, kind, region, connection, twin, gaps, ...row }: Found): CoverageGapRow => ({
  id,
  name,
  kind,
  region,
  connection,
  twin,
  gaps,
  vanishedAt: row.vanished_at?.toISOString() ?? null,
  system: row.system_id === null ? null : { id: row.system_id, name: row.system_name ?? "" },
});

/** What the list of gaps can be narrowed down to. */
export const listCoverageChoices = read(
  "estate:read",
  z.object({}),
  async ({ db, visible }): Promise<CoverageChoices> => {
    const rows = await db.$queryRaw<{ kind: string; region: string; id: string; name: string }[]>`
    select distinct r.kind, r.region, c.id, c.name from resources r join connections c on c.id = r.connection_id
    where ${sqlResourceVisible(visible)} order by c.name, r.kind, r.region`;
    const connections = new Map(rows.map(({ id, name }) => [id, { id, name }]));
    return {
      kinds: [...new Set(rows.map(({ kind }) => kind))].sort(),
      regions: [...new Set(rows.map(({ region }) => region))].sort(),
      connections: [...connections.values()],
    };
  },
);
