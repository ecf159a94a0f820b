"use server";
import { redirect } from "next/navigation";
import { type ActionState, submitFor } from "@/lib/access/submit";
import { editTier } from "@/lib/tiers/commands";

export async function editTierAction(_: ActionState, form: FormData): Promise<ActionState> {
  const edited = await submitFor(editTier, form);
  if (!edited.ok) return edited;
  redirect("/settings/tiers");
}
