"use server";
import type { ActionState } from "@/components/ui/action-state";
export async function refuseAction(_: ActionState, form: FormData): Promise<ActionState> {
  await new Promise((r) => setTimeout(r, 500));
  if (form.get("why") === "fine") return { ok: true, value: null };
  return { ok: false, code: "invalid", message: "Two fields need another look.", fields: { why: "Say why, in a sentence.", where: "Choose where to.", code: "The code is wrong." } };
}
