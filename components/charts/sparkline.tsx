import type { StatusKind } from "@/components/status/kind";
import { cn } from "@/components/ui/cn";

const strokes: Record<StatusKind, string> = {
  ok: "stroke-ok",
  warn: "stroke-warn",
  bad: "stroke-bad",
  missed: "stroke-bad",
  run: "stroke-run",
  lock: "stroke-lock",
  none: "stroke-absent",
  unknown: "stroke-absent",
};

type Props = {
  /** Oldest first; null where nothing was measured. */
  values: readonly (number | null)[];
  /** The sentence the line says. */
  label: string;
  /** What the values are measured against, as a dashed line. */
  objective?: number;
  kind?: StatusKind;
  className?: string;
};

const width = 120;
const height = 26;
const inset = 2;

/** A course in the space of a word; gaps stay gaps. */
export function Sparkline({ values, label, objective, kind = "none", className }: Props) {
  const known = values.filter((value) => value !== null);
  const highest = Math.max(objective ?? 0, ...known, Number.EPSILON);
  const x = (index: number) => (values.length < 2 ? 0 : (index / (values.length - 1)) * width);
  const y = (value: number) => height - inset - (value / highest) * (height - 2 * inset);
  const path = values
    .map((value, index) => {
      if (value === null) return "";
      const pen = index === 0 || values[index - 1] === null ? "M" : "L";
      return `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join("");
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      className={cn("inline-block flex-none align-middle", className)}
    >
      {objective === undefined ? null : (
        <path d={`M0 ${y(objective)}H${width}`} strokeDasharray="2 3" className="stroke-line-strong" />
      )}
      <path
        d={path}
        fill="none"
        strokeWidth="1.6"
        strokeLinejoin="round"
        strokeLinecap="round"
        className={strokes[kind]}
      />
    </svg>
  );
}
