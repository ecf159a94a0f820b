"use client";
import type { Route } from "next";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { isFreeKey } from "@/components/ui/typing";
import type { NavEntry } from "./navigation";

type Shortcut = { keys: readonly string[]; meaning: string };

const everywhere: readonly Shortcut[] = [
  { keys: ["⌘ K", "Ctrl K"], meaning: "Search or do" },
  { keys: ["?"], meaning: "These shortcuts" },
  { keys: ["Esc"], meaning: "Close what is open" },
];
const inLists: readonly Shortcut[] = [
  { keys: ["j"], meaning: "Next row" },
  { keys: ["k"], meaning: "Row before" },
  { keys: ["Enter"], meaning: "Open the row" },
  { keys: ["x"], meaning: "Mark the row" },
  { keys: ["/"], meaning: "Filter the list" },
];
const waitMs = 1_200;

function ShortcutList({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  return (
    <section className="grid content-start gap-1.5">
      <h3 className="text-sm font-medium text-ink-3">{title}</h3>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-4 gap-y-2">
        {shortcuts.map((shortcut) => (
          <div key={shortcut.meaning} className="contents">
            <dt className="flex gap-1">
              {shortcut.keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{shortcut.meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Listens for "?" and for "g" with a second key, and shows what can be pressed. */
export function Shortcuts({ entries }: { entries: readonly NavEntry[] }) {
  const [open, setOpen] = useState(false);
  const router = useRouter();

  useEffect(() => {
    let goUntilMs = 0;
    const go = (key: string) => {
      const entry = entries.find((candidate) => candidate.goKey === key);
      if (entry !== undefined) router.push(entry.href as Route);
    };
    const onKey = (event: KeyboardEvent) => {
      if (!isFreeKey(event)) return;
      const going = event.timeStamp < goUntilMs;
      goUntilMs = 0;
      if (going) {
        event.preventDefault();
        go(event.key);
      } else if (event.key === "g") goUntilMs = event.timeStamp + waitMs;
      else if (event.key === "?") setOpen(true);
    };
    // Ahead of a list's own keys: after "g", a "j" goes to a page and not to the next row.
    document.addEventListener("keydown", onKey, { capture: true });
    return () => document.removeEventListener("keydown", onKey, { capture: true });
  }, [entries, router]);

  const goes = entries.flatMap((entry) =>
    entry.goKey === undefined ? [] : [{ keys: ["g", entry.goKey], meaning: entry.label }],
  );
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Shortcuts">
      <div className="grid gap-6 md:grid-cols-2">
        <div className="grid content-start gap-6">
          <ShortcutList title="Everywhere" shortcuts={everywhere} />
          <ShortcutList title="In lists" shortcuts={inLists} />
        </div>
        <ShortcutList title="Go to" shortcuts={goes} />
      </div>
    </Dialog>
  );
}
