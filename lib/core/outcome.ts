/** Every way the system says no. Anything else that goes wrong is a bug, and is thrown as it is. */
export type RefusalCode =
  | "unauthenticated"
  | "forbidden"
  | "step_up_required"
  | "invalid"
  | "not_found"
  | "conflict"
  | "rate_limited"
  | "unavailable";

/** A refusal in words for the person, with the fields to mend by name where there are any. */
export type Refused = { ok: false; code: RefusalCode; message: string; fields?: Record<string, string> };
export type Outcome<T> = { ok: true; value: T } | Refused;

/** A success with what came of it. */
export const accept = <T>(value: T): Outcome<T> => ({ ok: true, value });

/** A refusal: what is wrong and what to do about it. */
export const refuse = (code: RefusalCode, message: string, fields?: Record<string, string>): Refused =>
  fields ? { ok: false, code, message, fields } : { ok: false, code, message };

/** A refusal on its way out of a transaction: thrown so that the transaction rolls back. */
export class Refusal extends Error {
  override name = "Refusal";
  constructor(readonly refused: Refused) {
    super(refused.message);
  }
}

/** Unwraps an outcome where only success can go on. */
export function demand(outcome: Refused): never;
export function demand<T>(outcome: Outcome<T>): T;
export function demand<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Refusal(outcome);
  return outcome.value;
}
