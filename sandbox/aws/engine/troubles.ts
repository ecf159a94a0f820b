import type { Resource, Trouble } from "@/sandbox/aws/world";

type TroubleOf<Kind extends Trouble["kind"]> = Extract<Trouble, { kind: Kind }>;

/** The resource's trouble of this kind that is in force at the moment and concerns the rule, or null. */
export function findTrouble<Kind extends Trouble["kind"]>(
  resource: Resource,
  kind: Kind,
  atMs: number,
  ruleId?: string,
): TroubleOf<Kind> | null {
  for (const trouble of resource.troubles) {
    if (trouble.kind !== kind || atMs < trouble.sinceMs || atMs >= (trouble.untilMs ?? Number.POSITIVE_INFINITY))
      continue;
    if ("ruleId" in trouble && trouble.ruleId !== undefined && trouble.ruleId !== ruleId) continue;
    return trouble as TroubleOf<Kind>;
  }
  return null;
}
