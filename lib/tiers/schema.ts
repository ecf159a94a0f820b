import { z } from "zod";
import { copyRules, parseDuration } from "./rules";

export const tierId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "There is no such tier.");
export const tierRef = z.object({ tierId });

const minute = 60;
const day = 86_400;

const duration = (least: number, most: number, range: string) =>
  z.string().transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== null && seconds >= least && seconds <= most) return seconds;
    const message = seconds === null ? 'Write it as "15 min", "4 h" or "3 d".' : `It must lie between ${range}.`;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });

const whole = (least: number, most: number) =>
  z.coerce
    .number({ error: "A whole number is needed." })
    .int("A whole number is needed.")
    .min(least, `At least ${least}.`)
    .max(most, `At most ${most}.`);

const base = z
  .string()
  .max(4_000)
  .transform((text, context) => {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch {
      // Falls through to the refusal below.
    }
    context.addIssue({ code: "custom", message: "Reload the page and try again." });
    return z.NEVER;
  });

/** What the person had before them when they began to edit; it only serves to say and keep what others changed. */
export const editBase = base.default({});

export const tierEdit = z.object({
  tierId,
  revision: z.coerce.number().int().min(1),
  base: editBase,
  name: z.string().trim().min(1, "Give the tier a name.").max(80, "At most 80 characters."),
  rpoSeconds: duration(minute, 30 * day, "1 min and 30 d"),
  rtoSeconds: duration(minute, 90 * day, "1 min and 90 d"),
  mtdSeconds: duration(minute, 365 * day, "1 min and 365 d"),
  timeInRpoTargetPct: z.coerce
    .number({ error: "A number is needed." })
    .min(50, "At least 50 %.")
    .max(100, "At most 100 %.")
    .refine((value) => Math.abs(value * 10_000 - Math.round(value * 10_000)) < 1e-6, "At most four decimals."),
  restoreTestCadenceDays: whole(1, 1_095),
  drillCadenceDays: whole(1, 1_095),
  runbookReviewDays: whole(1, 1_095),
  verifyDays: whole(1, 1_095),
  copyRule: z.enum(copyRules, { error: "Choose one of the copy rules." }),
  minRetentionDays: whole(1, 36_500),
  maxRetentionDays: z.union([z.literal("").transform(() => null), whole(1, 36_500)]),
  offsiteRetentionDays: whole(0, 36_500),
  minImmutableDays: whole(0, 36_500),
  approvals: whole(1, 5),
});
