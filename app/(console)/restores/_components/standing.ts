import type { StatusKind } from "@/components/status/kind";
import type { ApprovalState } from "@/lib/approvals/rules";
import type { RestoreState } from "@/lib/restores/rules";

const waiting: Record<ApprovalState, { kind: StatusKind; text: string }> = {
  draft: { kind: "none", text: "Draft" },
  pending: { kind: "lock", text: "Waits for approval" },
  approved: { kind: "lock", text: "Approved, not started" },
  rejected: { kind: "bad", text: "Refused" },
  cancelled: { kind: "none", text: "Withdrawn" },
  expired: { kind: "none", text: "Expired" },
};

const started: Record<Exclude<RestoreState, "waiting">, { kind: StatusKind; text: string }> = {
  dispatching: { kind: "run", text: "Being handed to the provider" },
  unknown: { kind: "unknown", text: "No answer yet: finding out" },
  running: { kind: "run", text: "Running" },
  validating: { kind: "run", text: "Being checked" },
  succeeded: { kind: "ok", text: "Restored and checked" },
  partial: { kind: "warn", text: "Restored, checks failed" },
  failed: { kind: "bad", text: "Failed" },
  cancelled: { kind: "none", text: "Withdrawn" },
};

/** Where a restore stands, in shape and words. */
export const standing = (restore: { state: RestoreState; approval: ApprovalState }) =>
  restore.state === "waiting" ? waiting[restore.approval] : started[restore.state];
