import type { Metadata } from "next";
import { TierChip } from "@/components/status/tier-chip";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { NameText } from "@/components/ui/name-text";
import { PageHeader } from "@/components/ui/page-header";
import { may } from "@/lib/access/permissions";
import { show } from "@/lib/access/show";
import { countText, plural } from "@/lib/core/words";
import { getDependencyGraph } from "@/lib/dependencies/data";
import { getRecoverySequence } from "@/lib/dependencies/recovery";
import { mostLevels, mostNodes } from "@/lib/dependencies/rules";
import type { DependencyGraph as Graph } from "@/lib/dependencies/view";
import { getSystem } from "@/lib/systems/data";
import { AddDependency } from "../_components/dependency-forms";
import { DependencyGraph } from "../_components/dependency-graph";
import { EndedCard, FindingsCard, ReachCard } from "../_components/dependency-lists";
import { RecoveryCard } from "../_components/recovery-card";

export const metadata: Metadata = { title: "Dependencies" };

/** What the graph does not show, in words. */
function Omitted({ graph }: { graph: Graph }) {
  const parts = [
    graph.leftOut === 0
      ? null
      : `${plural(graph.leftOut, "more system")} within reach left out: the graph shows the nearest ${mostNodes}.`,
    graph.hidden === 0
      ? null
      : `${plural(graph.hidden, "direct dependency leads", "direct dependencies lead")} outside what you may see.`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : <p className="text-ink-2">{parts.join(" ")}</p>;
}

/** One system among what it needs to recover and what waits for it. */
export default async function DependenciesPage({ params }: PageProps<"/systems/[systemId]/dependencies">) {
  const { systemId: address } = await params;
  const { system, graph, sequence, mayEdit } = await show(async (actor) => {
    const system = await getSystem(actor, { system: address });
    if (!system) return null;
    const mayEdit = may(actor, "estate:edit");
    const [graph, sequence] = await Promise.all([
      getDependencyGraph(actor, { systemId: system.id }),
      getRecoverySequence(actor, { systemId: system.id }),
    ]);
    return graph && sequence && { system, graph, sequence, mayEdit };
  });
  const needed = new Set(graph.edges.filter(({ fromId }) => fromId === system.id).map(({ toId }) => toId));
  const needs = needed.size;
  const serves = graph.edges.filter(({ toId }) => toId === system.id).length;
  const alone = graph.nodes.length <= 1;
  return (
    <>
      <PageHeader
        crumbs={[
          { label: "Systems", href: "/systems" },
          { label: system.name, href: `/systems/${system.id}` },
          { label: "Dependencies" },
        ]}
        title={
          <>
            <NameText text={system.name} />{" "}
            {alone
              ? "stands alone."
              : `needs ${needs === 0 ? "nothing" : plural(needs, "system")} and is needed by ${serves === 0 ? "nothing" : countText(serves)}.`}{" "}
            <TierChip rank={system.tier?.rank ?? null} className="align-middle" />
          </>
        }
        sub={`What it needs to recover stands to its left, what waits for it to its right, ${mostLevels} levels far. Only hard dependencies order a recovery.`}
      />
      <FindingsCard graph={graph} />
      {alone ? (
        <Card>
          <EmptyState title="No dependency is written down">
            Say what this system needs before it can recover: databases are often back hours before the sign-in they
            wait for.
          </EmptyState>
        </Card>
      ) : (
        <DependencyGraph graph={graph} systemId={system.id} />
      )}
      <Omitted graph={graph} />
      <RecoveryCard sequence={sequence} />
      {mayEdit ? (
        <Card title="Write down what it needs" padded>
          <AddDependency systemId={system.id} without={[...needed]} />
        </Card>
      ) : null}
      {alone ? null : (
        <>
          <ReachCard graph={graph} systemId={system.id} side="needs" mayEdit={mayEdit} />
          <ReachCard graph={graph} systemId={system.id} side="serves" mayEdit={mayEdit} />
        </>
      )}
      <EndedCard ended={graph.ended} />
    </>
  );
}
