"use server";
import { type ActionState, submitThen } from "@/lib/access/submit";
import { startBackup } from "@/lib/backups/commands";
import { callAfterBackup } from "@/lib/backups/jobs";

export async function startBackupAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submitThen(startBackup, form, (actor, { requestId }) => callAfterBackup(actor, requestId));
}
