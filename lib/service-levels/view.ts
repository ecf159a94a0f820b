import type { PeriodName } from "./rules";

export type BreachView = { from: string; to: string; seconds: number; open: boolean };

export type PartView = {
  resourceId: string;
  /** Null where the viewer may not see it; it counts all the same. */
  name: string | null;
  percent: number | null;
  beyondSeconds: number;
  worstAgeSeconds: number | null;
  breaches: number;
};

export type RuleView = {
  id: string;
  policy: string;
  rule: string;
  schedule: string;
  timeZone: string;
  continuous: boolean;
  /** Runs of the period by what came of them. */
  met: number;
  missed: number;
  metPercent: number | null;
  longestMissRun: number;
  /** What the schedule allows at worst when all works: the longest wait and the usual duration; null where it never fires. */
  worstAgeSeconds: number | null;
  longestGapSeconds: number | null;
  durationSeconds: number | null;
  /** Whether it can keep the RPO at all. */
  feasible: boolean | null;
};

export type TimeInRpoView = {
  now: string;
  period: PeriodName | null;
  zone: string;
  from: string;
  to: string;
  /** Nothing after this was judged: it has not happened yet. */
  judgedTo: string;
  lost: string | null;
  proven: boolean;
  regions: string[];
  targetPercent: number | null;
  rules: { from: string | null; tier: string; rpoSeconds: number }[];
  evaluatedSeconds: number;
  beyondSeconds: number;
  percent: number | null;
  /** Null where nothing could be restored at some moment. */
  worstAgeSeconds: number | null;
  breaches: BreachView[];
  breachCount: number;
  parts: PartView[];
  exclusions: { id: string; reason: string; from: string; to: string | null }[];
  schedules: RuleView[];
  burn: BurnView | null;
};

/** How fast a quarter's allowance of time beyond the RPO is being spent. */
export type BurnView = {
  budgetSeconds: number;
  usedShare: number;
  alerts: { kind: "fast" | "slow"; words: string }[];
};
