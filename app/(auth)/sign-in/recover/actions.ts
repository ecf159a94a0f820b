"use server";
import type { ActionState } from "@/lib/access/submit";
import { enter, submitBeforeSecondFactor } from "@/lib/auth/porch";
import { enterByRecoveryCode } from "@/lib/auth/recovery";

export async function recoverAction(_: ActionState, form: FormData): Promise<ActionState> {
  const said = { code: form.get("code") };
  return enter(
    await submitBeforeSecondFactor((actor, origin) => enterByRecoveryCode(actor, origin, said)),
    "/enroll/factor",
  );
}
