import { healthKind, healthWord } from "@/app/(console)/_components/health-look";
import { StatusGlyph } from "@/components/status/glyph";
import { StatusBadge } from "@/components/status/status-badge";
import { TierChip } from "@/components/status/tier-chip";
import { Card, CardRow } from "@/components/ui/card";
import { Moment } from "@/components/ui/moment";
import { NameText } from "@/components/ui/name-text";
import { DataTable } from "@/components/ui/table";
import { TextLink } from "@/components/ui/text-link";
import { durationText, plural, visible } from "@/lib/core/words";
import { circleMeaning, circleText, type Finding } from "@/lib/dependencies/rules";
import type { DependencyGraph, EndedDependency, GraphEdge, GraphNode } from "@/lib/dependencies/view";
import { EndDependency } from "./dependency-forms";

const rto = (node: GraphNode) => (node.rtoSeconds === null ? "no RTO" : durationText(node.rtoSeconds));
const tier = (node: GraphNode) => (node.tierRank === null ? "no tier" : `tier ${node.tierRank}`);

const Linked = ({ node }: { node: GraphNode }) => (
  <TextLink href={`/systems/${node.id}`} className="font-semibold text-ink">
    <NameText text={node.name} length={48} />
  </TextLink>
);

function FindingText({ rule, from, to }: { rule: Finding["rule"]; from: GraphNode; to: GraphNode }) {
  if (rule === "incoherence")
    return (
      <>
        <Linked node={from} /> is to be back within {rto(from)}, but needs <Linked node={to} />, which promises{" "}
        {rto(to)}. Shorten the one or lengthen the other.
      </>
    );
  return (
    <>
      <Linked node={from} /> ({tier(from)}) needs <Linked node={to} />, which is only {tier(to)}. It recovers with the
      priority of what needs it: move it to {tier(from)}, or do without it.
    </>
  );
}

const headings = { incoherence: "RTO that cannot hold", inversion: "Tier too low for what needs it" } as const;

/** What does not fit about the dependencies within reach. */
export function FindingsCard({ graph }: { graph: DependencyGraph }) {
  const nodeOf = new Map(graph.nodes.map((node) => [node.id, node]));
  const count = graph.findings.length + (graph.circle ? 1 : 0);
  if (count === 0) return null;
  return (
    <Card title={plural(count, "finding")} more="Hard dependencies alone are judged">
      {graph.circle ? (
        <CardRow lead={<StatusGlyph kind="warn" className="mt-[3px]" />}>
          <span className="font-semibold">A circle</span>
          <span className="text-ink-2">
            {visible(
              circleText(
                graph.circle.members.map(({ name }) => name),
                graph.circle.hidden,
              ),
            )}{" "}
            need each other. {circleMeaning}
          </span>
        </CardRow>
      ) : null}
      {graph.findings.map(({ edgeId, rule, fromId, toId }) => {
        const [from, to] = [nodeOf.get(fromId), nodeOf.get(toId)];
        return from && to ? (
          <CardRow key={`${edgeId}.${rule}`} lead={<StatusGlyph kind="warn" className="mt-[3px]" />}>
            <span className="font-semibold">{headings[rule]}</span>
            <span className="text-ink-2">
              <FindingText rule={rule} from={from} to={to} />
            </span>
          </CardRow>
        ) : null;
      })}
    </Card>
  );
}

const isDirect = ({ fromId, toId }: GraphEdge, a: string, b: string) =>
  (fromId === a && toId === b) || (fromId === b && toId === a);

const kindWord = { hard: "hard", soft: "soft" } as const;

type ReachProps = { graph: DependencyGraph; systemId: string; side: "needs" | "serves"; mayEdit: boolean };

/** One side of the graph as a table: the same systems, in words. */
export function ReachCard({ graph, systemId, side, mayEdit }: ReachProps) {
  const rows = graph.nodes.filter(({ level }) => (side === "needs" ? level < 0 : level > 0));
  const edgeOf = (id: string) =>
    graph.edges.find((edge) => isDirect(edge, systemId, id) && (edge.fromId === systemId) === (side === "needs"));
  const title = side === "needs" ? "What it needs" : "What needs it";
  return (
    <Card title={title} more={plural(rows.length, "system")}>
      <DataTable
        caption={title}
        rows={rows}
        rowKey={({ id }) => id}
        empty={
          <p className="text-ink-3">
            {side === "needs" ? "Nothing: it can recover by itself." : "Nothing waits for it."}
          </p>
        }
        columns={[
          { key: "name", header: "System", cell: (node) => <Linked node={node} /> },
          {
            key: "how",
            header: "How",
            nowrap: true,
            cell: (node) => {
              const edge = edgeOf(node.id);
              return edge ? kindWord[edge.kind] : `${Math.abs(node.level)} levels away`;
            },
          },
          {
            key: "tier",
            header: "Tier",
            cell: (node) => (
              <span>
                <TierChip rank={node.tierRank} />
              </span>
            ),
          },
          { key: "rto", header: "RTO", align: "end", cell: rto },
          {
            key: "state",
            header: "State",
            nowrap: true,
            cell: (node) => <StatusBadge kind={healthKind[node.state]}>{healthWord[node.state]}</StatusBadge>,
          },
          {
            key: "do",
            header: <span className="sr-only">What can be done</span>,
            label: "Do",
            align: "end",
            cell: (node) => {
              const edge = edgeOf(node.id);
              return mayEdit && edge ? (
                <EndDependency systemId={systemId} dependencyId={edge.id} name={node.name} />
              ) : null;
            },
          },
        ]}
      />
    </Card>
  );
}

/** What was written down once and holds no more. */
export function EndedCard({ ended }: { ended: readonly EndedDependency[] }) {
  if (ended.length === 0) return null;
  return (
    <Card title="No longer" more={`the last ${ended.length}`}>
      {ended.map((one) => (
        <CardRow key={one.id}>
          <span>
            {one.needed ? "It needed " : "It was needed by "}
            <TextLink href={`/systems/${one.systemId}`}>
              <NameText text={one.name} length={60} />
            </TextLink>{" "}
            ({one.kind})
          </span>
          <span className="text-sm text-ink-3">
            from <Moment at={one.from} /> to <Moment at={one.to} />
          </span>
        </CardRow>
      ))}
    </Card>
  );
}
