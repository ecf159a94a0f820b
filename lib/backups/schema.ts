import { z } from "zod";
import { minReasonLength } from "./rules";

export const resourceRef = z.object({ resourceId: z.uuid("This link does not lead to a resource.") });
export const backupRef = z.object({ requestId: z.uuid() });

export const startBackupInput = resourceRef.extend({
  vault: z
    .string()
    .trim()
    .max(100, "A vault's name is shorter than this.")
    .transform((name) => name || undefined)
    .optional(),
  reason: z
    .string()
    .trim()
    .min(minReasonLength, "Say in a few words why it cannot wait for the schedule.")
    .max(500, "The reason has at most 500 characters.")
    .refine(
      (text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/.test(text),
      "The reason holds control or direction characters. Remove them.",
    ),
});
