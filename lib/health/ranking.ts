import { after, hours } from "@/lib/core/time";
import { ageText, durationText, plural } from "@/lib/core/words";
import type { Criticality, Environment } from "@/lib/systems/rules";
import type { HealthState } from "./rules";

/** What the loss of a system would cost is judged by. */
export type LossFacts = {
  state: HealthState;
  tierRank: number | null;
  criticality: Criticality;
  environment: Environment;
  /** How many systems in service need it, directly or through others. */
  waiting: number;
  newestAsOf: Date | null;
  rpoSeconds: number | null;
};

const criticalityWeight: Record<Criticality, number> = { critical: 8, high: 6, medium: 4, low: 2 };
/** What nobody classified is taken for production, as approvals take it. */
const environmentWeight: Record<Environment, number> = {
  production: 4,
  unknown: 4,
  staging: 2,
  development: 1,
  test: 1,
};

/** Each tier weighs twice the next: 16 at rank 0 down to 1 at rank 4, beyond it and without one. */
const tierWeight = (rank: number | null) => 2 ** (4 - Math.min(4, Math.max(0, rank ?? 4)));

/** From so many doublings on an hour more makes no difference: 511 hours. */
const mostSteps = 9;
const nothingLeft = 12;

const doublings = (count: number) => Math.floor(Math.log2(1 + count));

/** How far the newest data is beyond the RPO, in milliseconds; 0 within it, null where there is no data at all. */
const beyondMs = ({ newestAsOf, rpoSeconds }: LossFacts, now: Date): number | null =>
  newestAsOf === null ? null : Math.max(0, now.getTime() - newestAsOf.getTime() - (rpoSeconds ?? 0) * 1_000);

/** 1 within the RPO, one more for each doubling of the hours beyond it (1, 3, 7 …), 12 where nothing can be restored. */
function stakeOf(facts: LossFacts, now: Date): number {
  const beyond = beyondMs(facts, now);
  if (beyond === null) return nothingLeft;
  return 1 + Math.min(mostSteps, doublings(beyond / hours(1)));
}

/**
 * What the loss of a system would cost, among systems of one state: tier × criticality × environment × those that wait
 * for it × the data at stake. Each is a step, so that the number can be stored and moves only at `nextStepAt`; those that
 * wait count by doublings, as does the time. There is no impact analysis in it: these are the business terms there are.
 */
export function lossOf(facts: LossFacts, now: Date): { urgency: number; nextStepAt: Date | null } {
  if (facts.state === "parked") return { urgency: 0, nextStepAt: null };
  const stake = stakeOf(facts, now);
  const urgency =
    tierWeight(facts.tierRank) *
    criticalityWeight[facts.criticality] *
    environmentWeight[facts.environment] *
    (1 + doublings(facts.waiting)) *
    stake;
  return { urgency, nextStepAt: nextStepOf(facts, stake) };
}

function nextStepOf({ newestAsOf, rpoSeconds }: LossFacts, stake: number): Date | null {
  if (newestAsOf === null || stake > mostSteps) return null;
  return after(newestAsOf, (rpoSeconds ?? 0) * 1_000 + hours(2 ** stake - 1));
}

/** Why it ranks where it does, in a few words: who waits for it, what is at stake, and what makes it weigh more or less. */
export function lossText(facts: LossFacts, now: Date): string {
  const beyond = beyondMs(facts, now);
  const { waiting, rpoSeconds, criticality, environment } = facts;
  const stake =
    beyond === null
      ? ["nothing to restore from"]
      : beyond > 0 && rpoSeconds !== null
        ? [`${ageText(beyond / 1_000)} beyond ${durationText(rpoSeconds)}`]
        : [];
  return [
    ...(waiting > 0 ? [`${plural(waiting, "system waits", "systems wait")} for it`] : []),
    ...stake,
    ...(criticality === "medium" ? [] : [`${criticality} to the business`]),
    ...(environment === "unknown" ? ["environment not known"] : [environment]),
  ].join("; ");
}
