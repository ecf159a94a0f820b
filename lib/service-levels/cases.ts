import { lengthOf, type Span, within } from "@/lib/core/spans";
import type { UsableScope } from "@/lib/health/usable";
import type { JudgedSystem, Part, TierPeriod } from "./judge";

const stamp = (ms: number) => new Date(ms).toISOString();
const known = (values: Record<string, number | null>) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, ms]) => (ms === null || !Number.isFinite(ms) ? [] : [[key, stamp(ms)]])),
  );

/** The holes in a span that are left when some of it is taken. */
function holesIn(span: Span, taken: readonly Span[]) {
  const holes: { start: string; end: string }[] = [];
  let from = span.from;
  for (const part of within(taken, span)) {
    if (part.from > from) holes.push({ start: stamp(from), end: stamp(part.from) });
    from = part.to;
  }
  if (from < span.to) holes.push({ start: stamp(from), end: stamp(span.to) });
  return holes;
}

function caseOf({ resourceId, name, evaluated, held }: Part, rule: TierPeriod, window: Span, scope: UsableScope) {
  return {
    id: `${name ?? resourceId} · ${rule.tier} from ${stamp(window.from)}`,
    input: {
      window: { start: stamp(window.from), end: stamp(window.to) },
      rpoSeconds: rule.rpoSeconds,
      requireVerified: scope.requireVerified,
      scope: { excludeRegions: [...scope.excludeRegions] },
      exclusions: holesIn(window, evaluated),
      points: held.points.map((point) => ({
        id: point.id,
        status: point.sound ? "COMPLETED" : "UNUSABLE",
        region: point.region,
        startedAt: stamp(point.startedAtMs),
        ...known({ dataAsOf: point.dataAsOfMs, completedAt: point.completedAtMs, expiresAt: point.endedAtMs }),
        ...(point.verifiedAtMs === null ? {} : { verification: { result: "PASSED", at: stamp(point.verifiedAtMs) } }),
      })),
      pitr: held.streams.map(({ region, fromMs, toMs, lagMs, untilMs }) => ({
        region,
        from: stamp(fromMs),
        lagSeconds: lagMs / 1_000,
        ...known({ to: toMs, expiresAt: untilMs }),
      })),
    },
  };
}

/**
 * What a figure was computed from, in the format of `holdfast recompute rpo`: a case for each required resource and each
 * stretch of one RPO; what was not judged is an exclusion. The names of resources a viewer may not see are their ids.
 */
export const casesOf = ({ parts, rules }: JudgedSystem, span: Span, scope: UsableScope) => ({
  cases: parts.flatMap((part) =>
    rules.flatMap((rule) =>
      within([rule.span], span)
        .filter((window) => lengthOf(window) > 0)
        .map((window) => caseOf(part, rule, window, scope)),
    ),
  ),
});
