import { cn } from "@/components/ui/cn";
import { StatusGlyph } from "./glyph";
import { type StatusKind, statusMeanings } from "./kind";

const usual: readonly StatusKind[] = ["ok", "warn", "bad", "missed", "run", "lock", "none", "unknown"];

/** What the shapes mean, for the foot of a list. */
export function Legend({ kinds = usual, className }: { kinds?: readonly StatusKind[]; className?: string }) {
  return (
    <ul aria-label="Legend" className={cn("flex flex-wrap gap-x-4 gap-y-1 text-ink-3", className)}>
      {kinds.map((kind) => (
        <li key={kind} className="flex items-center gap-1.5">
          <StatusGlyph kind={kind} label={null} />
          {statusMeanings[kind]}
        </li>
      ))}
    </ul>
  );
}
