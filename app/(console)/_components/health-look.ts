import type { StatusKind } from "@/components/status/kind";
import type { HealthState } from "@/lib/health/rules";

/** The shape each state of health is shown in. */
export const healthKind: Record<HealthState, StatusKind> = {
  within: "ok",
  at_risk: "warn",
  breached: "bad",
  missed: "missed",
  unprotected: "bad",
  unknown: "unknown",
  parked: "none",
};

/** The word each state of health goes by. */
export const healthWord: Record<HealthState, string> = {
  within: "within RPO",
  at_risk: "at risk",
  breached: "RPO breached",
  missed: "runs missed",
  unprotected: "unprotected",
  unknown: "unknown",
  parked: "parked",
};

/** How the age of data is painted in a state: an age within its RPO is not red because its proof is stale. */
export function ageKind(state: HealthState, ageSeconds: number | null, rpoSeconds: number | null): StatusKind {
  if (state === "parked" || state === "unknown") return healthKind[state];
  if (ageSeconds === null || rpoSeconds === null) return "none";
  if (ageSeconds > rpoSeconds) return "bad";
  return ageSeconds > rpoSeconds * 0.8 ? "warn" : "ok";
}
