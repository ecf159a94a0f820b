import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { plural } from "@/lib/core/words";

export type RunState = "ok" | "partial" | "failed" | "missed" | "none" | "running" | "paused";

export type Run = {
  state: RunState;
  /** When the run was due or began, an ISO moment. */
  at?: string | undefined;
  /** Why it ended so, in plain words. */
  note?: string | undefined;
};

/** Worst first: the order in which a strip sums itself up. */
const stateWords: Record<RunState, string> = {
  failed: "failed",
  missed: "missed",
  partial: "partial",
  running: "running",
  paused: "paused",
  none: "none expected",
  ok: "ok",
};

// Height and outline tell the states apart without colour; all are drawn in a cell of 4 by 16.
const shapes: Record<RunState, ReactNode> = {
  ok: <rect width="4" height="16" rx="1.5" className="fill-ok opacity-85" />,
  partial: <rect y="6" width="4" height="10" rx="1.5" className="fill-warn" />,
  failed: <path d="M0 1.5Q0 0 1.5 0h1Q4 0 4 1.5V7H0zM0 9h4v5.5Q4 16 2.5 16h-1Q0 16 0 14.5z" className="fill-bad" />,
  missed: (
    <g className="stroke-bad" fill="none">
      <rect x=".5" y=".5" width="3" height="15" rx="1" />
      <path d="M.5 4.5l3-3M.5 8l3-3M.5 11.5l3-3M.5 15l3-3" strokeWidth=".9" />
    </g>
  ),
  none: <rect y="12" width="4" height="4" rx="1.5" className="fill-line-strong" />,
  running: (
    <>
      <rect x=".6" y=".6" width="2.8" height="14.8" rx="1" fill="none" strokeWidth="1.2" className="stroke-run" />
      <rect y="8" width="4" height="8" rx="1.2" className="fill-run" />
    </>
  ),
  paused: <path d="M0 6.5h4V8H0zM0 9.5h4V11H0z" className="fill-absent" />,
};

export const cellPitch = 5.5;

/** A run in one line: when it was, what became of it, and why. */
export const runTitle = (run: Run) =>
  [run.at?.replace("T", " ").replace(/(:\d\d)(\.\d+)?Z$/, "$1 UTC"), stateWords[run.state], run.note]
    .filter((part) => part !== undefined)
    .join(" · ");

/** A strip in one sentence: "30 runs: 3 missed, 1 partial, 26 ok". */
export function runSummary(states: readonly RunState[]): string {
  const parts = (Object.keys(stateWords) as RunState[])
    .map((state) => [states.filter((one) => one === state).length, stateWords[state]] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`);
  return parts.length === 0 ? "no runs yet" : `${plural(states.length, "run")}: ${parts.join(", ")}`;
}

type Props = {
  /** Oldest first; the newest thirty are shown. */
  runs: readonly Run[];
  length?: number;
  className?: string;
};

/** The last runs, oldest left; each cell says on pointing what it was, and the whole says its sum. */
export function RunStrip({ runs, length = 30, className }: Props) {
  const shown = runs.slice(-length);
  const lead = length - shown.length;
  const placed = Array.from({ length }, (_, place) => ({ place, run: shown[place - lead] }));
  return (
    <svg
      role="img"
      aria-label={runSummary(shown.map(({ state }) => state))}
      width={length * cellPitch - 1.5}
      height="16"
      className={cn("inline-block flex-none align-middle", className)}
    >
      {placed.slice(0, lead).map(({ place }) => (
        <rect key={place} x={place * cellPitch + 1.5} y="14.5" width="1" height="1.5" className="fill-line-strong" />
      ))}
      {placed.slice(lead).map(({ place, run }) =>
        run === undefined ? null : (
          <g key={place} transform={`translate(${place * cellPitch} 0)`}>
            <title>{runTitle(run)}</title>
            <rect width="5.5" height="16" fill="transparent" />
            {shapes[run.state]}
          </g>
        ),
      )}
    </svg>
  );
}

/** The same runs as a list of sentences, newest first, for those who do not point. */
export function RunList({ runs }: { runs: readonly Run[] }) {
  if (runs.length === 0) return <p className="text-ink-3">No runs yet.</p>;
  return (
    <ol className="grid gap-1">
      {runs
        .map((run, place) => ({ run, place }))
        .toReversed()
        .map(({ run, place }) => (
          <li key={place} className="flex items-center gap-2">
            <svg aria-hidden="true" width="4" height="16" className="flex-none">
              {shapes[run.state]}
            </svg>
            <span>{runTitle(run)}</span>
          </li>
        ))}
    </ol>
  );
}
