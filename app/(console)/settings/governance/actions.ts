"use server";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submit, submitFor } from "@/lib/access/submit";
import {
  addPlace,
  answerDrill,
  changePolicy,
  delegateVote,
  endDelegation,
  releaseFreeze,
  removePlace,
  setFreeze,
  startDrill,
  switchSingleOperator,
} from "@/lib/governance/commands";
import { proofOfDrill } from "@/lib/governance/data";

export async function answerProofAction(input: unknown) {
  return answerProof(input);
}

export async function askPolicyAction(input: unknown) {
  return askProof(changePolicy.proof, input);
}

export async function changePolicyAction(_: ActionState, form: FormData) {
  return submitFor(changePolicy, form);
}

export async function askSingleOperatorAction(input: unknown) {
  return askProof(switchSingleOperator.proof, input);
}

export async function switchSingleOperatorAction(_: ActionState, form: FormData) {
  return submitFor(switchSingleOperator, form);
}

export async function askPlaceAction(input: unknown) {
  return askProof(addPlace.proof, input);
}

export async function addPlaceAction(_: ActionState, form: FormData) {
  return submitFor(addPlace, form);
}

export async function askPlaceRemovalAction(input: unknown) {
  return askProof(removePlace.proof, input);
}

export async function removePlaceAction(_: ActionState, form: FormData) {
  return submitFor(removePlace, form);
}

export async function askFreezeAction(input: unknown) {
  return askProof(setFreeze.proof, input);
}

export async function setFreezeAction(_: ActionState, form: FormData) {
  return submitFor(setFreeze, form);
}

export async function askReleaseAction(input: unknown) {
  return askProof(releaseFreeze.proof, input);
}

export async function releaseFreezeAction(_: ActionState, form: FormData) {
  return submitFor(releaseFreeze, form);
}

export async function askDelegationAction(input: unknown) {
  return askProof(delegateVote.proof, input);
}

export async function delegateVoteAction(_: ActionState, form: FormData) {
  return submitFor(delegateVote, form);
}

export async function endDelegationAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(endDelegation, form);
}

export async function startDrillAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(startDrill, form);
}

export async function askDrillAction(input: unknown) {
  return askProof(proofOfDrill, input);
}

export async function answerDrillAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(answerDrill, form);
}
