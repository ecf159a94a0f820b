import { cn } from "@/components/ui/cn";
import { ageText, durationText } from "@/lib/core/words";
import { type StatusKind, statusBarClass } from "./kind";

/** The share of an objective from which on it is called close. */
const closeShare = 0.8;

type Props = {
  /** What was measured; null where nothing was. */
  seconds: number | null;
  /** What it may be; null where no objective applies. */
  objectiveSeconds: number | null;
  /** The judgement, where the caller has made one; without it, it follows from the two numbers. */
  kind?: StatusKind;
  /** What stands in place of a measurement that is missing. */
  missing?: string;
  className?: string;
};

function judge(seconds: number, objectiveSeconds: number): StatusKind {
  if (seconds > objectiveSeconds) return "bad";
  return seconds >= objectiveSeconds * closeShare ? "warn" : "ok";
}

/** Two different lengths never read the same: 15 min 50 s of 15 min is not "15 min of 15 min". */
function measuredText(seconds: number, objectiveSeconds: number | null): string {
  const short = ageText(seconds);
  const alike = objectiveSeconds !== null && short === ageText(objectiveSeconds) && seconds !== objectiveSeconds;
  return alike ? durationText(seconds) : short;
}

/** A number beside what it is measured against, with a bar and a mark at 80 %. */
export function AgeBar({ seconds, objectiveSeconds, kind, missing = "no data", className }: Props) {
  if (seconds === null) {
    return (
      <span className={cn("text-ink-3", className)}>
        {missing}
        {objectiveSeconds === null ? null : (
          <>
            {" · "}
            <span className="whitespace-nowrap">objective {ageText(objectiveSeconds)}</span>
          </>
        )}
      </span>
    );
  }
  if (objectiveSeconds === null || objectiveSeconds <= 0) {
    return <span className={cn("whitespace-nowrap", className)}>{ageText(seconds)}</span>;
  }
  const share = Math.min(Math.max(seconds / objectiveSeconds, 0), 1);
  return (
    <span className={cn("num inline-grid gap-1 whitespace-nowrap", className)}>
      <span>
        {measuredText(seconds, objectiveSeconds)} <span className="text-ink-3">of {ageText(objectiveSeconds)}</span>
      </span>
      <span aria-hidden="true" className="relative block h-[5px] w-27 overflow-hidden rounded-xs bg-line">
        <span
          className={cn(
            "absolute inset-y-0 left-0 rounded-xs",
            statusBarClass[kind ?? judge(seconds, objectiveSeconds)],
          )}
          style={{ width: `${share * 100}%` }}
        />
        <span className="absolute inset-y-0 left-[80%] w-px bg-surface" />
      </span>
    </span>
  );
}
