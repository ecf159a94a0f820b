import "server-only";
import { z } from "zod";
import { read } from "@/lib/access/read";
import { Refusal, refuse } from "@/lib/core/outcome";
import type { Tx } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";
import { sqlSystemVisible } from "@/lib/systems/visible";
import type { Objectives } from "./rules";
import { tierRef } from "./schema";
import type { TierChoice, TierDetail, TierView } from "./view";

const objectiveColumns = {
  rpoSeconds: true,
  rtoSeconds: true,
  mtdSeconds: true,
  timeInRpoTargetPct: true,
  restoreTestCadenceDays: true,
  drillCadenceDays: true,
  runbookReviewDays: true,
  verifyDays: true,
  copyRule: true,
  minRetentionDays: true,
  maxRetentionDays: true,
  offsiteRetentionDays: true,
  minImmutableDays: true,
  approvals: true,
} satisfies Prisma.TierObjectiveSelect;

const dated = { ...objectiveColumns, validFrom: true, validTo: true } satisfies Prisma.TierObjectiveSelect;

type Row = Prisma.TierObjectiveGetPayload<{ select: typeof objectiveColumns }>;

const toObjectives = ({ timeInRpoTargetPct, ...row }: Row): Objectives => ({
  ...row,
  timeInRpoTargetPct: timeInRpoTargetPct.toNumber(),
});

/** Every tier with what it promises now and how many systems rely on it. */
export const listTiers = read("estate:read", z.object({}), async ({ db, visible }): Promise<TierView[]> => {
  const [tiers, counts] = await Promise.all([
    db.tier.findMany({
      orderBy: { rank: "asc" },
      select: {
        id: true,
        rank: true,
        name: true,
        revision: true,
        objectives: { where: { validTo: null }, select: dated },
      },
    }),
    db.$queryRaw<{ tier_id: string; systems: number }[]>`
      select t.tier_id, count(*)::int as systems from system_tiers t join systems s on s.id = t.system_id
      where t.valid_to is null and s.lifecycle <> 'retired' and ${sqlSystemVisible(visible)} group by t.tier_id`,
  ]);
  const countOf = new Map(counts.map(({ tier_id, systems }) => [tier_id, systems]));
  return tiers.flatMap(({ objectives: [open], ...tier }) => {
    if (!open) return [];
    const { validFrom, validTo: _, ...row } = open;
    const objectivesSince = validFrom.toISOString();
    return [{ ...tier, objectives: toObjectives(row), objectivesSince, systems: countOf.get(tier.id) ?? 0 }];
  });
});

/** One tier with everything it ever promised, newest first. */
export const getTier = read("estate:read", tierRef, async ({ db }, { tierId }): Promise<TierDetail | null> => {
  const tier = await db.tier.findUnique({
    where: { id: tierId },
    select: {
      id: true,
      rank: true,
      name: true,
      revision: true,
      objectives: { orderBy: { validFrom: "desc" }, select: dated },
    },
  });
  if (!tier) return null;
  const { objectives, ...rest } = tier;
  const history = objectives.map(({ validFrom, validTo, ...row }) => ({
    objectives: toObjectives(row),
    from: validFrom.toISOString(),
    to: validTo?.toISOString() ?? null,
  }));
  const current = history.find(({ to }) => to === null);
  return current ? { ...rest, objectives: current.objectives, objectivesSince: current.from, history } : null;
});

/** The tiers to choose from in a form. */
export const listTierChoices = read(
  "estate:read",
  z.object({}),
  ({ db }): Promise<TierChoice[]> =>
    db.tier.findMany({ orderBy: { rank: "asc" }, select: { id: true, rank: true, name: true } }),
);

export type HeldTier = { name: string; revision: number; objectives: Objectives; validFrom: Date };

/** Reads a tier with its open objectives and holds it until the transaction ends. */
export async function lockTier(tx: Tx, tierId: string): Promise<HeldTier> {
  await tx.$queryRaw`select 1 from tiers where id = ${tierId} for update`;
  return tierNow(tx, tierId);
}

/** A tier with its open objectives, as it is at this moment. */
export async function tierNow(tx: Pick<Tx, "tier" | "tierObjective">, tierId: string): Promise<HeldTier> {
  const tier = await tx.tier.findUnique({ where: { id: tierId }, select: { name: true, revision: true } });
  const open = await tx.tierObjective.findFirst({
    where: { tierId, validTo: null },
    select: { ...objectiveColumns, validFrom: true },
  });
  if (!tier || !open) throw new Refusal(refuse("not_found", "There is no such tier."));
  const { validFrom, ...row } = open;
  return { ...tier, objectives: toObjectives(row), validFrom };
}
