"use client";
import { useEffect, useState } from "react";

const settleMs = 150;

/** Finds things by what was typed; a call that is overtaken is aborted. */
export type Finder<T> = (query: string, signal: AbortSignal) => Promise<readonly T[]>;

export type Found<T> = { query: string; standing: "done" | "failed"; items: readonly T[] };

/** What a search finds for the words typed so far: null where it is not asked, at fewer letters than `shortest`. */
export function useFound<T>(
  query: string,
  search: Finder<T> | undefined,
  shortest: number,
): Found<T> | "searching" | null {
  const [found, setFound] = useState<Found<T> | null>(null);
  const wanted = query.trim();
  const asks = search !== undefined && wanted.length >= shortest;
  useEffect(() => {
    if (search === undefined || !asks) return;
    const abort = new AbortController();
    const run = async () => {
      try {
        const items = await search(wanted, abort.signal);
        if (!abort.signal.aborted) setFound({ query: wanted, standing: "done", items });
      } catch {
        if (!abort.signal.aborted) setFound({ query: wanted, standing: "failed", items: [] });
      }
    };
    const timer = setTimeout(() => void run(), wanted === "" ? 0 : settleMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted, asks, search]);
  if (!asks) return null;
  return found?.query === wanted ? found : "searching";
}
