import type { Operation } from "@/sandbox/aws/wire/model";

export type Route = { operation: Operation; labels: Record<string, string> };

export type Router = (method: string, rawPath: string, query: URLSearchParams) => Route | null;

type Node = { literals: Map<string, Node>; label: Node | null; operations: Operation[] };

/** Routes on the raw path, so that an encoded slash inside a label stays part of it; a trailing slash is optional. */
export function createRouter(operations: Iterable<Operation>): Router {
  const root = createNode();
  for (const operation of operations) insert(root, operation);
  return (method, rawPath, query) => {
    const segments = rawPath.split("/").filter((segment) => segment !== "");
    const found = find(root, segments, 0, method, query);
    return found ? { operation: found, labels: readLabels(found, segments) } : null;
  };
}

function createNode(): Node {
  return { literals: new Map(), label: null, operations: [] };
}

function insert(root: Node, operation: Operation) {
  let node = root;
  for (const segment of operation.segments) {
    if (segment.startsWith("{")) {
      node.label ??= createNode();
      node = node.label;
    } else {
      const next = node.literals.get(segment) ?? createNode();
      node.literals.set(segment, next);
      node = next;
    }
  }
  node.operations.push(operation);
}

function find(node: Node, segments: string[], depth: number, method: string, query: URLSearchParams): Operation | null {
  const segment = segments[depth];
  if (segment === undefined) return pick(node.operations, method, query);
  const literal = node.literals.get(segment);
  const exact = literal ? find(literal, segments, depth + 1, method, query) : null;
  if (exact) return exact;
  return node.label ? find(node.label, segments, depth + 1, method, query) : null;
}

function pick(operations: Operation[], method: string, query: URLSearchParams): Operation | null {
  const candidates = operations.filter((operation) => operation.method === method);
  const withQuery = candidates.find(({ literalQuery }) => literalQuery !== null && query.has(literalQuery));
  return withQuery ?? candidates.find(({ literalQuery }) => literalQuery === null) ?? null;
}

function readLabels(operation: Operation, segments: string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [position, template] of operation.segments.entries())
    if (template.startsWith("{")) labels[template.slice(1, -1)] = decodeLabel(segments[position] ?? "");
  return labels;
}

function decodeLabel(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
