import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { StatusGlyph } from "./glyph";
import { type StatusKind, statusTextClass, statusWords } from "./kind";

type Props = {
  kind: StatusKind;
  /** The word beside the shape; without one the state's own. */
  children?: ReactNode;
  /** Colours the word too; off by default, because the shape is enough in a list. */
  strong?: boolean;
  className?: string;
};

/** A state in shape and word. */
export function StatusBadge({ kind, children, strong = false, className }: Props) {
  return (
    <span className={cn("inline-flex min-w-0 items-baseline gap-1.5", className)}>
      <StatusGlyph kind={kind} label={null} className="relative top-px" />
      <span className={cn("min-w-0", strong ? cn("font-medium", statusTextClass[kind]) : "text-ink-2")}>
        {children ?? statusWords[kind]}
      </span>
    </span>
  );
}
