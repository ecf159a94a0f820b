"use server";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submit } from "@/lib/access/submit";
import { castVote } from "@/lib/approvals/commands";
import { proofOfVote } from "@/lib/approvals/data";

export async function castVoteAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(castVote, form);
}

export async function askVoteAction(input: unknown) {
  return askProof(proofOfVote, input);
}

export async function answerVoteAction(input: unknown) {
  return answerProof(input);
}
