import { after } from "@/lib/core/time";
import type { Criticality, Environment } from "@/lib/systems/rules";
import type { Unusual } from "./unusual";

export const healthStates = ["within", "at_risk", "breached", "missed", "unprotected", "unknown", "parked"] as const;
export type HealthState = (typeof healthStates)[number];

/** Worst first: what the state of a whole is taken from. */
const badness: Record<HealthState, number> = {
  unprotected: 6,
  missed: 5,
  breached: 4,
  unknown: 3,
  at_risk: 2,
  within: 1,
  parked: 0,
};

/** How urgently a state asks for somebody: 3 loses more than it may, 2 cannot be told, 1 soon will, 0 is well. */
export const urgency: Record<HealthState, 0 | 1 | 2 | 3> = {
  unprotected: 3,
  missed: 3,
  breached: 3,
  unknown: 2,
  at_risk: 1,
  within: 0,
  parked: 0,
};

/** Whether a system in this state would lose no more than its RPO allows. */
export const isWithinRpo = (state: HealthState) => state === "within" || state === "at_risk";

/** The share of an RPO from which on an age is called close. */
export const closeShare = 0.8;

export type ProofLevel = "checksummed" | "readable" | "restored" | "validated" | "drilled";

/** Where the newest restorable data of a resource comes from. */
export type Newest = {
  pointId: string | null;
  asOf: Date;
  basis: "snapshot" | "continuous";
  /** From when it could be restored. */
  availableAt: Date;
  /** From when it no longer can; null while nothing ends it. */
  until: Date | null;
};

/** Everything that is known about one resource, gathered by one statement. */
export type ResourceFacts = {
  resourceId: string;
  name: string;
  vanishedAt: Date | null;
  connection: {
    id: string;
    name: string;
    enabled: boolean;
    lastReadAt: Date | null;
    /** A reading older than this says nothing any more. */
    staleAfterSeconds: number;
    error: string | null;
  };
  system: { id: string; lifecycle: "active" | "parked" | "retired"; required: boolean } | null;
  rpoSeconds: number | null;
  proofCadenceSeconds: number | null;
  newest: Newest | null;
  /** Whether any schedule promises runs for it; looked up only where there is no data, and else taken for granted. */
  covered: boolean;
  /** When the next promised run should be done. */
  nextRunBy: Date | null;
  /** Promised runs in a row that nothing came of, up to now. */
  missedRuns: number;
  /** Runs in a row that ended without a usable point, up to now. */
  failedRuns: number;
  failureMessage: string | null;
  failureJobId: string | null;
  /** A verification that failed on data newer than the newest usable. */
  failedProofAt: Date | null;
  proof: { at: Date; level: ProofLevel } | null;
  /** In what the newest snapshot strays from those before it. */
  unusual: readonly Unusual[];
  /** Its continuous backup stopped and none runs in its place; the moment it reached, where that is known. */
  streamStopped: { at: Date | null } | null;
  /** Where copies of it still lie although its system may not keep data there, the most first. */
  outside: readonly { region: string; copies: number }[];
  /** The region it runs in itself, where its system may not keep data there. */
  runsOutside: string | null;
};

/** Each rule by which a verdict can be reached; its name stands beside the verdict on every screen. */
export const ruleIds = [
  "lifecycle.parked",
  "connection.stale",
  "system.empty",
  "system.pending",
  "objective.none",
  "point.none",
  "runs.missed",
  "runs.failed",
  "proof.failed",
  "stream.stopped",
  "rpo.breached",
  "rpo.close",
  "size.unusual",
  "duration.unusual",
  "proof.stale",
  "proof.never",
  "resource.vanished",
  "residency.violated",
  "rpo.within",
] as const;
export type RuleId = (typeof ruleIds)[number];

/** One reason with its figures: moments and counts, never ages, because ages move on after they are written down. */
export type Reason = {
  rule: RuleId;
  state: HealthState;
  resourceId?: string;
  resourceName?: string;
  asOf?: string | null;
  rpoSeconds?: number | null;
  count?: number;
  message?: string | null;
  at?: string | null;
  cadenceSeconds?: number | null;
  covered?: boolean;
  /** What was measured, in bytes or seconds, and what is usual. */
  value?: number;
  low?: number;
  high?: number;
  connectionId?: string;
  connectionName?: string;
  jobId?: string | null;
  /** Where copies lie that may not lie there. */
  regions?: readonly string[];
};

/** The one thing to do, and where. */
export type NextStep = { label: string; href: string };

export type ResourceVerdict = {
  resourceId: string;
  name: string;
  connectionId: string;
  required: boolean;
  /** The RPO that a system in service asks of it. */
  expectedRpoSeconds: number | null;
  state: HealthState;
  /** The reason for the state first. */
  reasons: Reason[];
  newest: Newest | null;
  rpoSeconds: number | null;
  missedRuns: number;
  failedRuns: number;
  proof: { at: Date; level: ProofLevel } | null;
  nextChangeAt: Date | null;
};

const stamp = (at: Date | null) => at?.toISOString() ?? null;

/** The earliest of these moments that is still to come. */
export const earliestAfter = (now: Date, moments: readonly (Date | null)[]): Date | null => {
  const ahead = moments.filter((at): at is Date => at !== null && at > now).map((at) => at.getTime());
  return ahead.length === 0 ? null : new Date(Math.min(...ahead));
};

const worseFirst = (a: Reason, b: Reason) => badness[b.state] - badness[a.state];

/** The moments at which time alone breaks or bends a rule for a resource. */
function momentsOf({ connection, newest, rpoSeconds, proof, proofCadenceSeconds }: ResourceFacts) {
  const dated = newest !== null && rpoSeconds !== null;
  return {
    staleAt: connection.lastReadAt && after(connection.lastReadAt, connection.staleAfterSeconds * 1_000),
    // An age may equal its RPO: only a later moment breaks it (§7.1), and one millisecond later is the first of those.
    closeAt: dated ? after(newest.asOf, Math.floor(rpoSeconds * 1_000 * closeShare) + 1) : null,
    breachAt: dated ? after(newest.asOf, rpoSeconds * 1_000 + 1) : null,
    proofStaleAt: proof && proofCadenceSeconds !== null ? after(proof.at, proofCadenceSeconds * 1_000 + 1) : null,
  };
}

const passed = (at: Date | null, now: Date) => at !== null && now >= at;

/** What outranks every figure: nothing is expected, or nobody can tell. */
function overridingReason(
  facts: ResourceFacts,
  staleAt: Date | null,
  now: Date,
): Omit<Reason, "resourceId" | "resourceName"> | null {
  const { connection, newest, system } = facts;
  if (system && system.lifecycle !== "active")
    return { rule: "lifecycle.parked", state: "parked", message: system.lifecycle };
  if (connection.enabled && staleAt !== null && now < staleAt) return null;
  return {
    rule: "connection.stale",
    state: "unknown",
    at: stamp(connection.lastReadAt),
    asOf: stamp(newest?.asOf ?? null),
    connectionId: connection.id,
    connectionName: connection.name,
    message: connection.enabled ? connection.error : "It is switched off.",
  };
}

/** What went wrong with the runs: beyond the RPO it explains the breach, within it, it is a warning. */
function brokenRuns(facts: ResourceFacts, breached: boolean): Reason[] {
  const grave = (state: HealthState): HealthState => (breached ? state : "at_risk");
  const figures = { asOf: stamp(facts.newest?.asOf ?? null), rpoSeconds: facts.rpoSeconds };
  const reasons: Reason[] = [];
  if (facts.missedRuns > 0)
    reasons.push({ rule: "runs.missed", state: grave("missed"), ...figures, count: facts.missedRuns });
  if (facts.failedRuns > 0)
    reasons.push({
      rule: "runs.failed",
      state: grave("breached"),
      ...figures,
      count: facts.failedRuns,
      message: facts.failureMessage,
      jobId: facts.failureJobId,
    });
  if (facts.failedProofAt)
    reasons.push({ rule: "proof.failed", state: grave("breached"), ...figures, at: stamp(facts.failedProofAt) });
  // A stream may be given up on purpose: only data that is too old asks what became of it.
  if (facts.streamStopped && breached)
    reasons.push({ rule: "stream.stopped", state: "breached", ...figures, at: stamp(facts.streamStopped.at) });
  return reasons;
}

/** What the age of the newest usable data says by itself. */
function ageReason(
  facts: ResourceFacts,
  explained: boolean,
  closeAt: Date | null,
  breachAt: Date | null,
  now: Date,
): Reason[] {
  const { newest, rpoSeconds } = facts;
  if (newest === null)
    return explained
      ? []
      : [{ rule: "point.none", state: "unprotected", covered: facts.covered, at: stamp(facts.nextRunBy) }];
  const figures = { asOf: stamp(newest.asOf), rpoSeconds };
  if (rpoSeconds === null) return [{ rule: "objective.none", state: "unknown", asOf: figures.asOf }];
  if (passed(breachAt, now)) return explained ? [] : [{ rule: "rpo.breached", state: "breached", ...figures }];
  return passed(closeAt, now) ? [{ rule: "rpo.close", state: "at_risk", ...figures }] : [];
}

/** Data in a region that the system's own rule leaves out (continuity.md §4); it says nothing of the age of any. */
function residencyReason({ outside, runsOutside }: ResourceFacts): Reason[] {
  if (outside.length === 0 && runsOutside === null) return [];
  const count = outside.reduce((sum, { copies }) => sum + copies, 0);
  return [
    {
      rule: "residency.violated",
      state: "at_risk",
      count,
      regions: outside.map(({ region }) => region),
      message: runsOutside,
    },
  ];
}

/** What its proof says, where a system asks for one. */
function proofReason({ system, proof, proofCadenceSeconds }: ResourceFacts, staleAt: Date | null, now: Date): Reason[] {
  if (!system || proofCadenceSeconds === null) return [];
  const cadence = { cadenceSeconds: proofCadenceSeconds };
  if (proof === null) return [{ rule: "proof.never", state: "at_risk", ...cadence }];
  return passed(staleAt, now) ? [{ rule: "proof.stale", state: "at_risk", at: stamp(proof.at), ...cadence }] : [];
}

/** A backup far from its usual size or duration may be good, or half of what it should be: somebody has to look. */
const unusualReasons = ({ unusual }: ResourceFacts): Reason[] =>
  unusual.map(({ measure, value, low, high }) => ({
    rule: `${measure}.unusual` as const,
    state: "at_risk",
    value,
    low,
    high,
  }));

function reasonsFor(
  facts: ResourceFacts,
  { closeAt, breachAt, proofStaleAt }: ReturnType<typeof momentsOf>,
  now: Date,
): Reason[] {
  const runs = brokenRuns(facts, facts.newest === null || passed(breachAt, now));
  const vanished: Reason[] = facts.vanishedAt
    ? [{ rule: "resource.vanished", state: "at_risk", at: stamp(facts.vanishedAt) }]
    : [];
  const reasons = [
    ...runs,
    ...ageReason(facts, runs.length > 0, closeAt, breachAt, now),
    ...vanished,
    ...unusualReasons(facts),
    ...residencyReason(facts),
    ...proofReason(facts, proofStaleAt, now),
  ];
  if (reasons.length > 0) return reasons.sort(worseFirst);
  const figures = {
    asOf: stamp(facts.newest?.asOf ?? null),
    rpoSeconds: facts.rpoSeconds,
    at: stamp(facts.proof?.at ?? null),
  };
  return [{ rule: "rpo.within", state: "within", ...figures }];
}

/** Judges one resource: the worst rule that applies gives the state, the others stay as reasons. */
export function judgeResource(facts: ResourceFacts, now: Date): ResourceVerdict {
  const moments = momentsOf(facts);
  const overriding = overridingReason(facts, moments.staleAt, now);
  const reasons = (overriding ? [overriding] : reasonsFor(facts, moments, now)).map((reason) => ({
    ...reason,
    resourceId: facts.resourceId,
    resourceName: facts.name,
  }));
  const { staleAt, closeAt, breachAt, proofStaleAt } = moments;
  return {
    resourceId: facts.resourceId,
    name: facts.name,
    connectionId: facts.connection.id,
    required: facts.system?.required ?? false,
    expectedRpoSeconds: facts.system?.lifecycle === "active" ? facts.rpoSeconds : null,
    state: reasons[0]?.state ?? "unknown",
    reasons,
    newest: facts.newest,
    rpoSeconds: facts.rpoSeconds,
    missedRuns: facts.missedRuns,
    failedRuns: facts.failedRuns,
    proof: facts.proof,
    nextChangeAt: overriding
      ? null
      : earliestAfter(now, [staleAt, closeAt, breachAt, proofStaleAt, facts.newest?.until ?? null, facts.nextRunBy]),
  };
}

/** What the verdict on a system takes from those on its members. */
export type MemberVerdict = Pick<ResourceVerdict, "resourceId" | "required" | "state" | "reasons" | "nextChangeAt"> & {
  newest: Pick<Newest, "asOf" | "availableAt"> | null;
  proof: { at: Date } | null;
};

export type SystemFacts = {
  systemId: string;
  tierRank: number | null;
  criticality: Criticality;
  environment: Environment;
  lifecycle: "active" | "parked" | "retired";
  rpoSeconds: number | null;
  rtoSeconds: number | null;
  proofCadenceSeconds: number | null;
  detectionAllowanceSeconds: number;
  /** What measured restores of it took, the ninetieth in a hundred; null where none was measured. */
  rtaSeconds: number | null;
};

export type SystemVerdict = {
  systemId: string;
  tierRank: number | null;
  state: HealthState;
  reasons: Reason[];
  worstResourceId: string | null;
  newestAsOf: Date | null;
  rpoSeconds: number | null;
  rtoSeconds: number | null;
  provenAt: Date | null;
  provenWithin: boolean;
  rtaSeconds: number | null;
  nextChangeAt: Date | null;
  /** When the data that is now newest became restorable: a breach ends there, not when we looked. */
  recoveredAt: Date | null;
};

/** A verdict with its place among those of its state: the greater, the sooner somebody should look. */
export type RankedVerdict = SystemVerdict & { urgency: number };

const oldest = (moments: readonly (Date | null)[]): Date | null => {
  let least: Date | null = null;
  for (const at of moments) {
    if (at === null) return null;
    if (least === null || at < least) least = at;
  }
  return least;
};

const asOfMs = ({ newest }: MemberVerdict) => newest?.asOf.getTime() ?? Number.NEGATIVE_INFINITY;

/** Worst first, and among equals the oldest data first. */
const byWorst = (a: MemberVerdict, b: MemberVerdict) =>
  badness[b.state] - badness[a.state] || asOfMs(a) - asOfMs(b) || (a.resourceId < b.resourceId ? -1 : 1);

/** So many reasons are told of a system. */
const mostReasons = 8;

const isResidency = ({ rule }: Reason) => rule === "residency.violated";

/** The worst of many reasons; that data lies where it may not is among them, however much is worse. */
function worstOf(reasons: readonly Reason[]): Reason[] {
  const told = reasons.slice(0, mostReasons);
  const residency = reasons.find(isResidency);
  return residency && !told.some(isResidency) ? [...told.slice(0, -1), residency] : told;
}

/** Judges a system by its required resources: it is as well as the worst of them, and as old as the oldest. */
export function judgeSystem(facts: SystemFacts, members: readonly MemberVerdict[], now: Date): SystemVerdict {
  const required = members.filter((member) => member.required).sort(byWorst);
  const worst = required[0];
  const provenAt = required.length === 0 ? null : oldest(required.map(({ proof }) => proof?.at ?? null));
  const provenUntil =
    provenAt && facts.proofCadenceSeconds !== null ? after(provenAt, facts.proofCadenceSeconds * 1_000 + 1) : null;
  const common = {
    systemId: facts.systemId,
    tierRank: facts.tierRank,
    rpoSeconds: facts.rpoSeconds,
    rtoSeconds: facts.rtoSeconds,
    rtaSeconds: facts.rtaSeconds === null ? null : facts.rtaSeconds + facts.detectionAllowanceSeconds,
    newestAsOf: required.length === 0 ? null : oldest(required.map(({ newest }) => newest?.asOf ?? null)),
    provenAt,
    provenWithin: provenUntil !== null && now < provenUntil,
    recoveredAt: latest(required.map(({ newest }) => newest?.availableAt ?? null)),
  };
  if (facts.lifecycle !== "active") {
    const reasons: Reason[] = [{ rule: "lifecycle.parked", state: "parked", message: facts.lifecycle }];
    return { ...common, state: "parked", reasons, worstResourceId: null, nextChangeAt: null };
  }
  if (!worst) {
    const reasons: Reason[] = [{ rule: "system.empty", state: "unprotected", count: members.length }];
    return { ...common, state: "unprotected", reasons, worstResourceId: null, nextChangeAt: null };
  }
  // Where data may be kept binds what a system does not need, too.
  const astray = members.filter(({ required }) => !required).flatMap(({ reasons }) => reasons.filter(isResidency));
  const bad = [...required.filter(({ state }) => state !== "within").flatMap(({ reasons }) => reasons), ...astray];
  const reasons = worstOf(bad.length > 0 ? bad.sort(worseFirst) : worst.reasons);
  const state = worst.state === "within" && astray.length > 0 ? "at_risk" : worst.state;
  const nextChangeAt = earliestAfter(now, [...required.map((member) => member.nextChangeAt), provenUntil]);
  return { ...common, state, reasons, worstResourceId: worst.resourceId, nextChangeAt };
}

const latest = (moments: readonly (Date | null)[]): Date | null => {
  const known = moments.filter((at) => at !== null).map((at) => at.getTime());
  return known.length === 0 ? null : new Date(Math.max(...known));
};

/** Whether measured restores say that a system would be back in time; null while none was measured. */
export const forecastWithin = (rtaSeconds: number | null, rtoSeconds: number | null): boolean | null =>
  rtaSeconds === null || rtoSeconds === null ? null : rtaSeconds <= rtoSeconds;
