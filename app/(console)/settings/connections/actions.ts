"use server";
import { refresh } from "next/cache";
import { redirect } from "next/navigation";
import { type ActionState, submit, submitFor } from "@/lib/access/submit";
import {
  changeConnectionState,
  createConnection,
  editConnection,
  requestSelfCheck,
  requestSync,
} from "@/lib/connections/commands";
import { checkOnRequest } from "@/lib/connections/jobs";

export async function createConnectionAction(_: ActionState, form: FormData): Promise<ActionState> {
  const outcome = await submitFor(createConnection, form);
  return outcome.ok ? redirect(`/settings/connections/${outcome.value.id}`) : outcome;
}

export async function editConnectionAction(_: ActionState, form: FormData): Promise<ActionState> {
  const outcome = await submitFor(editConnection, form);
  return outcome.ok ? redirect(`/settings/connections/${outcome.value.connectionId}`) : outcome;
}

export async function changeConnectionStateAction(_: ActionState, form: FormData) {
  return submit(changeConnectionState, form);
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
