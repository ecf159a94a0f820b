import type { StatusKind } from "@/components/status/kind";

export type NavIconName =
  | "home"
  | "systems"
  | "recovery-points"
  | "vaults"
  | "restores"
  | "approvals"
  | "plans"
  | "incidents"
  | "tests"
  | "jobs"
  | "compliance"
  | "audit"
  | "continuity"
  | "cost"
  | "policies"
  | "governance"
  | "connections"
  | "settings";

export type NavEntry = {
  href: string;
  label: string;
  icon: NavIconName;
  /** A word at the end, such as a count; an urgent one waits for this person. */
  note?: { text: string; urgent?: boolean; meaning?: string } | undefined;
  /** The key that goes there after "g". */
  goKey?: string;
};

export type NavGroup = { title?: string; entries: readonly NavEntry[] };

export type ShellUser = {
  name: string;
  /** Stands under the name: an address or the roles. */
  detail?: string;
};

/** How lately the connections were read. */
export type Freshness = {
  kind: StatusKind;
  read: number;
  total: number;
  /** The oldest of the last reads, an ISO moment. */
  oldestReadAt: string | null;
  href: string;
};

export type PaletteItem = {
  id: string;
  label: string;
  href: string;
  /** A word of what it is, such as "System" or "RDS · eu-central-1". */
  detail?: string | undefined;
  group?: string | undefined;
  keywords?: string[] | undefined;
};

/** Whether an entry's page, or one below it, is the one being looked at. */
const isCurrent = (href: string, path: string): boolean =>
  href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`);

/** The entry being looked at: of those that lead to this page the nearest; null where none does. */
export function currentOf(groups: readonly NavGroup[], path: string): string | null {
  const leading = groups
    .flatMap(({ entries }) => entries.map(({ href }) => href))
    .filter((href) => isCurrent(href, path));
  return leading.reduce<string | null>(
    (best, href) => (best === null || href.length > best.length ? href : best),
    null,
  );
}
