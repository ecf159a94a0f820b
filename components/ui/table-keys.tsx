"use client";
import { type ReactNode, useEffect, useRef } from "react";
import { isFreeKey } from "./typing";

const rowLink = "a[href], button, input";
const rowMark = 'input[type="checkbox"]';

/** Puts the focus on the row so many further on; without one, on the first. */
function focusRow(rows: readonly HTMLElement[], by: 1 | -1) {
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
  const target = next?.querySelector<HTMLElement>("[data-row-link]") ?? next?.querySelector<HTMLElement>(rowLink);
  target?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Moves through the rows of the tables inside it by j and k, marks one by x, and goes to the filter by /. */
export function TableKeys({ children, className }: { children: ReactNode; className?: string }) {
  const frame = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const within = (selector: string) => Array.from(frame.current?.querySelectorAll<HTMLElement>(selector) ?? []);
    const keys: Record<string, (event: KeyboardEvent) => void> = {
      j: () => focusRow(within("[data-row]"), 1),
      k: () => focusRow(within("[data-row]"), -1),
      x: () => document.activeElement?.closest("[data-row]")?.querySelector<HTMLElement>(rowMark)?.click(),
      "/": (event) => {
        const [filter] = within("[data-filter-input]");
        if (filter === undefined) return;
        event.preventDefault();
        filter.focus();
      },
    };
    const onKey = (event: KeyboardEvent) => {
      if (isFreeKey(event)) keys[event.key]?.(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  return (
    <div ref={frame} className={className}>
      {children}
    </div>
  );
}
