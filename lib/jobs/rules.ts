export const jobKinds = ["backup", "copy", "restore"] as const;
export type JobKind = (typeof jobKinds)[number] | "scan" | "verify";

export const jobStates = [
  "queued",
  "running",
  "cancelling",
  "succeeded",
  "succeeded_with_issues",
  "partial",
  "failed",
  "cancelled",
  "expired",
] as const;
export type JobState = (typeof jobStates)[number];

/** States of jobs that are still under way. */
export const openStates: readonly JobState[] = ["queued", "running", "cancelling"];
/** States of jobs that did not do what they were for. */
export const troubledStates: readonly JobState[] = ["failed", "partial", "expired", "cancelled"];

/** How each state is called. */
export const stateWords: Record<JobState, string> = {
  queued: "waiting",
  running: "running",
  cancelling: "being cancelled",
  succeeded: "succeeded",
  succeeded_with_issues: "succeeded with issues",
  partial: "in part",
  failed: "failed",
  cancelled: "cancelled",
  expired: "never started",
};
