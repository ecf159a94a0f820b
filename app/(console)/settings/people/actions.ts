"use server";
import { answerProof, askProof } from "@/lib/access/proof";
import { type ActionState, submit, submitFor } from "@/lib/access/submit";
import {
  disablePerson,
  enablePerson,
  endEverybodysSessions,
  endPersonsSessions,
  giveRole,
  invitePerson,
  reissueCode,
  takeRole,
} from "@/lib/people/commands";
import { linkIdentity, unlinkIdentity } from "@/lib/sso/commands";
import { proofOfUnlink } from "@/lib/sso/data";

export async function askInvitationAction(input: unknown) {
  return askProof(invitePerson.proof, input);
}

export async function askGiftAction(input: unknown) {
  return askProof(giveRole.proof, input);
}

export async function askEnablingAction(input: unknown) {
  return askProof(enablePerson.proof, input);
}

export async function askReissueAction(input: unknown) {
  return askProof(reissueCode.proof, input);
}

export async function askLinkAction(input: unknown) {
  return askProof(linkIdentity.proof, input);
}

export async function askUnlinkAction(input: unknown) {
  return askProof(proofOfUnlink, input);
}

export async function linkIdentityAction(_: ActionState, form: FormData) {
  return submitFor(linkIdentity, form);
}

export async function unlinkIdentityAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(unlinkIdentity, form);
}

export async function answerProofAction(input: unknown) {
  return answerProof(input);
}

export async function invitePersonAction(_: ActionState, form: FormData) {
  return submitFor(invitePerson, form);
}

export async function reissueCodeAction(_: ActionState, form: FormData) {
  return submitFor(reissueCode, form);
}

export async function giveRoleAction(_: ActionState, form: FormData) {
  return submitFor(giveRole, form);
}

export async function takeRoleAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(takeRole, form);
}

export async function disablePersonAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(disablePerson, form);
}

export async function enablePersonAction(_: ActionState, form: FormData) {
  return submitFor(enablePerson, form);
}

export async function endPersonsSessionsAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(endPersonsSessions, form);
}

export async function endEverybodysSessionsAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(endEverybodysSessions, form);
}
