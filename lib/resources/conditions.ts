import "server-only";
import { z } from "zod";
import type { Cursor } from "@/lib/core/cursor";
import { Prisma } from "@/lib/platform/prisma/client";

/** Whether the resource `r` is there and belongs to no system. */
export const free = Prisma.sql`r.vanished_at is null and not exists (
  select 1 from system_resources m where m.resource_id = r.id and m.valid_to is null)`;

/** What lies beyond a place in a list of resources by name; the first page where the place was mangled. */
export function beyond(cursor: Cursor | null): Prisma.Sql {
  if (!cursor) return Prisma.sql`true`;
  const [name, id] = cursor.values;
  if (!z.uuid().safeParse(id).success) return Prisma.sql`true`;
  return cursor.back
    ? Prisma.sql`(lower(r.name), r.id) < (${name}, ${id}::uuid)`
    : Prisma.sql`(lower(r.name), r.id) > (${name}, ${id}::uuid)`;
}
