import { lengthOf, type Span } from "@/lib/core/spans";

/** A recovery point as the arithmetic of continuity needs it; moments in milliseconds since 1970. */
export type DatedPoint = {
  id: string;
  /** Whether it can be restored at all: complete, of no failed verification, no malware, no contradictory times. */
  sound: boolean;
  startedAtMs: number;
  /** The moment its data represents; null where only the start is known. */
  dataAsOfMs: number | null;
  completedAtMs: number | null;
  /** The earlier of expiry and deletion; null while nothing ends it. */
  endedAtMs: number | null;
  region: string | null;
  parentId: string | null;
  /** When a verification of it passed; null where none did. */
  verifiedAtMs: number | null;
  copies: readonly { region: string | null; availableAtMs: number; endedAtMs: number | null }[];
};

/** What may be restored during a stretch, and how old its data is. */
export type Restorable = { span: Span; asOfMs: number };

export type UsableScope = {
  /** Regions taken for lost: nothing that lies there counts. */
  excludeRegions: ReadonlySet<string>;
  /** Whether only points with a passed verification count, from that verification on. */
  requireVerified: boolean;
};

const whole: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const empty: Span = { from: 0, to: 0 };

const overlap = (a: Span, b: Span): Span => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) });

const lifeFrom = (from: number, endMs: number | null): Span => ({ from, to: endMs ?? Number.POSITIVE_INFINITY });

const ownLife = ({ completedAtMs, endedAtMs }: DatedPoint): Span =>
  completedAtMs === null ? empty : lifeFrom(completedAtMs, endedAtMs);

/**
 * For each point, when all it builds on could be restored, itself left out; null where an ancestor is unsound, missing
 * or part of a cycle. One pass without recursion: a chain may be 40,000 points long.
 */
export function lineages(points: readonly DatedPoint[]): Map<string, Span | null> {
  const byId = new Map(points.map((point) => [point.id, point]));
  const known = new Map<string, Span | null>();
  for (const point of points) {
    const path: DatedPoint[] = [];
    const seen = new Set<string>();
    let at: DatedPoint | undefined = point;
    while (at && !known.has(at.id) && !seen.has(at.id)) {
      path.push(at);
      seen.add(at.id);
      at = at.parentId === null ? undefined : byId.get(at.parentId);
    }
    const isRing = at !== undefined && !known.has(at.id);
    for (const one of path.reverse()) known.set(one.id, isRing ? null : lineageOf(one, byId, known));
  }
  return known;
}

function lineageOf(
  { parentId }: DatedPoint,
  byId: ReadonlyMap<string, DatedPoint>,
  known: ReadonlyMap<string, Span | null>,
): Span | null {
  if (parentId === null) return whole;
  const parent = byId.get(parentId);
  const above = known.get(parentId);
  return parent?.sound && above ? overlap(above, ownLife(parent)) : null;
}

/** Whether a point and all it builds on are sound: the opposite of *bad* in the definition of RPO. */
export const isWhole = (point: DatedPoint, lineage: ReadonlyMap<string, Span | null>) =>
  point.sound && lineage.get(point.id) !== null;

/** Where and when a point lay, in scope: itself and each of its copies, whose ends do not end one another. */
function livesOf(point: DatedPoint, { excludeRegions }: UsableScope): Span[] {
  const isKept = ({ region }: { region: string | null }) => region === null || !excludeRegions.has(region);
  const copies = point.copies.filter(isKept).map(({ availableAtMs, endedAtMs }) => lifeFrom(availableAtMs, endedAtMs));
  return isKept(point) ? [ownLife(point), ...copies] : copies;
}

/**
 * When each point could have been restored, over all its copies in scope. The end of one copy does not end another;
 * the end of an ancestor ends all. Only the point itself must be verified, not what it builds on.
 */
export function restorables(points: readonly DatedPoint[], scope: UsableScope): Restorable[] {
  const lineage = lineages(points);
  const out: Restorable[] = [];
  for (const point of points) {
    const above = lineage.get(point.id);
    const provenAtMs = scope.requireVerified ? point.verifiedAtMs : Number.NEGATIVE_INFINITY;
    if (!above || !point.sound || provenAtMs === null) continue;
    const frame = overlap(above, lifeFrom(provenAtMs, null));
    for (const life of livesOf(point, scope)) {
      const span = overlap(life, frame);
      if (lengthOf(span) > 0) out.push({ span, asOfMs: point.dataAsOfMs ?? point.startedAtMs });
    }
  }
  return out;
}
