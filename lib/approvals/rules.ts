import { accept, type Outcome, refuse } from "@/lib/core/outcome";

export const approvalStates = ["draft", "pending", "approved", "rejected", "cancelled", "expired"] as const;
export type ApprovalState = (typeof approvalStates)[number];

/** 0 overwrites or leaves the account, 1 touches production, 2 does not, 3 stays in a place kept isolated. */
export type Level = 0 | 1 | 2 | 3;

export type VoterGroup = "approver" | "security_approver";

export type LevelRule = {
  /** How many people of which group must agree; an empty list asks for nobody. */
  votes: readonly { group: VoterGroup; count: number }[];
  /** Which factors prove presence, strictest first. */
  factors: readonly ("device_passkey" | "passkey" | "totp")[];
  approveWithinSeconds: number;
  executeWithinSeconds: number;
  coolDownSeconds: number;
  denyThreshold: number;
};

export type PolicyLevels = Record<Level, LevelRule>;

const hour = 3_600;

/** The policy a new installation starts with: security.md §3.5. */
export const defaultLevels: PolicyLevels = {
  0: {
    votes: [
      { group: "approver", count: 2 },
      { group: "security_approver", count: 1 },
    ],
    factors: ["device_passkey"],
    approveWithinSeconds: 4 * hour,
    executeWithinSeconds: hour,
    coolDownSeconds: 15 * 60,
    denyThreshold: 1,
  },
  1: {
    votes: [{ group: "approver", count: 2 }],
    factors: ["device_passkey", "passkey"],
    approveWithinSeconds: 8 * hour,
    executeWithinSeconds: 4 * hour,
    coolDownSeconds: 5 * 60,
    denyThreshold: 1,
  },
  2: {
    votes: [{ group: "approver", count: 1 }],
    factors: ["device_passkey", "passkey", "totp"],
    approveWithinSeconds: 24 * hour,
    executeWithinSeconds: 8 * hour,
    coolDownSeconds: 0,
    denyThreshold: 1,
  },
  3: {
    votes: [],
    factors: ["device_passkey", "passkey", "totp"],
    approveWithinSeconds: 24 * hour,
    executeWithinSeconds: 8 * hour,
    coolDownSeconds: 0,
    denyThreshold: 1,
  },
};

/**
 * The votes a request needs, by group. A tier may ask for more approvers than the level does, on levels 0 and 1 alone
 * (decisions 8).
 */
export function votesNeeded(level: Level, rule: LevelRule, tierApprovals: number): LevelRule["votes"] {
  if (level > 1) return rule.votes;
  return rule.votes.map((vote) =>
    vote.group === "approver" ? { ...vote, count: Math.max(vote.count, tierApprovals) } : vote,
  );
}

/** How many people must agree in all. */
export const totalVotes = (votes: LevelRule["votes"]) => votes.reduce((sum, { count }) => sum + count, 0);

export type Vote = { voterId: string; verdict: "approve" | "reject"; group: VoterGroup; revision: number };

export type Approval = {
  id: string;
  state: ApprovalState;
  level: Level;
  revision: number;
  requesterId: string;
  /** Whoever worded any part of this request: none of them may vote on it. */
  editorIds: readonly string[];
  approvalExpiresAt: Date | null;
  notBefore: Date | null;
  executeBefore: Date | null;
  votes: readonly Vote[];
};

/** The state as the clock has it: what waited too long is expired, whether or not somebody wrote that down yet. */
export function stateAt(
  approval: Pick<Approval, "state" | "approvalExpiresAt" | "executeBefore">,
  now: Date,
): ApprovalState {
  const passed = (at: Date | null) => at !== null && now >= at;
  if (approval.state === "pending" && passed(approval.approvalExpiresAt)) return "expired";
  if (approval.state === "approved" && passed(approval.executeBefore)) return "expired";
  return approval.state;
}

/** The votes of the current wording. */
export const currentVotes = (approval: Pick<Approval, "votes" | "revision">) =>
  approval.votes.filter(({ revision }) => revision === approval.revision);

/** Whether enough people of each group agree; a person counts once, the requester and editors never. */
export function hasQuorum(
  approval: Pick<Approval, "votes" | "revision" | "requesterId" | "editorIds">,
  needed: LevelRule["votes"],
): boolean {
  const excluded = new Set([approval.requesterId, ...approval.editorIds]);
  const counted = new Map<string, VoterGroup>();
  for (const { voterId, verdict, group } of currentVotes(approval)) {
    if (verdict === "approve" && !excluded.has(voterId)) counted.set(voterId, group);
  }
  const groups = [...counted.values()];
  return needed.every(({ group, count }) => groups.filter((voted) => voted === group).length >= count);
}

/** A person's word on a request: the state it leads to, or why it does not count. */
export function vote(
  approval: Approval,
  ballot: { voterId: string; verdict: Vote["verdict"]; group: VoterGroup; reason: string },
  rule: LevelRule,
  needed: LevelRule["votes"],
  now: Date,
): Outcome<ApprovalState> {
  const state = stateAt(approval, now);
  if (state === "expired")
    return refuse("conflict", "This request has expired. The requester can ask again with the same plan.");
  if (state !== "pending") return refuse("conflict", `This request is ${state}; it no longer takes votes.`);
  if (ballot.voterId === approval.requesterId) return refuse("forbidden", "Nobody approves their own request.");
  if (approval.editorIds.includes(ballot.voterId))
    return refuse("forbidden", "Whoever worded a request does not vote on it.");
  if (currentVotes(approval).some(({ voterId }) => voterId === ballot.voterId))
    return refuse("conflict", "You have already voted on this revision.");
  if (ballot.verdict === "reject" && ballot.reason.trim().length < 10)
    return refuse("invalid", "Say in at least 10 characters why you refuse.", {
      reason: "Say in at least 10 characters why you refuse.",
    });
  const votes = [...approval.votes, { ...ballot, revision: approval.revision }];
  const denied = currentVotes({ votes, revision: approval.revision }).filter(
    ({ verdict }) => verdict === "reject",
  ).length;
  if (denied >= rule.denyThreshold) return accept("rejected");
  return accept(hasQuorum({ ...approval, votes }, needed) ? "approved" : "pending");
}

export type FactorFacts = { kind: "passkey" | "totp"; deviceBound: boolean; usableFrom: Date };

/** Whether a proof by this factor is good enough for a level; cooling factors do not vote on levels 0 and 1. */
export function factorSuffices(factor: FactorFacts, level: Level, rule: LevelRule, now: Date): Outcome<null> {
  const held = factor.kind === "totp" ? "totp" : factor.deviceBound ? "device_passkey" : "passkey";
  if (!rule.factors.includes(held)) {
    const wanted = rule.factors.includes("passkey") ? "a passkey" : "a passkey that is bound to its device";
    return refuse("step_up_required", `Level ${level} asks for ${wanted}.`);
  }
  if (level <= 1 && factor.usableFrom > now)
    return refuse(
      "step_up_required",
      `This factor is too new: it counts for level ${level} from ${factor.usableFrom.toISOString()}.`,
    );
  return accept(null);
}

/** Whether an approved request may be started now, and by whom. */
export function start(approval: Approval, starterId: string, needed: LevelRule["votes"], now: Date): Outcome<null> {
  const state = stateAt(approval, now);
  if (state === "expired")
    return refuse("conflict", "The time to start this request has passed. Ask again with the same plan.");
  if (state !== "approved") return refuse("conflict", `This request is ${state}; only an approved one can be started.`);
  if (starterId !== approval.requesterId)
    return refuse("forbidden", "The requester starts what was approved for them.");
  if (approval.notBefore && now < approval.notBefore)
    return refuse("conflict", `This request cools down until ${approval.notBefore.toISOString()}.`);
  if (!hasQuorum(approval, needed))
    return refuse("conflict", "Votes that counted no longer do. The request needs new ones.");
  return accept(null);
}

/** Whether a request can still be taken back. */
export function cancel(
  approval: Pick<Approval, "state" | "approvalExpiresAt" | "executeBefore">,
  now: Date,
): Outcome<null> {
  const state = stateAt(approval, now);
  return ["draft", "pending", "approved"].includes(state)
    ? accept(null)
    : refuse("conflict", `This request is ${state}; there is nothing left to cancel.`);
}

/** Whether a request can be worded anew: every vote on it then counts no more. */
export function edit(approval: Pick<Approval, "state" | "requesterId">, editorId: string): Outcome<null> {
  if (editorId !== approval.requesterId) return refuse("forbidden", "The requester alone changes a request.");
  return ["draft", "pending", "approved"].includes(approval.state)
    ? accept(null)
    : refuse("conflict", `This request is ${approval.state}; ask again with a copy of it.`);
}
