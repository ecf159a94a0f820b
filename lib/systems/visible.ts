import "server-only";
import type { Visible } from "@/lib/access/permissions";
import { Prisma } from "@/lib/platform/prisma/client";

const never = { id: { in: [] as string[] } };

const tagged = (tags: readonly { key: string; value: string }[]) =>
  tags.map(({ key, value }) => ({ tags: { path: [key], equals: value } }));

/**
 * The resources an actor may see, for Prisma: all, those of their teams' systems, and those with their tags. This file
 * is the one place where scopes become conditions.
 */
export function resourcesVisible(visible: Visible): Prisma.ResourceWhereInput {
  if (visible === "all") return {};
  const ways: Prisma.ResourceWhereInput[] = tagged(visible.tags);
  if (visible.teamIds.length > 0)
    ways.push({ systems: { some: { validTo: null, system: { ownerTeamId: { in: [...visible.teamIds] } } } } });
  return ways.length === 0 ? never : { OR: ways };
}

/** The systems an actor may see, for Prisma: all, those of their teams, and those that own a resource with their tags. */
export function systemsVisible(visible: Visible): Prisma.SystemWhereInput {
  if (visible === "all") return {};
  const ways: Prisma.SystemWhereInput[] = [];
  if (visible.teamIds.length > 0) ways.push({ ownerTeamId: { in: [...visible.teamIds] } });
  if (visible.tags.length > 0)
    ways.push({ resources: { some: { validTo: null, resource: { OR: tagged(visible.tags) } } } });
  return ways.length === 0 ? never : { OR: ways };
}

const sqlTagged = (tags: readonly { key: string; value: string }[], alias: Prisma.Sql) =>
  Prisma.join(
    tags.map(({ key, value }) => Prisma.sql`${alias}.tags @> ${JSON.stringify({ [key]: value })}::jsonb`),
    " or ",
  );

const anyOf = (ways: Prisma.Sql[]) =>
  ways.length === 0 ? Prisma.sql`false` : Prisma.sql`(${Prisma.join(ways, " or ")})`;

/** The same for raw SQL, on a row of `systems` under the given alias. */
export function sqlSystemVisible(visible: Visible, alias: "s" = "s"): Prisma.Sql {
  if (visible === "all") return Prisma.sql`true`;
  const s = Prisma.raw(alias);
  const ways: Prisma.Sql[] = [];
  if (visible.teamIds.length > 0) ways.push(Prisma.sql`${s}.owner_team_id = any(${[...visible.teamIds]}::uuid[])`);
  if (visible.tags.length > 0)
    ways.push(Prisma.sql`exists (
      select 1 from system_resources seen_m join resources seen_r on seen_r.id = seen_m.resource_id
      where seen_m.system_id = ${s}.id and seen_m.valid_to is null and (${sqlTagged(visible.tags, Prisma.sql`seen_r`)}))`);
  return anyOf(ways);
}

/** What is counted of the whole estate as it changes. */
export type EstateCountKey = "systems.used" | "resources.live" | "members.standing";

/** How many there are of the whole estate, as a query: for those who may see all of it. */
export const sqlEstateCount = (key: EstateCountKey): Prisma.Sql =>
  Prisma.sql`(select coalesce(sum(c.value), 0) from estate_counts c where c.key = ${key})`;

/** How many systems in use an actor may see, as a query. */
export const sqlSystemsUsed = (visible: Visible): Prisma.Sql =>
  visible === "all"
    ? sqlEstateCount("systems.used")
    : Prisma.sql`(select count(*) from systems s where s.lifecycle <> 'retired' and ${sqlSystemVisible(visible)})`;

/** Whether a row of `role_grants` under the alias `g` reaches a system: what systemsVisible asks, the other way round. */
export const sqlGrantReaches = (systemId: string): Prisma.Sql => Prisma.sql`(g.scope_kind = 'everything'
  or (g.scope_kind = 'team' and g.scope_team_id = (select s.owner_team_id from systems s where s.id = ${systemId}::uuid))
  or (g.scope_kind = 'tag' and exists (
    select 1 from system_resources m join resources r on r.id = m.resource_id
    where m.system_id = ${systemId}::uuid and m.valid_to is null
      and r.tags @> jsonb_build_object(g.scope_tag_key, g.scope_tag_value))))`;

/** The same for raw SQL, on a row of `resources` under the alias `r`. */
export function sqlResourceVisible(visible: Visible): Prisma.Sql {
  if (visible === "all") return Prisma.sql`true`;
  const ways: Prisma.Sql[] = [];
  if (visible.tags.length > 0) ways.push(sqlTagged(visible.tags, Prisma.sql`r`));
  if (visible.teamIds.length > 0)
    ways.push(Prisma.sql`exists (
      select 1 from system_resources seen_m join systems seen_s on seen_s.id = seen_m.system_id
      where seen_m.resource_id = r.id and seen_m.valid_to is null
        and seen_s.owner_team_id = any(${[...visible.teamIds]}::uuid[]))`);
  return anyOf(ways);
}
