/** A system to be recovered, with what it is allowed and what its own restore takes. */
export type OrderedSystem = { id: string; tier: number; rtoSeconds: number; restoreSeconds: number };
export type Dependency = { from: string; to: string; kind: "HARD" | "SOFT" };

export type RecoveryOrder = {
  sequence: string[];
  /** What may be recovered at the same time, wave after wave. */
  waves: string[][];
  /** The tier that a system has to be treated as, because something of that tier needs it. */
  effectiveTier: Record<string, number>;
  inversions: { id: string; tier: number; effectiveTier: number; requiredBy: string }[];
  /** Systems that need each other: they are recovered as one group and need a documented manual break. */
  cycles: string[][];
  /** Hard dependencies on or of something that is not there, as "from->to"; they order nothing. */
  unresolved: string[];
  projectedFinishSeconds: Record<string, number>;
  rtoViolations: { id: string; finishSeconds: number; rtoSeconds: number }[];
  /** Hard dependencies whose target may take longer than what needs it, as "from->to". */
  objectiveIncoherence: string[];
};

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const byOwnUrgency = (a: OrderedSystem, b: OrderedSystem) =>
  a.tier - b.tier || a.rtoSeconds - b.rtoSeconds || byText(a.id, b.id);

type Graph = {
  systems: ReadonlyMap<string, OrderedSystem>;
  /** What each system needs. */
  needs: ReadonlyMap<string, ReadonlySet<string>>;
};

function graphOf(systems: readonly OrderedSystem[], edges: readonly Dependency[]): Graph {
  const needs = new Map(systems.map(({ id }) => [id, new Set<string>()]));
  for (const { from, to } of edges) needs.get(from)?.add(to);
  return { systems: new Map(systems.map((system) => [system.id, system])), needs };
}

/** The strongly connected components of a graph, by Tarjan's algorithm without recursion. */
export function components(needs: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const walk = new Walk(needs);
  for (const root of needs.keys()) walk.from(root);
  return walk.found;
}

class Walk {
  readonly found: string[][] = [];
  private readonly index = new Map<string, number>();
  private readonly low = new Map<string, number>();
  private readonly stack: string[] = [];
  private readonly onStack = new Set<string>();
  private readonly work: { id: string; targets: Iterator<string> }[] = [];

  constructor(private readonly needs: ReadonlyMap<string, ReadonlySet<string>>) {}

  from(root: string): void {
    if (this.index.has(root)) return;
    this.enter(root);
    for (let frame = this.work.at(-1); frame; frame = this.work.at(-1)) {
      const { value: target, done } = frame.targets.next();
      if (done) this.leave(frame.id);
      else if (!this.index.has(target)) this.enter(target);
      else if (this.onStack.has(target)) this.lower(frame.id, this.index.get(target) ?? 0);
    }
  }

  private enter(id: string): void {
    this.low.set(id, this.index.size);
    this.index.set(id, this.index.size);
    this.stack.push(id);
    this.onStack.add(id);
    this.work.push({ id, targets: (this.needs.get(id) ?? new Set<string>()).values() });
  }

  private leave(id: string): void {
    this.work.pop();
    const parent = this.work.at(-1);
    if (parent) this.lower(parent.id, this.low.get(id) ?? 0);
    if (this.low.get(id) !== this.index.get(id)) return;
    const members = this.stack.splice(this.stack.lastIndexOf(id));
    for (const member of members) this.onStack.delete(member);
    this.found.push(members);
  }

  private lower(id: string, to: number): void {
    this.low.set(id, Math.min(this.low.get(id) ?? to, to));
  }
}

type Group = { members: OrderedSystem[]; isCycle: boolean; needs: Set<number>; neededBy: Set<number> };

function groupsOf({ systems, needs }: Graph): Group[] {
  const parts = components(needs);
  const groupOf = new Map(parts.flatMap((part, index) => part.map((id) => [id, index] as const)));
  const groups = parts.map((part): Group => {
    const members = part.flatMap((id) => systems.get(id) ?? []).sort(byOwnUrgency);
    const isCycle = part.length > 1 || part.some((id) => needs.get(id)?.has(id));
    return { members, isCycle, needs: new Set(), neededBy: new Set() };
  });
  for (const [from, targets] of needs)
    for (const to of targets) {
      const [a, b] = [groupOf.get(from) ?? 0, groupOf.get(to) ?? 0];
      if (a === b) continue;
      groups[a]?.needs.add(b);
      groups[b]?.neededBy.add(a);
    }
  return groups;
}

/** How urgent a group is, and the smallest id of that tier among its members and all that needs it. */
type Urgency = { tier: number; rtoSeconds: number; id: string; requiredBy: string };

const moreUrgent = (a: Urgency, b: Urgency): number =>
  a.tier - b.tier || a.rtoSeconds - b.rtoSeconds || byText(a.id, b.id);

/** The best tier and RTO of a group and of all that needs it, and the smallest id in it; dependents come first. */
function urgencies(groups: readonly Group[], dependentsFirst: readonly number[]): Urgency[] {
  const out: Urgency[] = [];
  for (const at of dependentsFirst) {
    const { members = [], neededBy = new Set<number>() } = groups[at] ?? {};
    const own = members.map(({ id, tier, rtoSeconds }) => ({ id, tier, rtoSeconds, requiredBy: id }));
    const all = [...own, ...[...neededBy].flatMap((dependent) => out[dependent] ?? [])];
    const best = all.reduce((a, b) => ((a.tier - b.tier || byText(a.requiredBy, b.requiredBy)) <= 0 ? a : b));
    out[at] = {
      tier: best.tier,
      rtoSeconds: all.reduce((least, { rtoSeconds }) => Math.min(least, rtoSeconds), Number.POSITIVE_INFINITY),
      id: own.reduce((least, { id }) => (byText(id, least) < 0 ? id : least), own[0]?.id ?? ""),
      requiredBy: best.requiredBy,
    };
  }
  return out;
}

/** Kahn's algorithm over groups: of those whose needs are met, always the most urgent next. */
function emit(
  groups: readonly Group[],
  edges: "needs" | "neededBy",
  compare: (a: number, b: number) => number,
): number[] {
  const other = edges === "needs" ? "neededBy" : "needs";
  const open = groups.map((group) => group[edges].size);
  const ready = new Heap(compare);
  for (const [at, count] of open.entries()) if (count === 0) ready.push(at);
  const out: number[] = [];
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    out.push(at);
    for (const next of groups[at]?.[other] ?? []) {
      open[next] = (open[next] ?? 0) - 1;
      if (open[next] === 0) ready.push(next);
    }
  }
  return out;
}

/** A binary heap: the smallest comes out first. */
class Heap {
  private readonly items: number[] = [];
  constructor(private readonly compare: (a: number, b: number) => number) {}

  push(item: number): void {
    this.items.push(item);
    for (let at = this.items.length - 1; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.swapIfLess(at, above)) return;
      at = above;
    }
  }

  pop(): number | undefined {
    const [top] = this.items;
    const last = this.items.pop();
    if (last !== undefined && this.items.length > 0) {
      this.items[0] = last;
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        const child = right < this.items.length && this.less(right, left) ? right : left;
        if (child >= this.items.length || !this.swapIfLess(child, at)) break;
        at = child;
      }
    }
    return top;
  }

  private less(a: number, b: number): boolean {
    return this.compare(this.items[a] ?? 0, this.items[b] ?? 0) < 0;
  }

  private swapIfLess(a: number, b: number): boolean {
    if (!this.less(a, b)) return false;
    [this.items[a], this.items[b]] = [this.items[b] ?? 0, this.items[a] ?? 0];
    return true;
  }
}

/** For each system that something of a better tier needs, however far, the finding: whose tier it has to take over. */
const inversionsOf = (
  systems: readonly OrderedSystem[],
  urgencyOf: ReadonlyMap<string, Urgency>,
): RecoveryOrder["inversions"] =>
  systems
    .flatMap(({ id, tier }) => {
      const urgency = urgencyOf.get(id);
      return urgency && urgency.tier < tier
        ? [{ id, tier, effectiveTier: urgency.tier, requiredBy: urgency.requiredBy }]
        : [];
    })
    .sort((a, b) => byText(a.id, b.id));

const record = <Value>(pairs: Iterable<readonly [string, Value]>): Record<string, Value> =>
  Object.fromEntries([...pairs].sort(([a], [b]) => byText(a, b)));

/**
 * In which order systems are recovered, by hard dependencies alone, with unlimited hands (§3.6, §7.4). A system takes
 * over the best tier and RTO of whatever needs it; a cycle is recovered as one group, one member after the other.
 */
export function recoveryOrder(systems: readonly OrderedSystem[], deps: readonly Dependency[]): RecoveryOrder {
  const known = new Set(systems.map(({ id }) => id));
  const hard = deps.filter(({ kind }) => kind === "HARD");
  const edges = hard.filter(({ from, to }) => known.has(from) && known.has(to));
  const name = ({ from, to }: Dependency) => `${from}->${to}`;
  const namesOf = (some: readonly Dependency[]) => [...new Set(some.map(name))].sort(byText);
  const graph = graphOf(systems, edges);
  const groups = groupsOf(graph);
  const urgency = urgencies(
    groups,
    emit(groups, "neededBy", (a, b) => a - b),
  );
  const inOrder = emit(groups, "needs", (a, b) => {
    const [left, right] = [urgency[a], urgency[b]];
    return left && right ? moreUrgent(left, right) : 0;
  });
  const [waveOf, finish] = [[] as number[], new Map<string, number>()];
  const groupDone: number[] = [];
  const urgencyOf = new Map<string, Urgency>();
  const waves: string[][] = [];
  for (const at of inOrder) {
    const [group, mine] = [groups[at], urgency[at]];
    if (!group || !mine) continue;
    let [wave, clock] = [0, 0];
    for (const need of group.needs) {
      wave = Math.max(wave, (waveOf[need] ?? 0) + 1);
      clock = Math.max(clock, groupDone[need] ?? 0);
    }
    waveOf[at] = wave;
    const together = waves[wave] ?? [];
    waves[wave] = together;
    for (const { id, restoreSeconds } of group.members) {
      clock += restoreSeconds;
      finish.set(id, clock);
      urgencyOf.set(id, mine);
      together.push(id);
    }
    groupDone[at] = clock;
  }
  return {
    sequence: inOrder.flatMap((at) => (groups[at]?.members ?? []).map(({ id }) => id)),
    waves: waves.map((wave) => wave.sort(byText)),
    effectiveTier: record([...urgencyOf].map(([id, { tier }]) => [id, tier] as const)),
    inversions: inversionsOf(systems, urgencyOf),
    cycles: groups
      .filter(({ isCycle }) => isCycle)
      .map(({ members }) => members.map(({ id }) => id).sort(byText))
      .sort((a, b) => byText(a[0] ?? "", b[0] ?? "")),
    unresolved: namesOf(hard.filter(({ from, to }) => !known.has(from) || !known.has(to))),
    projectedFinishSeconds: record(finish),
    rtoViolations: systems
      .filter(({ id, rtoSeconds }) => (finish.get(id) ?? 0) > rtoSeconds)
      .map(({ id, rtoSeconds }) => ({ id, finishSeconds: finish.get(id) ?? 0, rtoSeconds }))
      .sort((a, b) => byText(a.id, b.id)),
    objectiveIncoherence: namesOf(
      edges.filter(
        ({ from, to }) => (graph.systems.get(to)?.rtoSeconds ?? 0) > (graph.systems.get(from)?.rtoSeconds ?? 0),
      ),
    ),
  };
}
