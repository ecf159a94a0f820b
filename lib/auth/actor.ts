import "server-only";
import { cookies, headers } from "next/headers";
import { connection } from "next/server";
import { cache } from "react";
import type { DisplayActor, UserActor } from "@/lib/access/permissions";
import { pollingCookie } from "@/lib/core/polling";
import { cookieName, openCookie } from "./cookie";
import { findDisplay, touchDisplay } from "./displays";
import { originOf } from "./request";
import { findLiveSession, type LiveSession, touchSession } from "./sessions";
import { wallCookieName } from "./wall-token";

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
  return { ...session, due: session.due && !jar.has(pollingCookie), requestId, addressPrefix };
});

const touch = cache(touchSession);

/** Whoever is signed in with two factors, read from the database once per request; polling, and a page that reads itself again, do not keep them in (decisions 37). */
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

const whichDisplay = cache(async (): Promise<DisplayActor | "dead" | "busy" | null> => {
  await connection();
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const token = jar.get(wallCookieName)?.value;
  if (token === undefined) return null;
  const found = await findDisplay(token);
  if (typeof found === "string") return found;
  if (found.due) await touchDisplay(found.display.id);
  const { requestId, addressPrefix } = originOf(sent);
  return { ...found.display, requestId, addressPrefix };
});

/**
 * Who looks at the wall: the display that this browser was paired as, else whoever is signed in, whom looking does not
 * keep in. "dead" where it was a display once, "busy" where it asks too often.
 */
export async function currentWatcher(): Promise<UserActor | DisplayActor | "dead" | "busy" | null> {
  const display = await whichDisplay();
  if (display !== null && display !== "dead") return display;
  return (await currentActor({ polling: true })) ?? display;
}
