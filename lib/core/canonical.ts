import canonicalize from "canonicalize";

/** JSON in the one spelling of RFC 8785, so that equal values have equal bytes. Throws for what JSON cannot say. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("This value has no JSON form.");
  return text;
}
