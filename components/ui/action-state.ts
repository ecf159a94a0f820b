import type { Outcome } from "@/lib/core/outcome";

/** What a form learns of its action: nothing yet, that it is done, or why it was refused. */
export type ActionState = Outcome<null> | null;

/** A server action as a form calls it. */
export type FormAction = (state: ActionState, form: FormData) => Promise<ActionState>;
