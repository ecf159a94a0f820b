import type { RestorePlan, RestoreState, Verdict } from "@/lib/restores/rules";
import type { ApprovalState, Level, LevelRule, VoterGroup } from "./rules";

/** A moment in ISO 8601, as JSON carries it. */
type Iso = string;

/** A request as lists and pages show it. */
export type ApprovalView = {
  id: string;
  restoreId: string | null;
  restoreState: RestoreState;
  handle: string;
  requesterId: string;
  requester: string;
  level: Level;
  state: ApprovalState;
  revision: number;
  plan: RestorePlan | null;
  previousPlan: RestorePlan | null;
  words: string[];
  needed: LevelRule["votes"];
  neededTotal: number;
  agreed: number;
  votes: {
    voterId: string;
    voter: string;
    verdict: "approve" | "reject";
    reason: string;
    revision: number;
    factor: "passkey" | "totp";
    at: Iso;
  }[];
  submittedAt: Iso | null;
  approvalExpiresAt: Iso | null;
  notBefore: Iso | null;
  executeBefore: Iso | null;
  mine: boolean;
  voted: boolean;
};

/** One request with everything an approver looks at. */
export type ApprovalDetail = ApprovalView & {
  eligible: { id: string; displayName: string; groups: VoterGroup[] }[];
  preflight: { verdicts: Verdict[]; at: Iso } | null;
  lastRestore: {
    id: string;
    handle: string;
    state: RestoreState;
    rtaSeconds: number | null;
    finishedAt: Iso | null;
  } | null;
  now: Iso;
};

/** The same for whoever looks at it. */
export type ApprovalPage = ApprovalDetail & { mayVote: boolean; me: string };
