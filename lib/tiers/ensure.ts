import "server-only";
import type { Tx } from "@/lib/platform/db";
import { defaultTiers } from "./defaults";

/**
 * Lays the built-in tiers into a database that has none, with objectives that hold from the given moment. A database
 * that already has tiers is left as its operators made it.
 */
export async function ensureDefaultTiers(tx: Pick<Tx, "tier" | "tierObjective">, validFrom: Date): Promise<number> {
  if ((await tx.tier.count()) > 0) return 0;
  await tx.tier.createMany({ data: defaultTiers.map(({ id, rank, name }) => ({ id, rank, name })) });
  await tx.tierObjective.createMany({
    data: defaultTiers.map(({ id, objectives }) => ({ tierId: id, validFrom, ...objectives })),
  });
  return defaultTiers.length;
}
