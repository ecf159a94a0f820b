export type ValueUnit = "bytes" | "seconds" | "count";

const secondSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const share = rough / power;
  return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * power;
}

/** Values from zero to at least `highest`, at round steps of the unit. */
export function valueTicks(highest: number, unit: ValueUnit, most = 4): number[] {
  if (!(highest > 0) || !Number.isFinite(highest)) return [0, 1];
  const rough = highest / most;
  const step =
    (unit === "seconds" ? secondSteps.find((candidate) => candidate >= rough) : undefined) ?? roundStep(rough);
  const count = Math.ceil(highest / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
