import "server-only";
import { cookies, headers } from "next/headers";
import { connection } from "next/server";
import { cache } from "react";
import type { UserActor } from "@/lib/access/permissions";
import { cookieName, openCookie } from "./cookie";
import { originOf } from "./request";
import { findLiveSession, type LiveSession, touchSession } from "./sessions";

/** Whoever knows the password and has not shown a second factor yet: no doors open, only the next step and the way out. */
export type PreMfaActor = UserActor & { email: string; status: "invited" | "active" };

type Present = UserActor & Pick<LiveSession, "email" | "status" | "due">;

const whoIsHere = cache(async (): Promise<Present | null> => {
  await connection();
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const secret = await openCookie(jar.get(cookieName)?.value);
  const session = secret === null ? null : await findLiveSession(secret);
  if (!session) return null;
  const { requestId, addressPrefix } = originOf(sent);
  return { ...session, requestId, addressPrefix };
});

const touch = cache(touchSession);

/** Whoever is signed in with two factors, read from the database once per request; polling does not keep them in. */
export async function currentActor({ polling = false }: { polling?: boolean } = {}): Promise<UserActor | null> {
  const present = await whoIsHere();
  if (!present || present.aal < 2) return null;
  const { email: _, status: __, due, ...actor } = present;
  if (due && !polling) await touch(actor.sessionId);
  return actor;
}

/** Only for the second step of signing in and for enrolling a first factor: this person has shown a password, no more. */
export async function readPreMfaActorWhoMayOnlyConfirm(): Promise<PreMfaActor | null> {
  const present = await whoIsHere();
  if (present?.aal !== 1) return null;
  const { due: _, ...actor } = present;
  return { ...actor, grants: [] };
}
