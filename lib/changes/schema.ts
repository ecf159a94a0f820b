import { z } from "zod";

export const changeRef = z.object({ changeId: z.uuid("There is no such change.") });

export const applyInput = changeRef.extend({ grantId: z.union([z.uuid(), z.literal("")]).optional() });

/** Which handing over is meant, by the proof that it was started with: a later one is another's. */
export const putBackInput = changeRef.extend({
  startGrantId: z.uuid(),
  forGood: z.boolean(),
  reason: z.string().max(2_000),
});

export const withdrawInput = changeRef.extend({
  reason: z.string().trim().max(2_000, "The reason has at most 2,000 characters.").default(""),
});
