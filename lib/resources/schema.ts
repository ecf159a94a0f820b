import { z } from "zod";
import { hasUnseen } from "@/lib/systems/rules";
import { resourceIds, systemId } from "@/lib/systems/schema";

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

export const ruleAdd = z.object({ systemId, ...tag });
export const rulePreview = z.object({ systemId, ...tag });
export const ruleRef = z.object({ ruleId: z.uuid() });

/** What the inbox may be asked for; anything else in the address is left out of account. */
export const inboxQuery = z.object({
  q: z
    .string()
    .trim()
    .max(200)
    .refine((text) => !hasUnseen(text))
    .optional()
    .catch(undefined),
  kind: z
    .string()
    .max(60)
    .refine((text) => !hasUnseen(text))
    .optional()
    .catch(undefined),
  connection: z.uuid().optional().catch(undefined),
  status: z.enum(["unprotected", "protected"]).optional().catch(undefined),
  after: z.string().max(1_000).optional().catch(undefined),
  before: z.string().max(1_000).optional().catch(undefined),
  limit: z.number().int().min(1).max(200).default(50),
});
export type InboxQuery = z.output<typeof inboxQuery>;
