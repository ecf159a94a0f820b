import type { GovernedCommand } from "@/lib/changes/governed";
import { type Outcome, Refusal, refuse } from "@/lib/core/outcome";
import { type Person, prove } from "./restoring";

/** What a governed command answers to somebody who proves that it is them: its own answer, or how it was refused. */
export async function ask<Value>(run: GovernedCommand<Value>, who: Person, input: object) {
  try {
    const proven = await run.proof(who, input);
    return proven.ok ? await run(who, { ...input, grantId: await prove(who, proven.value) }) : proven;
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}

/** The same where nobody else is asked, or should be. */
export async function doAtOnce<Value>(
  run: GovernedCommand<Value>,
  who: Person,
  input: object,
): Promise<Outcome<Value>> {
  const answer = await ask(run, who, input);
  if (!answer.ok) return answer;
  return answer.value.applied
    ? { ok: true, value: answer.value.value }
    : refuse("unavailable", "It was put before other people.");
}

/** A tier as its form sends it, with what somebody changes. */
export const tierForm = (over: Record<string, string> = {}) => ({
  tierId: "tier-2",
  revision: "1",
  name: "Tier 2: important systems",
  rpoSeconds: "1 h",
  rtoSeconds: "4 h",
  mtdSeconds: "24 h",
  timeInRpoTargetPct: "99.5",
  restoreTestCadenceDays: "90",
  drillCadenceDays: "365",
  runbookReviewDays: "365",
  verifyDays: "30",
  copyRule: "3-2-1-1-0",
  minRetentionDays: "30",
  maxRetentionDays: "",
  offsiteRetentionDays: "365",
  minImmutableDays: "14",
  approvals: "2",
  ...over,
});
