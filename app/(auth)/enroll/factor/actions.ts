"use server";
import { beginFirstFactor, finishFirstFactor } from "@/lib/auth/enrollment";
import { enterShowing, submitBeforeSecondFactor } from "@/lib/auth/porch";

export async function beginFirstFactorAction(input: unknown) {
  return submitBeforeSecondFactor((actor) => beginFirstFactor(actor, input));
}

export async function finishFirstFactorAction(input: unknown) {
  return enterShowing(await submitBeforeSecondFactor((actor, origin) => finishFirstFactor(actor, origin, input)));
}
