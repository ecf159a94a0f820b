"use server";
import { type ActionState, submit } from "@/lib/access/submit";
import { requestVerification } from "@/lib/audit/commands";

export async function requestVerificationAction(_: ActionState, form: FormData) {
  return submit(requestVerification, form);
}
