import "server-only";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fieldsOf } from "@/lib/access/form";
import { may, type UserActor } from "@/lib/access/permissions";
import { currentActor } from "@/lib/auth/actor";
import type { RefusalCode, Refused } from "@/lib/core/outcome";
import { exportAudit, exportWholeLog } from "./commands";
import { readExportPage, streamBundle } from "./data";
import { type ExportFormat, exportInput } from "./schema";

const statusOf: Partial<Record<RefusalCode, number>> = { forbidden: 403, invalid: 422, rate_limited: 429 };

const said = (status: number, message: string) =>
  new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });

const turnedAway = ({ code, message }: Refused) => said(statusOf[code] ?? 409, message);

const stamp = (at: string) => at.replaceAll(/[-:]|\.\d+/g, "");

const fileKinds: Record<ExportFormat, { type: string; ending: string }> = {
  ndjson: { type: "application/x-ndjson; charset=utf-8", ending: "ndjson" },
  ocsf: { type: "application/x-ndjson; charset=utf-8", ending: "ocsf.ndjson" },
  csv: { type: "text/csv; charset=utf-8", ending: "csv" },
};

const download = (type: string, name: string, count: number) => ({
  "content-type": type,
  "content-disposition": `attachment; filename="${name}"`,
  "x-content-type-options": "nosniff",
  "x-holdfast-events": String(count),
  "cache-control": "no-store",
});

const pageMost = 1_000;

/** The pages of an export one after another; each is read under the reader's own permission. */
async function* pagesOf(actor: UserActor, filter: Record<string, unknown>, until: string, count: number) {
  const encoder = new TextEncoder();
  let after: string | null = null;
  for (let left = count; left > 0; ) {
    const page: Awaited<ReturnType<typeof readExportPage>> = await readExportPage(actor, {
      ...filter,
      until,
      most: Math.min(left, pageMost),
      ...(after === null ? {} : { after }),
    });
    yield encoder.encode(page.text);
    left -= page.count;
    after = page.after;
    if (after === null) return;
  }
}

/** Sends pieces as they are asked for, and stops making them when nobody listens any more. */
const streamOf = (pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> =>
  new ReadableStream({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });

async function answerPart(actor: UserActor, fields: Record<string, unknown>): Promise<Response> {
  const outcome = await exportAudit(actor, fields);
  if (!outcome.ok) return turnedAway(outcome);
  const { count, truncated, until } = outcome.value;
  const { format } = exportInput.parse(fields);
  const { type, ending } = fileKinds[format];
  return new Response(streamOf(pagesOf(actor, fields, until, count)), {
    headers: {
      ...download(type, `holdfast-audit-${stamp(until)}.${ending}`, count),
      "x-holdfast-truncated": String(truncated),
    },
  });
}

async function answerBundle(actor: UserActor): Promise<Response> {
  const outcome = await exportWholeLog(actor, {});
  if (!outcome.ok) return turnedAway(outcome);
  const { size, at } = outcome.value;
  const pieces = await streamBundle(actor, { size, at });
  if (!pieces) return said(403, "This is about the whole log, and your role covers a part of it.");
  const name = `holdfast-audit-${stamp(at.toISOString())}.holdfastaudit`;
  return new Response(streamOf(pieces), { headers: download("application/x-tar", name, size) });
}

/** The porch of an export: a posted filter and format in, a streamed file out. */
export async function answerExport(form: FormData): Promise<Response> {
  const actor = await currentActor();
  if (!actor) return said(401, "Your session has ended. Sign in again to go on.");
  const fields = fieldsOf(form);
  return fields.format === "bundle" ? answerBundle(actor) : answerPart(actor, fields);
}

/** The verifier itself, for whoever may read the log: the very file that this product runs. */
export async function answerVerifier(): Promise<Response> {
  const actor = await currentActor();
  if (!actor) return said(401, "Your session has ended. Sign in again to go on.");
  if (!may(actor, "audit:read")) return said(403, "This needs the auditor or administrator role.");
  const source = await readFile(path.join(process.cwd(), "lib/audit/verify.mjs"));
  return new Response(source, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": 'attachment; filename="holdfast-audit-verify.mjs"',
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}
