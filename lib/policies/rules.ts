/** Which resources a policy covers, in the words of the provider's contract. */
export type Selection = {
  resourceRefs: readonly string[];
  notResourceRefs: readonly string[];
  anyTags: readonly { key: string; value: string }[];
  allConditions: readonly Condition[];
};

type Condition = { key: string; value: string; op: "equals" | "like" | "not_equals" | "not_like" };

/** What a selection looks at. */
export type Selectable = { providerRef: string; tags: Readonly<Record<string, string>> };

const patterns = new Map<string, RegExp>();

/** Whether a text fits a pattern in which `*` stands for anything and `?` for one character. */
export function fitsPattern(pattern: string, text: string): boolean {
  if (pattern === "*" || pattern === text) return true;
  if (!/[*?]/.test(pattern)) return false;
  let compiled = patterns.get(pattern);
  if (!compiled) {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*+/g, ".*")
      .replace(/\?/g, ".");
    compiled = new RegExp(`^${escaped}$`, "s");
    if (patterns.size > 1_000) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

/** Restore tests make resources of their own; AWS leaves them out of every plan. */
const testTag = "awsbackup-restore-test";

/**
 * Whether a selection covers a resource: excluded ARNs never; named ARNs or any one tag are enough; conditions must all
 * hold on top of that, and alone they look at everything.
 */
export function selects(selection: Selection, { providerRef, tags }: Selectable): boolean {
  if (testTag in tags || selection.notResourceRefs.some((pattern) => fitsPattern(pattern, providerRef))) return false;
  const named = selection.resourceRefs.some((pattern) => fitsPattern(pattern, providerRef));
  const tagged = selection.anyTags.some(({ key, value }) => Object.hasOwn(tags, key) && tags[key] === value);
  if (selection.allConditions.length === 0) return named || tagged;
  const isOpen = selection.resourceRefs.length === 0 && selection.anyTags.length === 0;
  return (isOpen || named || tagged) && selection.allConditions.every((condition) => holds(condition, tags));
}

function holds({ key, value, op }: Condition, tags: Selectable["tags"]): boolean {
  const own = Object.hasOwn(tags, key) ? tags[key] : undefined;
  switch (op) {
    case "equals":
      return own === value;
    case "not_equals":
      return own !== value;
    case "like":
      return own !== undefined && fitsPattern(value, own);
    case "not_like":
      return own === undefined || !fitsPattern(value, own);
  }
}
