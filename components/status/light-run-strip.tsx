"use client";
import type { PointerEvent } from "react";
import { cn } from "@/components/ui/cn";
import { cellPitch, type Run, type RunState, runSummary, runTitle } from "./run-strip";

type Props = {
  /** What became of each run, oldest first; the newest thirty are shown. */
  states: readonly RunState[];
  /** A run in full, by its place among the states; asked for only when it is pointed at. */
  runAt: (place: number) => Run | undefined;
  className?: string;
};

type Pen = { className: string; width: number; draw: (x: number) => string };

// One path for each state that occurs, whatever the number of runs: a long list draws thousands of them as it scrolls.
const pens: Record<RunState, Pen> = {
  ok: { className: "stroke-ok opacity-85", width: 4, draw: (x) => `M${x + 2} 2v12` },
  partial: { className: "stroke-warn", width: 4, draw: (x) => `M${x + 2} 8v6` },
  failed: { className: "stroke-bad", width: 4, draw: (x) => `M${x + 2} 2v3M${x + 2} 11v3` },
  missed: {
    className: "stroke-bad",
    width: 1,
    draw: (x) => `M${x + 0.5} .5h3v15h-3zM${x + 0.5} 4.5l3-3m-3 6.5l3-3m-3 6.5l3-3m-3 6.5l3-3`,
  },
  none: { className: "stroke-line-strong", width: 4, draw: (x) => `M${x + 2} 14h0` },
  running: {
    className: "stroke-run",
    width: 1.2,
    draw: (x) => `M${x + 0.6} .6h2.8v14.8h-2.8zM${x + 2} 9v6m-1 0v-6m2 0v6`,
  },
  paused: { className: "stroke-absent", width: 1.5, draw: (x) => `M${x + 0.75} 7.25h2.5M${x + 0.75} 10.25h2.5` },
};

const everyState = Object.keys(pens) as RunState[];
const length = 30;

/** The same strip with a handful of elements; what each cell was is said when it is pointed at. */
export function LightRunStrip({ states, runAt, className }: Props) {
  const shown = states.slice(-length);
  const lead = length - shown.length;
  const pathOf = (state: RunState) =>
    shown.map((one, index) => (one === state ? pens[state].draw((index + lead) * cellPitch) : "")).join("");
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const place = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / cellPitch);
    const run = runAt(place - length + states.length);
    const title = event.currentTarget.querySelector("title");
    if (title) title.textContent = run ? runTitle(run) : "";
  };
  return (
    <svg
      role="img"
      aria-label={runSummary(shown)}
      width={length * cellPitch - 1.5}
      height="16"
      fill="none"
      strokeLinecap="round"
      onPointerMove={point}
      className={cn("inline-block flex-none align-middle", className)}
    >
      <title />
      <rect width="100%" height="16" fill="transparent" />
      {lead === 0 ? null : (
        <path
          d={Array.from({ length: lead }, (_, place) => `M${place * cellPitch + 2} 15h0`).join("")}
          strokeWidth="1"
          className="stroke-line-strong"
        />
      )}
      {everyState.map((state) => {
        const d = pathOf(state);
        return d === "" ? null : (
          <path key={state} d={d} strokeWidth={pens[state].width} className={pens[state].className} />
        );
      })}
    </svg>
  );
}
