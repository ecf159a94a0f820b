import { factorText, votesText } from "@/app/(console)/approvals/_components/request-words";
import type { Level, LevelRule } from "@/lib/approvals/rules";
import { durationText } from "@/lib/core/words";
import { outOfReach, type Readiness } from "@/lib/governance/rules";

export const levels: readonly Level[] = [0, 1, 2, 3];

/** What falls under each level, restores first. */
export const levelScope: Record<Level, { name: string; text: string }> = {
  0: {
    name: "Level 0",
    text: "Overwriting in place, another account, keys and identities. The roles of approvers and administrators, and this policy.",
  },
  1: { name: "Level 1", text: "Production to a new resource. The role of operator, and the end of a freeze." },
  2: { name: "Level 2", text: "What is not production. Lesser rules, such as connections and tiers." },
  3: { name: "Level 3", text: "A restore into a place that is kept isolated, such as a test." },
};

/** What a break-glass start waits for a veto where the policy says nothing. */
export const breakGlassSeconds = 600;

/** A span of the policy in words; none is said so. */
export const spanText = (seconds: number) => (seconds === 0 ? "none" : durationText(seconds));

/** Whether somebody holds a factor that a level takes. */
export function holdsProof({ passkeys, devicePasskeys, totps }: Readiness, { factors }: LevelRule): boolean {
  const held = { device_passkey: devicePasskeys > 0, passkey: passkeys > devicePasskeys, totp: totps > 0 };
  return factors.some((factor) => held[factor]);
}

/** Whether enough people with the right factor could vote on a level today, in words. */
export function ableText(rule: LevelRule, people: readonly Readiness[]): { enough: boolean; text: string } {
  if (rule.votes.length === 0) return { enough: true, text: "Asks nobody else" };
  if (outOfReach(rule.votes, [], people).length > 0)
    return { enough: false, text: `Too few people: ${votesText(outOfReach(rule.votes, [], people))} missing` };
  const short = outOfReach(
    rule.votes,
    [],
    people.filter((person) => holdsProof(person, rule)),
  );
  return short.length === 0
    ? { enough: true, text: "Enough people" }
    : { enough: false, text: `Too few hold ${factorText(rule.factors)}` };
}

const facts = (rule: LevelRule): [string, string][] => [
  ["votes", votesText(rule.votes)],
  ["proof", factorText(rule.factors)],
  ["approve within", spanText(rule.approveWithinSeconds)],
  ["start within", spanText(rule.executeWithinSeconds)],
  ["cool-down", spanText(rule.coolDownSeconds)],
  ["break-glass cool-down", spanText(rule.breakGlassCoolDownSeconds ?? breakGlassSeconds)],
  ["refusals that end it", String(rule.denyThreshold)],
];

/** What one version of the policy changed of the one before, each in a short sentence. */
export function differences(after: Record<Level, LevelRule>, before: Record<Level, LevelRule>): string[] {
  return levels.flatMap((level) => {
    const then = facts(before[level]);
    return facts(after[level])
      .filter(([, value], index) => value !== then[index]?.[1])
      .map(([name, value]) => `Level ${level}: ${name} ${then.find(([other]) => other === name)?.[1]} → ${value}`);
  });
}
