"use server";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submit, submitFor } from "@/lib/access/submit";
import { castVote, forceApproval, reviewForced, withdrawVote } from "@/lib/approvals/commands";
import { proofOfForce, proofOfReview, proofOfVote } from "@/lib/approvals/data";
import { withdrawChange } from "@/lib/changes/commands";
import { proofOfApplying } from "@/lib/changes/data";
import { applyApproved } from "@/lib/changes/jobs";

export async function castVoteAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(castVote, form);
}

export async function askVoteAction(input: unknown) {
  return askProof(proofOfVote, input);
}

export async function answerVoteAction(input: unknown) {
  return answerProof(input);
}

export async function withdrawVoteAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(withdrawVote, form);
}

export async function askApplyingAction(input: unknown) {
  return askProof(proofOfApplying, input);
}

export async function applyChangeAction(_: ActionState, form: FormData) {
  return submitFor(applyApproved(), form);
}

export async function withdrawChangeAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(withdrawChange, form);
}

export async function askForceAction(input: unknown) {
  return askProof(proofOfForce, input);
}

export async function forceApprovalAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(forceApproval, form);
}

export async function askReviewAction(input: unknown) {
  return askProof(proofOfReview, input);
}

export async function reviewForcedAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(reviewForced, form);
}
