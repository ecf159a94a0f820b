"use server";
import { type ActionState, submit, submitStep } from "@/lib/access/submit";
import { checkImport, commitImport, openImport, stageRows } from "@/lib/imports/commands";

export async function openImportAction(form: FormData) {
  return submitStep(openImport, form);
}

export async function stageRowsAction(form: FormData) {
  return submitStep(stageRows, form);
}

export async function checkImportAction(form: FormData) {
  return submitStep(checkImport, form);
}

export async function recheckImportAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(checkImport, form);
}

export async function commitImportAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(commitImport, form);
}
