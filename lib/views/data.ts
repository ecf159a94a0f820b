import "server-only";
import { read } from "@/lib/access/read";
import type { Tx } from "@/lib/platform/db";
import { mostViews } from "./rules";
import { viewsOf } from "./schema";
import type { SavedView } from "./view";

/** So many views of others are offered. */
const mostShared = 100;

/** One's own views of a list, and those that others share, by name. */
export const listViews = read("self:manage", viewsOf, async ({ db, actor }, { page }): Promise<SavedView[]> => {
  if (actor.kind !== "user") return [];
  const columns = {
    id: true,
    name: true,
    query: true,
    shared: true,
    owner: { select: { displayName: true } },
  } as const;
  const [own, others] = await Promise.all([
    db.savedView.findMany({
      where: { page, ownerId: actor.id },
      orderBy: { name: "asc" },
      take: mostViews,
      select: columns,
    }),
    db.savedView.findMany({
      where: { page, shared: true, ownerId: { not: actor.id }, owner: { status: "active" } },
      orderBy: [{ name: "asc" }, { id: "asc" }],
      take: mostShared,
      select: columns,
    }),
  ]);
  return [
    ...own.map((view) => ({ ...view, owner: null })),
    ...others.map((view) => ({ ...view, owner: view.owner.displayName })),
  ];
});

/** Holds a person's views until the transaction ends, so that two saved at once are both counted. */
export async function lockViews(tx: Tx, ownerId: string): Promise<number> {
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtext('views'), hashtext(${ownerId}))::text`;
  return tx.savedView.count({ where: { ownerId } });
}
