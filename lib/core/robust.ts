/** The middle of the values; not a number where there are none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The median distance from the median: a spread that a few wild values cannot move. */
export function medianDeviation(values: readonly number[]): number {
  const centre = median(values);
  return median(values.map((value) => Math.abs(value - centre)));
}

export type BandPoint = { value: number; centre: number; low: number; high: number; outlier: boolean };

/** How narrow a band may become: below this share of the median, and below this much at all, a change is a trifle. */
export type Trifle = { share: number; least: number };

/** Makes the median deviation comparable with a standard deviation. */
const normalScale = 1.4826;
const deviations = 3;
const fewest = 5;
/** So many predecessors make a band. */
export const bandWindow = 15;

/**
 * For each value the band its predecessors make it expect: their median, plus and minus three robust deviations (1.4826
 * median deviations each), never narrower than a trifle. With fewer than five of them nothing is called an outlier.
 */
export function robustBand(values: readonly number[], trifle: Trifle): BandPoint[] {
  return values.map((value, index) => {
    const before = values.slice(Math.max(0, index - bandWindow), index);
    const known = before.length >= fewest;
    const basis = known ? before : values.slice(0, Math.max(index + 1, Math.min(fewest, values.length)));
    const centre = median(basis);
    const half = Math.max(
      deviations * normalScale * medianDeviation(basis),
      Math.abs(centre) * trifle.share,
      trifle.least,
    );
    const low = Math.max(0, centre - half);
    const high = centre + half;
    return { value, centre, low, high, outlier: known && (value < low || value > high) };
  });
}
