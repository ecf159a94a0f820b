"use client";
import { type ReactNode, useEffect, useRef } from "react";
import { isTyping } from "./typing";

const rowLink = "a[href], button, input";

/** Moves through the rows of the tables inside it by j and k, marks one by x, and goes to the filter by /. */
export function TableKeys({ children, className }: { children: ReactNode; className?: string }) {
  const frame = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const step = (by: 1 | -1) => {
      const rows = Array.from(frame.current?.querySelectorAll<HTMLElement>("[data-row]") ?? []);
      const at = rows.findIndex((row) => row.contains(document.activeElement));
      const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
      const target = next?.querySelector<HTMLElement>("[data-row-link]") ?? next?.querySelector<HTMLElement>(rowLink);
      target?.focus();
      next?.scrollIntoView({ block: "nearest" });
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"]')) return;
      if (event.key === "j") step(1);
      else if (event.key === "k") step(-1);
      else if (event.key === "x") {
        document.activeElement?.closest("[data-row]")?.querySelector<HTMLElement>('input[type="checkbox"]')?.click();
      } else if (event.key === "/") {
        const filter = frame.current?.querySelector<HTMLElement>("[data-filter-input]");
        if (!filter) return;
        event.preventDefault();
        filter.focus();
      }
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
