import { z } from "zod";
import { isTimeZone } from "@/lib/core/time-zone";

/** An instant with a zone, as milliseconds since 1970. */
const instant = z.iso
  .datetime({ offset: true, error: "Give an instant with its zone, such as 2026-06-01T00:00:00Z." })
  .transform((text) => Date.parse(text));
const timeZone = z.string().refine(isTimeZone, "Name a time zone of the IANA database, such as Europe/Berlin.");
const amount = z.number().nonnegative();
const seconds = z.number().nonnegative();
/** A field that may be left out, or be null, in favour of a value of its own. */
const or = <Value>(schema: z.ZodType<Value>, absent: Value) =>
  schema.nullish().transform((given): Value => given ?? absent);
const id = z.string().min(1);
const status = z.string().min(1);
const verification = z.object({ result: z.string(), at: instant.nullish() });

const span = z
  .object({ start: instant, end: instant })
  .refine(({ start, end }) => start <= end, { path: ["end"], error: "The end must not come before the start." });

export const rpoCase = z.object({
  window: z.union([
    span,
    z.object({
      month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, "Write the month as 2026-10."),
      timeZone: or(timeZone, "UTC"),
    }),
  ]),
  rpoSeconds: seconds,
  points: or(
    z.array(
      z.object({
        id,
        status,
        startedAt: instant,
        dataAsOf: instant.nullish(),
        completedAt: instant.nullish(),
        expiresAt: instant.nullish(),
        deletedAt: instant.nullish(),
        region: z.string().nullish(),
        parentId: z.string().nullish(),
        verification: z.union([verification, z.array(verification)]).nullish(),
        malware: z.union([z.string(), z.object({ result: z.string() }), z.object({ status: z.string() })]).nullish(),
        copies: z
          .array(
            z.object({
              region: z.string().nullish(),
              availableFrom: instant,
              expiresAt: instant.nullish(),
              deletedAt: instant.nullish(),
            }),
          )
          .nullish(),
      }),
    ),
    [],
  ),
  pitr: z
    .array(
      z.object({
        from: instant,
        to: instant.nullish(),
        lagSeconds: or(seconds, 0),
        expiresAt: instant.nullish(),
        deletedAt: instant.nullish(),
        region: z.string().nullish(),
      }),
    )
    .nullish(),
  inServiceFrom: instant.nullish(),
  retiredAt: instant.nullish(),
  exclusions: z.array(span).nullish(),
  requireVerified: z.boolean().nullish(),
  scope: z.object({ excludeRegions: z.array(z.string()).nullish() }).nullish(),
  instants: z.array(instant).nullish(),
});

export const scheduleCase = z.object({
  cron: z.string().nullish(),
  /** Elapsed seconds between runs, counted from the anchor, in place of a cron. */
  intervalSeconds: z.number().int().min(1).nullish(),
  anchor: instant.nullish(),
  timeZone: or(timeZone, "UTC"),
  from: instant,
  to: instant,
  earlyToleranceMin: amount.nullish(),
  completeWindowMin: amount.nullish(),
  jobs: z.array(z.object({ id, status, startedAt: instant, completedAt: instant.nullish() })).nullish(),
});

export const deadlineCase = z.object({
  rule: z.string(),
  awareAt: instant.nullish(),
  discoveredAt: instant.nullish(),
  classifiedAt: instant.nullish(),
  notificationSentAt: instant.nullish(),
  notificationAt: instant.nullish(),
  initialSentAt: instant.nullish(),
  initialAt: instant.nullish(),
  intermediateSentAt: instant.nullish(),
  intermediateAt: instant.nullish(),
  sentAt: instant.nullish(),
});

export const orderCase = z.object({
  systems: z.array(z.object({ id, tier: z.number(), rtoSeconds: seconds, restoreSeconds: or(seconds, 0) })),
  deps: or(z.array(z.object({ from: id, to: id, kind: or(z.enum(["HARD", "SOFT"]), "HARD") })), []),
});

const keep = z.number().int().nonnegative().nullish();
export const retentionCase = z.object({
  now: instant,
  timeZone: or(timeZone, "UTC"),
  policy: z.object({
    keepLast: keep,
    keepHourly: keep,
    keepDaily: keep,
    keepWeekly: keep,
    keepMonthly: keep,
    keepYearly: keep,
    minRetentionDays: amount.nullish(),
    maxRetentionDays: amount.nullish(),
  }),
  points: z.array(
    z.object({
      id,
      createdAt: instant,
      status: or(status, "COMPLETED"),
      parentId: z.string().nullish(),
      legalHold: z.boolean().nullish(),
      lockUntil: instant.nullish(),
      verification: z.union([verification, z.array(verification)]).nullish(),
      malware: z.union([z.string(), z.object({ result: z.string() }), z.object({ status: z.string() })]).nullish(),
    }),
  ),
});

const daysPerMonth = or(z.number().positive(), 30);
export const lifecycleCostCase = z.object({
  daysPerMonth,
  sizeGB: amount,
  deleteDay: amount,
  restoreTestsPerYear: amount.nullish(),
  retrievalPricePerGB: amount.nullish(),
  stages: z
    .array(
      z.object({
        class: z.string(),
        fromDay: amount,
        pricePerGBMonth: amount,
        minDays: amount.nullish(),
        transitionInPerGB: amount.nullish(),
        retrievalPerGB: amount.nullish(),
        sizeGB: amount.nullish(),
      }),
    )
    .min(1, "Give at least one stage."),
});
const dayCount = or(z.number().int().nullable(), null);
export const lifecycleRulesCase = z.object({
  rules: z.array(z.object({ moveToColdAfterDays: dayCount, deleteAfterDays: dayCount })),
});
export const breakEvenCase = z.object({
  warm: amount,
  cold: amount,
  transitionPerGB: or(amount, 0),
  fullGB: amount,
  uniqueGB: amount,
  minDays: or(amount, 0),
  daysPerMonth,
});
export const incrementalCase = z.object({
  retainedPoints: z.number().int().nonnegative(),
  fullGB: amount,
  uniqueIncrementalGB: amount,
  compressionRatio: or(z.number().positive(), 1),
  pricePerGBMonth: amount,
});

export const copiesCase = z.object({
  now: instant,
  rule: or(z.string(), "3-2-1-1-0"),
  copyFreshnessSeconds: seconds,
  verifyDays: or(amount, 0),
  countProduction: or(z.boolean(), true),
  copies: z.array(
    z.object({
      id,
      kind: z.enum(["PRODUCTION", "BACKUP"]),
      locationId: z.string(),
      siteId: z.string(),
      mediaClass: z.string(),
      usable: z.boolean().nullish(),
      dataAsOf: instant.nullish(),
      lastVerifiedAt: instant.nullish(),
      verificationErrors: z.number().int().nonnegative().nullish(),
      offline: z.boolean().nullish(),
      airGapped: z.boolean().nullish(),
      lockMode: z.string().nullish(),
      immutableUntil: instant.nullish(),
      /** While a lock can still be taken back it does not count. */
      coolingOffUntil: instant.nullish(),
    }),
  ),
});
