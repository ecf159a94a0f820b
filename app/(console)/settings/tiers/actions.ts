"use server";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submitFor } from "@/lib/access/submit";
import { editTier } from "@/lib/tiers/commands";

export async function askTierEditAction(input: unknown) {
  return askProof(editTier.proof, input);
}

export async function answerProofAction(input: unknown) {
  return answerProof(input);
}

export async function editTierAction(_: ActionState, form: FormData) {
  return submitFor(editTier, form);
}
