import type { BackupSelection, Conditions } from "@aws-sdk/client-backup";
import type { Region, Resource } from "@/sandbox/aws/world";

/** The live resources of the region that a selection assigns to its plan. */
export function resolveSelection(region: Region, selection: BackupSelection): Resource[] {
  return Object.values(region.resources).filter((resource) => isSelected(region, selection, resource));
}

function isSelected(region: Region, selection: BackupSelection, resource: Resource): boolean {
  if (resource.deletedMs !== null || "awsbackup-restore-test" in resource.tags) return false;
  if (matchesAny(selection.NotResources, resource.arn)) return false;
  const isNamed = selection.Resources?.includes(resource.arn) === true;
  if (!isNamed && region.resourceTypeOptIn[resource.type] !== true) return false;
  return isAssigned(selection, resource) && meetsConditions(selection.Conditions ?? {}, resource.tags);
}

/** ARNs and tags widen a selection; one that has only conditions begins with everything. */
function isAssigned({ Resources, ListOfTags, Conditions }: BackupSelection, resource: Resource): boolean {
  const isOpen = (Resources ?? []).length === 0 && (ListOfTags ?? []).length === 0;
  if (isOpen) return Object.values(Conditions ?? {}).some((list) => (list ?? []).length > 0);
  return matchesAny(Resources, resource.arn) || carriesAny(ListOfTags, resource.tags);
}

function matchesAny(patterns: string[] | undefined, arn: string): boolean {
  return (patterns ?? []).some((pattern) => matchesPattern(pattern, arn));
}

function carriesAny(conditions: BackupSelection["ListOfTags"], tags: Record<string, string>): boolean {
  return (conditions ?? []).some(
    ({ ConditionKey: key, ConditionValue: value }) => key !== undefined && tags[bareKey(key)] === value,
  );
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

const compiled = new Map<string, RegExp>();

/** Matches a text against an AWS pattern, where `*` stands for anything and `?` for one character. */
export function matchesPattern(pattern: string, text: string): boolean {
  if (pattern === "*" || pattern === text) return true;
  if (!/[*?]/.test(pattern)) return false;
  let regex = compiled.get(pattern);
  if (!regex) {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, ".*")
      .replace(/\?/g, ".");
    regex = new RegExp(`^${escaped}$`, "s");
    compiled.set(pattern, regex);
  }
  return regex.test(text);
}
