import type { ReactNode } from "react";
import { cn } from "./cn";

/** A key on the keyboard. */
export function Kbd({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <kbd
      className={cn(
        "inline-block min-w-5 rounded-xs border border-line-strong px-1 py-0.5 text-center font-sans text-xs leading-none text-ink-3",
        className,
      )}
    >
      {children}
    </kbd>
  );
}
