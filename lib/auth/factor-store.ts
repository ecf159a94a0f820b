import "server-only";
import { db } from "@/lib/platform/db";
import { passkeysPossible } from "./relying-party";

/** The factors of a person that may prove who they are now: confirmed, kept, and not suspected of being copied. */
export async function usableFactors(userId: string) {
  const factors = await db.factor.findMany({
    where: { userId, removedAt: null, suspectedCloneAt: null, confirmedAt: { not: null } },
    orderBy: { createdAt: "asc" },
  });
  return {
    passkeys: passkeysPossible ? factors.filter(({ kind }) => kind === "passkey") : [],
    totps: factors.filter(({ kind }) => kind === "totp"),
  };
}

/** Which kinds of factor a person can show. */
export async function factorKindsOf({ id }: { id: string }): Promise<{ passkey: boolean; totp: boolean }> {
  const { passkeys, totps } = await usableFactors(id);
  return { passkey: passkeys.length > 0, totp: totps.length > 0 };
}
