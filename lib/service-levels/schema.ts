import { z } from "zod";
import { isTimeZone } from "@/lib/core/time-zone";
import { periodNames } from "./rules";

export const systemRef = z.object({ systemId: z.uuid() });

const day = z.iso.date().optional().catch(undefined);

/** Which time of a system is judged, and under which loss; what the address has wrong is left out of account. */
export const timeInRpoQuery = z.object({
  systemId: z.uuid(),
  period: z.enum(periodNames).default("30d").catch("30d"),
  /** First and last day, both included, in place of a named period. */
  from: day,
  to: day,
  zone: z.string().max(60).refine(isTimeZone).default("UTC").catch("UTC"),
  /** A region taken for lost. */
  lost: z.string().max(60).optional().catch(undefined),
  /** Whether only points whose restore was proven count. */
  proven: z.literal("1").optional().catch(undefined),
});
export type TimeInRpoQuery = z.output<typeof timeInRpoQuery>;

export const exclusionReason = z
  .string()
  .trim()
  .min(10, "Say in ten characters or more why this time does not count, such as a change number.")
  .max(300, "At most 300 characters.");

/** Planned maintenance, as a form says it: local moments of a zone. */
export const exclusionAdd = z.object({
  systemId: z.uuid(),
  reason: exclusionReason,
  startsAt: z.iso
    .datetime({ local: true, error: "Give the day and the time it begins (UTC)." })
    .transform((text) => new Date(`${text.slice(0, 16)}Z`)),
  hours: z.coerce
    .number({ error: "A number of hours is needed." })
    .min(0.25, "At least a quarter of an hour.")
    .max(168, "At most seven days; longer work is better parked."),
});
export const exclusionEnd = z.object({ systemId: z.uuid(), exclusionId: z.uuid() });
