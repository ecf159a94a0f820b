import type { BackupSelection, Conditions } from "@aws-sdk/client-backup";
import type { Region, Resource } from "@/sandbox/aws/world";

/** The live resources of the region that a selection assigns to its plan. */
export function resolveSelection(region: Region, selection: BackupSelection): Resource[] {
  return Object.values(region.resources).filter((resource) => isSelected(region, selection, resource));
}

function isSelected(region: Region, selection: BackupSelection, resource: Resource): boolean {
  if (resource.deletedMs !== null || "awsbackup-restore-test" in resource.tags) return false;
  if ((selection.NotResources ?? []).some((pattern) => matchesPattern(pattern, resource.arn))) return false;
  const named = selection.Resources ?? [];
  const isExact = named.includes(resource.arn);
  if (!isExact && region.resourceTypeOptIn[resource.type] !== true) return false;
  const byArn = named.some((pattern) => matchesPattern(pattern, resource.arn));
  const byTag = (selection.ListOfTags ?? []).some(
    (tag) => tag.ConditionKey !== undefined && resource.tags[bareKey(tag.ConditionKey)] === tag.ConditionValue,
  );
  const conditions = selection.Conditions;
  const hasConditions = conditions !== undefined && Object.values(conditions).some((list) => (list ?? []).length > 0);
  if (!hasConditions) return byArn || byTag;
  const isConsidered = named.length === 0 && (selection.ListOfTags ?? []).length === 0 ? true : byArn || byTag;
  return isConsidered && meetsConditions(conditions, resource.tags);
}

function meetsConditions(conditions: Conditions, tags: Record<string, string>): boolean {
  const holds = (list: Conditions["StringEquals"], test: (value: string | undefined, wanted: string) => boolean) =>
    (list ?? []).every(({ ConditionKey, ConditionValue }) =>
      test(tags[bareKey(ConditionKey ?? "")], ConditionValue ?? ""),
    );
  return (
    holds(conditions.StringEquals, (value, wanted) => value === wanted) &&
    holds(conditions.StringNotEquals, (value, wanted) => value !== wanted) &&
    holds(conditions.StringLike, (value, wanted) => value !== undefined && matchesPattern(wanted, value)) &&
    holds(conditions.StringNotLike, (value, wanted) => value === undefined || !matchesPattern(wanted, value))
  );
}

function bareKey(key: string): string {
  return key.replace(/^aws:ResourceTag\//, "");
}

const patterns = new Map<string, RegExp>();

/** Matches a text against an AWS pattern, where `*` stands for anything and `?` for one character. */
export function matchesPattern(pattern: string, text: string): boolean {
  if (pattern === "*" || pattern === text) return true;
  if (!/[*?]/.test(pattern)) return false;
  let regex = patterns.get(pattern);
  if (!regex) {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".");
    regex = new RegExp(`^${escaped}$`, "s");
    patterns.set(pattern, regex);
  }
  return regex.test(text);
}
