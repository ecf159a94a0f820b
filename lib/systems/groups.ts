import "server-only";
import { read } from "@/lib/access/read";
import { currentSystemHealth, readNow } from "@/lib/health/current";
import { Prisma } from "@/lib/platform/prisma/client";
import { foldGroups, type GroupCount, type GroupKind, groupFilter } from "./grouping";
import { conditionsOf } from "./matrix";
import { environments } from "./rules";
import { groupedQuery } from "./schema";
import type { SystemGroup } from "./view";

/** Beyond so many groups the rest is not shown; a filter finds it. */
const mostGroups = 200;

/** What a system is grouped by: its key, how that is called, and where it stands; owners stand by how bad they are. */
const groupSql: Record<GroupKind, { key: Prisma.Sql; label: Prisma.Sql; place: Prisma.Sql }> = {
  tier: {
    key: Prisma.sql`coalesce(st.tier_id, 'none')`,
    label: Prisma.sql`coalesce(t.name, 'No tier')`,
    place: Prisma.sql`coalesce(t.rank, 99)`,
  },
  environment: {
    key: Prisma.sql`s.environment::text`,
    label: Prisma.sql`s.environment::text`,
    place: Prisma.sql`array_position(${[...environments]}::text[], s.environment::text)`,
  },
  state: {
    key: Prisma.sql`coalesce(h.state, 'unknown')::text`,
    label: Prisma.sql`coalesce(h.state, 'unknown')::text`,
    place: Prisma.sql`0`,
  },
  // A system that a team and a person own stands with both, as it does when either is filtered for.
  owner: {
    key: Prisma.sql`coalesce(by.id::text, 'none')`,
    label: Prisma.sql`coalesce(by.name, 'Nobody')`,
    place: Prisma.sql`0`,
  },
};

const owners = Prisma.sql`left join lateral (
  select team.id, team.name where team.id is not null
  union all select owner.id, owner.display_name where owner.id is not null) by on true`;

/** The groups that the listed systems fall into, each with how many it holds and the worst state among them. */
export const listSystemGroups = read(
  "estate:read",
  groupedQuery,
  async ({ db, visible }, { group, ...query }): Promise<SystemGroup[] | null> => {
    if (!group) return null;
    const health = await currentSystemHealth(db, await readNow(db));
    const { key, label, place } = groupSql[group];
    const counts = await db.$queryRaw<GroupCount[]>`
      select ${key} as key, ${label} as label, ${place}::int as place, coalesce(h.state, 'unknown')::text as state, count(*)::int as total
      from systems s
      left join system_tiers st on st.system_id = s.id and st.valid_to is null
      left join tiers t on t.id = st.tier_id
      left join teams team on team.id = s.owner_team_id
      left join users owner on owner.id = s.owner_user_id
      left join ${health} on h.system_id = s.id ${group === "owner" ? owners : Prisma.empty}
      where ${conditionsOf(query, visible)}
      group by 1, 2, 3, 4`;
    return foldGroups(counts)
      .filter(({ key }) => group !== "owner" || !query.owner || key === query.owner)
      .slice(0, mostGroups)
      .map(({ place: _, ...found }) => ({ ...found, asked: groupFilter(group, found.key) }));
  },
);
