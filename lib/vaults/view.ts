import type { LockState, VaultKind } from "./rules";

export type VaultRow = {
  id: string;
  name: string;
  connection: string;
  account: string;
  region: string;
  kind: VaultKind;
  lock: LockState;
  /** When a lock that cools off becomes final, or when it became so. */
  lockFinalAt: string | null;
  minDays: number | null;
  maxDays: number | null;
  keyRef: string | null;
  points: number;
  /** What its points hold together, as far as their sizes are known; null where none is. */
  sizeBytes: number | null;
  /** Whether there are more points than were summed up. */
  sizeCut: boolean;
  holds: number;
};

export type VaultsPage = {
  now: string;
  rows: VaultRow[];
  total: number;
  /** How many of all that may be seen are locked in each way. */
  locks: Record<LockState, number>;
  before: string | null;
  after: string | null;
};

export type VaultChoices = { connections: { id: string; name: string }[]; regions: string[] };

export type VaultResource = {
  id: string;
  name: string;
  kind: string;
  system: { id: string; name: string } | null;
  points: number;
  sizeBytes: number | null;
  newestAsOf: string | null;
};

export type ExpiringPoint = { id: string; resource: string; dataAsOf: string | null; expiresAt: string; held: boolean };

export type VaultHold = { id: string; title: string; since: string; points: number };

export type VaultDetail = VaultRow & {
  now: string;
  providerRef: string;
  observedAt: string;
  vanishedAt: string | null;
  resources: VaultResource[];
  resourcesTotal: number;
  expiring: ExpiringPoint[];
  legalHolds: VaultHold[];
};
