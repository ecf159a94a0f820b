import { z } from "zod";

export const approvalRef = z.object({ approvalId: z.uuid("This link does not lead to a request.") });

const grantId = z.union([z.uuid(), z.literal("")]).optional();
const reason = z.string().trim().max(2_000, "The reason has at most 2,000 characters.").default("");

export const voteInput = approvalRef.extend({
  verdict: z.enum(["approve", "reject"]),
  reason,
  /** Whose vote is cast, where somebody gave theirs away; empty for one's own. */
  onBehalfOf: z.union([z.uuid(), z.literal("")]).default(""),
  grantId,
});

export const withdrawalInput = approvalRef.extend({ reason });

export const forceInput = approvalRef.extend({
  incidentRef: z.string().trim().min(1, "Name the incident this belongs to.").max(120, "Use at most 120 characters."),
  reason,
  typed: z.string().trim().max(300).default(""),
  grantId,
});

export const reviewInput = approvalRef.extend({
  outcome: z.enum(["completed", "flagged"]),
  note: z
    .string()
    .trim()
    .min(10, "Say in at least 10 characters what you found.")
    .max(2_000, "Use at most 2,000 characters."),
  grantId,
});

export const reminderInput = approvalRef.extend({ part: z.union([z.literal(50), z.literal(90)]) });

export const overdueInput = approvalRef.extend({ to: z.enum(["expired", "pending"]) });

export const approvalList = z.object({
  after: z.uuid().optional().catch(undefined),
  show: z.enum(["waiting", "open", "decided", "all"]).catch("open"),
});
