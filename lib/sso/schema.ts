import { z } from "zod";
import { roles } from "@/lib/access/permissions";

const grantId = z.uuid().optional();

export const nothing = z.object({});

/** What a value of the role claim shall be worth. */
export const mappingToSave = z
  .object({
    value: z
      .string()
      .trim()
      .min(1, "Say the value exactly as the claim has it.")
      .max(500, "Use at most 500 characters."),
    role: z.enum(roles),
    scope: z.enum(["everything", "team", "tag"]).default("everything"),
    teamId: z.union([z.uuid(), z.literal("")]).default(""),
    tagKey: z.string().trim().max(128).default(""),
    tagValue: z.string().trim().max(256).default(""),
    grantId,
  })
  .superRefine(({ scope, teamId, tagKey, tagValue }, ctx) => {
    const miss = (path: string, message: string) => ctx.addIssue({ code: "custom", path: [path], message });
    if (scope === "team" && teamId === "") miss("teamId", "Choose a team.");
    if (scope === "tag" && tagKey === "") miss("tagKey", "Name the tag.");
    if (scope === "tag" && tagValue === "") miss("tagValue", "Say the tag's value.");
  });

export const mappingToRemove = z.object({ mappingId: z.uuid(), grantId });

export const identitiesOf = z.object({ personId: z.uuid() });

/** Whom an identity belongs to, by the subject that the identity provider gave them. */
export const identityToLink = z.object({
  personId: z.uuid(),
  subject: z.string().trim().min(1, "Paste the subject they were shown.").max(255, "Use at most 255 characters."),
  grantId,
});

export const identityToUnlink = z.object({ identityId: z.uuid(), grantId });
