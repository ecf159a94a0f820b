import "server-only";
import { z } from "zod";
import type { Actor, Visible } from "@/lib/access/permissions";
import { type Cursor, isMoment } from "@/lib/core/cursor";
import { likeAnywhere, likeStart } from "@/lib/platform/like";
import { Prisma } from "@/lib/platform/prisma/client";
import { sqlResourceVisible, sqlSystemVisible } from "@/lib/systems/visible";
import { areaPrefixes } from "./rules";
import type { AuditFilter } from "./schema";

/** Events within a scope: what is about one's systems, and what one did oneself. */
export function sqlEventVisible(visible: Visible, actor: Actor): Prisma.Sql {
  if (visible === "all") return Prisma.sql`true`;
  const systems = Prisma.sql`select s.id from systems s where ${sqlSystemVisible(visible)}`;
  const resources = Prisma.sql`select r.id from resources r where ${sqlResourceVisible(visible)}`;
  return Prisma.sql`(e.actor_id = ${actor.id}
    or (e.target_type = 'system' and e.target_id in (select x.id::text from (${systems}) x))
    or (e.target_type = 'resource' and e.target_id in (select x.id::text from (${resources}) x))
    or (e.target_type = 'restore' and e.target_id in (select q.id::text from restore_requests q where q.system_id in (${systems})))
    or (e.target_type = 'approval' and e.target_id in (select q.approval_id::text from restore_requests q where q.system_id in (${systems})))
    or (e.target_type = 'backup' and e.target_id in (select b.id::text from backup_requests b where b.resource_id in (${resources}))))`;
}

/** What was typed: part of an action, of a person's or a thing's name, or the beginning of an id. */
function sqlMentions(q: string): Prisma.Sql {
  const part = likeAnywhere(q);
  const start = likeStart(q.toLowerCase());
  const people = Prisma.sql`select s.pseudonym::text from audit_subjects s where s.display ilike ${part} or s.email ilike ${part}`;
  return Prisma.sql`(e.action ilike ${part} or e.target_id like ${start} or e.id::text like ${start}
    or e.actor_id in (${people}) or e.target_id in (${people})
    or e.target_id in (select s.id::text from systems s where s.name ilike ${part})
    or e.target_id in (select q.id::text from restore_requests q join systems s on s.id = q.system_id
      where s.name ilike ${part} or q.handle ilike ${part})
    or e.target_id in (select q.approval_id::text from restore_requests q join systems s on s.id = q.system_id
      where s.name ilike ${part} or q.handle ilike ${part}))`;
}

const spanHours = { "1h": 1, "24h": 24, "7d": 168, "30d": 720, "365d": 8_760 } as const;

/** The conditions of a filter on `audit_events e`. */
export function sqlWanted(filter: AuditFilter, visible: Visible, actor: Actor): Prisma.Sql {
  const wanted = [sqlEventVisible(visible, actor)];
  if (filter.outcome) wanted.push(Prisma.sql`e.outcome = ${filter.outcome}`);
  if (filter.action) wanted.push(Prisma.sql`e.action = ${filter.action}`);
  if (filter.person) wanted.push(Prisma.sql`e.actor_id = ${filter.person}`);
  if (filter.target) wanted.push(Prisma.sql`e.target_id = ${filter.target}`);
  if (filter.area)
    wanted.push(Prisma.sql`split_part(e.action, '.', 1) = any(${[...areaPrefixes[filter.area]]}::text[])`);
  if (filter.span) wanted.push(Prisma.sql`e.ts >= now() - make_interval(hours => ${spanHours[filter.span]}::int)`);
  if (filter.from) wanted.push(Prisma.sql`e.ts >= ${filter.from}`);
  if (filter.to) wanted.push(Prisma.sql`e.ts < ${filter.to}`);
  if (filter.q) wanted.push(sqlMentions(filter.q));
  return Prisma.join(wanted, " and ");
}

/** The rows beyond a place in the list, newest first. */
export function sqlBeyond(cursor: Cursor | null): Prisma.Sql {
  const [ts = "", id = ""] = cursor?.values ?? [];
  if (!cursor || !isMoment(ts) || !z.uuid().safeParse(id).success) return Prisma.sql`true`;
  return cursor.back
    ? Prisma.sql`(e.ts, e.id) > (${ts}::timestamptz, ${id}::uuid)`
    : Prisma.sql`(e.ts, e.id) < (${ts}::timestamptz, ${id}::uuid)`;
}
