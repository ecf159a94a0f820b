"use server";
import { fieldsOf } from "@/lib/access/form";
import type { ActionState } from "@/lib/access/submit";
import { pairDisplay } from "@/lib/auth/displays";
import { submitAsAnybody } from "@/lib/auth/porch";
import { keepPaired } from "@/lib/auth/wall-porch";

export async function pairDisplayAction(_: ActionState, form: FormData): Promise<ActionState> {
  return keepPaired(await submitAsAnybody((origin) => pairDisplay(fieldsOf(form), origin)));
}
