import type { HealthState } from "@/lib/health/rules";
import type { DependencyKind, Finding } from "./rules";

export type DependencyView = { id: string; systemId: string; name: string; kind: DependencyKind; state: HealthState };

export type Dependencies = { needs: DependencyView[]; neededBy: DependencyView[] };

/** A system in the graph: level 0 is the one looked at, below it stands what it needs, above it what needs it. */
export type GraphNode = {
  id: string;
  name: string;
  tierRank: number | null;
  rtoSeconds: number | null;
  state: HealthState;
  level: number;
};

export type GraphEdge = { id: string; fromId: string; toId: string; kind: DependencyKind; since: string };

/** The members of a circle that one may see, by name, and how many more there are. */
export type Circle = { members: { id: string; name: string }[]; hidden: number };

export type EndedDependency = {
  id: string;
  systemId: string;
  name: string;
  kind: DependencyKind;
  /** Whether the system looked at was the one that needed. */
  needed: boolean;
  from: string;
  to: string;
};

export type DependencyGraph = {
  nodes: GraphNode[];
  edges: GraphEdge[];
  findings: Finding[];
  circle: Circle | null;
  /** Systems within reach that the graph has no room for. */
  leftOut: number;
  /** Direct neighbours that this reader may not see. */
  hidden: number;
  ended: EndedDependency[];
};

/** One system in the order in which things come back. */
export type RecoveryStep = {
  /** Null where the reader may not see it. */
  id: string | null;
  name: string | null;
  tierRank: number | null;
  rtoSeconds: number | null;
  /** What its own restore took, at the slow end; null where none was measured. */
  ownSeconds: number | null;
  /** When it would be back, counted from the loss. */
  finishSeconds: number;
  late: boolean;
  inCircle: boolean;
};

export type RecoverySequence = { waves: RecoveryStep[][]; unmeasured: number; cut: boolean };
