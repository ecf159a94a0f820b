"use client";
import { LoaderCircle, Search, X } from "lucide-react";
import type { Route } from "next";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, useEffect, useRef, useTransition } from "react";
import { visible } from "@/lib/core/words";
import { AppLink } from "./app-link";
import { cn } from "./cn";
import { controlClass } from "./control-style";
import { type Choice, Picker } from "./picker";
import { Select } from "./select";

export type Filter = {
  /** The name in the address. */
  name: string;
  label: string;
  choices?: readonly Choice[];
  /** Where there are more than a list can hold: what answers a search, and what is chosen now. */
  searchHref?: string;
  chosen?: Choice | undefined;
  /** What is said while nothing is chosen; "all" unless told. */
  none?: string;
};

type Props = {
  filters?: readonly Filter[];
  /** The name of the search text in the address; null where there is nothing to search. */
  searchName?: string | null;
  placeholder?: string;
  /** Names in the address that a change of filter must forget, such as the pager's key. */
  forget?: readonly string[];
};

const settleMs = 300;

/** A list's filter in words, kept in the address so that it can be shared; "/" goes to it inside `TableKeys`. */
export function FilterBar({
  filters = [],
  searchName = "q",
  placeholder = "Filter…",
  forget = ["after", "before"],
}: Props) {
  const params = useSearchParams();
  const path = usePathname();
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const form = useRef<HTMLFormElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const searchField = useRef<HTMLInputElement>(null);
  const searched = searchName === null ? "" : (params.get(searchName) ?? "");
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    // The address rules, except over somebody who is typing.
    const field = searchField.current;
    if (field !== null && field !== document.activeElement) field.value = searched;
  }, [searched]);

  const addressWith = (changes: Iterable<readonly [string, string]>) => {
    const next = new URLSearchParams(params);
    for (const name of forget) next.delete(name);
    for (const [name, value] of changes) value === "" ? next.delete(name) : next.set(name, value);
    const query = next.toString();
    return query === "" ? path : `${path}?${query}`;
  };
  const apply = (chosen: readonly (readonly [string, string])[] = []) => {
    clearTimeout(timer.current);
    if (form.current === null) return;
    const changes = Array.from(new FormData(form.current), ([name, value]) => [name, String(value).trim()] as const);
    startTransition(() => router.replace(addressWith([...changes, ...chosen]) as Route, { scroll: false }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    apply();
  };
  const names = [...filters.map((filter) => filter.name), ...(searchName === null ? [] : [searchName])];
  const active = names.some((name) => params.has(name));
  const Icon = pending ? LoaderCircle : Search;

  return (
    <form
      ref={form}
      aria-label="Filter the list"
      onSubmit={submit}
      className="flex flex-wrap items-center gap-2 max-md:grid max-md:grid-cols-2"
    >
      {searchName === null ? null : (
        <span className="relative min-w-0 flex-1 basis-56 max-md:col-span-2 md:max-w-80">
          <Icon
            aria-hidden="true"
            className={cn(
              "pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-ink-3",
              pending && "animate-spin",
            )}
          />
          <input
            ref={searchField}
            data-filter-input
            type="search"
            name={searchName}
            aria-label={placeholder}
            placeholder={placeholder}
            defaultValue={searched}
            onChange={() => {
              clearTimeout(timer.current);
              timer.current = setTimeout(apply, settleMs);
            }}
            className={cn(controlClass, "pl-8")}
          />
        </span>
      )}
      {filters.map((filter) => {
        const value = params.get(filter.name) ?? "";
        if (filter.searchHref !== undefined)
          return (
            <Picker
              key={`${filter.name}=${value}`}
              name={filter.name}
              aria-label={filter.label}
              prefix={filter.label}
              searchHref={filter.searchHref}
              chosen={filter.chosen?.value === value ? filter.chosen : undefined}
              none={filter.none ?? "all"}
              clearable
              onChoose={(chosen) => apply([[filter.name, chosen]])}
              className={cn("font-medium md:w-auto md:max-w-56", value !== "" && "border-accent bg-accent-wash")}
            />
          );
        return (
          <Select
            key={`${filter.name}=${value}`}
            name={filter.name}
            aria-label={filter.label}
            defaultValue={value}
            onChange={() => apply()}
            className={cn(
              "min-w-0 font-medium md:max-w-56",
              value !== "" && "[&>select]:border-accent [&>select]:bg-accent-wash",
            )}
          >
            <option value="">
              {filter.label}: {filter.none ?? "all"}
            </option>
            {filter.choices?.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {filter.label}: {visible(choice.label)}
              </option>
            ))}
          </Select>
        );
      })}
      {active ? (
        <AppLink
          href={addressWith(names.map((name) => [name, ""] as const))}
          scroll={false}
          className="flex min-h-8 items-center gap-1 rounded-md px-2 text-ink-2 hover:bg-hover hover:text-ink"
        >
          <X aria-hidden="true" className="size-3.5" />
          Show all
        </AppLink>
      ) : null}
    </form>
  );
}
