"use server";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submit, submitFor } from "@/lib/access/submit";
import { removeRoleMapping, saveRoleMapping } from "@/lib/sso/commands";
import { proofOfUnmapping } from "@/lib/sso/data";

export async function askMappingAction(input: unknown) {
  return askProof(saveRoleMapping.proof, input);
}

export async function askUnmappingAction(input: unknown) {
  return askProof(proofOfUnmapping, input);
}

export async function answerProofAction(input: unknown) {
  return answerProof(input);
}

export async function saveRoleMappingAction(_: ActionState, form: FormData) {
  return submitFor(saveRoleMapping, form);
}

export async function removeRoleMappingAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(removeRoleMapping, form);
}
