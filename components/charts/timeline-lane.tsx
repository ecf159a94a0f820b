"use client";
import type { KeyboardEvent } from "react";
import type { StatusKind } from "@/components/status/kind";
import { cn } from "@/components/ui/cn";
import { type AxisTick, shareOf } from "./time-axis";

export type LaneItem = {
  id: string;
  /** When it happened or began, an ISO moment. */
  at: string;
  /** When it ended; left out for a moment, null while it goes on. */
  until?: string | null;
  kind: StatusKind;
  /** What it is, in a few words. */
  title: string;
  /** Its state in its own word; without one the word of its kind. */
  state?: string;
  href?: string;
};

export type Lane = {
  key: string;
  label: string;
  /** A tick for moments, a band for protection without gaps, a bar for work that takes time. */
  shape: "tick" | "band" | "bar";
  items: readonly LaneItem[];
};

export type Span = { fromMs: number; toMs: number };

type Props = {
  lane: Lane;
  span: Span;
  ticks: readonly AxisTick[];
  objectiveMs: number | null;
  chosen: number | null;
  onChoose: (index: number | null) => void;
  onOpen: (item: LaneItem) => void;
};

const fills: Record<StatusKind, string> = {
  ok: "fill-ok",
  warn: "fill-warn",
  bad: "fill-bad",
  missed: "fill-bad",
  run: "fill-run",
  lock: "fill-lock",
  none: "fill-absent",
  unknown: "fill-absent",
};

const middle = 14;
const percent = (share: number) => `${(share * 100).toFixed(3)}%`;

/** A tick's head tells its state without colour: round, pointed, square or hollow. */
function TickHead({ kind }: { kind: StatusKind }) {
  const fill = fills[kind];
  switch (kind) {
    case "warn":
      return <path d="M0-4.4 4.6 3.6H-4.6z" className={fill} />;
    case "bad":
      return <rect x="-4" y="-4" width="8" height="8" rx="1" className={fill} />;
    case "missed":
      return <path d="M-3.5-3.5h7v7h-7zM-3.5 1l4.5-4.5M-3.5 3.5l7-7M-1 3.5 3.5-1" fill="none" className="stroke-bad" />;
    case "lock":
      return <path d="M0-5 5 0 0 5-5 0z" className={fill} />;
    case "none":
    case "unknown":
      return <circle r="3.4" strokeWidth="1.5" className="fill-surface stroke-absent" />;
    case "run":
      return (
        <>
          <circle r="3.6" strokeWidth="1.4" className="fill-surface stroke-run" />
          <path d="M0-3.6A3.6 3.6 0 0 1 0 3.6z" className="fill-run" />
        </>
      );
    default:
      return <circle r="3.6" className={fill} />;
  }
}

function ItemShape({ item, shape, span }: { item: LaneItem; shape: Lane["shape"]; span: Span }) {
  const fromShare = shareOf(Date.parse(item.at), span.fromMs, span.toMs);
  if (shape === "tick") {
    return (
      <svg aria-hidden="true" x={percent(fromShare)} y={middle} overflow="visible">
        <rect x="-6" y="-14" width="12" height="28" fill="transparent" />
        <TickHead kind={item.kind} />
      </svg>
    );
  }
  const untilMs =
    item.until === undefined ? Date.parse(item.at) : item.until === null ? span.toMs : Date.parse(item.until);
  const start = Math.max(fromShare, 0);
  const width = Math.max(Math.min(shareOf(untilMs, span.fromMs, span.toMs), 1) - start, 0);
  const tall = shape === "band" ? 12 : 8;
  return (
    <svg
      aria-hidden="true"
      x={percent(start)}
      y={middle - tall / 2}
      width={percent(width)}
      height={tall}
      overflow="visible"
    >
      <rect width="100%" height={tall} rx="2" className={cn(fills[item.kind], shape === "band" && "opacity-55")} />
      <rect width="3" height={tall} rx="1.5" className={fills[item.kind]} />
      {item.until === null ? null : (
        <rect x="100%" width="2" height={tall} transform="translate(-2 0)" className={fills[item.kind]} />
      )}
    </svg>
  );
}

/** One lane: arrow keys step from item to item, Enter opens the one chosen. */
export function TimelineLane({ lane, span, ticks, objectiveMs, chosen, onChoose, onOpen }: Props) {
  const { items } = lane;
  const current = chosen === null ? undefined : items[chosen];

  const onKeyDown = (event: KeyboardEvent) => {
    const last = items.length - 1;
    const at = chosen ?? last + 1;
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (next !== undefined && last >= 0) {
      event.preventDefault();
      onChoose(Math.min(Math.max(next, 0), last));
    } else if (event.key === "Enter" && current) onOpen(current);
  };

  const frame =
    items.length === 0
      ? { role: "img", "aria-label": `${lane.label}: nothing` }
      : {
          role: "slider",
          tabIndex: 0,
          "aria-label": lane.label,
          "aria-valuemin": 1,
          "aria-valuemax": items.length,
          "aria-valuenow": (chosen ?? items.length - 1) + 1,
          "aria-valuetext": current === undefined ? `${items.length} items` : current.title,
          onKeyDown,
          onFocus: () => onChoose(chosen ?? items.length - 1),
          onBlur: () => onChoose(null),
        };

  return (
    <div {...frame} className="min-w-0 rounded-sm">
      <svg aria-hidden="true" className="block h-7 w-full overflow-visible">
        {ticks.map((tick) => {
          const x = percent(shareOf(tick.atMs, span.fromMs, span.toMs));
          return <line key={tick.atMs} x1={x} x2={x} y1="0" y2="28" className="stroke-line" />;
        })}
        <line x1="0" x2="100%" y1={middle} y2={middle} className="stroke-line" />
        {objectiveMs === null ? null : (
          <line
            x1={percent(shareOf(objectiveMs, span.fromMs, span.toMs))}
            x2={percent(shareOf(objectiveMs, span.fromMs, span.toMs))}
            y1="0"
            y2="28"
            strokeDasharray="4 4"
            className="stroke-ink-2"
          />
        )}
        {items.map((item, index) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: pointing is the second way; the lane itself takes the keys
          <g
            key={item.id}
            onPointerEnter={() => onChoose(index)}
            onClick={() => onOpen(item)}
            className={item.href === undefined ? undefined : "cursor-pointer"}
          >
            <ItemShape item={item} shape={lane.shape} span={span} />
          </g>
        ))}
        {current === undefined ? null : (
          <svg
            aria-hidden="true"
            x={percent(Math.min(Math.max(shareOf(Date.parse(current.at), span.fromMs, span.toMs), 0), 1))}
            y={middle}
            overflow="visible"
            className="pointer-events-none"
          >
            <circle r="8" fill="none" strokeWidth="1.5" className="stroke-accent" />
          </svg>
        )}
      </svg>
    </div>
  );
}
