"use client";
import { Command } from "cmdk";
import { Check, ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { use, useCallback, useEffect, useId, useRef, useState } from "react";
import { getJson } from "@/lib/core/http";
import { visible } from "@/lib/core/words";
import { cn } from "./cn";
import { controlClass } from "./control-style";
import { FieldContext } from "./form-context";
import { useFound } from "./found";
import { NameText } from "./name-text";

export type Choice = { value: string; label: string };

type Props = {
  /** The name its value goes by in the form. */
  name?: string;
  /** Answers `?q=` with the first choices that fit, as a list of `Choice`. */
  searchHref: string;
  chosen?: Choice | undefined;
  /** Said while nothing is chosen; with `clearable` it is the first choice of the list. */
  none?: string;
  clearable?: boolean;
  /** Values that are not offered. */
  without?: readonly string[];
  /** Said before what is chosen. */
  prefix?: string;
  onChoose?: (value: string) => void;
  className?: string;
  "aria-label"?: string;
};

const isChoice = (one: unknown): one is Choice =>
  typeof one === "object" &&
  one !== null &&
  "value" in one &&
  "label" in one &&
  typeof one.value === "string" &&
  typeof one.label === "string";

const itemClass =
  "flex cursor-default items-center gap-2 rounded-sm px-2 py-1.5 select-none data-[selected=true]:bg-accent-wash max-md:min-h-11";

function Choices({
  searchHref,
  chosen,
  none,
  clearable,
  without,
  onPick,
}: Omit<Props, "name"> & { onPick: (choice: Choice | undefined) => void }) {
  const [query, setQuery] = useState("");
  const find = useCallback(
    async (q: string, signal: AbortSignal) => {
      const list = await getJson<unknown>(`${searchHref}?q=${encodeURIComponent(q)}`, signal);
      return Array.isArray(list) ? list.filter(isChoice) : [];
    },
    [searchHref],
  );
  const found = useFound(query, find, 0);
  const standing = found === null || found === "searching" ? "searching" : found.standing;
  const items =
    found === null || found === "searching" ? [] : found.items.filter(({ value }) => !without?.includes(value));
  return (
    <Command shouldFilter={false} loop label="Choices" className="grid max-h-80 grid-rows-[auto_minmax(0,1fr)]">
      <Command.Input
        value={query}
        onValueChange={setQuery}
        maxLength={120}
        placeholder="Type a name…"
        className="min-h-10 w-full border-b bg-transparent px-3 outline-none placeholder:text-ink-3 max-md:min-h-12"
      />
      <Command.List className="overflow-y-auto overscroll-contain p-1">
        {standing === "searching" ? (
          <Command.Loading className="px-2 py-2 text-ink-3">Searching…</Command.Loading>
        ) : null}
        {standing === "failed" ? (
          <p role="alert" className="px-2 py-2 text-bad">
            The list could not be reached. Type again to retry.
          </p>
        ) : null}
        {standing === "done" && items.length === 0 ? (
          <p role="status" className="px-2 py-2 text-ink-3">
            Nothing goes by that name.
          </p>
        ) : null}
        {clearable && query === "" ? (
          <Command.Item value="" onSelect={() => onPick(undefined)} className={itemClass}>
            {none}
          </Command.Item>
        ) : null}
        {items.map((choice) => (
          <Command.Item key={choice.value} value={choice.value} onSelect={() => onPick(choice)} className={itemClass}>
            <NameText text={choice.label} length={60} />
            {choice.value === chosen?.value ? (
              <Check aria-hidden="true" className="ml-auto size-3.5 text-accent" />
            ) : null}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}

/** A choice of one out of more than a list can hold: found by name on the server, worked by keyboard. */
export function Picker({
  name,
  chosen: given,
  none = "Choose…",
  prefix,
  onChoose,
  className,
  "aria-label": label,
  ...rest
}: Props) {
  const field = use(FieldContext);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(given);
  const hidden = useRef<HTMLInputElement>(null);
  const listId = useId();
  useEffect(() => {
    const form = hidden.current?.form;
    const empty = () => setChosen(given);
    form?.addEventListener("reset", empty);
    return () => form?.removeEventListener("reset", empty);
  }, [given]);
  const pick = (choice: Choice | undefined) => {
    setChosen(choice);
    setOpen(false);
    onChoose?.(choice?.value ?? "");
  };
  const shown = chosen ? visible(chosen.label) : none;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <input ref={hidden} type="hidden" name={name ?? field?.name} value={chosen?.value ?? ""} />
      <Popover.Trigger
        type="button"
        role="combobox"
        aria-haspopup="dialog"
        aria-controls={open ? listId : undefined}
        aria-label={label}
        id={field?.id}
        aria-invalid={field?.invalid || undefined}
        aria-describedby={field?.describedBy}
        className={cn(controlClass, "flex items-center gap-2 text-left", className)}
      >
        <span className={cn("min-w-0 flex-1 truncate", chosen === undefined && prefix === undefined && "text-ink-3")}>
          {prefix === undefined ? shown : `${prefix}: ${shown}`}
        </span>
        <ChevronDown aria-hidden="true" className="size-3.5 flex-none text-ink-3" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          id={listId}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={label ?? "Choices"}
          className="z-50 w-[max(var(--radix-popover-trigger-width),18rem)] max-w-[calc(100vw-1rem)] animate-float-in overflow-hidden rounded-md border bg-raised shadow-float"
        >
          <Choices {...rest} chosen={chosen} none={none} onPick={pick} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
