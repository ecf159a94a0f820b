"use server";
import { redirect } from "next/navigation";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submit, submitFor, submitThen, submitWork } from "@/lib/access/submit";
import {
  beginRestore,
  cancelRestore,
  reviseRestore,
  saveWhat,
  saveWhen,
  saveWhere,
  startRestore,
  submitRestore,
} from "@/lib/restores/commands";
import { proofOfStart, proofOfSubmission } from "@/lib/restores/data";
import { callAfterStart, checkRestore, readRestoreForm } from "@/lib/restores/jobs";

export async function beginRestoreAction(_: ActionState, form: FormData): Promise<ActionState> {
  const begun = await submitFor(beginRestore, form);
  if (!begun.ok) return begun;
  redirect(`/restores/${begun.value.restoreId}`);
}

export async function saveWhatAction(_: ActionState, form: FormData): Promise<ActionState> {
  const saved = await submitFor(saveWhat, form);
  if (!saved.ok) return saved;
  redirect(`/restores/${String(form.get("restoreId"))}?step=when`);
}

export async function saveWhenAction(_: ActionState, form: FormData): Promise<ActionState> {
  const saved = await submitThen(saveWhen, form, (actor, { restoreId, ...looked }) =>
    readRestoreForm(actor, restoreId, looked),
  );
  if (!saved?.ok) return saved;
  redirect(`/restores/${String(form.get("restoreId"))}?step=where`);
}

export async function saveWhereAction(_: ActionState, form: FormData): Promise<ActionState> {
  const whole = new FormData();
  const settings: [string, string][] = [];
  for (const [name, value] of form) {
    if (typeof value !== "string") continue;
    if (name.startsWith("setting.")) settings.push([name.slice("setting.".length), value]);
    else whole.append(name, value);
  }
  const saved = await submitThen(
    (actor, raw) => saveWhere(actor, { ...(raw as object), settings: Object.fromEntries(settings) }),
    whole,
    (actor, { restoreId }) => checkRestore(actor, restoreId),
  );
  if (!saved?.ok) return saved;
  redirect(`/restores/${String(form.get("restoreId"))}?step=check`);
}

export async function checkRestoreAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submitWork((actor) => checkRestore(actor, String(form.get("restoreId"))));
}

export async function askSubmissionAction(input: unknown) {
  return askProof(proofOfSubmission, input);
}

export async function askStartAction(input: unknown) {
  return askProof(proofOfStart, input);
}

export async function answerProofAction(input: unknown) {
  return answerProof(input);
}

export async function submitRestoreAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(submitRestore, form);
}

export async function reviseRestoreAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(reviseRestore, form);
}

export async function cancelRestoreAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(cancelRestore, form);
}

export async function startRestoreAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submitThen(startRestore, form, (actor, { itemIds }) =>
    callAfterStart(actor, String(form.get("restoreId")), itemIds),
  );
}
