"use server";
import { claimCode, lookAtCode } from "@/lib/auth/enrollment";
import { enter, submitAsAnybody } from "@/lib/auth/porch";

export async function lookAtCodeAction(input: unknown) {
  return submitAsAnybody((origin) => lookAtCode(input, origin));
}

export async function claimCodeAction(input: unknown) {
  return enter(await submitAsAnybody((origin) => claimCode(input, origin)), "/enroll/factor");
}
