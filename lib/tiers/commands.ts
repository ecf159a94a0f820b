import "server-only";
import { command } from "@/lib/access/command";
import { changesBetween, mergeEdit, refuseStale } from "@/lib/core/edit";
import { demand, Refusal, refuse } from "@/lib/core/outcome";
import { markTierDue } from "@/lib/health/due";
import { enqueue } from "@/lib/queue/enqueue";
import { lockTier } from "./data";
import { checkObjectives, type Objectives, objectiveNames } from "./rules";
import { tierEdit } from "./schema";

/** Changes what a tier promises from now on; what it promised before stays to be judged by. */
export const editTier = command({
  action: "tier.edit",
  permission: "tier:edit",
  input: tierEdit,
  async run({ tx, now, visible }, { tierId, revision, base, ...wanted }) {
    if (visible !== "all")
      throw new Refusal(
        refuse("forbidden", "Tiers rule all systems: this needs the administrator role over everything."),
      );
    const current = await lockTier(tx, tierId);
    const before = { name: current.name, ...current.objectives };
    if (current.revision !== revision)
      throw new Refusal(refuseStale("this tier", changesBetween(base, before, objectiveNames), current.revision));
    const { name, ...objectives } = mergeEdit(base, wanted, before);
    demand(checkObjectives(objectives));
    const changed = changesBetween<Objectives & { name: string }>(before, { name, ...objectives }, objectiveNames);
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
