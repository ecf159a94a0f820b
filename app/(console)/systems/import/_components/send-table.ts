import { checkImportAction, openImportAction, stageRowsAction } from "@/app/(console)/systems/import/actions";
import { decodeTable, readCsv } from "@/lib/core/csv-read";
import { accept, type Outcome, refuse } from "@/lib/core/outcome";
import { batchesOf, mostFileBytes, readTable } from "@/lib/imports/rules";

/** How far the sending has come: a step in words, and its share where it is known. */
export type Sent = { step: string; share: number | null };

async function readFile(file: File) {
  if (file.size === 0)
    return refuse("invalid", "This file is empty. Its first line names the columns, each further line a system.");
  if (file.size > mostFileBytes) return refuse("invalid", "This file is larger than 50 MB. Split it.");
  const text = decodeTable(new Uint8Array(await file.arrayBuffer()));
  if (!text.ok) return text;
  const rows = readCsv(text.value);
  return rows.ok ? readTable(rows.value) : rows;
}

/** Reads a file here, sends it in batches, and has it checked; answers the import that now waits to be looked at. */
export async function sendTable(
  file: File,
  tell: (sent: Sent) => void,
  stopped: () => boolean,
): Promise<Outcome<string>> {
  tell({ step: "Reading the file", share: null });
  const table = await readFile(file);
  if (!table.ok) return table;
  const { columns, rows } = table.value;
  const opened = await openImportAction({ fileName: file.name, columns, rows: rows.length });
  if (!opened.ok) return opened;
  const importId = opened.value.id;
  const batches = batchesOf(rows);
  for (const [index, batch] of batches.entries()) {
    if (stopped()) return refuse("conflict", "Stopped. Nothing was changed.");
    tell({ step: "Sending", share: index / batches.length });
    const staged = await stageRowsAction({ importId, rows: batch });
    if (!staged.ok) return staged;
  }
  tell({ step: "Comparing it with the estate", share: null });
  const checked = await checkImportAction({ importId });
  return checked.ok ? accept(importId) : checked;
}
