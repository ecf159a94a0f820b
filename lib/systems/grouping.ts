import type { HealthState } from "@/lib/health/rules";

/** What the matrix can be grouped by. */
export const groupKinds = ["tier", "owner", "environment", "state"] as const;
export type GroupKind = (typeof groupKinds)[number];

/** How many systems of a group are in one state. */
export type GroupCount = { key: string; label: string; place: number; state: HealthState; total: number };

export type FoldedGroup = {
  key: string;
  label: string;
  place: number;
  total: number;
  worst: HealthState;
  worstCount: number;
};

const worstFirst: readonly HealthState[] = [
  "unprotected",
  "missed",
  "breached",
  "unknown",
  "at_risk",
  "within",
  "parked",
];
const rankOf = (state: HealthState) => worstFirst.indexOf(state);

/** The groups with how many they hold and the worst of them: by their place, then worst first, larger first, by name. */
export function foldGroups(counts: readonly GroupCount[]): FoldedGroup[] {
  const groups = new Map<string, FoldedGroup>();
  for (const { state, total, ...group } of counts) {
    const known = groups.get(group.key) ?? { ...group, total: 0, worst: state, worstCount: 0 };
    const worse = rankOf(state) < rankOf(known.worst) || known.worstCount === 0;
    groups.set(group.key, {
      ...known,
      total: known.total + total,
      ...(worse ? { worst: state, worstCount: total } : {}),
    });
  }
  return [...groups.values()].sort(
    (a, b) =>
      a.place - b.place ||
      rankOf(a.worst) - rankOf(b.worst) ||
      b.total - a.total ||
      (a.label < b.label ? -1 : a.label > b.label ? 1 : 0),
  );
}

const filterNames: Record<GroupKind, string> = {
  tier: "tier",
  owner: "owner",
  environment: "environment",
  state: "status",
};

/** The filter that shows a group alone. */
export const groupFilter = (kind: GroupKind, key: string): Record<string, string> => ({ [filterNames[kind]]: key });
