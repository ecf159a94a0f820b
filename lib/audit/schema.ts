import { z } from "zod";
import { isStorable } from "@/lib/core/words";

const text = z.string().catch("");

/** One event's canonical body, as far as the screen reads it; the text itself stays the evidence. */
export const auditBody = z.object({
  v: z.number(),
  id: z.string(),
  ts: z.string(),
  install: text,
  actor: z.object({
    type: z.string(),
    id: z.string(),
    sessionId: z.string().optional(),
    aal: z.number().optional(),
    amr: z.array(z.string()).optional(),
    ip: z.string().nullish(),
  }),
  action: z.string(),
  target: z.object({ type: z.string(), id: z.string() }),
  outcome: z.enum(["success", "failure", "denied"]),
  request: z.object({ id: text }).catch({ id: "" }),
  detail: z.record(z.string(), z.unknown()).catch({}),
  reason: z.string().optional(),
  evidence: z.record(z.string(), z.unknown()).optional(),
  singleOperator: z.boolean().optional(),
  breakGlass: z.boolean().optional(),
});

export type AuditBody = z.output<typeof auditBody>;

export const auditOutcomes = ["success", "failure", "denied"] as const;
export const auditSpans = ["1h", "24h", "7d", "30d", "365d"] as const;
export const auditAreas = ["restores", "backups", "estate", "connections", "rules", "people", "audit"] as const;

const moment = z
  .string()
  .trim()
  .transform((at) => (/(z|[+-]\d\d:?\d\d)$/i.test(at) ? at : `${at}Z`))
  .refine((at) => !Number.isNaN(Date.parse(at)))
  .transform((at) => new Date(at))
  // PostgreSQL's calendar is shorter than JavaScript's.
  .refine((at) => at.getUTCFullYear() >= 1 && at.getUTCFullYear() <= 9_999)
  .optional()
  .catch(undefined);

const word = (max: number) => z.string().trim().min(1).max(max).refine(isStorable).optional().catch(undefined);

/** What of the log is wanted; an address that makes no sense narrows nothing. */
export const auditFilter = z.object({
  q: word(120),
  outcome: z.enum(auditOutcomes).optional().catch(undefined),
  area: z.enum(auditAreas).optional().catch(undefined),
  action: word(120),
  person: z.uuid().optional().catch(undefined),
  target: word(500),
  span: z.enum(auditSpans).optional().catch(undefined),
  from: moment,
  to: moment,
});

export type AuditFilter = z.output<typeof auditFilter>;

export const exportFormats = ["ndjson", "ocsf", "csv"] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportInput = auditFilter.extend({ format: z.enum(exportFormats).catch("ndjson") });

/** One page of an export that was written down: what is before `until`, beyond the place that the last page ended at. */
export const exportPageInput = exportInput.extend({
  until: z.iso.datetime(),
  after: word(400),
  most: z.number().int().min(1).max(1_000),
});

export const bundleInput = z.object({ size: z.number().int().min(1), at: z.date() });

export const auditQuery = auditFilter.extend({ after: word(400), before: word(400) });

export const eventRef = z.object({ eventId: z.uuid() });

export const trailRef = z.object({
  targetType: z.enum(["restore", "approval", "system", "backup"]),
  targetId: z.uuid(),
});
