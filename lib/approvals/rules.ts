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
  /** How long a forced request can still be vetoed; 10 minutes unless the policy says otherwise. */
  breakGlassCoolDownSeconds?: number;
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

export type Vote = {
  voterId: string;
  verdict: "approve" | "reject";
  group: VoterGroup;
  revision: number;
  /** Whose vote it is, where somebody gave theirs away. */
  onBehalfOf?: string | null;
  /** Taken back: it stays written down and counts no more. */
  withdrawn?: boolean;
};

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
  /** Forced past its votes: it may be vetoed until it cools down, and is reviewed afterwards. */
  breakGlass: boolean;
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

/** The votes of the current wording that were not taken back. */
export const currentVotes = (approval: Pick<Approval, "votes" | "revision">) =>
  approval.votes.filter(({ revision, withdrawn }) => revision === approval.revision && withdrawn !== true);

/** Whose vote it is: who gave it away counts, not who cast it. */
export const principalOf = ({ voterId, onBehalfOf }: Pick<Vote, "voterId" | "onBehalfOf">) => onBehalfOf ?? voterId;

/**
 * Whether enough people of each group agree; a person counts once, the requester and editors never. The twin of
 * has_quorum in PostgreSQL, which besides knows who lost their role.
 */
export function hasQuorum(
  approval: Pick<Approval, "votes" | "revision" | "requesterId" | "editorIds">,
  needed: LevelRule["votes"],
): boolean {
  const excluded = new Set([approval.requesterId, ...approval.editorIds]);
  const counted = new Map<string, VoterGroup>();
  for (const cast of currentVotes(approval)) {
    const mine = excluded.has(cast.voterId) || excluded.has(principalOf(cast));
    if (cast.verdict === "approve" && !mine) counted.set(principalOf(cast), cast.group);
  }
  const groups = [...counted.values()];
  return needed.every(({ group, count }) => groups.filter((voted) => voted === group).length >= count);
}

const groups = ["approver", "security_approver"] as const;

/** Of two rules the stricter in everything: a policy that is tightened binds requests in flight, one that is loosened does not. */
export function stricterRule(mine: LevelRule, inForce: LevelRule): LevelRule {
  const countOf = (rule: LevelRule, group: VoterGroup) => rule.votes.find((vote) => vote.group === group)?.count ?? 0;
  return {
    ...mine,
    votes: groups
      .map((group) => ({ group, count: Math.max(countOf(mine, group), countOf(inForce, group)) }))
      .filter(({ count }) => count > 0),
    factors: mine.factors.filter((factor) => inForce.factors.includes(factor)),
    denyThreshold: Math.min(mine.denyThreshold, inForce.denyThreshold),
  };
}

/** A person's word on a request: the state it leads to, or why it does not count. */
export function vote(
  approval: Approval,
  ballot: Pick<Vote, "voterId" | "verdict" | "group" | "onBehalfOf"> & { reason: string },
  rule: LevelRule,
  needed: LevelRule["votes"],
  now: Date,
): Outcome<ApprovalState> {
  const state = stateAt(approval, now);
  if (state === "expired")
    return refuse("conflict", "This request has expired. The requester can ask again with the same plan.");
  const veto = isVetoable(approval, now) && ballot.verdict === "reject";
  if (state !== "pending" && !veto) return refuse("conflict", `This request is ${state}; it no longer takes votes.`);
  const principal = principalOf(ballot);
  if ([ballot.voterId, principal].includes(approval.requesterId))
    return refuse("forbidden", "Nobody approves their own request.");
  if ([ballot.voterId, principal].some((id) => approval.editorIds.includes(id)))
    return refuse("forbidden", "Whoever worded a request does not vote on it.");
  const cast = approval.votes.filter(({ revision }) => revision === approval.revision);
  if (cast.some(({ voterId }) => voterId === ballot.voterId))
    return refuse("conflict", "You have already voted on this revision.");
  if (cast.some((other) => principalOf(other) === principal))
    return refuse("conflict", "This vote was cast already, by them or in their place.");
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
  if (!approval.breakGlass && !hasQuorum(approval, needed))
    return refuse("conflict", "Votes that counted no longer do. The request needs new ones.");
  return accept(null);
}

/** Whether a forced request still waits for a veto. */
export const isVetoable = (approval: Pick<Approval, "state" | "breakGlass" | "notBefore">, now: Date): boolean =>
  approval.state === "approved" && approval.breakGlass && approval.notBefore !== null && now < approval.notBefore;

/** Whether somebody may take their vote back: until the request was decided for good or started. */
export function withdraw(approval: Approval, voterId: string, now: Date): Outcome<null> {
  const state = stateAt(approval, now);
  if (state !== "pending" && state !== "approved")
    return refuse("conflict", `This request is ${state}; votes on it stay as they are.`);
  const mine = currentVotes(approval).find((cast) => cast.voterId === voterId);
  return mine ? accept(null) : refuse("conflict", "You have no vote on this wording to take back.");
}

const reasonLeast = 30;

/** Whether a request may be forced past its votes (security.md 3.7): votes are skipped, and nothing else is. */
export function force(
  approval: Approval,
  by: { actorId: string; deviceBound: boolean; reason: string; typed: string; target: string },
  overdueReviews: number,
  now: Date,
): Outcome<null> {
  const state = stateAt(approval, now);
  if (state !== "pending") return refuse("conflict", `This request is ${state}; only one that waits can be forced.`);
  if (overdueReviews > 0)
    return refuse(
      "conflict",
      "A forced request waits for its review longer than 24 hours. Nothing else is forced until two people have reviewed it.",
    );
  if (!by.deviceBound)
    return refuse("step_up_required", "Forcing takes a passkey that is bound to its device, such as a hardware key.");
  if (by.reason.trim().length < reasonLeast) {
    const short = `Say in at least ${reasonLeast} characters why this cannot wait for votes.`;
    return refuse("invalid", short, { reason: short });
  }
  if (by.typed !== by.target)
    return refuse("invalid", "Type the name of the target exactly as it stands.", {
      typed: `Type ${by.target} exactly.`,
    });
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

export type Able = Readonly<Record<VoterGroup, number>>;

/** What a level lacks to be satisfied by the people there are, in words; empty when enough of them can vote. */
export const missingVoters = (votes: LevelRule["votes"], able: Able): string[] =>
  votes
    .filter(({ group, count }) => able[group] < count)
    .map(({ group, count }) => `${count} × ${group.replace("_", " ")}, and ${able[group]} can vote`);

const levels: readonly Level[] = [0, 1, 2, 3];
const minute = 60;

type Bound = readonly [name: keyof LevelRule, least: number, most: number, words: string];
const bounds: readonly Bound[] = [
  ["approveWithinSeconds", 5 * minute, 14 * 24 * hour, "The time to approve lies between 5 minutes and 14 days."],
  ["executeWithinSeconds", 5 * minute, 7 * 24 * hour, "The time to start lies between 5 minutes and 7 days."],
  ["coolDownSeconds", 0, 24 * hour, "The cool-down lies between 0 and 24 hours."],
  ["denyThreshold", 1, 5, "Between one and five people refuse a request."],
];

type Fault = { field: string; words: string };

const clockFault = (rule: LevelRule): Fault | null => {
  const wrong = bounds.find(([name, least, most]) => {
    const value = Number(rule[name]);
    return !Number.isInteger(value) || value < least || value > most;
  });
  return wrong ? { field: wrong[0], words: wrong[3] } : null;
};

function votesFault(level: Level, rule: LevelRule, graver: LevelRule | null): Fault | null {
  const fault = (words: string) => ({ field: "approver", words });
  if (level <= 1 && totalVotes(rule.votes) < 2)
    return fault("At least two people agree to what touches production or is graver.");
  if (graver && totalVotes(graver.votes) < totalVotes(rule.votes))
    return fault(`Level ${level - 1} is graver and may not ask for fewer votes.`);
  return null;
}

function factorsFault(level: Level, { factors }: LevelRule): Fault | null {
  if (factors.length === 0) return { field: "factors", words: "Some factor has to do." };
  return level === 0 && factors.includes("totp")
    ? { field: "factors", words: "One-time codes can be phished; level 0 takes passkeys alone." }
    : null;
}

function peopleFault({ votes }: LevelRule, able: Able): Fault | null {
  const missing = missingVoters(votes, able);
  return missing.length > 0
    ? { field: "approver", words: `Nobody could satisfy this: it needs ${missing.join("; ")}.` }
    : null;
}

/**
 * Whether a policy may be put into force: every clock in its bounds, two people at least on levels 0 and 1, never fewer
 * on a graver level than on a lesser one, no one-time codes on level 0, and nothing that nobody could satisfy.
 */
export function checkPolicy(policy: PolicyLevels, able: Able): Outcome<PolicyLevels> {
  for (const level of levels) {
    const rule = policy[level];
    const graver = level > 0 ? policy[(level - 1) as Level] : null;
    const fault =
      clockFault(rule) ?? votesFault(level, rule, graver) ?? factorsFault(level, rule) ?? peopleFault(rule, able);
    if (fault) return refuse("invalid", `Level ${level}: ${fault.words}`, { [`${fault.field}${level}`]: fault.words });
  }
  return accept(policy);
}

/** How long a forced request can be vetoed unless the policy says otherwise (security.md 3.7). */
const forcedCoolDownSeconds = 10 * minute;

/** How a policy's level reads before and after a change. */
export function ruleWords(rule: LevelRule): string {
  const votes = rule.votes.map(({ group, count }) => `${count} × ${group.replace("_", " ")}`).join(" + ") || "no votes";
  const clock = (seconds: number) =>
    seconds % hour === 0 ? `${seconds / hour} h` : `${Math.round(seconds / minute)} min`;
  return `${votes}; ${rule.factors.map((factor) => factor.replace("_", " ")).join(", ")}; approve within ${clock(rule.approveWithinSeconds)}, start within ${clock(rule.executeWithinSeconds)}, cool-down ${clock(rule.coolDownSeconds)}, forced ones ${clock(rule.breakGlassCoolDownSeconds ?? forcedCoolDownSeconds)}, ${rule.denyThreshold} refuse`;
}
