/** The eight states a thing can be seen in; each has a shape and a word of its own before it has a colour. */
export type StatusKind = "ok" | "warn" | "bad" | "missed" | "run" | "lock" | "none" | "unknown";

/** What each state says when nothing more exact is known. */
export const statusWords = {
  ok: "within objective",
  warn: "warning",
  bad: "breached",
  missed: "missed",
  run: "running",
  lock: "locked or waiting for people",
  none: "none expected",
  unknown: "unknown",
} as const satisfies Record<StatusKind, string>;

/** What each state means, as the legend explains it. */
export const statusMeanings = {
  ok: "within RPO",
  warn: "over 80 % or proof stale",
  bad: "breached or failed",
  missed: "missed: nothing came",
  run: "running",
  lock: "locked or held",
  none: "none expected",
  unknown: "unknown: not read lately",
} as const satisfies Record<StatusKind, string>;

/** The text colour that goes with a state. */
export const statusTextClass = {
  ok: "text-ok",
  warn: "text-warn",
  bad: "text-bad",
  missed: "text-bad",
  run: "text-run",
  lock: "text-lock",
  none: "text-ink-2",
  unknown: "text-ink-2",
} as const satisfies Record<StatusKind, string>;

/** The fill of a bar that shows a state. */
export const statusBarClass = {
  ok: "bg-ok",
  warn: "bg-warn",
  bad: "bg-bad",
  missed: "bg-bad",
  run: "bg-run",
  lock: "bg-lock",
  none: "bg-absent",
  unknown: "bg-absent",
} as const satisfies Record<StatusKind, string>;
