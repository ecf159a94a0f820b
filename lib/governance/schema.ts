import { z } from "zod";
import type { LevelRule, PolicyLevels } from "@/lib/approvals/rules";

const whole = (least: number, most: number) =>
  z.coerce
    .number({ error: "A whole number is needed." })
    .int("A whole number is needed.")
    .min(least, `At least ${least}.`)
    .max(most, `At most ${most}.`);

const minutes = whole(0, 20_160);
const factor = z.enum(["device_passkey", "passkey", "totp"]);
const factorList = z
  .union([factor.transform((one) => [one]), z.array(factor)])
  .default([])
  .transform((factors) => [...new Set(factors)]);

/** The fields of one level, as a form names them: `approver0`, `factors0[]` and so on. */
const levelFields = (level: 0 | 1 | 2 | 3) => ({
  [`approver${level}`]: whole(0, 9),
  [`security${level}`]: whole(0, 9),
  [`factors${level}`]: factorList,
  [`approveWithinMinutes${level}`]: minutes,
  [`executeWithinMinutes${level}`]: minutes,
  [`coolDownMinutes${level}`]: minutes,
  [`breakGlassCoolDownMinutes${level}`]: whole(0, 1_440),
  [`deny${level}`]: whole(1, 5),
});

const numberOf = (said: Record<string, unknown>, field: string) => Number(said[field] ?? 0);

function ruleOf(said: Record<string, unknown>, level: 0 | 1 | 2 | 3): LevelRule {
  const votes = [
    { group: "approver" as const, count: numberOf(said, `approver${level}`) },
    { group: "security_approver" as const, count: numberOf(said, `security${level}`) },
  ].filter(({ count }) => count > 0);
  return {
    votes,
    factors: (said[`factors${level}`] ?? []) as LevelRule["factors"],
    approveWithinSeconds: numberOf(said, `approveWithinMinutes${level}`) * 60,
    executeWithinSeconds: numberOf(said, `executeWithinMinutes${level}`) * 60,
    coolDownSeconds: numberOf(said, `coolDownMinutes${level}`) * 60,
    breakGlassCoolDownSeconds: numberOf(said, `breakGlassCoolDownMinutes${level}`) * 60,
    denyThreshold: numberOf(said, `deny${level}`),
  };
}

/** A whole policy, as the form says it. */
export const policyInput = z
  .object({ ...levelFields(0), ...levelFields(1), ...levelFields(2), ...levelFields(3) })
  .transform((said): { levels: PolicyLevels } => ({
    levels: { 0: ruleOf(said, 0), 1: ruleOf(said, 1), 2: ruleOf(said, 2), 3: ruleOf(said, 3) },
  }));

export const placeInput = z.object({
  account: z
    .string()
    .trim()
    .regex(/^\d{12}$/, "An AWS account has twelve digits."),
  region: z
    .string()
    .trim()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'Write the region as AWS does, such as "eu-central-1".'),
  label: z.string().trim().min(1, "Say what the place is.").max(120, "At most 120 characters."),
});
export const placeRef = z.object({ placeId: z.uuid("There is no such place.") });

export const singleOperatorInput = z.object({ on: z.enum(["yes", "no"]) });

export const freezeInput = z.object({
  reason: z.string().trim().min(10, "Say in at least 10 characters why.").max(500, "Use at most 500 characters."),
});
export const freezeRef = z.object({ freezeId: z.uuid("There is no such freeze.") });

export const delegationInput = z.object({
  delegateId: z.uuid("Choose somebody."),
  group: z.enum(["approver", "security_approver"]),
  days: whole(1, 14),
  coversLevelZero: z
    .enum(["on", "yes", ""])
    .default("")
    .transform((said) => (said === "" ? "" : "on")),
  reason: z.string().trim().min(3, "Say why, in a few words.").max(500, "Use at most 500 characters."),
});
export const delegationRef = z.object({ delegationId: z.uuid("There is no such delegation.") });

export const drillRef = z.object({
  drillId: z.uuid("There is no such drill."),
  grantId: z.union([z.uuid(), z.literal("")]).optional(),
});
