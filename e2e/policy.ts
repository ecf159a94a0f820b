import type { PolicyLevels } from "@/lib/approvals/rules";
import type { Prisma, PrismaClient } from "@/lib/platform/prisma/client";

/** Puts a policy into force whose gravest two levels cool down for these seconds: short enough to wait for. */
export async function coolDownFor(db: PrismaClient, [gravest, grave]: readonly [number, number]): Promise<void> {
  const newest = await db.approvalPolicyVersion.findFirstOrThrow({ orderBy: { version: "desc" } });
  const levels = newest.levels as unknown as PolicyLevels;
  const shorter = {
    ...levels,
    0: { ...levels[0], coolDownSeconds: gravest },
    1: { ...levels[1], coolDownSeconds: grave },
  };
  await db.approvalPolicyVersion.create({
    data: {
      policyId: newest.policyId,
      version: newest.version + 1,
      levels: shorter as unknown as Prisma.InputJsonObject,
    },
  });
}
