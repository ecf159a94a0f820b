import { type StatusKind, statusBarClass } from "@/components/status/kind";
import { cn } from "./cn";

type Props = {
  /** What is progressing, for a screen reader. */
  label: string;
  /** Between 0 and 1; null where nobody knows how much is left. */
  share: number | null;
  kind?: StatusKind;
  className?: string;
};

/** How far a piece of work has come. */
export function Progress({ label, share, kind = "run", className }: Props) {
  const percent = share === null ? null : Math.round(Math.min(Math.max(share, 0), 1) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? { "aria-valuetext": "under way" } : { "aria-valuenow": percent })}
      className={cn("relative h-[5px] w-full overflow-hidden rounded-xs bg-line", className)}
    >
      <div
        className={cn(
          "absolute inset-y-0 left-0 rounded-xs transition-[width]",
          statusBarClass[kind],
          percent === null &&
            "w-full opacity-40 [mask-image:repeating-linear-gradient(135deg,#000_0_6px,transparent_6px_12px)]",
        )}
        {...(percent === null ? {} : { style: { width: `${percent}%` } })}
      />
    </div>
  );
}
