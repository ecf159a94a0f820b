/** The lists whose views can be kept, each with what its address may ask for. */
const namesOf = {
  "/systems": ["q", "tier", "owner", "status", "environment", "lifecycle", "is", "sort", "group"],
} as const satisfies Record<string, readonly string[]>;

export type ViewPage = keyof typeof namesOf;
export const viewPages = Object.keys(namesOf) as [ViewPage, ...ViewPage[]];

/** So many views a person may keep, over all lists. */
export const mostViews = 50;
export const viewNameLength = 60;
export const viewQueryLength = 1_000;

/** What of an address makes the view: the names the list knows, in one order, without the place in the list. */
export function viewQuery(page: ViewPage, asked: string | Readonly<Record<string, string>>): string {
  const given = new URLSearchParams(asked);
  const kept = namesOf[page].flatMap((name): [string, string][] => {
    const value = given.get(name)?.trim();
    return value ? [[name, value]] : [];
  });
  return new URLSearchParams(kept).toString();
}

/** The address that shows a view. */
export const viewHref = (page: string, query: string): string => (query ? `${page}?${query}` : page);
