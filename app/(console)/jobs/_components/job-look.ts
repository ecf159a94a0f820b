import type { StatusKind } from "@/components/status/kind";
import type { JobState } from "@/lib/jobs/rules";

/** The shape of each state of a job. */
export const jobLook: Record<JobState, StatusKind> = {
  queued: "run",
  running: "run",
  cancelling: "run",
  succeeded: "ok",
  succeeded_with_issues: "warn",
  partial: "warn",
  failed: "bad",
  cancelled: "none",
  expired: "missed",
};
