/** What an address asks for, where each name has one value. */
export const onlyText = (asked: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => typeof entry[1] === "string"));

/** An address with another place in the list; null where there is none. */
export function placeHref(
  path: string,
  asked: Record<string, string>,
  name: "after" | "before",
  key: string | null,
): string | null {
  if (key === null) return null;
  const { after: _a, before: _b, ...rest } = asked;
  return `${path}?${new URLSearchParams({ ...rest, [name]: key })}`;
}
