import { z } from "zod";
import type { CsvRow } from "@/lib/core/csv-read";
import { hasUnseen } from "@/lib/systems/rules";
import { batchRows, columns, importOutcomes, mostRows } from "./rules";

const importId = z.uuid("There is no such import.");
export const importRef = z.object({ importId });

const names = columns.map(({ name }) => name);

export const importOpen = z.object({
  fileName: z
    .string()
    .trim()
    .transform((text) => text.slice(-120))
    .refine((text) => !hasUnseen(text), "The file's name holds characters that cannot be seen. Rename it."),
  columns: z
    .array(z.enum(names))
    .min(1)
    .max(names.length)
    .refine((all) => all.includes("slug"), "The column slug is missing.")
    .refine((all) => new Set(all).size === all.length, "A column is there twice."),
  rows: z.number().int().min(1, "This file has no lines.").max(mostRows, `At most ${mostRows} lines travel at once.`),
});

const row = z
  .tuple([z.number().int().min(1).max(10_000_000)], z.string().max(20_000))
  .transform(([line, ...cells]): CsvRow => ({ line, cells }));

export const importStage = z.object({
  importId,
  rows: z.array(row).min(1).max(batchRows, `A batch holds at most ${batchRows} lines.`),
});

/** Which lines of an import are looked at; anything else in the address is left out of account. */
export const importRowsQuery = z.object({
  importId,
  outcome: z.enum(importOutcomes).optional().catch(undefined),
  after: z.coerce.number().int().min(0).max(2_000_000_000).optional().catch(undefined),
  limit: z.number().int().min(1).max(200).default(100),
});

/** A page of the systems that are taken out. */
export const exportQuery = z.object({
  after: z.string().max(80).default(""),
  limit: z.number().int().min(1).max(5_000).default(2_000),
});
