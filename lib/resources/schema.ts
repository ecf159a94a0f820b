import { z } from "zod";
import { hasUnseen } from "@/lib/systems/rules";
import { resourceIds, systemId } from "@/lib/systems/schema";
import { coverageGaps } from "./rules";

export const resourcesAssign = z.object({ systemId, resourceIds });
export const resourcesRelease = z.object({ resourceIds });
export const requirementSet = z.object({
  systemId,
  resourceId: z.uuid(),
  required: z.enum(["true", "false"]).transform((text) => text === "true"),
});

const tagText = (field: string, length: number) =>
  z
    .string({ error: `${field} is missing.` })
    .trim()
    .min(1, `${field} is missing.`)
    .max(length, `${field} may have at most ${length} characters.`)
    .refine((text) => !hasUnseen(text), `${field} holds characters that cannot be seen.`);

/** A tag as clouds take one: AWS allows 128 characters in a key and 256 in a value. */
export const tag = { tagKey: tagText("The tag's key", 128), tagValue: tagText("The tag's value", 256) };

const priority = z.coerce
  .number({ error: "The priority is a whole number." })
  .int("The priority is a whole number.")
  .min(1, "The priority is at least 1, which wins over all others.")
  .max(1_000, "The priority is at most 1000.")
  .default(100);

export const ruleAdd = z.object({ systemId, ...tag, priority });
export const rulePreview = ruleAdd;
export const ruleRef = z.object({ ruleId: z.uuid() });

const searched = z
  .string()
  .trim()
  .max(200)
  .refine((text) => !hasUnseen(text))
  .optional()
  .catch(undefined);
const word = z
  .string()
  .max(60)
  .refine((text) => !hasUnseen(text))
  .optional()
  .catch(undefined);
const place = z.string().max(1_000).optional().catch(undefined);

/** What the inbox may be asked for; anything else in the address is left out of account. */
export const inboxQuery = z.object({
  q: searched,
  kind: word,
  connection: z.uuid().optional().catch(undefined),
  status: z.enum(["unprotected", "protected"]).optional().catch(undefined),
  after: place,
  before: place,
  limit: z.number().int().min(1).max(200).default(50),
});
export type InboxQuery = z.output<typeof inboxQuery>;

/** What the list of gaps in coverage may be asked for. */
export const coverageQuery = z.object({
  q: searched,
  gap: z.enum(coverageGaps).optional().catch(undefined),
  kind: word,
  region: word,
  connection: z.uuid().optional().catch(undefined),
  after: place,
  before: place,
  limit: z.number().int().min(1).max(200).default(50),
});
export type CoverageQuery = z.output<typeof coverageQuery>;

/** Which tag rules are looked at. */
export const rulesQuery = z.object({
  q: searched,
  after: place,
  before: place,
  limit: z.number().int().min(1).max(200).default(50),
});
