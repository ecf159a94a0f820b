import "server-only";
import { refresh } from "next/cache";
import { currentActor } from "@/lib/auth/actor";
import { type Outcome, refuse } from "@/lib/core/outcome";
import type { Command } from "./command";
import { fieldsOf } from "./form";

export type ActionState = Outcome<null> | null;

const nobody = refuse("unauthenticated", "Your session has ended. Sign in again to go on; what you typed is kept.");

/** What every server action does: who, what, run it, and tell the form no more than it needs. */
export async function submit(run: Command<unknown>, form: FormData): Promise<ActionState> {
  const outcome = await submitFor(run, form);
  return outcome.ok ? { ok: true, value: null } : outcome;
}

/** As submit, for actions that go on with what the command answered, such as a redirect or a dispatch. */
export async function submitFor<Value>(run: Command<Value>, form: FormData): Promise<Outcome<Value>> {
  const actor = await currentActor();
  if (!actor) return nobody;
  const outcome = await run(actor, fieldsOf(form));
  if (outcome.ok) refresh();
  return outcome;
}
