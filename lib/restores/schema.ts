import { z } from "zod";
import { comparators, minReasonLength } from "./rules";

const unknown = "This link does not lead to a restore.";
const plainText = (max: number, what: string) =>
  z
    .string()
    .trim()
    .max(max, `${what} has at most ${max} characters.`)
    .refine(
      (text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/.test(text),
      `${what} holds control or direction characters. Remove them.`,
    );

export const restoreRef = z.object({ restoreId: z.uuid(unknown) });
export const itemRef = z.object({ itemId: z.uuid(unknown) });

const stale = z.coerce.number().int().min(1);

export const beginInput = z
  .object({
    systemId: z.uuid("Choose a system.").optional(),
    resourceId: z.uuid("Choose a resource.").optional(),
    pointId: z.uuid("Choose a recovery point.").optional(),
  })
  .refine(({ systemId, resourceId, pointId }) => systemId || resourceId || pointId, "Choose what to restore.");

export const whatInput = restoreRef.extend({
  draftRevision: stale,
  resourceId: z.uuid("Choose a resource."),
  reason: plainText(2_000, "The reason").refine(
    (text) => text.length >= minReasonLength,
    `Say in at least ${minReasonLength} characters why data has to come back.`,
  ),
  incidentRef: plainText(120, "The ticket").optional(),
});

export const whenInput = restoreRef.extend({
  draftRevision: stale,
  kind: z.enum(["latest", "point", "time"], "Choose a moment."),
  pointId: z.union([z.uuid("Choose a recovery point."), z.literal("")]).optional(),
  at: z
    .string()
    .trim()
    .transform((text) => (text && !/(z|[+-]\d\d:?\d\d)$/i.test(text) ? `${text}Z` : text))
    .refine((text) => text === "" || !Number.isNaN(Date.parse(text)), "Write the moment as 2026-11-24T06:58:00Z (UTC).")
    .optional(),
});

export const whereInput = restoreRef.extend({
  draftRevision: stale,
  targetName: z
    .string()
    .trim()
    .min(1, "The new resource needs a name.")
    .max(63, "The name has at most 63 characters.")
    .regex(
      /^[A-Za-z][A-Za-z0-9._-]*$/,
      "The name begins with a letter and holds letters, digits, dots, hyphens and underscores.",
    ),
  settings: z.record(z.string().max(200), z.string().max(4_000, "A setting has at most 4,000 characters.")).default({}),
});

export const preflightInput = restoreRef;
const grant = { grantId: z.union([z.uuid(), z.literal("")]).optional() };
export const submitInput = restoreRef.extend(grant);
export const startInput = restoreRef.extend(grant);
export const cancelInput = restoreRef.extend({ reason: plainText(500, "The reason").optional() });
export const reviseInput = restoreRef;

export const assertionInput = z.object({
  systemId: z.uuid(),
  assertionId: z.uuid().optional(),
  name: plainText(120, "The name").refine((text) => text.length > 0, "The assertion needs a name."),
  sql: z
    .string()
    .trim()
    .min(8, "Write one SELECT that answers one value.")
    .max(4_000, "The SQL has at most 4,000 characters.")
    .refine(
      (sql) => /^(select|with)\b/i.test(sql) && !sql.replace(/;\s*$/, "").includes(";"),
      "Write one SELECT that answers one value.",
    ),
  comparator: z.enum(comparators, "Choose a comparison."),
  expected: plainText(400, "The expected value"),
});

export const restoreList = z.object({
  after: z.uuid().optional().catch(undefined),
  state: z.enum(["open", "finished", "all"]).catch("all"),
  systemId: z.uuid().optional().catch(undefined),
});
