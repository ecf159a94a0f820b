"use server";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submit, submitFor } from "@/lib/access/submit";
import { addDisplay, renewPairingCode, revokeDisplay } from "@/lib/walls/commands";
import { proofOfAdding, proofOfNewCode } from "@/lib/walls/data";

export async function askAddingAction(input: unknown) {
  return askProof(proofOfAdding, input);
}

export async function askNewCodeAction(input: unknown) {
  return askProof(proofOfNewCode, input);
}

export async function answerProofAction(input: unknown) {
  return answerProof(input);
}

export async function addDisplayAction(_: ActionState, form: FormData) {
  return submitFor(addDisplay, form);
}

export async function renewPairingCodeAction(_: ActionState, form: FormData) {
  return submitFor(renewPairingCode, form);
}

export async function revokeDisplayAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(revokeDisplay, form);
}
