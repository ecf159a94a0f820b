import type { ChangePlan, ChangeState } from "@/lib/changes/rules";
import type { RestorePlan, RestoreState, Verdict } from "@/lib/restores/rules";
import type { ApprovalState, Level, LevelRule, VoterGroup } from "./rules";

/** A moment in ISO 8601, as JSON carries it. */
type Iso = string;

/** A request as lists and pages show it. */
export type ApprovalView = {
  id: string;
  restoreId: string | null;
  restoreState: RestoreState;
  /** What of the rules it would change; null for a restore. */
  change: {
    id: string;
    state: ChangeState;
    plan: ChangePlan | null;
    /** Since when the worker has it; null where nobody started it, or where it was given back. */
    handedOverAt: Iso | null;
    /** Why the worker did not apply it, when it last said so. */
    failure: string | null;
  } | null;
  handle: string;
  title: string;
  breakGlass: boolean;
  singleOperator: boolean;
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
    group: VoterGroup;
    factor: "passkey" | "totp";
    onBehalfOf: string | null;
    /** Whose vote it is: whoever gave it away, else whoever cast it. */
    principalId: string;
    withdrawnAt: Iso | null;
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
  /** What the level asks of a vote, tightened by the policy in force. */
  rule: Pick<LevelRule, "factors" | "denyThreshold" | "coolDownSeconds" | "breakGlassCoolDownSeconds">;
  /** The people whose agreement counts at this moment, by who cast it: a role that was lost takes its vote with it. */
  counted: string[];
  /** Who may vote; `able` where they hold a factor that the level takes. */
  eligible: { id: string; displayName: string; groups: VoterGroup[]; able: boolean }[];
  preflight: { verdicts: Verdict[]; at: Iso } | null;
  lastRestore: {
    id: string;
    handle: string;
    state: RestoreState;
    rtaSeconds: number | null;
    finishedAt: Iso | null;
  } | null;
  /** Whose votes this person may cast for a time. */
  inPlaceOf: { delegatorId: string; delegator: string; group: VoterGroup }[];
  review: {
    actorId: string;
    actor: string;
    incidentRef: string;
    reason: string;
    state: "due" | "completed" | "flagged";
    dueAt: Iso;
    voices: { reviewerId: string; reviewer: string; outcome: "due" | "completed" | "flagged"; note: string; at: Iso }[];
  } | null;
  now: Iso;
};

/** The same for whoever looks at it. */
export type ApprovalPage = ApprovalDetail & { me: string; mayForce: boolean; mayReview: boolean; mayCancel: boolean };
