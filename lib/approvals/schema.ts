import { z } from "zod";

export const approvalRef = z.object({ approvalId: z.uuid("This link does not lead to a request.") });

export const voteInput = approvalRef.extend({
  verdict: z.enum(["approve", "reject"]),
  reason: z.string().trim().max(2_000, "The reason has at most 2,000 characters.").default(""),
  grantId: z.union([z.uuid(), z.literal("")]).optional(),
});

export const approvalList = z.object({
  after: z.uuid().optional().catch(undefined),
  show: z.enum(["waiting", "open", "decided", "all"]).catch("open"),
});
