import { bandWindow, robustBand, type Trifle } from "@/lib/core/robust";

export const measures = ["size", "duration"] as const;
export type Measure = (typeof measures)[number];

/** One backup that strays: in bytes for a size, in seconds for a duration, with what its predecessors make usual. */
export type Unusual = { measure: Measure; value: number; low: number; high: number };

/** One backup of a resource as it was measured; null where its provider does not tell. */
export type Measured = { sizeBytes: number | null; durationSeconds: number | null };

/** Sizes wander by a tenth, and backups wait for their turn for minutes, without anything being wrong. */
export const trifles: Record<Measure, Trifle> = {
  size: { share: 0.1, least: 10_000_000 },
  duration: { share: 0.5, least: 600 },
};

/** So many backups of a resource, the newest included, are looked at. */
export const measuredAtMost = bandWindow + 1;

const measuredIn: Record<Measure, (one: Measured) => number | null> = {
  size: ({ sizeBytes }) => sizeBytes,
  duration: ({ durationSeconds }) => durationSeconds,
};

/** In what the newest of a resource's backups (oldest first) strays from those before it. */
export function unusualOf(backups: readonly Measured[]): Unusual[] {
  return measures.flatMap((measure) => {
    const values = backups.map(measuredIn[measure]);
    if (values.at(-1) == null) return [];
    const known = values.filter((value): value is number => value !== null);
    const newest = robustBand(known, trifles[measure]).at(-1);
    return newest?.outlier ? [{ measure, value: newest.value, low: newest.low, high: newest.high }] : [];
  });
}
