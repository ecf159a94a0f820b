import type { Objectives } from "./rules";

type DefaultTier = { id: string; rank: number; name: string; objectives: Objectives };

const dayHours = 24 * 3_600;

/** The tiers an installation starts with. They are a first proposal: every number can be edited. */
export const defaultTiers: readonly DefaultTier[] = [
  {
    id: "tier-1",
    rank: 1,
    name: "Tier 1: critical systems",
    objectives: {
      rpoSeconds: 900,
      rtoSeconds: 3_600,
      mtdSeconds: 4 * 3_600,
      timeInRpoTargetPct: 99.9,
      restoreTestCadenceDays: 30,
      drillCadenceDays: 180,
      runbookReviewDays: 180,
      verifyDays: 7,
      copyRule: "3-2-1-1-0",
      minRetentionDays: 30,
      maxRetentionDays: null,
      offsiteRetentionDays: 365,
      minImmutableDays: 14,
      approvals: 2,
    },
  },
  {
    id: "tier-2",
    rank: 2,
    name: "Tier 2: important systems",
    objectives: {
      rpoSeconds: 3_600,
      rtoSeconds: 4 * 3_600,
      mtdSeconds: dayHours,
      timeInRpoTargetPct: 99.5,
      restoreTestCadenceDays: 90,
      drillCadenceDays: 365,
      runbookReviewDays: 365,
      verifyDays: 30,
      copyRule: "3-2-1-1-0",
      minRetentionDays: 30,
      maxRetentionDays: null,
      offsiteRetentionDays: 365,
      minImmutableDays: 14,
      approvals: 2,
    },
  },
  {
    id: "tier-3",
    rank: 3,
    name: "Tier 3: standard systems",
    objectives: {
      rpoSeconds: 4 * 3_600,
      rtoSeconds: dayHours,
      mtdSeconds: 3 * dayHours,
      timeInRpoTargetPct: 99,
      restoreTestCadenceDays: 180,
      drillCadenceDays: 365,
      runbookReviewDays: 365,
      verifyDays: 30,
      copyRule: "3-2-1",
      minRetentionDays: 30,
      maxRetentionDays: null,
      offsiteRetentionDays: 365,
      minImmutableDays: 0,
      approvals: 1,
    },
  },
];
