import { z } from "zod";
import { plainName } from "@/lib/systems/schema";
import { editBase } from "@/lib/tiers/schema";
import {
  accountOfRole,
  accountPattern,
  defaultIntervalSeconds,
  intervalBounds,
  isAllowedEndpoint,
  regionPattern,
} from "./rules";

export const connectionRef = z.object({ connectionId: z.uuid("There is no such connection.") });

const role = z
  .string()
  .trim()
  .max(600, "A role's ARN has at most 600 characters.")
  .refine(
    (text) => accountOfRole(text) !== null,
    'Write the role as its ARN, such as "arn:aws:iam::123456789012:role/holdfast-read".',
  );

const mostRegions = 40;

const optionalRole = z
  .union([z.literal("").transform(() => null), role])
  .nullable()
  .default(null);

const regionList = z.string({ error: "Name at least one region." }).transform((text, context) => {
  const regions = [
    ...new Set(
      text
        .trim()
        .toLowerCase()
        .split(/[\s,;]+/)
        .filter(Boolean),
    ),
  ].sort();
  const odd = regions.find((region) => !regionPattern.test(region));
  const message =
    regions.length === 0
      ? "Name at least one region."
      : regions.length > mostRegions
        ? `At most ${mostRegions} regions.`
        : odd && 'Write regions as AWS does, such as "eu-central-1".';
  if (!message) return regions.join(" ");
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const endpoint = z
  .union([
    z.literal("").transform(() => null),
    z
      .string()
      .trim()
      .max(300, "At most 300 characters.")
      .refine(
        isAllowedEndpoint,
        "Use an https:// address; http:// only on this very machine. No user, query or fragment.",
      ),
  ])
  .nullable()
  .default(null);

const decision = {
  name: plainName("The name"),
  regions: regionList,
  endpoint,
  readRoleRef: role,
  actRoleRef: optionalRole,
  cleanupRoleRef: optionalRole,
  serviceRoleRef: optionalRole,
  intervalSeconds: z.coerce
    .number({ error: "A number of seconds is needed." })
    .int("A whole number of seconds is needed.")
    .min(intervalBounds.min, `At least ${intervalBounds.min} s.`)
    .max(intervalBounds.max, `At most ${intervalBounds.max} s.`)
    .default(defaultIntervalSeconds),
};

const roleFields = ["readRoleRef", "actRoleRef", "cleanupRoleRef", "serviceRoleRef"] as const;

type Roles = Record<(typeof roleFields)[number], string | null>;

/** The fields whose role belongs to another account than the connection's. */
export const foreignRoles = (roles: Roles, account: string) =>
  roleFields.filter((field) => {
    const owner = roles[field] === null ? null : accountOfRole(roles[field]);
    return owner !== null && owner !== account;
  });

export const connectionCreate = z
  .object({ ...decision, account: z.string().trim().regex(accountPattern, "An AWS account has twelve digits.") })
  .superRefine((entered, context) => {
    if (!accountPattern.test(entered.account)) return;
    for (const field of foreignRoles(entered, entered.account))
      context.addIssue({
        code: "custom",
        path: [field],
        message: `This role is not in the account ${entered.account}.`,
      });
  });

export const connectionEdit = z.object({
  ...connectionRef.shape,
  revision: z.coerce.number().int().min(1),
  base: editBase,
  ...decision,
});

export const connectionStateChange = z.object({ ...connectionRef.shape, state: z.enum(["active", "disabled"]) });

export const syncRequest = z.object({ ...connectionRef.shape, kind: z.enum(["full", "incremental"]).default("full") });
