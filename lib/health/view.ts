import type { HealthState, NextStep } from "./rules";
import type { Burn, FleetFigures, FleetVerdict } from "./verdict";

export type TierLine = {
  id: string;
  rank: number;
  name: string;
  rpoSeconds: number;
  rtoSeconds: number;
  expected: number;
  within: number;
  beyond: number;
  unknown: number;
  proven: number;
  forecastWithin: number;
  forecastBeyond: number;
  parked: number;
  burn: Burn | null;
  /** Time beyond the RPO, summed up to each of these moments of the quarter, as a share of its allowance. */
  burnLine: number[];
  /** Up to when that time comes from points; since then it goes by the present state. Null where nothing was summed yet. */
  burnThroughAt: string | null;
};

export type AttentionRow = {
  id: string;
  name: string;
  tierRank: number | null;
  owner: string | null;
  state: HealthState;
  why: string;
  /** Why it ranks here among those of its state. */
  rank: string;
  ageSeconds: number | null;
  rpoSeconds: number | null;
  step: NextStep | null;
};

export type HomeView = {
  now: string;
  verdict: FleetVerdict;
  figures: FleetFigures;
  tiers: TierLine[];
  attention: { rows: AttentionRow[]; total: number };
  /** What a new installation has already, for its first steps. */
  setup: { connections: number; resources: number; systems: number };
};

export type RunningWork = {
  id: string;
  kind: "backup" | "copy" | "restore" | "scan" | "verify" | "request";
  name: string;
  state: string;
  percent: number | null;
  since: string;
  href: string;
};

export type Upcoming = { at: string; what: string; href: string | null };

export type Activity = { now: string; running: RunningWork[]; runningTotal: number; upcoming: Upcoming[] };
