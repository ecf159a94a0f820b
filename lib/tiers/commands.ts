import "server-only";
import { type ChangeContext, governed } from "@/lib/changes/governed";
import { changesBetween, mergeEdit, refuseStale } from "@/lib/core/edit";
import { demand, Refusal, refuse } from "@/lib/core/outcome";
import { markTierDue } from "@/lib/health/due";
import { enqueue } from "@/lib/queue/enqueue";
import { type HeldTier, lockTier, tierNow } from "./data";
import { checkObjectives, loosens, type Objectives, objectiveNames } from "./rules";
import { tierEdit } from "./schema";

function overEverything({ visible }: ChangeContext): void {
  if (visible !== "all")
    throw new Refusal(
      refuse("forbidden", "Tiers rule all systems: this needs the administrator role over everything."),
    );
}

type Wanted = Objectives & { name: string };

/** What an edit leads to, with what others changed meanwhile kept. */
const mergedWith = (current: HeldTier, base: Record<string, unknown>, wanted: Wanted): Wanted =>
  mergeEdit<Wanted>(base, wanted, { name: current.name, ...current.objectives });

/** Changes what a tier promises from now on; what it promised before stays to be judged by. */
export const editTier = governed({
  action: "tier.edit",
  permission: "tier:edit",
  input: tierEdit,
  async assess({ tx }, { tierId, revision: _, base, ...wanted }) {
    const current = await tierNow(tx, tierId);
    const { name, ...objectives } = mergedWith(current, base, wanted);
    const before = { name: current.name, ...current.objectives };
    const changed = changesBetween<Wanted>(before, { name, ...objectives }, objectiveNames);
    return {
      level: loosens(current.objectives, objectives),
      title: `Change what ${current.name} promises`,
      subject: { type: "tier", id: tierId, name: current.name },
      lines: changed.map(({ label, from, to }) => ({ what: label, from, to })),
    };
  },
  async check(ctx, { tierId, revision, base, ...wanted }) {
    overEverything(ctx);
    const current = await tierNow(ctx.tx, tierId);
    const before = { name: current.name, ...current.objectives };
    if (current.revision !== revision)
      throw new Refusal(refuseStale("this tier", changesBetween(base, before, objectiveNames), current.revision));
    demand(checkObjectives(mergedWith(current, base, wanted)));
  },
  async run({ tx, now }, { tierId, revision, base, ...wanted }) {
    const current = await lockTier(tx, tierId);
    const before = { name: current.name, ...current.objectives };
    // Read again under the lock: two edits at once would both have passed the check.
    if (current.revision !== revision)
      throw new Refusal(refuseStale("this tier", changesBetween(base, before, objectiveNames), current.revision));
    const { name, ...objectives } = mergedWith(current, base, wanted);
    const changed = changesBetween<Wanted>(before, { name, ...objectives }, objectiveNames);
    await tx.tier.update({ where: { id: tierId }, data: { name, revision: { increment: 1 } } });
    if (changed.some(({ field }) => field !== "name")) {
      const from = new Date(Math.max(now.getTime(), current.validFrom.getTime()));
      await tx.tierObjective.updateMany({ where: { tierId, validTo: null }, data: { validTo: from } });
      await tx.tierObjective.create({ data: { tierId, validFrom: from, ...objectives } });
      await markTierDue(tx, tierId);
      await enqueue(tx, "health.evaluate", {}, { key: "all" });
    }
    const detail = { tierId, changed: changed.map(({ field, from, to }) => ({ field, from, to })) };
    return { value: { revision: revision + 1 }, audit: [["tier", tierId], detail] };
  },
});
