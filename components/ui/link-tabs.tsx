import type { ReactNode } from "react";
import { AppLink } from "./app-link";
import { cn } from "./cn";

export type LinkTab = { href: string; label: ReactNode; current: boolean };

/** Views of one thing that each have an address. */
export function LinkTabs({ label, tabs }: { label: string; tabs: readonly LinkTab[] }) {
  return (
    <nav aria-label={label} className="flex gap-1 overflow-x-auto border-b">
      {tabs.map((tab) => (
        <AppLink
          key={tab.href}
          href={tab.href}
          prefetch={false}
          aria-current={tab.current ? "page" : undefined}
          className={cn(
            "px-3 py-2 whitespace-nowrap -outline-offset-2",
            tab.current ? "font-medium shadow-[inset_0_-2px_var(--accent)]" : "text-ink-2 hover:text-ink",
          )}
        >
          {tab.label}
        </AppLink>
      ))}
    </nav>
  );
}
