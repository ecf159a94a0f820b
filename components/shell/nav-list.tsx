"use client";
import { usePathname } from "next/navigation";
import { useId } from "react";
import { AppLink } from "@/components/ui/app-link";
import { cn } from "@/components/ui/cn";
import { NavIcon } from "./nav-icon";
import { currentOf, type NavEntry, type NavGroup } from "./navigation";

type LinkProps = { entry: NavEntry; current: boolean; onFollow: (() => void) | undefined };

function NavLink({ entry, current, onFollow }: LinkProps) {
  return (
    <AppLink
      href={entry.href}
      prefetch={false}
      {...(onFollow === undefined ? {} : { onClick: onFollow })}
      aria-current={current ? "page" : undefined}
      className={cn(
        "flex items-center gap-2.5 rounded-md px-2 py-[5px] text-ink-2 max-md:min-h-11",
        current ? "bg-surface font-medium text-ink ring-1 ring-line" : "hover:bg-line",
      )}
    >
      <NavIcon name={entry.icon} />
      <span className="min-w-0 flex-1 wrap-anywhere">{entry.label}</span>
      {entry.note === undefined ? null : (
        <span className={cn("num text-xs font-medium", entry.note.urgent ? "text-bad" : "text-ink-3")}>
          {entry.note.text}
          {entry.note.meaning === undefined ? null : <span className="sr-only"> {entry.note.meaning}</span>}
        </span>
      )}
    </AppLink>
  );
}

/** The navigation's groups, with the current page marked. */
export function NavList({ groups, onFollow }: { groups: readonly NavGroup[]; onFollow?: () => void }) {
  const path = usePathname();
  const current = currentOf(groups, path);
  const id = useId();
  return (
    <nav aria-label="Main" className="grid gap-[18px]">
      {groups.map((group, index) => (
        <section key={group.title ?? index} aria-labelledby={group.title === undefined ? undefined : `${id}-${index}`}>
          {group.title === undefined ? null : (
            <h2 id={`${id}-${index}`} className="px-2 pb-1 text-xs font-medium tracking-normal text-ink-3">
              {group.title}
            </h2>
          )}
          <ul className="grid gap-px">
            {group.entries.map((entry) => (
              <li key={entry.href}>
                <NavLink entry={entry} current={entry.href === current} onFollow={onFollow} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
