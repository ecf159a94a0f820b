import { type Cell, csvOf } from "@/lib/core/csv";
import { toOcsf } from "./ocsf";
import type { AuditBody, ExportFormat } from "./schema";

/** An event as exports tell it. */
export type Exported = {
  id: string;
  ts: string;
  /** The exact text that was hashed. */
  text: string;
  body: AuditBody | null;
  actorName: string;
  targetName: string;
  sentence: string;
  leafHex: string;
  seq: number | null;
  checkpoint: number | null;
};

const columns: readonly (readonly [name: string, of: (event: Exported) => Cell])[] = [
  ["time", ({ ts }) => ts],
  ["what happened", ({ sentence }) => sentence],
  ["action", ({ body }) => body?.action ?? ""],
  ["outcome", ({ body }) => body?.outcome ?? ""],
  ["reason", ({ body }) => body?.reason ?? ""],
  ["who", ({ actorName }) => actorName],
  ["who: kind", ({ body }) => body?.actor.type ?? ""],
  ["who: id", ({ body }) => body?.actor.id ?? ""],
  ["from network", ({ body }) => body?.actor.ip ?? ""],
  ["about", ({ targetName }) => targetName],
  ["about: kind", ({ body }) => body?.target.type ?? ""],
  ["about: id", ({ body }) => body?.target.id ?? ""],
  ["break-glass", ({ body }) => (body?.breakGlass ? "yes" : "")],
  ["single operator", ({ body }) => (body?.singleOperator ? "yes" : "")],
  ["request", ({ body }) => body?.request.id ?? ""],
  ["event", ({ id }) => id],
  ["place in the log", ({ seq }) => seq],
  ["sealed under", ({ checkpoint }) => checkpoint],
  ["leaf", ({ leafHex }) => leafHex],
];

const ocsfLine = (event: Exported) =>
  event.body ? `${JSON.stringify(toOcsf(event.body, event.sentence, event))}\n` : "";

/** A page of events in one of the formats; a table has its head on the first page. */
export function exportText(format: ExportFormat, events: readonly Exported[], first: boolean): string {
  if (format === "ndjson") return events.map(({ text }) => `${text}\n`).join("");
  if (format === "ocsf") return events.map(ocsfLine).join("");
  const head = first ? [columns.map(([name]) => name)] : [];
  return csvOf([...head, ...events.map((event) => columns.map(([, of]) => of(event)))]);
}
