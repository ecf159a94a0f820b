import Fraction from "fraction.js";

/** A class of storage that data lies in from a day of its life on; money per GB, in whatever currency it was given. */
export type StorageStage = {
  class: string;
  fromDay: number;
  pricePerGBMonth: number;
  /** Days that are billed at least. */
  minDays?: number;
  /** For moving a GB into this class. */
  transitionInPerGB?: number;
  /** For reading a GB back out of it. */
  retrievalPerGB?: number;
  /** How large it is in this class, where that differs: an archived snapshot is stored as a full one. */
  sizeGB?: number;
};

export type Lifecycle = {
  sizeGB: number;
  /** The day of its life on which it is deleted. */
  deleteDay: number;
  daysPerMonth: number;
  stages: readonly StorageStage[];
  /** How often a year all of it is read back, such as by restore tests. */
  restoreTestsPerYear?: number;
};

/** Exact: a JavaScript number is taken as the decimal it is written as, 1e-7 too. */
function exact(value: number): Fraction {
  const [digits = "0", exponent = "0"] = String(value).split("e");
  return new Fraction(digits).mul(new Fraction(10).pow(Number(exponent)) ?? zero);
}
const zero = new Fraction(0);
const sum = (values: readonly Fraction[]) => values.reduce((total, value) => total.add(value), zero);

/** A figure with six decimals, rounded once, halves away from zero. */
export function sixDecimals(value: Fraction): string {
  const { s, n, d } = value;
  const scaled = (n * 2_000_000n + d) / (2n * d);
  const digits = scaled.toString().padStart(7, "0");
  return `${s < 0n && scaled > 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

export type StageCost = {
  class: string;
  actualDays: number;
  billedDays: number;
  /** For the days it lay there. */
  storage: Fraction;
  transition: Fraction;
  /** For the days that are billed beyond those. */
  earlyDeletionPenalty: Fraction;
};

export type LifecycleCost = {
  stages: StageCost[];
  /** What restore tests cost in reading back, over the whole life. */
  retrieval: Fraction;
  total: Fraction;
  /** What it would cost to leave it all in the first class. */
  baselineAllFirstClass: Fraction;
  saving: Fraction;
  /** Of the baseline; null where that is nothing. */
  savingPct: Fraction | null;
};

/**
 * What data costs over its life in stages of storage: GB × price × the larger of days and minimum days ÷ days a month,
 * and the moves between classes (§5). The saving is against leaving it in the first class, and counts what is read back.
 */
export function lifecycleCost({
  sizeGB,
  deleteDay,
  daysPerMonth,
  stages,
  restoreTestsPerYear = 0,
}: Lifecycle): LifecycleCost {
  const inOrder = [...stages].sort((a, b) => a.fromDay - b.fromDay).filter(({ fromDay }) => fromDay < deleteDay);
  const month = exact(daysPerMonth);
  const costs = inOrder.map((stage, index): StageCost => {
    const actualDays = Math.min(inOrder[index + 1]?.fromDay ?? deleteDay, deleteDay) - stage.fromDay;
    const billedDays = Math.max(actualDays, stage.minDays ?? 0);
    const size = exact(stage.sizeGB ?? sizeGB);
    const perDay = size.mul(exact(stage.pricePerGBMonth)).div(month);
    return {
      class: stage.class,
      actualDays,
      billedDays,
      storage: perDay.mul(exact(actualDays)),
      transition: size.mul(exact(stage.transitionInPerGB ?? 0)),
      earlyDeletionPenalty: perDay.mul(exact(billedDays).sub(exact(actualDays))),
    };
  });
  const [first] = inOrder;
  const last = inOrder.at(-1);
  const retrieval = exact(restoreTestsPerYear)
    .mul(exact(deleteDay).div(365))
    .mul(exact(last?.sizeGB ?? sizeGB))
    .mul(exact(last?.retrievalPerGB ?? 0));
  const total = sum([
    ...costs.flatMap(({ storage, transition, earlyDeletionPenalty }) => [storage, transition, earlyDeletionPenalty]),
    retrieval,
  ]);
  const baselineAllFirstClass = exact(first?.sizeGB ?? sizeGB)
    .mul(exact(first?.pricePerGBMonth ?? 0))
    .mul(exact(deleteDay))
    .div(month);
  const saving = baselineAllFirstClass.sub(total);
  const savingPct = baselineAllFirstClass.equals(0) ? null : saving.div(baselineAllFirstClass).mul(100);
  return { stages: costs, retrieval, total, baselineAllFirstClass, saving, savingPct };
}

/** Days that AWS Backup keeps a point in cold storage at least. */
export const awsColdDays = 90;

/**
 * The least `deleteAfterDays` that AWS Backup accepts beside a move to cold storage: at least 90 days more, equality
 * included (§5); null where nothing moves.
 */
export const leastDeleteAfterDays = (moveToColdAfterDays: number | null): number | null =>
  moveToColdAfterDays === null ? null : moveToColdAfterDays + awsColdDays;

/** Whether AWS Backup accepts a lifecycle; null or -1 days keep for ever. */
export function isValidLifecycle(moveToColdAfterDays: number | null, deleteAfterDays: number | null): boolean {
  const least = leastDeleteAfterDays(moveToColdAfterDays);
  return deleteAfterDays === null || deleteAfterDays === -1 || least === null || deleteAfterDays >= least;
}

export type ArchiveChoice = {
  /** Prices per GB and month. */
  warm: number;
  cold: number;
  transitionPerGB: number;
  /** What it takes as a full copy in the archive, and as unique blocks where it lies now. */
  fullGB: number;
  uniqueGB: number;
  minDays: number;
  daysPerMonth: number;
};

/**
 * Whether archiving pays: only if full × cold price < unique × warm price; and after how many whole days, the move and
 * the minimum days included (§5). Null days where it never does.
 */
export function archiveBreakEven(choice: ArchiveChoice): { worthIt: boolean; breakEvenDays: number | null } {
  const [month, minDays] = [exact(choice.daysPerMonth), exact(choice.minDays)];
  const warm = exact(choice.uniqueGB).mul(exact(choice.warm)).div(month);
  const cold = exact(choice.fullGB).mul(exact(choice.cold)).div(month);
  if (cold.compare(warm) >= 0) return { worthIt: false, breakEvenDays: null };
  const move = exact(choice.fullGB).mul(exact(choice.transitionPerGB));
  const inMinimum = cold.mul(minDays).add(move).div(warm).ceil();
  const beyond = move.div(warm.sub(cold)).ceil();
  const days = inMinimum.compare(minDays) <= 0 ? inMinimum : beyond;
  return { worthIt: true, breakEvenDays: Number(days.valueOf()) };
}

export type IncrementalChain = {
  retainedPoints: number;
  fullGB: number;
  uniqueIncrementalGB: number;
  compressionRatio: number;
  pricePerGBMonth: number;
};

/** What a forever-incremental chain stores once it is full: one full and the unique blocks of the rest, compressed (§5). */
export function incrementalSteadyState(chain: IncrementalChain) {
  const price = exact(chain.pricePerGBMonth);
  const logicalGB = exact(chain.retainedPoints).mul(exact(chain.fullGB));
  const increments = exact(Math.max(0, chain.retainedPoints - 1)).mul(exact(chain.uniqueIncrementalGB));
  const full = chain.retainedPoints > 0 ? exact(chain.fullGB) : zero;
  const storedGB = full.add(increments).div(exact(chain.compressionRatio));
  return {
    logicalGB,
    storedGB,
    dedupCompressionRatio: storedGB.equals(0) ? zero : logicalGB.div(storedGB),
    monthlyCost: storedGB.mul(price),
    naiveFullMonthlyCost: logicalGB.mul(price),
  };
}
