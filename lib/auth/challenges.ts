import "server-only";
import { bytes } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import type { Prisma } from "@/lib/platform/prisma/client";

/** How long a challenge waits for its answer. */
export const challengeSeconds = 120;

export type ChallengeKind = "sign_in" | "enroll" | "step_up";

type Fresh = {
  userId: string;
  sessionId: string;
  kind: ChallengeKind;
  challenge: Uint8Array;
  detail: Prisma.InputJsonObject;
  expiresAt: Date;
  opHash?: Uint8Array;
};

/** Keeps a challenge with what it was made from. */
export async function keepChallenge({ opHash, challenge, ...fresh }: Fresh): Promise<string> {
  const { id } = await db.authChallenge.create({
    data: { ...fresh, challenge: bytes(challenge), ...(opHash ? { opHash: bytes(opHash) } : {}) },
    select: { id: true },
  });
  return id;
}

export type BurntChallenge = { id: string; challenge: Uint8Array; detail: unknown };

/** Uses a challenge up before anything is verified, so that a wrong answer burns it too. */
export async function burnChallenge(
  actor: { id: string; sessionId: string },
  kind: ChallengeKind,
  id: string,
): Promise<BurntChallenge | null> {
  const [row] = await db.$queryRaw<BurntChallenge[]>`
    update auth_challenges set used_at = now()
    where id = ${id}::uuid and user_id = ${actor.id}::uuid and session_id = ${actor.sessionId}::uuid
      and kind = ${kind}::challenge_kind and used_at is null and expires_at > now()
    returning id, challenge, detail`;
  return row ?? null;
}
