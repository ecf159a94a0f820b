"use client";
import { useCallback } from "react";
import type { PaletteItem } from "./navigation";
import { Palette } from "./palette";

const isText = (value: unknown): value is string => typeof value === "string";

/** Takes from an answer only what can be shown, and only addresses inside the application. */
export function toPaletteItems(answer: unknown): PaletteItem[] {
  const list = typeof answer === "object" && answer !== null && "items" in answer ? answer.items : answer;
  if (!Array.isArray(list)) throw new TypeError("The search answered with something that is not a list.");
  return list.flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null) return [];
    const { id, label, href, detail, group } = item as Record<string, unknown>;
    if (!isText(id) || !isText(label) || !isText(href) || !/^\/(?!\/)/.test(href)) return [];
    return [{ id, label, href, detail: isText(detail) ? detail : undefined, group: isText(group) ? group : undefined }];
  });
}

/** The palette with its search at an address that answers `?q=` with `{items: PaletteItem[]}`. */
export function SearchPalette({
  items,
  searchHref,
}: {
  items: readonly PaletteItem[];
  searchHref?: string | undefined;
}) {
  const search = useCallback(
    async (query: string, signal: AbortSignal) => {
      const answer = await fetch(`${searchHref}?q=${encodeURIComponent(query)}`, { signal, cache: "no-store" });
      if (!answer.ok) throw new Error(`The search answered ${answer.status}.`);
      return toPaletteItems(await answer.json());
    },
    [searchHref],
  );
  return <Palette items={items} search={searchHref === undefined ? undefined : search} />;
}
