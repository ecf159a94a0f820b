import "server-only";
import { refresh } from "next/cache";
import { currentActor } from "@/lib/auth/actor";
import { type Outcome, refuse } from "@/lib/core/outcome";
import type { Command } from "./command";
import { fieldsOf } from "./form";
import type { Actor } from "./permissions";

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

/** As submitFor, for one step of something longer that a script sends: the page around it is not made anew. */
export async function submitStep<Value>(run: Command<Value>, input: unknown): Promise<Outcome<Value>> {
  const actor = await currentActor();
  return actor ? run(actor, input) : nobody;
}

/** As submit, for actions that do more after the commit, such as calling a provider; what follows may refuse in its turn. */
export async function submitThen<Value>(
  run: Command<Value>,
  form: FormData,
  follow: (actor: Actor, value: Value) => Promise<Outcome<unknown>>,
): Promise<ActionState> {
  const actor = await currentActor();
  if (!actor) return nobody;
  const outcome = await run(actor, fieldsOf(form));
  if (!outcome.ok) return outcome;
  const followed = await follow(actor, outcome.value);
  refresh();
  return followed.ok ? { ok: true, value: null } : followed;
}

/** For actions whose work looks outside before it writes: whoever is signed in, and what came of it. */
export async function submitWork(work: (actor: Actor) => Promise<Outcome<unknown>>): Promise<ActionState> {
  const actor = await currentActor();
  if (!actor) return nobody;
  const outcome = await work(actor);
  refresh();
  return outcome.ok ? { ok: true, value: null } : outcome;
}
