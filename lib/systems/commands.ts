import "server-only";
import { command } from "@/lib/access/command";
import type { Visible } from "@/lib/access/permissions";
import { type Change, changesBetween, mergeEdit, refuseStale } from "@/lib/core/edit";
import { Refusal, refuse } from "@/lib/core/outcome";
import { markSystemsDue } from "@/lib/health/due";
import { sha256 } from "@/lib/platform/crypto";
import type { Tx } from "@/lib/platform/db";
import { enqueue } from "@/lib/queue/enqueue";
import { takeResources } from "@/lib/resources/membership";
import { type LockedSystem, lockSystem, lockSystems } from "./data";
import { freeSlug, regionsOf, type SystemSettings, settingNames, slugOf } from "./rules";
import { systemCreate, systemEdit, systemsClassify, systemsOwn } from "./schema";

async function refuseUnknown(
  tx: Tx,
  { tierId, ownerTeamId, ownerUserId }: Pick<SystemSettings, "tierId" | "ownerTeamId" | "ownerUserId">,
) {
  const wrong = (field: string, message: string) => new Refusal(refuse("invalid", message, { [field]: message }));
  if (!(await tx.tier.findUnique({ where: { id: tierId }, select: { id: true } })))
    throw wrong("tierId", "There is no such tier.");
  if (ownerTeamId && !(await tx.team.findUnique({ where: { id: ownerTeamId }, select: { id: true } })))
    throw wrong("ownerTeamId", "There is no such team.");
  if (ownerUserId && !(await tx.user.findUnique({ where: { id: ownerUserId }, select: { id: true } })))
    throw wrong("ownerUserId", "There is no such person.");
}

/** Whoever acts for a few teams alone cannot put a system out of their own reach, nor take one into another's. */
function refuseForeignOwner(visible: Visible, ownerTeamId: string | null) {
  if (visible === "all" || (ownerTeamId !== null && visible.teamIds.includes(ownerTeamId))) return;
  const message = "Choose one of your own teams as the owner.";
  throw new Refusal(refuse("invalid", message, { ownerTeamId: message }));
}

async function nameSlug(tx: Tx, name: string): Promise<string> {
  const slug = slugOf(name);
  // One at a time, so that two systems born together do not take one slug.
  await tx.$queryRaw`select pg_advisory_xact_lock(hashtext('systems.slug'))::text`;
  const taken = await tx.system.findMany({
    where: { slug: { startsWith: slug.slice(0, 70) } },
    select: { slug: true },
  });
  return freeSlug(slug, new Set(taken.map((row) => row.slug)));
}

/** Adds a system to the estate, in a tier from its first moment on, with the resources chosen for it. */
export const createSystem = command({
  action: "system.create",
  permission: "estate:edit",
  input: systemCreate,
  async run({ tx, actor, now, visible }, { tierId, resourceIds, allowedRegions, ...settings }) {
    await refuseUnknown(tx, { tierId, ...settings });
    refuseForeignOwner(visible, settings.ownerTeamId);
    const slug = await nameSlug(tx, settings.name);
    const { id } = await tx.system.create({
      data: {
        ...settings,
        allowedRegions: regionsOf(allowedRegions),
        slug,
        inServiceFrom: now,
        lifecycleAt: now,
        createdAt: now,
        updatedAt: now,
      },
      select: { id: true },
    });
    await tx.systemTier.create({ data: { systemId: id, tierId, validFrom: now } });
    const taken = resourceIds ? await takeResources(tx, { actor, visible, now }, id, resourceIds) : [];
    await markSystemsDue(tx, [id, ...taken.flatMap(({ fromId }) => fromId ?? [])]);
    await enqueue(tx, "health.evaluate", { systemIds: [id] });
    return {
      value: { id, slug },
      audit: [["system", id], { name: settings.name, slug, tierId, resources: taken.length }],
    };
  },
});

/** Closes the tier a system is in and opens another, so that its past is judged by what held then. */
async function moveToTier(
  tx: Tx,
  systems: readonly LockedSystem[],
  tierId: string,
  now: Date,
): Promise<LockedSystem[]> {
  const moved = systems.filter((system) => system.tierId !== tierId);
  if (moved.length === 0) return moved;
  const from = new Date(Math.max(now.getTime(), ...moved.map(({ tierSince }) => tierSince?.getTime() ?? 0)));
  const ids = moved.map(({ id }) => id);
  await tx.systemTier.updateMany({ where: { systemId: { in: ids }, validTo: null }, data: { validTo: from } });
  await tx.systemTier.createMany({ data: ids.map((systemId) => ({ systemId, tierId, validFrom: from })) });
  return moved;
}

/** Changes what people decided about a system; of two who edit at once, the second learns what the first changed. */
export const editSystem = command({
  action: "system.edit",
  permission: "estate:edit",
  input: systemEdit,
  async run({ tx, now, visible }, { systemId, revision, base, detectionAllowanceMinutes, ...entered }) {
    const locked = await lockSystem(tx, visible, systemId);
    const { id: _id, slug: _slug, revision: current, tierSince: _since, ...before } = locked;
    if (current !== revision)
      throw new Refusal(
        refuseStale("this system", await spell(tx, changesBetween(base, before, settingNames)), current),
      );
    const wanted = { ...entered, detectionAllowanceSeconds: detectionAllowanceMinutes * 60 };
    const merged = mergeEdit<SystemSettings>(base, wanted, before);
    await refuseUnknown(tx, merged);
    if (merged.ownerTeamId !== before.ownerTeamId) refuseForeignOwner(visible, merged.ownerTeamId);
    const changed = changesBetween<SystemSettings>(before, merged, settingNames);
    const { tierId, allowedRegions, ...settings } = merged;
    const lifecycle =
      merged.lifecycle === before.lifecycle
        ? {}
        : { lifecycleAt: now, retiredAt: merged.lifecycle === "retired" ? now : null };
    await tx.system.update({
      where: { id: systemId },
      data: {
        ...settings,
        ...lifecycle,
        allowedRegions: regionsOf(allowedRegions),
        revision: { increment: 1 },
        updatedAt: now,
      },
    });
    if (merged.lifecycle !== before.lifecycle) await restFrom(tx, systemId, merged.lifecycle, now);
    await moveToTier(tx, [locked], tierId, now);
    await markSystemsDue(tx, [systemId]);
    await enqueue(tx, "health.evaluate", { systemIds: [systemId] });
    const detail = { changed: changed.map(({ field, from, to }) => ({ field, from, to })) };
    return { value: { revision: current + 1 }, audit: [["system", systemId], detail] };
  },
});

const resting: Partial<Record<SystemSettings["lifecycle"], string>> = { parked: "Parked", retired: "Retired" };

/** Nothing is expected of a system while it rests: that time is left out of its figures, and stays so when it is back. */
async function restFrom(tx: Tx, systemId: string, lifecycle: SystemSettings["lifecycle"], now: Date): Promise<void> {
  await tx.exclusion.updateMany({ where: { systemId, validTo: null }, data: { validTo: now } });
  const reason = resting[lifecycle];
  if (reason) await tx.exclusion.create({ data: { systemId, reason, validFrom: now } });
}

/** Names instead of ids, for people. */
async function spell(tx: Tx, changes: readonly Change[]): Promise<Change[]> {
  const ids = changes.flatMap(({ field, from, to }) => (/^owner|tierId/.test(field) ? [from, to] : []));
  const uuids = ids.filter((id) => /^[0-9a-f-]{36}$/.test(id));
  const [teams, people, tiers] = await Promise.all([
    tx.team.findMany({ where: { id: { in: uuids } }, select: { id: true, name: true } }),
    tx.user.findMany({ where: { id: { in: uuids } }, select: { id: true, displayName: true } }),
    tx.tier.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } }),
  ]);
  const names = new Map([...teams, ...tiers].map(({ id, name }) => [id, name]));
  for (const { id, displayName } of people) names.set(id, displayName);
  return changes.map((change) => ({
    ...change,
    from: names.get(change.from) ?? change.from,
    to: names.get(change.to) ?? change.to,
  }));
}

/** What an audit event of a bulk command holds: how many, a hash over all, and the first thousand ids (decisions 21). */
const bulkDetail = (ids: readonly string[]) => ({
  count: ids.length,
  idsHash: sha256(Buffer.from(ids.join("\n"))).toString("hex"),
  ids: ids.slice(0, 1_000),
});

async function lockAll(tx: Tx, visible: Visible, systemIds: readonly string[]): Promise<LockedSystem[]> {
  const locked = await lockSystems(tx, visible, systemIds);
  if (locked.length === systemIds.length) return locked;
  throw new Refusal(
    refuse("not_found", "One of these systems is no longer there. Nothing was changed; load the list again."),
  );
}

/** Puts systems into a tier, all or none. */
export const classifySystems = command({
  action: "system.classify",
  permission: "estate:edit",
  input: systemsClassify,
  async run({ tx, now, visible }, { systemIds, tierId }) {
    await refuseUnknown(tx, { tierId, ownerTeamId: null, ownerUserId: null });
    const moved = await moveToTier(tx, await lockAll(tx, visible, systemIds), tierId, now);
    const ids = moved.map(({ id }) => id);
    await tx.system.updateMany({ where: { id: { in: ids } }, data: { revision: { increment: 1 }, updatedAt: now } });
    await markSystemsDue(tx, ids);
    if (ids.length > 0) await enqueue(tx, "health.evaluate", { systemIds: ids });
    const before = Object.fromEntries(moved.slice(0, 1_000).map((system) => [system.id, system.tierId]));
    return { value: { moved: ids.length }, audit: [["tier", tierId], { ...bulkDetail(ids), before }] };
  },
});

/** Gives systems to a team, or to none, all or none of them. */
export const ownSystems = command({
  action: "system.own",
  permission: "estate:edit",
  input: systemsOwn,
  async run({ tx, now, visible }, { systemIds, ownerTeamId }) {
    if (ownerTeamId && !(await tx.team.findUnique({ where: { id: ownerTeamId }, select: { id: true } })))
      throw new Refusal(refuse("invalid", "There is no such team.", { ownerTeamId: "There is no such team." }));
    refuseForeignOwner(visible, ownerTeamId);
    const ids = (await lockAll(tx, visible, systemIds)).map(({ id }) => id);
    await tx.system.updateMany({
      where: { id: { in: ids } },
      data: { ownerTeamId, revision: { increment: 1 }, updatedAt: now },
    });
    return { value: { changed: ids.length }, audit: [["team", ownerTeamId ?? "none"], bulkDetail(ids)] };
  },
});
