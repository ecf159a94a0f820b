import * as sdk from "@aws-sdk/client-backup";

/** The shapes of the wire, read from the schema constants that the pinned AWS SDK exports. */
export type Shape =
  | { kind: "string" | "number" | "boolean" | "timestamp" }
  | { kind: "list"; member: () => Shape }
  | { kind: "map"; value: () => Shape }
  | StructureShape;

export type StructureShape = { kind: "structure"; name: string; members: Map<string, Member> };

export type Member = {
  name: string;
  shape: () => Shape;
  required: boolean;
  /** Where an input member travels; outputs always use the body. */
  at: { kind: "label" } | { kind: "query"; name: string } | { kind: "body" };
  isToken: boolean;
};

export type Operation = {
  name: string;
  method: string;
  /** Path segments; a label is `{Name}`. */
  segments: string[];
  literalQuery: string | null;
  status: number;
  input: StructureShape;
  output: StructureShape;
};

const typeIds = { string: 0, number: 1, boolean: 2, timestampDefault: 4, listOf: 64, mapOf: 128 } as const;
const schemaIds = { list: 1, map: 2, structure: 3, operation: 9 } as const;
const labelBit = 1;
const tokenBit = 4;

const cache = new Map<unknown, Shape>();

/** Turns one reference of a schema tuple (a number, a tuple, a function or a reference with traits) into a shape. */
export function readShape(raw: unknown): Shape {
  const reference = typeof raw === "function" ? (raw as () => unknown)() : raw;
  if (typeof reference === "number") return readSimple(reference);
  if (typeof reference === "string") return { kind: "structure", name: reference, members: new Map() };
  if (!Array.isArray(reference)) throw new Error("The SDK's schema constants have another form than expected.");
  const known = cache.get(reference);
  if (known) return known;
  const shape = readTuple(reference as unknown[]);
  cache.set(reference, shape);
  return shape;
}

function readSimple(id: number): Shape {
  if (id >= typeIds.mapOf) return { kind: "map", value: () => readSimple(id - typeIds.mapOf) };
  if (id >= typeIds.listOf) return { kind: "list", member: () => readSimple(id - typeIds.listOf) };
  if (id === typeIds.string) return { kind: "string" };
  if (id === typeIds.number) return { kind: "number" };
  if (id === typeIds.boolean) return { kind: "boolean" };
  if (id === typeIds.timestampDefault) return { kind: "timestamp" };
  throw new Error(`The SDK's schema constants use a type id that is not known here: ${id}.`);
}

function readTuple(tuple: unknown[]): Shape {
  const [id] = tuple;
  if (id === schemaIds.list) return { kind: "list", member: () => readShape(stripTraits(tuple[4])) };
  if (id === schemaIds.map) return { kind: "map", value: () => readShape(stripTraits(tuple[5])) };
  if (id === 0 && typeof tuple[1] === "string") return readSimple(tuple[4] as number);
  if (id === schemaIds.structure || id === -schemaIds.structure) return readStructure(tuple);
  throw new Error(`The SDK's schema constants have another form than expected: ${String(id)}.`);
}

/** A reference with traits is `[reference, traits]`; a schema tuple has a namespace in second place. */
function splitTraits(raw: unknown): [unknown, unknown] {
  if (Array.isArray(raw) && raw.length === 2 && typeof raw[1] !== "string") return [raw[0], raw[1]];
  return [raw, 0];
}

function stripTraits(raw: unknown): unknown {
  return splitTraits(raw)[0];
}

function readStructure(tuple: unknown[]): StructureShape {
  const names = tuple[4] as string[];
  const types = tuple[5] as unknown[];
  const requiredCount = typeof tuple[6] === "number" ? tuple[6] : 0;
  const members = new Map<string, Member>();
  for (const [position, name] of names.entries()) {
    const [reference, traits] = splitTraits(types[position]);
    members.set(name, {
      name,
      shape: () => readShape(reference),
      required: position < requiredCount,
      at: readPlace(traits),
      isToken: typeof traits === "number" && (traits & tokenBit) !== 0,
    });
  }
  return { kind: "structure", name: String(tuple[2]), members };
}

function readPlace(traits: unknown): Member["at"] {
  if (typeof traits === "number") return (traits & labelBit) !== 0 ? { kind: "label" } : { kind: "body" };
  if (typeof traits === "object" && traits !== null && "httpQuery" in traits)
    return { kind: "query", name: String(traits.httpQuery) };
  return { kind: "body" };
}

function readOperation(tuple: unknown[]): Operation {
  const [method, uri, status] = (tuple[3] as { http: [string, string, number] }).http;
  const [path = "", literalQuery = null] = uri.split("?");
  return {
    name: String(tuple[2]),
    method,
    segments: path.split("/").filter((segment) => segment !== ""),
    literalQuery: literalQuery === null ? null : literalQuery.replace(/=$/, ""),
    status,
    input: asStructure(readShape(tuple[4])),
    output: asStructure(readShape(tuple[5])),
  };
}

function asStructure(shape: Shape): StructureShape {
  if (shape.kind === "structure") return shape;
  return { kind: "structure", name: "Unit", members: new Map() };
}

/** Every operation of AWS Backup that the pinned SDK knows, by name. */
export function readOperations(): Map<string, Operation> {
  const operations = new Map<string, Operation>();
  for (const [key, value] of Object.entries(sdk)) {
    if (!key.endsWith("$") || !Array.isArray(value) || (value as unknown[])[0] !== schemaIds.operation) continue;
    const operation = readOperation(value as unknown as unknown[]);
    operations.set(operation.name, operation);
  }
  return operations;
}
