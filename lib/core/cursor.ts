import { isStorable } from "./words";

/** A moment as our own places spell it, which every part of the system can read. */
export const isMoment = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(text) && !Number.isNaN(Date.parse(text));

/** A place in a list that is paged by key: the sort's values and the id of a row, and which way to go from it. */
export type Cursor = { values: readonly string[]; back: boolean };

/** The place as it travels in an address. */
export const writeCursor = (values: readonly string[]): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(values))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** Reads a place out of an address; null for what we did not write, so that a mangled link shows the first page. */
export function readCursor(text: string | undefined, length: number, back: boolean): Cursor | null {
  if (!text || text.length > 1_000) return null;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    const values: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (
      !Array.isArray(values) ||
      values.length !== length ||
      values.some((value) => typeof value !== "string" || !isStorable(value))
    )
      return null;
    return { values, back };
  } catch {
    return null;
  }
}

/** One page out of `limit + 1` rows read from a place, with the keys of the pages before and after. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  cursor: Cursor | null,
  keyOf: (row: Row) => readonly string[],
) {
  const more = rows.length > limit;
  const kept = rows.slice(0, limit);
  if (cursor?.back) kept.reverse();
  const first = kept[0];
  const last = kept.at(-1);
  const hasBefore = cursor !== null && (cursor.back ? more : true);
  const hasAfter = cursor?.back ? true : more;
  return {
    rows: kept,
    before: first && hasBefore ? writeCursor(keyOf(first)) : null,
    after: last && hasAfter ? writeCursor(keyOf(last)) : null,
  };
}
