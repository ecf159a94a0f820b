import { CloudError, invalidValue, missingValue } from "@/sandbox/aws/wire/errors";
import type { Member, Shape, StructureShape } from "@/sandbox/aws/wire/model";
import type { Route } from "@/sandbox/aws/wire/router";

export type Decoded = Record<string, unknown>;

/** Reads and checks a request against its operation's input shape; members that the model does not know are ignored. */
export function decodeRequest({ operation, labels }: Route, query: URLSearchParams, body: string): Decoded {
  const document = parseBody(body);
  const input: Decoded = {};
  for (const member of operation.input.members.values()) {
    const value = readMember(member, labels, query, document);
    if (value !== undefined) input[member.name] = value;
    else if (member.required) throw missingValue(`Missing required parameter: ${member.name}`);
  }
  checkPageSize(input.MaxResults);
  return input;
}

function parseBody(body: string): Record<string, unknown> {
  if (body.trim() === "") return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw wrongType("The body is not valid JSON.");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw wrongType("Start of structure expected.");
  return parsed as Record<string, unknown>;
}

function readMember(
  member: Member,
  labels: Record<string, string>,
  query: URLSearchParams,
  document: Record<string, unknown>,
): unknown {
  if (member.at.kind === "label") return labels[member.name];
  if (member.at.kind === "body") return decodeValue(member.shape(), document[member.name], member.name);
  const texts = query.getAll(member.at.name);
  return texts.length === 0 ? undefined : decodeText(member.shape(), texts, member.name);
}

function decodeText(shape: Shape, texts: string[], name: string): unknown {
  const text = texts[0] ?? "";
  if (shape.kind === "list") return texts.map((one) => decodeText(shape.member(), [one], name));
  if (shape.kind === "string") return text;
  if (shape.kind === "boolean") return readBoolean(text, name);
  if (shape.kind === "timestamp") return readMoment(text, name);
  if (shape.kind === "number") {
    if (!/^-?\d+(\.\d+)?$/.test(text)) throw wrongType(`NUMBER_VALUE expected for ${name}.`);
    return Number(text);
  }
  throw wrongType(`${name} cannot travel in the query.`);
}

function readBoolean(text: string, name: string): boolean {
  if (text === "true") return true;
  if (text === "false") return false;
  throw wrongType(`BOOLEAN_VALUE expected for ${name}.`);
}

function readMoment(raw: unknown, name: string): Date {
  const moment =
    typeof raw === "number" ? new Date(raw * 1000) : new Date(isNumeric(raw) ? Number(raw) * 1000 : String(raw));
  if (Number.isNaN(moment.getTime())) throw wrongType(`TIMESTAMP_VALUE expected for ${name}.`);
  return moment;
}

function isNumeric(raw: unknown): boolean {
  return typeof raw === "string" && /^\d+(\.\d+)?$/.test(raw);
}

function decodeValue(shape: Shape, raw: unknown, path: string): unknown {
  if (raw === undefined || raw === null) return undefined;
  switch (shape.kind) {
    case "structure":
      return decodeStructure(shape, raw, path);
    case "list":
      return decodeList(shape.member(), raw, path);
    case "map":
      return decodeMap(shape.value(), raw, path);
    case "timestamp":
      if (typeof raw !== "number" && typeof raw !== "string") throw wrongType(`TIMESTAMP_VALUE expected for ${path}.`);
      return readMoment(raw, path);
    default:
      if (typeof raw !== shape.kind) throw wrongType(`${shape.kind.toUpperCase()}_VALUE expected for ${path}.`);
      return raw;
  }
}

function decodeStructure(shape: StructureShape, raw: unknown, path: string): Decoded {
  if (typeof raw !== "object" || Array.isArray(raw)) throw wrongType(`Start of structure expected for ${path}.`);
  const source = raw as Record<string, unknown>;
  const value: Decoded = {};
  for (const member of shape.members.values()) {
    const decoded = decodeValue(member.shape(), source[member.name], `${path}.${member.name}`);
    if (decoded !== undefined) value[member.name] = decoded;
    else if (member.required) throw missingValue(`Missing required parameter: ${path}.${member.name}`);
  }
  return value;
}

function decodeList(member: Shape, raw: unknown, path: string): unknown[] {
  if (!Array.isArray(raw)) throw wrongType(`Start of list expected for ${path}.`);
  return raw.flatMap((one, position) => {
    const value = decodeValue(member, one, `${path}[${position}]`);
    return value === undefined ? [] : [value];
  });
}

function decodeMap(shape: Shape, raw: unknown, path: string): Decoded {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw wrongType(`Start of map expected for ${path}.`);
  const value: Decoded = {};
  for (const [key, one] of Object.entries(raw)) {
    const decoded = decodeValue(shape, one, `${path}.${key}`);
    if (decoded !== undefined) value[key] = decoded;
  }
  return value;
}

function checkPageSize(size: unknown) {
  if (size === undefined) return;
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > 1000)
    throw invalidValue("MaxResults must be between 1 and 1000.");
}

function wrongType(message: string): CloudError {
  return new CloudError("SerializationException", message);
}
