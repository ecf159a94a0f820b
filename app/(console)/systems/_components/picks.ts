import { createContext, useContext, useSyncExternalStore } from "react";

/** The rows that were chosen, kept apart from the rows themselves: of a long list most are not on the page. */
export type Picks = {
  has: (id: string) => boolean;
  all: () => readonly string[];
  toggle: (id: string) => void;
  set: (ids: Iterable<string>) => void;
  subscribe: (listener: () => void) => () => void;
};

export function createPicks(): Picks {
  let chosen: ReadonlySet<string> = new Set();
  let list: readonly string[] = [];
  const listeners = new Set<() => void>();
  const become = (next: ReadonlySet<string>) => {
    chosen = next;
    list = [...next];
    for (const listener of listeners) listener();
  };
  return {
    has: (id) => chosen.has(id),
    all: () => list,
    toggle: (id) => {
      const next = new Set(chosen);
      if (!next.delete(id)) next.add(id);
      become(next);
    },
    set: (ids) => become(new Set(ids)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const nobody = createPicks();
export const PicksContext = createContext<Picks>(nobody);

/** Whether this row is chosen; only the row that changes is drawn again. */
export function usePicked(id: string): readonly [boolean, () => void] {
  const picks = useContext(PicksContext);
  const picked = useSyncExternalStore(
    picks.subscribe,
    () => picks.has(id),
    () => false,
  );
  return [picked, () => picks.toggle(id)];
}

const none: readonly string[] = [];

/** Everything that is chosen. */
export const usePicks = (picks: Picks): readonly string[] =>
  useSyncExternalStore(picks.subscribe, picks.all, () => none);
