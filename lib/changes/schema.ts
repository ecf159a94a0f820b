import { z } from "zod";

export const changeRef = z.object({ changeId: z.uuid("There is no such change.") });

export const applyInput = changeRef.extend({ grantId: z.union([z.uuid(), z.literal("")]).optional() });

export const withdrawInput = changeRef.extend({
  reason: z.string().trim().max(2_000, "The reason has at most 2,000 characters.").default(""),
});
