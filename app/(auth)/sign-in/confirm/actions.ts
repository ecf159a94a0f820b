"use server";
import { enter, submitBeforeSecondFactor } from "@/lib/auth/porch";
import { beginSecondStep, finishSecondStep } from "@/lib/auth/second-step";

export async function beginSecondStepAction() {
  return submitBeforeSecondFactor((actor) => beginSecondStep(actor));
}

export async function finishSecondStepAction(input: unknown) {
  return enter(await submitBeforeSecondFactor((actor, origin) => finishSecondStep(actor, origin, input)), "/");
}
