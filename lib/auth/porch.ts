import "server-only";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { transactionTime } from "@/lib/access/command";
import { record } from "@/lib/audit/record";
import { accept, type Outcome, refuse } from "@/lib/core/outcome";
import { db } from "@/lib/platform/db";
import { currentActor, type PreMfaActor, readPreMfaActorWhoMayOnlyConfirm } from "./actor";
import { cookieName, cookieOptions, sealCookie } from "./cookie";
import type { Entered } from "./enrollment";
import { type Origin, originOf } from "./request";
import { endSession } from "./sessions";

const over = refuse("unauthenticated", "These ten minutes are over. Sign in again.");

/** The porch of what somebody may do between password and second factor, and of nothing else. */
export async function submitBeforeSecondFactor<Value>(
  run: (actor: PreMfaActor, origin: Origin) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const actor = await readPreMfaActorWhoMayOnlyConfirm();
  return actor ? run(actor, originOf(await headers())) : over;
}

/** The porch of what anybody may try: enrolling with a code. Whatever runs here counts its tries. */
export async function submitAsAnybody<Value>(
  run: (origin: Origin) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  return run(originOf(await headers()));
}

/** Puts a session's secret into the cookie, for this browser's life only, and goes on. */
export async function enter(outcome: Outcome<string>, next: "/" | "/enroll/factor"): Promise<Outcome<null>> {
  if (!outcome.ok) return outcome;
  const jar = await cookies();
  jar.set(cookieName, await sealCookie(outcome.value), cookieOptions);
  return redirect(next);
}

/**
 * As enter, where something has to be shown once before going on: puts the secret into the cookie and stays. Without
 * recovery codes there is nothing to show.
 */
export async function enterShowing(outcome: Outcome<Entered>): Promise<Outcome<{ recoveryCodes: string[] }>> {
  if (!outcome.ok) return outcome;
  const { secret, recoveryCodes } = outcome.value;
  const jar = await cookies();
  jar.set(cookieName, await sealCookie(secret), cookieOptions);
  return recoveryCodes.length > 0 ? accept({ recoveryCodes }) : redirect("/");
}

/** The way out, from either step: ends the session in the database and forgets the cookie. */
export async function leave(): Promise<never> {
  const actor = (await currentActor()) ?? (await readPreMfaActorWhoMayOnlyConfirm());
  if (actor) {
    await db.$transaction(async (tx) => {
      const at = await transactionTime(tx);
      await endSession(tx, actor.sessionId, "signed out", at);
      await record(tx, {
        actor,
        action: "session.close",
        outcome: "success",
        subject: ["session", actor.sessionId],
        detail: {},
        at,
      });
    });
  }
  const jar = await cookies();
  jar.delete({ name: cookieName, ...cookieOptions });
  return redirect("/sign-in");
}
