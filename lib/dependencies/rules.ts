export type DependencyKind = "hard" | "soft";

type Edge = { id: string; fromId: string; toId: string; kind: DependencyKind };
type Node = { id: string; tierRank: number | null; rtoSeconds: number | null };

/** How far the graph reaches from the system looked at, and how many systems it has room for. */
export const mostLevels = 3;
export const mostNodes = 60;

/** What does not fit about a dependency: what is needed is promised later, or less, than what needs it. */
export type Finding = { edgeId: string; fromId: string; toId: string; rule: "incoherence" | "inversion" };

const isWorse = (needed: number | null, needing: number | null) =>
  needed !== null && needing !== null && needed > needing;

/** The findings about direct hard needs (soft ones do not order recovery); where a number is missing nothing is said. */
export function findingsOf(nodes: readonly Node[], edges: readonly Edge[]): Finding[] {
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  return edges.flatMap(({ id, fromId, toId, kind }) => {
    const [needing, needed] = [nodeOf.get(fromId), nodeOf.get(toId)];
    if (kind === "soft" || !needing || !needed) return [];
    const found: Finding[] = [];
    const edge = { edgeId: id, fromId, toId };
    if (isWorse(needed.rtoSeconds, needing.rtoSeconds)) found.push({ ...edge, rule: "incoherence" });
    if (isWorse(needed.tierRank, needing.tierRank)) found.push({ ...edge, rule: "inversion" });
    return found;
  });
}

/** A circle in words, its members one after another and the first again. */
export function circleText(names: readonly string[], hidden: number): string {
  const more = hidden === 0 ? "" : `, and ${hidden} more outside what you may see`;
  return `${names.join(", ")}${more}`;
}

/** What it means that systems need each other in a circle. */
export const circleMeaning =
  "Systems in a circle recover together as one group, and somebody has to write down by hand how to break it.";

type Placed = { id: string; level: number };

/** Orders each layer so that neighbours stand near each other: by where their links into the layer nearer the middle stand. */
export function layersOf<N extends Placed>(nodes: readonly N[], edges: readonly Omit<Edge, "id" | "kind">[]): N[][] {
  const placeOf = new Map<string, number>();
  const layers = new Map<number, N[]>();
  const inward = [...nodes].sort((a, b) => Math.abs(a.level) - Math.abs(b.level));
  for (const level of [...new Set(inward.map((node) => node.level))]) {
    const layer = inward.filter((node) => node.level === level);
    const weight = new Map(layer.map(({ id }) => [id, middleOf(id, edges, placeOf)]));
    layer.sort((a, b) => (weight.get(a.id) ?? 0) - (weight.get(b.id) ?? 0));
    for (const [index, { id }] of layer.entries()) placeOf.set(id, index - (layer.length - 1) / 2);
    layers.set(level, layer);
  }
  return [...layers].sort(([a], [b]) => a - b).map(([, layer]) => layer);
}

function middleOf(id: string, edges: readonly Omit<Edge, "id" | "kind">[], placeOf: ReadonlyMap<string, number>) {
  const places = edges.flatMap(({ fromId, toId }) => {
    const other = fromId === id ? toId : toId === id ? fromId : null;
    return other === null ? [] : (placeOf.get(other) ?? []);
  });
  return places.length === 0 ? 0 : places.reduce((sum, place) => sum + place, 0) / places.length;
}
