import { cn } from "@/components/ui/cn";
import { ageText } from "@/lib/core/words";
import { StatusGlyph } from "./glyph";
import type { StatusKind } from "./kind";

export const proofLevels = ["checksummed", "readable", "restored", "validated", "drilled"] as const;
export type ProofLevel = (typeof proofLevels)[number];

type Props = {
  /** The highest rung reached; null where nothing was ever proven. */
  level: ProofLevel | null;
  /** How long ago that was. */
  ageSeconds?: number | null | undefined;
  /** The judgement against the cadence; a failed verification is "bad" and outranks every age. */
  kind?: StatusKind | undefined;
  /** Said in place of the rung and age, such as "verification failed". */
  note?: string | undefined;
  className?: string;
};

/** The rung of the proof ladder that was reached, and when. */
export function ProofBadge({ level, ageSeconds, kind, note, className }: Props) {
  const state = kind ?? (level === null ? "none" : "ok");
  const age = ageSeconds === null || ageSeconds === undefined ? null : `${ageText(ageSeconds)} ago`;
  return (
    <span className={cn("inline-flex items-baseline gap-1.5 whitespace-nowrap", className)}>
      <StatusGlyph kind={state} label={null} className="relative top-px" />
      <span className="text-ink-2">
        {note ?? (level === null ? "never proven" : [level, age].filter(Boolean).join(" "))}
      </span>
    </span>
  );
}

/** The whole ladder, with the rungs reached marked. */
export function ProofLadder({ level }: { level: ProofLevel | null }) {
  const reached = level === null ? -1 : proofLevels.indexOf(level);
  return (
    <ol className="flex flex-wrap gap-x-1.5 gap-y-2" aria-label="Proof ladder">
      {proofLevels.map((rung, index) => (
        <li key={rung} className="min-w-22 flex-1">
          <span
            aria-hidden="true"
            className={cn(
              "mb-1 block h-1 rounded-xs",
              index <= reached ? "bg-ok" : "border border-line-strong border-dashed",
            )}
          />
          <span className={cn(index <= reached ? "text-ink" : "text-ink-3", index === reached && "font-semibold")}>
            {rung}
            <span className="sr-only">{index <= reached ? " (reached)" : " (not reached)"}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
