"use server";
import { redirect } from "next/navigation";
import { type ActionState, submit, submitFor } from "@/lib/access/submit";
import { addDependency, endDependency } from "@/lib/dependencies/commands";
import { addRule, assignResources, releaseResources, removeRule, setRequirement } from "@/lib/resources/commands";
import { classifySystems, createSystem, editSystem, ownSystems } from "@/lib/systems/commands";
import { deleteView, editView, saveView } from "@/lib/views/commands";

export async function createSystemAction(_: ActionState, form: FormData): Promise<ActionState> {
  const made = await submitFor(createSystem, form);
  if (!made.ok) return made;
  redirect(`/systems/${made.value.id}`);
}

export async function editSystemAction(_: ActionState, form: FormData): Promise<ActionState> {
  const edited = await submitFor(editSystem, form);
  if (!edited.ok) return edited;
  redirect(`/systems/${String(form.get("systemId"))}`);
}

/** One form, two things to do with what is chosen: the pressed button says which. */
export async function bulkSystemsAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(form.get("do") === "own" ? ownSystems : classifySystems, form);
}

export async function assignResourcesAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(assignResources, form);
}

export async function releaseResourcesAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(releaseResources, form);
}

/** One form, two things to do with what is chosen: the pressed button says which. */
export async function bulkResourcesAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(form.get("do") === "release" ? releaseResources : assignResources, form);
}

export async function setRequirementAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(setRequirement, form);
}

export async function addRuleAction(_: ActionState, form: FormData): Promise<ActionState> {
  const added = await submitFor(addRule, form);
  if (!added.ok) return added;
  redirect(`/systems/${String(form.get("systemId"))}#tag-rules`);
}

export async function removeRuleAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(removeRule, form);
}

export async function addDependencyAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(addDependency, form);
}

export async function endDependencyAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(endDependency, form);
}

export async function saveViewAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(saveView, form);
}

export async function editViewAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(editView, form);
}

export async function deleteViewAction(_: ActionState, form: FormData): Promise<ActionState> {
  return submit(deleteView, form);
}
