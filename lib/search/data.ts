import "server-only";
import { may } from "@/lib/access/permissions";
import { read } from "@/lib/access/read";
import { likeAnywhere, likeStart } from "@/lib/platform/like";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlResourceVisible, sqlSystemVisible } from "@/lib/systems/visible";
import { type FoundItem, searchQuery } from "./schema";

const most = 20;
const mostOfAKind = 8;
const shortest = 2;

type Named = { id: string; label: string; detail: string };

const day = (at: Date | null) => at?.toISOString().slice(0, 16).replace("T", " ") ?? "moment unknown";

/** Systems, resources, recovery points and restores that go by what was typed, twenty at most. */
export const findByName = read("estate:read", searchQuery, async ({ db, actor, visible }, { q }) => {
  if (q.length < shortest) return { items: [] };
  const part = likeAnywhere(q);
  const start = likeStart(q);
  const better = (name: Prisma.Sql) =>
    Prisma.sql`(lower(${name}) = lower(${q})) desc, (${name} ilike ${start}) desc, ${name}`;
  const seesRestores = may(actor, "restore:read");
  const [systems, restores, resources, points] = await Promise.all([
    db.$queryRaw<Named[]>`
      select s.id::text as id, s.name as label, s.environment::text as detail from systems s
      where s.lifecycle <> 'retired' and (s.name ilike ${part} or s.slug ilike ${part}) and ${sqlSystemVisible(visible)}
      order by ${better(Prisma.sql`s.name`)} limit ${mostOfAKind}`,
    seesRestores
      ? db.$queryRaw<Named[]>`
          select q.id::text as id, s.name as label, q.handle || ' · ' || q.state::text as detail
          from restore_requests q join systems s on s.id = q.system_id
          where (q.handle ilike ${start} or s.name ilike ${part}) and ${sqlSystemVisible(visible)}
          order by q.created_at desc limit ${mostOfAKind}`
      : [],
    db.$queryRaw<(Named & { system_id: string | null })[]>`
      select r.id::text as id, r.name as label, r.kind || ' · ' || r.region as detail, m.system_id::text as system_id
      from resources r left join system_resources m on m.resource_id = r.id and m.valid_to is null
      where r.vanished_at is null and (r.name ilike ${part} or r.provider_ref ilike ${start}) and ${sqlResourceVisible(visible)}
      order by ${better(Prisma.sql`r.name`)} limit ${mostOfAKind}`,
    db.$queryRaw<{ id: string; label: string; kind: string; as_of: Date | null }[]>`
      select p.id::text as id, r.name as label, p.kind::text as kind, p.data_as_of as as_of
      from resources r cross join lateral (
        select id, kind, data_as_of from recovery_points where resource_id = r.id and vanished_at is null
        order by data_as_of desc nulls last limit 1) p
      where r.id in (select r.id from resources r where r.name ilike ${part} and ${sqlResourceVisible(visible)}
        order by ${better(Prisma.sql`r.name`)} limit ${mostOfAKind})`,
  ]);
  const items: FoundItem[] = [
    ...systems.map(({ id, label, detail }) => ({
      id: `system:${id}`,
      label,
      detail,
      href: `/systems/${id}`,
      group: "Systems",
    })),
    ...restores.map(({ id, label, detail }) => ({
      id: `restore:${id}`,
      label: `Restore of ${label}`,
      detail: detail.replaceAll("_", " "),
      href: `/restores/${id}`,
      group: "Restores",
    })),
    ...resources.map(({ id, label, detail, system_id }) => ({
      id: `resource:${id}`,
      label,
      detail,
      href: system_id ? `/systems/${system_id}` : `/systems/unassigned?q=${encodeURIComponent(label)}`,
      group: "Resources",
    })),
    ...points.map(({ id, label, kind, as_of }) => ({
      id: `point:${id}`,
      label: `Newest point of ${label}`,
      detail: `${kind} · ${day(as_of)} UTC`,
      href: `/recovery-points/${id}`,
      group: "Recovery points",
    })),
  ];
  return { items: items.slice(0, most) };
});
