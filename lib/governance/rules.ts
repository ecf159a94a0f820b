import type { Able, LevelRule, VoterGroup } from "@/lib/approvals/rules";

/** What still has to be there before nobody changes the rules alone: the votes of the gravest level, and who could cast them. */
export type SetUp = { needed: LevelRule["votes"]; able: Able };

const voterWords: Record<VoterGroup, readonly [one: string, many: string]> = {
  approver: ["approver", "approvers"],
  security_approver: ["security approver", "security approvers"],
};

/** The set-up phase in words: until when it is open, and how far it has come. */
export function setUpText({ needed, able }: SetUp): string {
  const words = (group: VoterGroup, count: number) => `${count} ${voterWords[group][count === 1 ? 0 : 1]}`;
  const people = needed.map(({ group, count }) => words(group, count)).join(" and ");
  const there = needed.map(({ group }) => words(group, able[group])).join(" and ");
  return `Set-up is open until ${people} have enrolled; so far ${there} have.`;
}

/** What is out of the ordinary about who may do what, and what waits for the person who looks. */
export type Standing = {
  singleOperator: boolean;
  governed: boolean;
  freeze: { id: string; reason: string; setAt: string; setBy: string } | null;
  overdueReviews: number;
  drill: { id: string; closesAt: string } | null;
  /** Null once the installation is governed, and for whoever could not change that. */
  setUp: SetUp | null;
};

/** One person who may vote, and when they last showed that they can. */
export type Readiness = {
  id: string;
  name: string;
  groups: VoterGroup[];
  timeZone: string;
  passkeys: number;
  devicePasskeys: number;
  totps: number;
  lastProvenAt: string | null;
  answered: boolean;
};

const freshMs = 30 * 86_400_000;

/** Whether somebody has used a factor of theirs for a vote or a drill in the last 30 days. */
export const isReady = ({ lastProvenAt }: Pick<Readiness, "lastProvenAt">, now: Date): boolean =>
  lastProvenAt !== null && now.getTime() - new Date(lastProvenAt).getTime() <= freshMs;

/** The hours at which somebody can be asked without being woken. */
const awakeFrom = 7;
const awakeUntil = 22;

/** What a clock in a zone shows, in whole hours, at an hour of the given day in UTC. */
function hourIn(timeZone: string, day: Date, hourUtc: number): number {
  const at = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), hourUtc));
  return Number(new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" }).format(at));
}

/** The hours of a day, in UTC, at which fewer people are awake (7 to 22 o'clock by their own clock) than must vote. */
export function uncoveredHours(timeZones: readonly string[], needed: number, day: Date): number[] {
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  return hours.filter((hour) => {
    const awake = timeZones.filter((zone) => {
      const local = hourIn(zone, day, hour);
      return local >= awakeFrom && local < awakeUntil;
    });
    return awake.length < needed;
  });
}

/** Hours in words: runs of them joined, such as "22–05 UTC". */
export function hoursText(hours: readonly number[]): string {
  if (hours.length === 0) return "none";
  if (hours.length === 24) return "the whole day";
  const set = new Set(hours);
  const two = (hour: number) => String(hour % 24).padStart(2, "0");
  const starts = hours.filter((hour) => !set.has((hour + 23) % 24));
  const runs = starts.map((start) => {
    let end = start;
    while (set.has(end % 24)) end += 1;
    return `${two(start)}–${two(end)}`;
  });
  return `${runs.join(", ")} UTC`;
}

export type DelegationView = {
  id: string;
  delegatorId: string;
  delegator: string;
  delegateId: string;
  delegate: string;
  group: VoterGroup;
  coversLevelZero: boolean;
  reason: string;
  validFrom: string;
  validTo: string;
};

/**
 * How many of whom a request would still lack if everybody who is left agreed: none when it can be approved. A person counts for one
 * group alone, so whoever holds both roles fills one gap.
 */
export function outOfReach(
  needed: LevelRule["votes"],
  agreed: readonly VoterGroup[],
  left: readonly { groups: readonly VoterGroup[] }[],
): LevelRule["votes"] {
  const gaps = needed
    .map(({ group, count }) => ({ group, count: count - agreed.filter((voted) => voted === group).length }))
    .filter(({ count }) => count > 0);
  const holding = (wanted: readonly VoterGroup[]) =>
    left.filter(({ groups }) => groups.some((group) => wanted.includes(group))).length;
  const short = gaps
    .map(({ group, count }) => ({ group, count: count - holding([group]) }))
    .filter(({ count }) => count > 0);
  const last = gaps.at(-1);
  if (short.length > 0 || !last) return short;
  const together = gaps.reduce((sum, { count }) => sum + count, 0) - holding(gaps.map(({ group }) => group));
  return together > 0 ? [{ group: last.group, count: together }] : [];
}
