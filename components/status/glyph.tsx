import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { type StatusKind, statusWords } from "./kind";

// Hatching is drawn line by line: a pattern would need an id, and one page shows hundreds of glyphs.
const shapes: Record<StatusKind, ReactNode> = {
  ok: <circle cx="6" cy="6" r="5.2" className="fill-ok" />,
  warn: <path d="M6 .8 11.6 11H.4z" className="fill-warn" />,
  bad: <rect x=".8" y=".8" width="10.4" height="10.4" rx="1.6" className="fill-bad" />,
  missed: (
    <g className="stroke-bad" fill="none" strokeWidth="1.2">
      <rect x="1.1" y="1.1" width="9.8" height="9.8" rx="1.4" />
      <path d="M1.6 5.4 5.4 1.6M1.6 9.2 9.2 1.6M2.8 11 11 2.8M6.6 10.6l4-4" />
    </g>
  ),
  run: (
    <>
      <circle cx="6" cy="6" r="4.6" fill="none" strokeWidth="1.6" className="stroke-run" />
      <path d="M6 1.4a4.6 4.6 0 0 1 0 9.2z" className="fill-run" />
    </>
  ),
  lock: <path d="M6 .4 11.6 6 6 11.6.4 6z" className="fill-lock" />,
  none: <circle cx="6" cy="6" r="4.4" fill="none" strokeWidth="1.6" className="stroke-absent" />,
  unknown: (
    <>
      <circle cx="6" cy="6" r="5" fill="none" strokeWidth="1.2" strokeDasharray="2 1.14" className="stroke-ink-3" />
      <path
        d="M4.7 4.8a1.35 1.35 0 1 1 2 1.2c-.5.25-.7.5-.7 1"
        fill="none"
        strokeWidth="1.1"
        strokeLinecap="round"
        className="stroke-ink-3"
      />
      <circle cx="6" cy="8.6" r=".7" className="fill-ink-3" />
    </>
  ),
};

type Props = {
  kind: StatusKind;
  /** The accessible name; without one the state's own word. Pass null where a word stands right beside it. */
  label?: string | null;
  className?: string | undefined;
};

/** The shape of a state: colour is the last of the three ways it speaks. */
export function StatusGlyph({ kind, label = statusWords[kind], className }: Props) {
  const name = label === null ? { "aria-hidden": true as const } : { role: "img", "aria-label": label };
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it is named by aria-label, or hidden beside its word
    <svg viewBox="0 0 12 12" className={cn("inline-block size-3 flex-none align-[-1px]", className)} {...name}>
      {shapes[kind]}
    </svg>
  );
}
