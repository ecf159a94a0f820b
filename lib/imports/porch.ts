import "server-only";
import { may, type UserActor } from "@/lib/access/permissions";
import { currentActor } from "@/lib/auth/actor";
import { type Cell, csvOf } from "@/lib/core/csv";
import { listForExport } from "./data";
import { columns, mostExported } from "./rules";
import type { ExportedSystem } from "./view";

const pageRows = 2_000;

const said = (status: number, message: string) =>
  new Response(`${message}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });

const cellOf = (system: ExportedSystem, name: string): Cell => {
  const value = system[name as keyof ExportedSystem];
  return value instanceof Date ? value.toISOString() : value;
};

/** The table, page by page, each read under the reader's own permission; it ends at 100,000 rows. */
async function* pagesOf(actor: UserActor): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(csvOf([columns.map(({ name }) => name)]));
  let after = "";
  for (let left = mostExported; left > 0; left -= pageRows) {
    const systems = await listForExport(actor, { after, limit: Math.min(left, pageRows) });
    const last = systems.at(-1);
    if (!last) return;
    yield encoder.encode(csvOf(systems.map((system) => columns.map(({ name }) => cellOf(system, name)))));
    after = last.slug;
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

/** The porch of an export: every system one may see, as a table that can be brought in again. */
export async function answerSystemsExport(): Promise<Response> {
  const actor = await currentActor();
  if (actor?.kind !== "user") return said(401, "Your session has ended. Sign in again to go on.");
  if (!may(actor, "estate:read")) return said(403, "This needs a role that may read the estate.");
  const day = new Date().toISOString().slice(0, 10);
  return new Response(streamOf(pagesOf(actor)), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="holdfast-systems-${day}.csv"`,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}
