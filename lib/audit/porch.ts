import "server-only";
import { fieldsOf } from "@/lib/access/form";
import { currentActor } from "@/lib/auth/actor";
import type { RefusalCode } from "@/lib/core/outcome";
import { exportAudit } from "./commands";

const statusOf: Partial<Record<RefusalCode, number>> = { forbidden: 403, invalid: 422, rate_limited: 429 };

const said = (status: number, message: string) =>
  new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });

/** The porch of an export: a posted filter in, a file of exact bodies out, one a line. */
export async function answerExport(form: FormData): Promise<Response> {
  const actor = await currentActor();
  if (!actor) return said(401, "Your session has ended. Sign in again to go on.");
  const outcome = await exportAudit(actor, fieldsOf(form));
  if (!outcome.ok) return said(statusOf[outcome.code] ?? 409, outcome.message);
  const { text, count, truncated } = outcome.value;
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return new Response(text, {
    headers: {
      "content-type": "application/x-ndjson; charset=utf-8",
      "content-disposition": `attachment; filename="holdfast-audit-${stamp}.ndjson"`,
      "x-holdfast-events": String(count),
      "x-holdfast-truncated": String(truncated),
      "cache-control": "no-store",
    },
  });
}
