import type { HealthState } from "@/lib/health/rules";

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

export type RulePreview = {
  total: number;
  /** Free today: the rule would assign them. */
  assigned: number;
  /** Already held by this system. */
  already: number;
  /** Assigned elsewhere, by hand or by a rule that comes first: they stay. */
  elsewhere: number;
  sample: { id: string; name: string; kind: string; region: string; owner: string | null }[];
};
