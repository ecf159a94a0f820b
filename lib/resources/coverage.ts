import "server-only";
import { z } from "zod";
import type { Visible } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { readCursor, toPage } from "@/lib/core/cursor";
import { readNow } from "@/lib/health/current";
import { sqlUsable } from "@/lib/health/facts";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlResourceVisible, sqlSystemVisible } from "@/lib/systems/visible";
import { beyond, free, like } from "./conditions";
import { type CoverageGap, coverageGaps } from "./rules";
import { type CoverageQuery, coverageQuery } from "./schema";
import type { CoverageChoices, CoveragePage } from "./view";

const planned = Prisma.sql`exists (select 1 from policy_assignments a join policies pol on pol.id = a.policy_id and pol.vanished_at is null
  where a.resource_id = r.id and a.valid_to is null)`;

/** Each gap as a condition on a row of `resources` under the alias `r`. */
const gapsAt = (now: Date): Record<CoverageGap, Prisma.Sql> => ({
  no_plan: Prisma.sql`(r.vanished_at is null and not ${planned})`,
  no_point: Prisma.sql`(r.vanished_at is null and ${planned}
    and not exists (select 1 from restore_windows w where w.resource_id = r.id and w.to_at is null)
    and not exists (select 1 from recovery_points p where p.resource_id = r.id and ${sqlUsable(now)}))`,
  vanished: Prisma.sql`(r.vanished_at is not null
    and exists (select 1 from system_resources m where m.resource_id = r.id and m.valid_to is null))`,
  twice: Prisma.sql`(r.vanished_at is null and exists (select 1 from resources twin
    where twin.provider_ref = r.provider_ref and twin.connection_id <> r.connection_id and twin.vanished_at is null))`,
  unassigned: Prisma.sql`(${free})`,
});

function filtersOf(query: CoverageQuery, visible: Visible): Prisma.Sql {
  const conditions = [sqlResourceVisible(visible)];
  if (query.kind) conditions.push(Prisma.sql`r.kind = ${query.kind}`);
  if (query.region) conditions.push(Prisma.sql`r.region = ${query.region}`);
  if (query.connection) conditions.push(Prisma.sql`r.connection_id = ${query.connection}::uuid`);
  if (query.q) conditions.push(Prisma.sql`(r.name ilike ${like(query.q)} or r.provider_ref ilike ${like(query.q)})`);
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

type Counts = Record<CoverageGap, number> & { resources: number };

/** Every visible resource that has a gap in its coverage, by name, with how many there are of each kind. */
export const listCoverageGaps = read(
  "estate:read",
  coverageQuery,
  async ({ db, visible }, query): Promise<CoveragePage> => {
    const gaps = gapsAt(await readNow(db));
    const filters = filtersOf(query, visible);
    const cursor = readCursor(query.before ?? query.after, 2, query.before !== undefined);
    const direction = Prisma.raw(cursor?.back ? "desc" : "asc");
    const all = coverageGaps.map((gap) => gaps[gap]);
    const wanted = query.gap ? gaps[query.gap] : Prisma.sql`(${Prisma.join(all, " or ")})`;
    const flags = coverageGaps.map((gap) => Prisma.sql`case when ${gaps[gap]} then ${gap}::text end`);
    const counted = coverageGaps.map(
      (gap) => Prisma.sql`(count(*) filter (where ${gaps[gap]}))::int as ${Prisma.raw(`"${gap}"`)}`,
    );
    const [found, [counts]] = await Promise.all([
      db.$queryRaw<Found[]>`
        select r.id, r.name, r.kind, r.region, c.name as connection, r.vanished_at, array[lower(r.name), r.id::text] as keys,
          s.id as system_id, s.name as system_name,
          (select oc.name from resources twin join connections oc on oc.id = twin.connection_id
            where twin.provider_ref = r.provider_ref and twin.connection_id <> r.connection_id and twin.vanished_at is null
            order by oc.name limit 1) as twin,
          array_remove(array[${Prisma.join(flags)}], null) as gaps
        from resources r join connections c on c.id = r.connection_id
        left join system_resources m on m.resource_id = r.id and m.valid_to is null
        left join systems s on s.id = m.system_id and ${sqlSystemVisible(visible)}
        where ${filters} and ${wanted} and ${beyond(cursor)}
        order by lower(r.name) ${direction}, r.id ${direction} limit ${query.limit + 1}`,
      db.$queryRaw<Counts[]>`
        select (count(*) filter (where r.vanished_at is null))::int as resources, ${Prisma.join(counted)}
        from resources r where ${filters}`,
    ]);
    const page = toPage(found, query.limit, cursor, ({ keys }) => keys);
    const { resources = 0, ...of } = counts ?? {
      resources: 0,
      no_plan: 0,
      no_point: 0,
      vanished: 0,
      twice: 0,
      unassigned: 0,
    };
    return {
      before: page.before,
      after: page.after,
      resources,
      counts: of,
      rows: page.rows.map(({ keys: _, vanished_at, system_id, system_name, ...row }) => ({
        ...row,
        vanishedAt: vanished_at?.toISOString() ?? null,
        system: system_id === null ? null : { id: system_id, name: system_name ?? "" },
      })),
    };
  },
);

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
