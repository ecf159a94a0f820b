import type { StatusKind } from "@/components/status/kind";
import type { ConnectionView, RegionView } from "@/lib/connections/view";

type Look = { kind: StatusKind; text: string };

/** How a connection stands, in a shape and a word. */
export function standingOf({
  state,
  isStale,
  isBeingRead,
  readAt,
  regions,
}: Pick<ConnectionView, "state" | "isStale" | "isBeingRead" | "readAt" | "regions">): Look {
  if (state === "disabled") return { kind: "none", text: "disabled" };
  if (isBeingRead) return { kind: "run", text: "being read" };
  const failed = regions.filter((region) => region.state === "failed").length;
  if (failed > 0 && (readAt === null || isStale)) return { kind: "bad", text: "cannot be read" };
  if (failed > 0) return { kind: "warn", text: "read in part" };
  if (readAt === null) return { kind: "unknown", text: "not read yet" };
  return isStale ? { kind: "unknown", text: "stale" } : { kind: "ok", text: "fresh" };
}

/** What the worst line of a self-check amounts to. */
export const checkLook: Record<"ok" | "warn" | "bad" | "none", Look> = {
  ok: { kind: "ok", text: "as they should be" },
  warn: { kind: "warn", text: "look at them" },
  bad: { kind: "bad", text: "wrong" },
  none: { kind: "unknown", text: "not checked" },
};

/** How a region stands. */
export const regionLook: Record<RegionView["state"], Look> = {
  ok: { kind: "ok", text: "read" },
  failed: { kind: "bad", text: "failed" },
  waiting: { kind: "none", text: "not read yet" },
  disabled: { kind: "none", text: "no longer read" },
};

/** How a run stands; a state without a look of its own is unknown. */
export const runLook: Readonly<Record<string, Look>> = {
  queued: { kind: "run", text: "waiting" },
  running: { kind: "run", text: "running" },
  succeeded: { kind: "ok", text: "succeeded" },
  partial: { kind: "warn", text: "in part" },
  failed: { kind: "bad", text: "failed" },
  cancelled: { kind: "none", text: "cancelled" },
};

const stepWords: Readonly<Record<string, string>> = {
  resources: "resources",
  vaults: "vaults",
  points: "recovery points",
  jobs: "jobs",
  policies: "backup plans",
  holds: "legal holds",
  windows: "restorable times",
};

/** What is read of a region, for people. */
export const stepText = (step: string): string => stepWords[step] ?? step;
