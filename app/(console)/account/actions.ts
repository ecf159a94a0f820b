"use server";
import { cookies } from "next/headers";
import { densityCookie, themeCookie, toDensity, toTheme } from "@/components/shell/appearance";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submit, submitFor, submitWork } from "@/lib/access/submit";
import {
  addFactor,
  changePassword,
  confirmFactor,
  endMySession,
  endMySessions,
  removeFactor,
  renameFactor,
  renewRecoveryCodes,
  setPreferences,
} from "@/lib/people/account-commands";
import { proofOfAddition, proofOfPasswordChange, proofOfRemoval, proofOfRenewal } from "@/lib/people/data";

export async function askAdditionAction(input: unknown) {
  return askProof(proofOfAddition, input);
}

export async function askRemovalAction(input: unknown) {
  return askProof(proofOfRemoval, input);
}

export async function askPasswordChangeAction() {
  return askProof(proofOfPasswordChange, {});
}

export async function askRenewalAction() {
  return askProof(proofOfRenewal, {});
}

export async function answerProofAction(input: unknown) {
  return answerProof(input);
}

export async function addFactorAction(_: ActionState, form: FormData) {
  return submitFor(addFactor, form);
}

export async function confirmFactorAction(input: unknown) {
  return submitWork((actor) => confirmFactor(actor, input));
}

export async function renameFactorAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(renameFactor, form);
}

export async function removeFactorAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(removeFactor, form);
}

export async function changePasswordAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(changePassword, form);
}

export async function renewRecoveryCodesAction(_: ActionState, form: FormData) {
  return submitFor(renewRecoveryCodes, form);
}

export async function endMySessionAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(endMySession, form);
}

export async function endMySessionsAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(endMySessions, form);
}

const yearSeconds = 31_536_000;

export async function setPreferencesAction(_: ActionState, form: FormData): Promise<ActionState> {
  const saved = await submit(setPreferences, form);
  if (!saved?.ok) return saved;
  const jar = await cookies();
  // The menu in the frame sets the same two from the browser, so they are not hidden from it.
  const kept = { path: "/", maxAge: yearSeconds, sameSite: "lax" } as const;
  jar.set(themeCookie, toTheme(String(form.get("theme"))), kept);
  jar.set(densityCookie, toDensity(String(form.get("density"))), kept);
  return saved;
}
