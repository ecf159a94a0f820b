import "server-only";
import { command } from "@/lib/access/command";
import { Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import { lockViews } from "./data";
import { mostViews } from "./rules";
import { viewEdit, viewRef, viewSave } from "./schema";

const gone = () => new Refusal(refuse("not_found", "This view is no longer there, or it belongs to somebody else."));
const taken = (name: string) => {
  const message = `You have a view called “${name}” already. Choose another name.`;
  return new Refusal(refuse("conflict", message, { name: message }));
};

async function ownView(tx: Tx, ownerId: string, id: string) {
  const view = await tx.savedView.findFirst({
    where: { id, ownerId },
    select: { page: true, name: true, query: true, shared: true },
  });
  if (!view) throw gone();
  return view;
}

/** Keeps what a list shows under a name; a name of one's own that is used again shows the new from then on. */
export const saveView = command({
  action: "view.save",
  permission: "self:manage",
  input: viewSave,
  async run({ tx, actor, now }, { page, name, query, shared }) {
    const kept = await lockViews(tx, actor.id);
    const key = { ownerId: actor.id, page, name };
    const before = await tx.savedView.findUnique({ where: { ownerId_page_name: key }, select: { id: true } });
    if (!before && kept >= mostViews)
      throw new Refusal(refuse("conflict", `You keep ${mostViews} views already. Delete one to save another.`));
    const { id } = await tx.savedView.upsert({
      where: { ownerId_page_name: key },
      create: { ...key, query, shared, createdAt: now, updatedAt: now },
      update: { query, shared, updatedAt: now },
      select: { id: true },
    });
    return { value: { id }, audit: [["view", id], { name, page, query, shared, replaced: before !== null }] };
  },
});

/** Gives a view another name, or shares it or no longer. */
export const editView = command({
  action: "view.edit",
  permission: "self:manage",
  input: viewEdit,
  async run({ tx, actor, now }, { viewId, name, shared }) {
    await lockViews(tx, actor.id);
    const before = await ownView(tx, actor.id, viewId);
    const twin = await tx.savedView.findFirst({
      where: { ownerId: actor.id, page: before.page, name, id: { not: viewId } },
      select: { id: true },
    });
    if (twin) throw taken(name);
    await tx.savedView.update({ where: { id: viewId }, data: { name, shared, updatedAt: now } });
    return { value: null, audit: [["view", viewId], { name, before: before.name, shared }] };
  },
});

/** Forgets a view; what it showed stays where it is. */
export const deleteView = command({
  action: "view.delete",
  permission: "self:manage",
  input: viewRef,
  async run({ tx, actor }, { viewId }) {
    await lockViews(tx, actor.id);
    const { name, page, query, shared } = await ownView(tx, actor.id, viewId);
    await tx.savedView.delete({ where: { id: viewId } });
    return { value: null, audit: [["view", viewId], { name, page, query, shared }] };
  },
});
