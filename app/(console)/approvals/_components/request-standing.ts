import type { StatusKind } from "@/components/status/kind";
import type { ApprovalState } from "@/lib/approvals/rules";

/** Where a request stands, in shape and words. */
export const requestStanding: Record<ApprovalState, { kind: StatusKind; text: string }> = {
  draft: { kind: "none", text: "Being changed" },
  pending: { kind: "lock", text: "Waits for votes" },
  approved: { kind: "ok", text: "Approved" },
  rejected: { kind: "bad", text: "Refused" },
  cancelled: { kind: "none", text: "Withdrawn" },
  expired: { kind: "none", text: "Expired" },
};
