import type { Shape, StructureShape } from "@/sandbox/aws/wire/model";

/** Writes an answer by its shape: moments as epoch seconds, absent values left out, unknown members refused. */
export function encodeAnswer(shape: StructureShape, answer: object): string {
  return JSON.stringify(encodeStructure(shape, answer, shape.name));
}

function encodeStructure(shape: StructureShape, value: object, path: string): Record<string, unknown> {
  const encoded: Record<string, unknown> = {};
  for (const [name, raw] of Object.entries(value)) {
    if (raw === undefined || raw === null) continue;
    const member = shape.members.get(name);
    if (!member) throw new Error(`${path} has no member ${name} in the model.`);
    encoded[name] = encodeValue(member.shape(), raw, `${path}.${name}`);
  }
  for (const member of shape.members.values())
    if (member.required && !(member.name in encoded)) throw new Error(`${path} lacks the required ${member.name}.`);
  return encoded;
}

function encodeValue(shape: Shape, raw: unknown, path: string): unknown {
  switch (shape.kind) {
    case "timestamp":
      if (raw instanceof Date && !Number.isNaN(raw.getTime())) return raw.getTime() / 1000;
      throw new Error(`${path} must be a moment.`);
    case "structure":
      if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) return encodeStructure(shape, raw, path);
      throw new Error(`${path} must be a structure.`);
    case "list":
      if (Array.isArray(raw)) return raw.map((one) => encodeValue(shape.member(), one, path));
      throw new Error(`${path} must be a list.`);
    case "map":
      if (typeof raw !== "object" || raw === null) throw new Error(`${path} must be a map.`);
      return Object.fromEntries(
        Object.entries(raw).flatMap(([key, one]) =>
          one === undefined ? [] : [[key, encodeValue(shape.value(), one, `${path}.${key}`)]],
        ),
      );
    default:
      if (typeof raw === shape.kind) return raw;
      throw new Error(`${path} must be a ${shape.kind}.`);
  }
}
