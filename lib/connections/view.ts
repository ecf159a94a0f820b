import type { CapabilityCheck } from "@/lib/providers/contract";
import type { ConnectionDecision, RegionResult, SyncKind } from "./rules";
import type { Counts } from "./sync-tally";

export type RegionView = {
  region: string;
  state: "waiting" | "ok" | "failed" | "disabled";
  lastSuccessAt: string | null;
  lastAttemptAt: string | null;
  errorCode: string | null;
  errorMessage: string | null;
};

export type ConnectionView = {
  id: string;
  kind: string;
  name: string;
  account: string;
  state: "active" | "disabled";
  /** The oldest success among the regions that are read: nothing here is younger for sure. */
  readAt: string | null;
  isStale: boolean;
  staleAfterSeconds: number;
  intervalSeconds: number;
  regions: RegionView[];
  regionsSentence: string;
  worstCheck: "ok" | "warn" | "bad" | null;
  resources: number;
  points: number;
  isBeingRead: boolean;
};

export type ConnectionDetail = ConnectionView & {
  revision: number;
  decided: ConnectionDecision;
  externalId: string | null;
  checks: CapabilityCheck[];
  checkedAt: string | null;
  runs: RunView[];
};

export type RunView = {
  id: string;
  kind: SyncKind;
  state: string;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  counts: Counts;
  now: { region: string; step: string; detail?: string; read: number }[];
  perRegion: Record<string, RegionResult>;
};

/** What moves on a connection's page. */
export type ConnectionProgress = Pick<
  ConnectionView,
  "regions" | "regionsSentence" | "readAt" | "isStale" | "staleAfterSeconds" | "isBeingRead" | "state"
> & {
  /** The database's clock at this answer. */
  now: string;
  runs: RunView[];
};
