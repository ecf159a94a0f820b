import type { HealthState } from "@/lib/health/rules";
import type { CoverageGap } from "./rules";

export type InboxRow = {
  id: string;
  name: string;
  kind: string;
  region: string;
  account: string;
  connection: string;
  sizeBytes: number | null;
  tags: { key: string; value: string }[];
  firstSeenAt: string;
  state: HealthState;
  why: string;
  ageSeconds: number | null;
};

export type InboxPage = {
  rows: InboxRow[];
  total: number;
  unprotected: number;
  before: string | null;
  after: string | null;
};

export type EstateCounts = { systems: number; resources: number; unassigned: number; unassignedUnprotected: number };

export type InboxChoices = { kinds: string[]; connections: { id: string; name: string }[] };

export type RuleView = { id: string; tagKey: string; tagValue: string; resources: number };

/** What becomes of a resource that a rule matches. */
export type RuleFate = "comes" | "moves" | "here" | "by_hand" | "by_rule";

export type RulePreview = {
  total: number;
  /** Free today: the rule assigns them. */
  comes: number;
  /** Held by a rule that comes after this one: they move. */
  moves: number;
  /** Already held by this system. */
  here: number;
  /** Assigned elsewhere by a person: they stay. */
  byHand: number;
  /** Held elsewhere by a rule that comes first: they stay. */
  byRule: number;
  sample: { id: string; name: string; kind: string; region: string; owner: string | null; fate: RuleFate }[];
};

export type RuleRow = {
  id: string;
  tagKey: string;
  tagValue: string;
  priority: number;
  systemId: string;
  system: string;
  /** Its system is retired: it does nothing. */
  idle: boolean;
  matches: number;
  holds: number;
};

export type RulesPage = { rows: RuleRow[]; total: number; before: string | null; after: string | null };

export type CoverageGapRow = {
  id: string;
  name: string;
  kind: string;
  region: string;
  connection: string;
  vanishedAt: string | null;
  /** The other connection that shows it too. */
  twin: string | null;
  system: { id: string; name: string } | null;
  gaps: CoverageGap[];
};

export type CoveragePage = {
  rows: CoverageGapRow[];
  /** How many resources there are with and without gaps. */
  resources: number;
  counts: Record<CoverageGap, number>;
  before: string | null;
  after: string | null;
};

export type CoverageChoices = InboxChoices & { regions: string[] };
