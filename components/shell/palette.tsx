"use client";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import type { Route } from "next";
import { useRouter } from "next/navigation";
import { Dialog } from "radix-ui";
import { useEffect, useState } from "react";
import { cn } from "@/components/ui/cn";
import { type Finder, useFound } from "@/components/ui/found";
import { Kbd } from "@/components/ui/kbd";
import { useMounted } from "@/components/ui/ticker";
import { truncateMiddle, visible } from "@/lib/core/words";
import type { PaletteItem } from "./navigation";

type Props = {
  /** What is always offered: pages and actions. */
  items: readonly PaletteItem[];
  /** Finds more by what was typed. */
  search?: Finder<PaletteItem> | undefined;
};

const shortestQuery = 2;
const longestName = 90;
const itemClass =
  "flex cursor-default items-baseline gap-3 rounded-sm px-2.5 py-1.5 select-none data-[selected=true]:bg-accent-wash max-md:min-h-11 max-md:items-center";
const groupClass =
  "p-1 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-1.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-ink-3";

function groupsOf(items: readonly PaletteItem[], otherwise: string): Map<string, PaletteItem[]> {
  const groups = new Map<string, PaletteItem[]>();
  for (const item of items) {
    const heading = item.group ?? otherwise;
    groups.set(heading, [...(groups.get(heading) ?? []), item]);
  }
  return groups;
}

function PaletteGroup({
  heading,
  items,
  found = false,
  onChoose,
}: {
  heading: string;
  items: readonly PaletteItem[];
  /** Found by the server, which matches by more than the words shown. */
  found?: boolean;
  onChoose: (item: PaletteItem) => void;
}) {
  return (
    <Command.Group heading={heading} className={groupClass} forceMount={found}>
      {items.map((item) => (
        <Command.Item
          key={item.id}
          value={`${item.label} ${item.id}`}
          keywords={item.keywords ?? []}
          forceMount={found}
          onSelect={() => onChoose(item)}
          className={itemClass}
        >
          <bdi className="min-w-0 wrap-anywhere">{truncateMiddle(visible(item.label), longestName)}</bdi>
          {item.detail === undefined ? null : (
            <bdi className="ml-auto flex-none text-ink-3 max-md:hidden">{truncateMiddle(visible(item.detail), 48)}</bdi>
          )}
        </Command.Item>
      ))}
    </Command.Group>
  );
}

function PaletteBody({ items, search, onChoose }: Props & { onChoose: (item: PaletteItem) => void }) {
  const [query, setQuery] = useState("");
  const found = useFound(query, search, shortestQuery);
  return (
    <Command loop label="Search or do" className="grid max-h-[min(70vh,32rem)] grid-rows-[auto_minmax(0,1fr)]">
      <div className="flex items-center gap-2.5 border-b px-4">
        <Search aria-hidden="true" className="size-4 flex-none text-ink-3" />
        <Command.Input
          value={query}
          onValueChange={setQuery}
          placeholder="Search or do…"
          className="min-h-12 min-w-0 flex-1 bg-transparent text-lg outline-none placeholder:text-ink-3"
        />
        <Kbd className="max-md:hidden">Esc</Kbd>
      </div>
      <Command.List className="overflow-y-auto overscroll-contain pb-1">
        {found === "searching" ? <Command.Loading className="px-4 py-2 text-ink-3">Searching…</Command.Loading> : null}
        {found !== null && found !== "searching" && found.standing === "failed" ? (
          <p role="alert" className="px-4 py-2 text-bad">
            The search could not be reached; pages and actions still work.
          </p>
        ) : null}
        {found === "searching" || (found !== null && found.items.length > 0) ? null : (
          <Command.Empty className="px-4 py-8 text-center text-ink-3">Nothing goes by that name.</Command.Empty>
        )}
        {[...groupsOf(items, "Go to")].map(([heading, members]) => (
          <PaletteGroup key={heading} heading={heading} items={members} onChoose={onChoose} />
        ))}
        {found === null || found === "searching"
          ? null
          : [...groupsOf(found.items, "Found")].map(([heading, members]) => (
              <PaletteGroup key={`found-${heading}`} heading={heading} items={members} found onChoose={onChoose} />
            ))}
      </Command.List>
    </Command>
  );
}

/** The command palette: one field that finds a page, an action or a thing by name. */
export function Palette({ items, search }: Props) {
  const [open, setOpen] = useState(false);
  const router = useRouter();
  const mounted = useMounted();

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey)
        return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const choose = (item: PaletteItem) => {
    setOpen(false);
    router.push(item.href as Route);
  };

  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger
        aria-label="Search or do"
        aria-keyshortcuts="Meta+K Control+K"
        className={cn(
          "flex h-8 items-center gap-2 rounded-md border bg-canvas px-2.5 text-ink-3 hover:border-line-strong",
          "max-md:size-10 max-md:justify-center max-md:border-transparent max-md:bg-transparent md:w-80",
        )}
      >
        <Search aria-hidden="true" className="size-3.5 flex-none max-md:size-5" />
        <span className="max-md:hidden">Search or do…</span>
        <Kbd className="ml-auto max-md:hidden">
          {mounted && !/Mac|iPad|iPhone/.test(navigator.userAgent) ? "Ctrl K" : "⌘K"}
        </Kbd>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[oklch(15%_0.02_258/0.5)]" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[10vh] left-1/2 z-50 w-[calc(100vw-1.75rem)] max-w-2xl -translate-x-1/2 animate-float-in overflow-hidden rounded-lg border bg-raised shadow-float"
        >
          <Dialog.Title className="sr-only">Search or do</Dialog.Title>
          <PaletteBody items={items} search={search} onChoose={choose} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
