"use server";
import { type ActionState, submit } from "@/lib/access/submit";
import { markRead } from "@/lib/notifications/commands";

export async function markReadAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(markRead, form);
}
