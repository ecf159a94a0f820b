import { countText, plural } from "@/lib/core/words";

export type FleetFigures = {
  /** Systems that something is expected of. */
  expected: number;
  within: number;
  beyond: number;
  unknown: number;
  atRisk: number;
  provenWithin: number;
  parked: number;
};

export type FleetVerdict = { kind: "ok" | "warn" | "bad" | "unknown" | "none"; sentence: string; detail: string };

const verb = (count: number, one: string, many: string) => (count === 1 ? one : many);

/** Can we recover? One sentence in which the worst state wins, and one with the figures behind it. */
export function fleetVerdict(figures: FleetFigures): FleetVerdict {
  const { expected, within, beyond, unknown, atRisk, provenWithin, parked } = figures;
  const resting = parked === 0 ? "" : ` ${plural(parked, "more is parked", "more are parked")}.`;
  if (expected === 0)
    return {
      kind: "none",
      sentence: "Nothing is protected yet.",
      detail:
        parked === 0
          ? "No system is in the estate, so there is nothing to judge."
          : `No system is in service.${resting}`,
    };
  const all = plural(expected, "system");
  const detail = `${countText(within)} of ${all} ${verb(within, "is", "are")} within ${verb(within, "its", "their")} RPO and ${countText(provenWithin)} ${verb(provenWithin, "was", "were")} restored and checked inside the cadence.${resting}`;
  if (beyond > 0)
    return {
      kind: "bad",
      sentence: `Not everything. ${countText(beyond)} of ${all} would lose more than ${verb(beyond, "it", "they")} may.`,
      detail: unknown === 0 ? detail : `${detail} Of ${countText(unknown)} nobody can tell.`,
    };
  if (unknown > 0)
    return {
      kind: "unknown",
      sentence:
        unknown === expected
          ? `Nobody can tell: no system was read lately.`
          : `Not sure. ${countText(unknown)} of ${all} ${verb(unknown, "was", "were")} not read lately.`,
      detail,
    };
  if (atRisk > 0)
    return {
      kind: "warn",
      sentence: `Yes, but ${countText(atRisk)} of ${all} ${verb(atRisk, "is", "are")} close to the limit or unproven.`,
      detail,
    };
  return {
    kind: "ok",
    sentence:
      expected === 1
        ? "Yes. The one system would lose no more than it may."
        : `Yes. All ${countText(expected)} systems would lose no more than they may.`,
    detail,
  };
}

export type Burn = {
  /** What of the time beyond the RPO that a quarter allows is used up: above 1 it is overspent. */
  usedShare: number;
  beyondSeconds: number;
  budgetSeconds: number;
  words: string;
  kind: "ok" | "warn" | "bad";
};

/** How much of a quarter's allowance of time beyond the RPO is spent, and when it will be at this rate. */
export function burnOf(
  beyondSeconds: number,
  budgetSeconds: number,
  elapsedSeconds: number,
  quarterSeconds: number,
): Burn | null {
  if (budgetSeconds <= 0) return null;
  const usedShare = beyondSeconds / budgetSeconds;
  const base = { usedShare, beyondSeconds, budgetSeconds };
  if (usedShare > 1) return { ...base, kind: "bad", words: "overspent" };
  const left = `${Math.floor((1 - usedShare) * 100)} % left`;
  const perSecond = elapsedSeconds > 0 ? beyondSeconds / elapsedSeconds : 0;
  const untilSpent = perSecond === 0 ? Number.POSITIVE_INFINITY : (budgetSeconds - beyondSeconds) / perSecond;
  if (untilSpent < quarterSeconds - elapsedSeconds) {
    const days = Math.ceil(untilSpent / 86_400);
    return { ...base, kind: "warn", words: `${left}, spent in ${plural(days, "day")} at this rate` };
  }
  return { ...base, kind: "ok", words: left };
}

/** The calendar quarter around a moment, in UTC. */
export function quarterOf(now: Date): { from: Date; to: Date } {
  const first = Math.floor(now.getUTCMonth() / 3) * 3;
  return {
    from: new Date(Date.UTC(now.getUTCFullYear(), first, 1)),
    to: new Date(Date.UTC(now.getUTCFullYear(), first + 3, 1)),
  };
}
