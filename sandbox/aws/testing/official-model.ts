import fs from "node:fs";
import path from "node:path";

type Reference = { shape: string; location?: "uri" | "querystring" | "header"; locationName?: string };
type Shape = {
  type: "structure" | "list" | "map" | "string" | "integer" | "long" | "double" | "boolean" | "timestamp" | "blob";
  members?: Record<string, Reference>;
  required?: string[];
  member?: Reference;
  key?: Reference;
  value?: Reference;
  enum?: string[];
  pattern?: string;
  min?: number;
  max?: number;
};
type OfficialOperation = {
  name: string;
  http: { method: string; requestUri: string; responseCode?: number };
  input?: Reference;
  output?: Reference;
  errors?: Reference[];
};
export type OfficialModel = { operations: Record<string, OfficialOperation>; shapes: Record<string, Shape> };

/** Where the official models lie, beside the project; they are never part of it. */
export const officialModelFile = path.resolve("../shared/api-models/aws/botocore-backup-2018-11-15-service-2.json");

/** The official model of AWS Backup, or null where the folder is missing. */
export function loadOfficialModel(): OfficialModel | null {
  if (!fs.existsSync(officialModelFile)) return null;
  return JSON.parse(fs.readFileSync(officialModelFile, "utf8")) as OfficialModel;
}

export type OfficialRequest = { method: string; target: string; body: string };

/** A request as a client written from the official model sends it, trailing slashes and all. */
export function buildRequest(model: OfficialModel, name: string, input: Record<string, unknown>): OfficialRequest {
  const operation = operationOf(model, name);
  const members = (operation.input && model.shapes[operation.input.shape]?.members) ?? {};
  let [target = "", literal = ""] = operation.http.requestUri.split("?");
  const query = new URLSearchParams(literal);
  const body: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(input)) {
    const reference = members[key];
    if (!reference) throw new Error(`${name} takes no ${key}.`);
    const wireName = reference.locationName ?? key;
    if (reference.location === "uri") target = target.replace(`{${wireName}}`, encodeURIComponent(String(value)));
    else if (reference.location === "querystring") query.append(wireName, toText(value));
    else body[wireName] = toBody(value);
  }
  const search = query.size > 0 ? `?${query}` : "";
  return {
    method: operation.http.method,
    target: `${target}${search}`,
    body: Object.keys(body).length > 0 ? JSON.stringify(body) : "",
  };
}

function toText(value: unknown): string {
  return value instanceof Date ? value.toISOString().replace(/\.\d+Z$/, "Z") : String(value);
}

function toBody(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toBody);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, toBody(one)]));
}

/** Every way in which an answer departs from the official model. */
export function findDepartures(model: OfficialModel, name: string, status: number, body: string): string[] {
  const operation = operationOf(model, name);
  const wanted = operation.http.responseCode ?? 200;
  const faults = status === wanted ? [] : [`${name}: status ${status} instead of ${wanted}`];
  const document: unknown = body === "" ? {} : JSON.parse(body);
  return operation.output ? [...faults, ...check(model, operation.output, document, name)] : faults;
}

/** The names of the errors that the operation may answer with. */
export function errorNamesOf(model: OfficialModel, name: string): string[] {
  return (operationOf(model, name).errors ?? []).map(({ shape }) => shape);
}

function operationOf(model: OfficialModel, name: string): OfficialOperation {
  const operation = model.operations[name];
  if (!operation) throw new Error(`The official model has no ${name}.`);
  return operation;
}

function check(model: OfficialModel, reference: Reference, value: unknown, at: string): string[] {
  const shape = model.shapes[reference.shape];
  if (!shape) return [`${at}: unknown shape ${reference.shape}`];
  switch (shape.type) {
    case "structure":
      return checkStructure(model, shape, value, at);
    case "list":
      if (!Array.isArray(value)) return [`${at}: not a list`];
      return value.flatMap((one, position) =>
        shape.member ? check(model, shape.member, one, `${at}[${position}]`) : [],
      );
    case "map":
      if (typeof value !== "object" || value === null) return [`${at}: not a map`];
      return Object.entries(value).flatMap(([key, one]) => [
        ...(shape.key ? check(model, shape.key, key, `${at} key`) : []),
        ...(shape.value ? check(model, shape.value, one, `${at}.${key}`) : []),
      ]);
    case "string":
      // The model's own documentation spells resource types with spaces, which the model's pattern does not take.
      return checkText(shape, reference.shape === "ResourceType" ? String(value).replaceAll(" ", "") : value, at);
    case "boolean":
      return typeof value === "boolean" ? [] : [`${at}: not a boolean`];
    case "integer":
    case "long":
      return checkNumber(shape, value, at);
    default:
      return typeof value === "number" ? [] : [`${at}: not a number`];
  }
}

function checkStructure(model: OfficialModel, shape: Shape, value: unknown, at: string): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${at}: not a structure`];
  const byName = new Map(
    Object.entries(shape.members ?? {}).map(([key, member]) => [member.locationName ?? key, member]),
  );
  const missing = (shape.required ?? []).filter((key) => !(key in value)).map((key) => `${at}: ${key} is missing`);
  const wrong = Object.entries(value).flatMap(([key, one]) => {
    const member = byName.get(key);
    return member ? check(model, member, one, `${at}.${key}`) : [`${at}: unknown member ${key}`];
  });
  return [...missing, ...wrong];
}

function checkText(shape: Shape, value: unknown, at: string): string[] {
  if (typeof value !== "string") return [`${at}: not a string`];
  if (shape.enum && !shape.enum.includes(value)) return [`${at}: ${value} is none of ${shape.enum.join(", ")}`];
  if (shape.pattern && !new RegExp(shape.pattern).test(value))
    return [`${at}: ${value} does not match ${shape.pattern}`];
  const isShort = shape.min !== undefined && value.length < shape.min;
  const isLong = shape.max !== undefined && value.length > shape.max;
  return isShort || isLong ? [`${at}: ${value.length} characters`] : [];
}

function checkNumber(shape: Shape, value: unknown, at: string): string[] {
  if (typeof value !== "number" || !Number.isInteger(value)) return [`${at}: not an integer`];
  const isOut = value < (shape.min ?? Number.NEGATIVE_INFINITY) || value > (shape.max ?? Number.POSITIVE_INFINITY);
  return isOut ? [`${at}: ${value} is out of range`] : [];
}
