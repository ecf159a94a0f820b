"use server";
import { refresh } from "next/cache";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submit, submitFor } from "@/lib/access/submit";
import {
  changeConnectionState,
  createConnection,
  editConnection,
  requestSelfCheck,
  requestSync,
} from "@/lib/connections/commands";
import { checkOnRequest } from "@/lib/connections/jobs";

export async function askCreationAction(input: unknown) {
  return askProof(createConnection.proof, input);
}

export async function askEditAction(input: unknown) {
  return askProof(editConnection.proof, input);
}

export async function askStateAction(input: unknown) {
  return askProof(changeConnectionState.proof, input);
}

export async function answerProofAction(input: unknown) {
  return answerProof(input);
}

export async function createConnectionAction(_: ActionState, form: FormData) {
  return submitFor(createConnection, form);
}

export async function editConnectionAction(_: ActionState, form: FormData) {
  return submitFor(editConnection, form);
}

export async function changeConnectionStateAction(_: ActionState, form: FormData) {
  return submitFor(changeConnectionState, form);
}

export async function requestSyncAction(_: ActionState, form: FormData) {
  return submit(requestSync, form);
}

export async function requestSelfCheckAction(_: ActionState, form: FormData): Promise<ActionState> {
  const outcome = await submitFor(requestSelfCheck, form);
  if (!outcome.ok) return outcome;
  await checkOnRequest(outcome.value.connectionId);
  refresh();
  return { ok: true, value: null };
}
