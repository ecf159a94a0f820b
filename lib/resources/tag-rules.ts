import "server-only";
import { z } from "zod";
import { read } from "@/lib/access/read";
import { readCursor, toPage } from "@/lib/core/cursor";
import { likeAnywhere } from "@/lib/platform/like";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlResourceVisible, sqlSystemVisible } from "@/lib/systems/visible";
import { rulePreview, rulesQuery } from "./schema";
import type { RulePreview, RuleRow, RulesPage } from "./view";

/** How many of the resources a rule would meet are shown by name. */
const sampled = 20;

const matches = (alias: Prisma.Sql) => Prisma.sql`r.tags @> jsonb_build_object(${alias}.tag_key, ${alias}.tag_value)`;

const isPlace = (priority: string | undefined, id: string | undefined) =>
  /^\d{1,6}$/.test(priority ?? "") && z.uuid().safeParse(id).success;

/** Every tag rule there is, first the one that wins over the others, with what it matches and what it holds now. */
export const listTagRules = read("estate:read", rulesQuery, async ({ db, visible }, query): Promise<RulesPage> => {
  const found = readCursor(query.before ?? query.after, 2, query.before !== undefined);
  const cursor = found && isPlace(found.values[0], found.values[1]) ? found : null;
  const way = Prisma.raw(cursor?.back ? "desc" : "asc");
  const [priority, id] = cursor?.values ?? [];
  const beyond = cursor
    ? Prisma.sql`(a.priority, a.id) ${Prisma.raw(cursor.back ? "<" : ">")} (${Number(priority)}::int, ${id}::uuid)`
    : Prisma.sql`true`;
  const where = Prisma.sql`${sqlSystemVisible(visible)}
    and ${query.q ? Prisma.sql`(s.name ilike ${likeAnywhere(query.q)} or a.tag_key || ' = ' || a.tag_value ilike ${likeAnywhere(query.q)})` : Prisma.sql`true`}`;
  const [rows, [counts]] = await Promise.all([
    db.$queryRaw<RuleRow[]>`
      select a.id, a.tag_key as "tagKey", a.tag_value as "tagValue", a.priority, s.id as "systemId", s.name as system,
        s.lifecycle = 'retired' as idle,
        (select count(*)::int from resources r where ${matches(Prisma.sql`a`)} and r.vanished_at is null and ${sqlResourceVisible(visible)}) as matches,
        (select count(*)::int from system_resources m where m.rule_id = a.id and m.valid_to is null) as holds
      from assignment_rules a join systems s on s.id = a.system_id
      where ${where} and ${beyond}
      order by a.priority ${way}, a.id ${way} limit ${query.limit + 1}`,
    db.$queryRaw<{ total: number }[]>`
      select count(*)::int as total from assignment_rules a join systems s on s.id = a.system_id where ${where}`,
  ]);
  return {
    ...toPage(rows, query.limit, cursor, (row) => [String(row.priority), row.id]),
    total: counts?.total ?? 0,
  };
});

/** What a tag rule would do, before anybody makes it: a new rule comes after those of its priority that are there. */
export const previewRule = read(
  "estate:read",
  rulePreview,
  async ({ db, visible }, { systemId, tagKey, tagValue, priority }): Promise<RulePreview> => {
    const matching = Prisma.sql`
      select r.id, r.name, r.kind, r.region, o.name as owner,
        case when m.id is null then 'comes' when m.system_id = ${systemId}::uuid then 'here'
          when m.source = 'manual' then 'by_hand' when held.priority > ${priority}::int then 'moves' else 'by_rule' end as fate
      from resources r
      left join system_resources m on m.resource_id = r.id and m.valid_to is null
      left join assignment_rules held on held.id = m.rule_id
      left join systems o on o.id = m.system_id
      where r.vanished_at is null and r.tags @> ${JSON.stringify({ [tagKey]: tagValue })}::jsonb and ${sqlResourceVisible(visible)}`;
    const [[counts], sample] = await Promise.all([
      db.$queryRaw<Omit<RulePreview, "sample">[]>`
        select count(*)::int as total, (count(*) filter (where fate = 'comes'))::int as comes,
          (count(*) filter (where fate = 'moves'))::int as moves, (count(*) filter (where fate = 'here'))::int as here,
          (count(*) filter (where fate = 'by_hand'))::int as "byHand", (count(*) filter (where fate = 'by_rule'))::int as "byRule"
        from (${matching}) x`,
      db.$queryRaw<RulePreview["sample"]>`
        select * from (${matching}) x
        order by array_position(array['comes', 'moves', 'by_hand', 'by_rule', 'here'], fate), lower(name), id limit ${sampled}::int`,
    ]);
    return { ...(counts ?? { total: 0, comes: 0, moves: 0, here: 0, byHand: 0, byRule: 0 }), sample };
  },
);
