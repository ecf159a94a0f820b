"use server";
import { type ActionState, submit } from "@/lib/access/submit";
import { addExclusion, endExclusion } from "@/lib/service-levels/commands";

export async function addExclusionAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(addExclusion, form);
}

export async function endExclusionAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(endExclusion, form);
}
