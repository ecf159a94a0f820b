"use server";
import { type ActionState, submit, submitStep } from "@/lib/access/submit";
import { checkImport, commitImport, openImport, stageRows } from "@/lib/imports/commands";

export async function openImportAction(input: unknown) {
  return submitStep(openImport, input);
}

export async function stageRowsAction(input: unknown) {
  return submitStep(stageRows, input);
}

export async function checkImportAction(input: unknown) {
  return submitStep(checkImport, input);
}

export async function recheckImportAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(checkImport, form);
}

export async function commitImportAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(commitImport, form);
}
