import type { StatusKind } from "@/components/status/kind";

/** How an event's outcome is shown. */
export const outcomeStanding: Record<"success" | "failure" | "denied", { kind: StatusKind; text: string }> = {
  success: { kind: "ok", text: "done" },
  failure: { kind: "bad", text: "failed" },
  denied: { kind: "lock", text: "not allowed" },
};
