import type { FieldNames } from "@/lib/core/edit";
import { accept, type Outcome, refuse } from "@/lib/core/outcome";
import { durationText } from "@/lib/core/words";

export const copyRules = ["3-2-1-1-0", "3-2-1-1", "3-2-1", "2-1"] as const;
export type CopyRuleName = (typeof copyRules)[number];

/** What a tier promises about recovery, and how often that is proven. */
export type Objectives = {
  rpoSeconds: number;
  rtoSeconds: number;
  mtdSeconds: number;
  timeInRpoTargetPct: number;
  restoreTestCadenceDays: number;
  drillCadenceDays: number;
  runbookReviewDays: number;
  verifyDays: number;
  copyRule: string;
  minRetentionDays: number;
  maxRetentionDays: number | null;
  offsiteRetentionDays: number;
  minImmutableDays: number;
  approvals: number;
};

/** The tier a system is born with unless somebody says otherwise. */
export const birthTierId = "tier-3";

const unitSeconds: Record<string, number> = { s: 1, min: 60, m: 60, h: 3_600, d: 86_400 };

/** Reads a length of time as people write it ("15 min", "4 h", "1 h 30 min", "3 d"); null when it is none. */
export function parseDuration(text: string): number | null {
  const parts = [...text.trim().matchAll(/(\d{1,9}(?:\.\d{1,3})?)\s*(s|min|m|h|d)(?![a-z])\s*/gi)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text.trim()) return null;
  const total = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitSeconds[(unit ?? "").toLowerCase()] ?? 0),
    0,
  );
  return Number.isInteger(total) ? total : null;
}

/** A length of time as `parseDuration` reads it back, in the largest unit that divides it. */
export function writeDuration(seconds: number): string {
  if (seconds >= 2 * 86_400 && seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds >= 3_600 && seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  if (seconds >= 60 && seconds % 60 === 0) return `${seconds / 60} min`;
  return `${seconds} s`;
}

/** Whether objectives can be meant together; a refusal names every field that cannot. */
export function checkObjectives(objectives: Objectives): Outcome<Objectives> {
  const { rpoSeconds, rtoSeconds, mtdSeconds, minRetentionDays, maxRetentionDays, minImmutableDays, verifyDays } =
    objectives;
  const fields: Record<string, string> = {};
  if (rtoSeconds > mtdSeconds)
    fields.rtoSeconds = `The RTO cannot be longer than the maximum tolerable downtime of ${durationText(mtdSeconds)}.`;
  if (rpoSeconds >= mtdSeconds)
    fields.rpoSeconds = `The RPO must be shorter than the maximum tolerable downtime of ${durationText(mtdSeconds)}.`;
  if (maxRetentionDays !== null && maxRetentionDays < minRetentionDays)
    fields.maxRetentionDays = `The longest retention is shorter than the shortest one of ${minRetentionDays} days.`;
  if (maxRetentionDays !== null && minImmutableDays > maxRetentionDays)
    fields.minImmutableDays = `Points cannot be locked longer than the ${maxRetentionDays} days they are kept at most.`;
  if (minRetentionDays * 86_400 < rpoSeconds)
    fields.minRetentionDays = "Points would be gone before the next one is due: keep them longer than the RPO.";
  if (verifyDays > objectives.restoreTestCadenceDays)
    fields.verifyDays =
      "Verification is due more rarely than a restore test, which proves more. Verify at least as often.";
  const wrong = Object.values(fields)[0];
  return wrong === undefined ? accept(objectives) : refuse("invalid", wrong, fields);
}

/** Fields where less is promised when the number grows, and those where less is promised when it shrinks. */
const laxerWhenMore = [
  "rpoSeconds",
  "rtoSeconds",
  "mtdSeconds",
  "restoreTestCadenceDays",
  "drillCadenceDays",
  "runbookReviewDays",
  "verifyDays",
] as const;
const laxerWhenLess = ["timeInRpoTargetPct", "minRetentionDays", "offsiteRetentionDays", "minImmutableDays"] as const;

/**
 * How many people a change of objectives asks: 0 where fewer would have to approve a restore, 1 where the tier promises
 * less than before, null where it promises as much or more.
 */
export function loosens(before: Objectives, after: Objectives): 0 | 1 | null {
  if (after.approvals < before.approvals) return 0;
  const keptShorter = (after.maxRetentionDays ?? Infinity) < (before.maxRetentionDays ?? Infinity);
  const fewerCopies =
    copyRules.indexOf(after.copyRule as CopyRuleName) > copyRules.indexOf(before.copyRule as CopyRuleName);
  const laxer =
    laxerWhenMore.some((field) => after[field] > before[field]) ||
    laxerWhenLess.some((field) => after[field] < before[field]);
  return laxer || keptShorter || fewerCopies ? 1 : null;
}

/** How objectives are named when they changed. */
export const objectiveNames: FieldNames<Objectives & { name: string }> = {
  name: { label: "name" },
  rpoSeconds: { label: "RPO", spell: durationText },
  rtoSeconds: { label: "RTO", spell: durationText },
  mtdSeconds: { label: "MTD", spell: durationText },
  timeInRpoTargetPct: { label: "time in RPO", spell: (pct) => `${pct} %` },
  restoreTestCadenceDays: { label: "restore tests every", spell: (days) => `${days} d` },
  drillCadenceDays: { label: "drills every", spell: (days) => `${days} d` },
  runbookReviewDays: { label: "runbook review every", spell: (days) => `${days} d` },
  verifyDays: { label: "verification every", spell: (days) => `${days} d` },
  copyRule: { label: "copy rule" },
  minRetentionDays: { label: "shortest retention", spell: (days) => `${days} d` },
  maxRetentionDays: { label: "longest retention", spell: (days) => (days === null ? "no limit" : `${days} d`) },
  offsiteRetentionDays: { label: "off-site retention", spell: (days) => `${days} d` },
  minImmutableDays: { label: "locked for", spell: (days) => `${days} d` },
  approvals: { label: "approvals" },
};
