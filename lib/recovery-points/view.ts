import type { ProofLevel } from "@/lib/health/rules";
import type { MalwareResult, PointKind, PointStatus, StorageClass } from "./rules";

export type PointRow = {
  id: string;
  resourceId: string;
  resource: string;
  resourceKind: string;
  system: { id: string; name: string } | null;
  vault: string;
  vaultId: string;
  region: string;
  kind: PointKind;
  status: PointStatus;
  usable: boolean;
  /** Why it does not count; null where it does. */
  why: string | null;
  dataAsOf: string | null;
  asOfQuality: "exact" | "estimated";
  completedAt: string | null;
  expiresAt: string | null;
  lockedUntil: string | null;
  held: boolean;
  sizeBytes: number | null;
  storageClass: StorageClass;
  isCopy: boolean;
  proof: { level: ProofLevel; at: string; passed: boolean } | null;
};

export type PointsPage = {
  now: string;
  rows: PointRow[];
  total: number;
  /** Whether there are more than were counted. */
  beyondCount: boolean;
  before: string | null;
  after: string | null;
};

export type PointVerification = {
  id: string;
  level: ProofLevel;
  passed: boolean;
  at: string;
  restoreId: string | null;
};

export type PointDetail = PointRow & {
  now: string;
  providerRef: string;
  rawStatus: string;
  statusMessage: string | null;
  account: string;
  connection: { id: string; name: string };
  startedAt: string | null;
  coldAt: string | null;
  observedAt: string;
  vanishedAt: string | null;
  encrypted: boolean | null;
  keyRef: string | null;
  malware: MalwareResult;
  contradictory: boolean;
  vaultKind: "standard" | "air_gapped" | "restore_access";
  lockMode: "none" | "governance" | "compliance";
  lockFinalAt: string | null;
  verifications: PointVerification[];
  /** The same data elsewhere. */
  copies: {
    id: string;
    vault: string;
    region: string;
    account: string;
    status: PointStatus;
    usable: boolean;
    expiresAt: string | null;
    original: boolean;
  }[];
  window: { fromAt: string; latestAt: string; alive: boolean; lagSeconds: number } | null;
  holds: { id: string; title: string; createdAt: string }[];
  restores: { id: string; handle: string; state: string; createdAt: string }[];
  /** What to do with it in the cloud's own words. */
  command: string;
};

export type PointFilterChoices = {
  vaults: { id: string; name: string; region: string }[];
  /** None in a large estate, where a search takes the place of a choice, but for the one that was chosen. */
  systems: { id: string; name: string }[];
};
