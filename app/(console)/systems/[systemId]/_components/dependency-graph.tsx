import { healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { StatusBadge } from "@/components/status/status-badge";
import { TierChip } from "@/components/status/tier-chip";
import { AppLink } from "@/components/ui/app-link";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { NameText } from "@/components/ui/name-text";
import { visible } from "@/lib/core/words";
import { layersOf } from "@/lib/dependencies/rules";
import type { DependencyGraph as Graph, GraphEdge, GraphNode } from "@/lib/dependencies/view";

const node = { width: 176, height: 58 } as const;
const gap = { across: 56, down: 14 } as const;
const margin = 12;

type Place = { x: number; y: number; level: number };

/** Where each system stands: a column for each level, each column centred. */
function placesOf(layers: readonly GraphNode[][]): { places: Map<string, Place>; width: number; height: number } {
  const step = node.height + gap.down;
  const tallest = Math.max(...layers.map((layer) => layer.length));
  const places = new Map<string, Place>();
  for (const [column, layer] of layers.entries()) {
    const top = margin + ((tallest - layer.length) * step) / 2;
    for (const [row, { id, level }] of layer.entries())
      places.set(id, { x: margin + column * (node.width + gap.across), y: top + row * step, level });
  }
  const width = margin + layers.length * (node.width + gap.across);
  return { places, width, height: margin * 2 + tallest * step - gap.down };
}

/** A line from what needs to what is needed; one that runs against the levels, or along one, swings around. */
function pathOf(from: Place, to: Place): string {
  const [startY, endY] = [from.y + node.height / 2, to.y + node.height / 2];
  if (to.x < from.x) {
    const [startX, endX] = [from.x, to.x + node.width + 5];
    const middle = (startX + endX) / 2;
    return `M${startX} ${startY}C${middle} ${startY} ${middle} ${endY} ${endX} ${endY}`;
  }
  const startX = from.x + node.width;
  if (to.x > from.x) {
    const middle = (startX + to.x) / 2;
    return `M${startX} ${startY}C${middle} ${startY} ${middle} ${endY} ${to.x - 5} ${endY}`;
  }
  const swing = startX + gap.across * 0.7;
  return `M${startX} ${startY}C${swing} ${startY} ${swing} ${endY} ${startX + 5} ${endY}`;
}

function Line({ edge, places, found }: { edge: GraphEdge; places: ReadonlyMap<string, Place>; found: boolean }) {
  const [from, to] = [places.get(edge.fromId), places.get(edge.toId)];
  if (!from || !to) return null;
  return (
    <path
      d={pathOf(from, to)}
      fill="none"
      strokeWidth={found ? 2 : 1.4}
      strokeDasharray={edge.kind === "soft" ? "5 4" : undefined}
      markerEnd={found ? "url(#need-found)" : "url(#need)"}
      className={found ? "stroke-warn" : "stroke-ink-3"}
    />
  );
}

const Marker = ({ id, className }: { id: string; className: string }) => (
  <marker
    id={id}
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerWidth="7"
    markerHeight="7"
    orient="auto"
    markerUnits="userSpaceOnUse"
  >
    <path d="M0 .5 8 4 0 7.5z" className={className} />
  </marker>
);

function NodeBox({ one, place, centre }: { one: GraphNode; place: Place; centre: boolean }) {
  return (
    <foreignObject x={place.x} y={place.y} width={node.width} height={node.height}>
      <AppLink
        href={centre ? `/systems/${one.id}` : `/systems/${one.id}/dependencies`}
        prefetch={false}
        title={visible(one.name)}
        className={cn(
          "grid h-full content-center gap-0.5 rounded-md border bg-surface px-2.5 -outline-offset-2 hover:bg-hover",
          centre ? "border-2 border-accent bg-accent-wash" : "border-line-strong",
        )}
      >
        <span className="flex min-w-0 items-center gap-1.5">
          <NameText text={one.name} className="min-w-0 flex-1 truncate font-semibold" />
          <TierChip rank={one.tierRank} />
        </span>
        <StatusBadge kind={healthKind[one.state]} className="text-sm">
          {healthWord[one.state]}
        </StatusBadge>
      </AppLink>
    </foreignObject>
  );
}

/** The systems around one, by layers. On a phone the tables below say the same. */
export function DependencyGraph({ graph, systemId }: { graph: Graph; systemId: string }) {
  const layers = layersOf(graph.nodes, graph.edges);
  const { places, width, height } = placesOf(layers);
  const found = new Set(graph.findings.map(({ edgeId }) => edgeId));
  return (
    <div className="max-md:hidden">
      <Card
        title="Graph"
        more="Hard needs are solid, soft ones dashed, those with a finding thick. Arrows point at what is needed."
      >
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, and a keyboard has to reach that */}
        <section aria-label="Graph of dependencies" tabIndex={0} className="overflow-x-auto p-2">
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} className="mx-auto block">
            <title>What is needed stands to the left, what needs it to the right; the tables below say the same.</title>
            <defs>
              <Marker id="need" className="fill-ink-3" />
              <Marker id="need-found" className="fill-warn" />
            </defs>
            <g>
              {graph.edges.map((edge) => (
                <Line key={edge.id} edge={edge} places={places} found={found.has(edge.id)} />
              ))}
            </g>
            {layers.flat().map((one) => {
              const place = places.get(one.id);
              return place ? <NodeBox key={one.id} one={one} place={place} centre={one.id === systemId} /> : null;
            })}
          </svg>
        </section>
      </Card>
    </div>
  );
}
