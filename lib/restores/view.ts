import type { ApprovalState, Level } from "@/lib/approvals/rules";
import type { Draft, RestorePlan, RestoreState, Verdict, WizardStep } from "./rules";

/** A moment in ISO 8601, as JSON carries it. */
type Iso = string;

/** One restore as its page shows it: what `getRestore` answers, and what the browser polls. */
export type RestoreView = {
  id: string;
  handle: string;
  mine: boolean;
  requester: string;
  system: { id: string; slug: string; name: string; environment: string };
  resources: {
    id: string;
    name: string;
    kind: string;
    region: string;
    account: string;
    providerRef: string;
    sizeBytes: number | null;
  }[];
  reason: string;
  incidentRef: string | null;
  state: RestoreState;
  failure: string | null;
  draft: Draft;
  draftRevision: number;
  step: WizardStep;
  preflight: { verdicts: Verdict[]; blocked: boolean; at: Iso } | null;
  approval: {
    id: string;
    state: ApprovalState;
    level: Level;
    revision: number;
    neededTotal: number;
    words: string[];
    plan: RestorePlan | null;
    votes: { verdict: "approve" | "reject"; reason: string; voter: string; at: Iso }[];
    expiresAt: Iso | null;
    notBefore: Iso | null;
    executeBefore: Iso | null;
  };
  items: {
    id: string;
    state: RestoreState;
    percent: number | null;
    message: string | null;
    targetName: string;
    jobRef: string | null;
    createdRef: string | null;
    attempts: { attempt: number; outcome: string; errorMessage: string | null }[];
  }[];
  timings: { phase: string; startedAt: Iso; endedAt: Iso | null }[];
  targets: { providerRef: string; endpoint: { host?: string; port?: number; databaseName?: string } }[];
  results: {
    id: string;
    name: string;
    sql: string;
    comparator: string;
    expected: string;
    actual: string | null;
    outcome: "passed" | "failed" | "error";
    message: string | null;
    durationMs: number;
  }[];
  startedAt: Iso | null;
  finishedAt: Iso | null;
  rtaSeconds: number | null;
  rpaSeconds: number | null;
  createdAt: Iso;
  now: Iso;
};

/** The moments a draft can go back to: its points, newest first, and the window of a continuous backup. */
export type Moments = {
  points: {
    id: string;
    kind: string;
    status: string;
    rawStatus: string;
    vault: string;
    locked: boolean;
    sizeBytes: number | null;
    dataAsOf: Iso | null;
    completedAt: Iso | null;
    expiresAt: Iso | null;
    storageClass: string;
    contradictory: boolean;
    malware: string;
    ageSeconds: number | null;
    proof: { level: string; result: string; at: Iso } | null;
  }[];
  window: { earliestAt: Iso; latestAt: Iso; pointId: string | null } | null;
};
