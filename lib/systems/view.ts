import type { HealthState, NextStep, ProofLevel, RuleId } from "@/lib/health/rules";
import type { CopyDigits, KeyView, PointStatus } from "@/lib/recovery-points/rules";
import type { Criticality, Environment, Lifecycle } from "./rules";
import type { Strip } from "./strip";

export type ReasonView = {
  rule: RuleId;
  meaning: string;
  state: HealthState;
  text: string;
  resourceId: string | null;
  resourceName: string | null;
  step: NextStep | null;
};

export type MemberView = {
  id: string;
  name: string;
  kind: string;
  region: string;
  account: string;
  connection: string;
  sizeBytes: number | null;
  required: boolean;
  source: "manual" | "rule";
  state: HealthState;
  reasons: ReasonView[];
  newestAsOf: string | null;
  ageSeconds: number | null;
  basis: "snapshot" | "continuous" | null;
  newestPointId: string | null;
  rpoSeconds: number | null;
  provenAt: string | null;
  proofLevel: ProofLevel | null;
};

export type SystemView = {
  id: string;
  slug: string;
  name: string;
  description: string;
  environment: Environment;
  criticality: Criticality;
  lifecycle: Lifecycle;
  revision: number;
  tier: { id: string; rank: number; name: string } | null;
  ownerTeamId: string | null;
  ownerUserId: string | null;
  owner: string | null;
  detectionAllowanceSeconds: number;
  /** Separated by spaces; empty where its data may be kept anywhere. */
  allowedRegions: string;
  inServiceFrom: string;
  now: string;
  state: HealthState;
  reasons: ReasonView[];
  ageSeconds: number | null;
  newestAsOf: string | null;
  rpoSeconds: number | null;
  rtoSeconds: number | null;
  rtaSeconds: number | null;
  /** The restores that the forecast rests on: how many, and what half of them took at most, the time to notice included. */
  measured: { restores: number; usualSeconds: number | null };
  provenAt: string | null;
  provenWithin: boolean;
  members: MemberView[];
  /** How many more resources it owns that this reader may not see. */
  hiddenMembers: number;
};

/** A system as a form offers it: its id, and its name with its tier. */
export type SystemChoice = { value: string; label: string };

export type OwnerChoices = { teams: { id: string; name: string }[]; people: { id: string; name: string }[] };

export type SystemRow = {
  id: string;
  slug: string;
  name: string;
  environment: Environment;
  lifecycle: Lifecycle;
  tier: { id: string; rank: number; name: string } | null;
  owner: string | null;
  state: HealthState;
  why: string;
  ageSeconds: number | null;
  rpoSeconds: number | null;
  rtoSeconds: number | null;
  rtaSeconds: number | null;
  provenAgeSeconds: number | null;
  provenWithin: boolean;
  proofLevel: ProofLevel | null;
  proofFailed: boolean;
  resources: number;
  /** Kinds and regions of what it owns, such as "RDS · eu-central-1". */
  makeup: string;
  strip: Strip;
  copies: CopyDigits | null;
};

export type SystemsPage = {
  rows: SystemRow[];
  total: number;
  before: string | null;
  after: string | null;
};

/** A group of the matrix: how many it holds, the worst state among them, and the filter that shows it alone. */
export type SystemGroup = {
  key: string;
  label: string;
  total: number;
  worst: HealthState;
  worstCount: number;
  asked: Readonly<Record<string, string>>;
};

export type StripRun = {
  state: "ok" | "partial" | "failed" | "missed" | "none" | "running" | "paused";
  at: string;
  note?: string;
};

export type TimelinePoint = {
  id: string;
  at: string;
  resource: string;
  kind: "snapshot" | "continuous" | "logical" | "archive";
  status: PointStatus;
  usable: boolean;
  isCopy: boolean;
  region: string;
  vault: string;
};

export type TimelineWindow = { id: string; resource: string; fromAt: string; toAt: string; alive: boolean };

export type TimelineWork = {
  id: string;
  kind: string;
  resource: string;
  state: string;
  at: string;
  until: string | null;
  message: string | null;
};

export type TimelineRestore = { id: string; handle: string; state: string; at: string; until: string | null };

export type SystemHistory = {
  now: string;
  from: string;
  points: TimelinePoint[];
  windows: TimelineWindow[];
  work: TimelineWork[];
  restores: TimelineRestore[];
  /** Whether there was more than is shown. */
  cut: boolean;
};

type Sample = { id: string; at: string; value: number };
/** Bytes and seconds of each of a resource's last backups, oldest first, as far as its provider tells them. */
export type SizeSeries = { resourceId: string; resource: string; sizes: Sample[]; durations: Sample[] };

export type CoverageRow = {
  id: string;
  policy: string;
  rule: string;
  schedule: string;
  timeZone: string;
  continuous: boolean;
  vault: string;
  keepDays: number | null;
  copies: number;
  resources: string[];
  nextDueAt: string | null;
};

export type SystemMakeup = { runs: StripRun[]; copies: CopyDigits | null };

/** What one account in one region holds of a system. */
export type SystemPlace = {
  region: string;
  account: string;
  production: number;
  /** Usable points, and all that are still there. */
  points: number;
  kept: number;
  newestAsOf: string | null;
  /** Some of its points nobody can delete before their time. */
  locked: boolean;
  airGapped: boolean;
  /** Whether the system's own rule lets data be kept in this region. */
  allowed: boolean;
  /** How what is kept there is encrypted, most copies first. */
  encryption: CopyEncryption[];
};

/** So many copies of a place that are encrypted in one way; null where the provider does not say whether they are. */
export type CopyEncryption = {
  encrypted: boolean | null;
  copies: number;
  /** The key, where the provider names it. */
  key: KeyView | null;
  /** Whether it is held by an account that production runs in: who takes that account over holds it, too. */
  keyWithProduction: boolean;
};

export type SystemPlaces = {
  now: string;
  /** The regions its data may be kept in; none means anywhere. */
  allowed: string[];
  places: SystemPlace[];
};
