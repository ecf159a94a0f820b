import "server-only";
import type { Reader, Tx } from "@/lib/platform/db";
import { defaultLevels, type PolicyLevels } from "./rules";

/** The policy in force: the newest version; a new installation begins with the default levels. */
export async function currentPolicy(tx: Tx): Promise<{ id: string; version: number; levels: PolicyLevels }> {
  const newest = await tx.approvalPolicyVersion.findFirst({
    where: { policy: { name: "default" } },
    orderBy: { version: "desc" },
  });
  if (newest) return { id: newest.id, version: newest.version, levels: newest.levels as unknown as PolicyLevels };
  await tx.$executeRaw`insert into approval_policies (name) values ('default') on conflict (name) do nothing`;
  const policy = await tx.approvalPolicy.findUniqueOrThrow({ where: { name: "default" } });
  const levels = JSON.parse(JSON.stringify(defaultLevels));
  await tx.approvalPolicyVersion.createMany({
    data: [{ policyId: policy.id, version: 1, levels }],
    skipDuplicates: true,
  });
  const made = await tx.approvalPolicyVersion.findFirstOrThrow({
    where: { policyId: policy.id },
    orderBy: { version: "desc" },
  });
  return { id: made.id, version: made.version, levels: made.levels as unknown as PolicyLevels };
}

/** The levels of the policy in force, for reading. */
export async function levelsInForce(db: Pick<Reader, "approvalPolicyVersion">): Promise<PolicyLevels> {
  const newest = await db.approvalPolicyVersion.findFirst({
    where: { policy: { name: "default" } },
    orderBy: { version: "desc" },
    select: { levels: true },
  });
  return newest ? (newest.levels as unknown as PolicyLevels) : defaultLevels;
}
