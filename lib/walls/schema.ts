import { z } from "zod";
import { scopeFields, whole } from "@/lib/people/schema";
import { displayDays, displayDaysUsual } from "./rules";

const grantId = z.uuid().optional();

export const nothing = z.object({});

/** What a display is called, what it sees, and for how long. */
export const displayToAdd = z
  .object({
    name: z.string().trim().min(1, "Say which screen it is.").max(120, "Use at most 120 characters."),
    ...scopeFields,
    days: z.coerce
      .number()
      .refine((days) => displayDays.some((one) => one === days), "Choose how long it lasts.")
      .default(displayDaysUsual),
    grantId,
  })
  .superRefine(whole);

export const displayRef = z.object({ displayId: z.uuid() });
export const displayProven = z.object({ displayId: z.uuid(), grantId });
