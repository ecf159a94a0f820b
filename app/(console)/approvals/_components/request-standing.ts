import type { StatusKind } from "@/components/status/kind";
import type { ApprovalState } from "@/lib/approvals/rules";
import type { ApprovalView } from "@/lib/approvals/view";

const standings: Record<ApprovalState, { kind: StatusKind; text: string }> = {
  draft: { kind: "none", text: "Being changed" },
  pending: { kind: "lock", text: "Waits for votes" },
  approved: { kind: "ok", text: "Approved" },
  rejected: { kind: "bad", text: "Refused" },
  cancelled: { kind: "none", text: "Withdrawn" },
  expired: { kind: "none", text: "Expired" },
};

type Standing = Pick<ApprovalView, "state" | "change" | "restoreState" | "breakGlass">;

/** Where a request stands, in shape and words: what was approved and has been used is said so, and so is force. */
export function requestStanding({ state, change, restoreState, breakGlass }: Standing) {
  if (change?.state === "applied") return { kind: "ok", text: "Applied" } as const;
  if (change?.state === "refused") return { kind: "bad", text: "Refused by the worker" } as const;
  if (change?.state === "waiting" && change.handedOverAt)
    return { kind: "lock", text: "Waits for the worker" } as const;
  if (state === "approved" && !change && restoreState !== "waiting") return { kind: "ok", text: "Started" } as const;
  if (state === "approved" && breakGlass) return { kind: "lock", text: "Forced" } as const;
  return standings[state];
}
