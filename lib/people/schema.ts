import { z } from "zod";
import { roles } from "@/lib/access/permissions";

const reason = z.string().trim().min(3, "Say why, in a few words.").max(500, "Use at most 500 characters.");
const grantId = z.uuid().optional();
const text = (max: number) => z.string().trim().min(1).max(max, `Use at most ${max} characters.`);

/** What a role or a wall display covers, as a form says it. */
export const scopeFields = {
  scope: z.enum(["everything", "team", "tag"]).default("everything"),
  teamId: z.union([z.uuid(), z.literal("")]).default(""),
  tagKey: z.string().trim().max(128).default(""),
  tagValue: z.string().trim().max(256).default(""),
};

const scope = { role: z.enum(roles), ...scopeFields };

/** A scope that says team must name one, and one that says tag its key and value. */
export const whole = (
  value: { scope: string; teamId: string; tagKey: string; tagValue: string },
  ctx: z.RefinementCtx,
) => {
  const miss = (path: string, message: string) => ctx.addIssue({ code: "custom", path: [path], message });
  if (value.scope === "team" && value.teamId === "") miss("teamId", "Choose a team.");
  if (value.scope === "tag" && value.tagKey === "") miss("tagKey", "Name the tag.");
  if (value.scope === "tag" && value.tagValue === "") miss("tagValue", "Say the tag's value.");
};

export const personRef = z.object({ personId: z.uuid() });
export const personReason = z.object({ personId: z.uuid(), reason });
export const personProven = z.object({ personId: z.uuid(), grantId });

export const invitation = z
  .object({
    displayName: text(120),
    email: z.string().trim().toLowerCase().pipe(z.email("This is not an e-mail address.").max(254)),
    ...scope,
    grantId,
  })
  .superRefine(whole);

export const roleToGive = z.object({ personId: z.uuid(), ...scope, grantId }).superRefine(whole);
export const roleToTake = z.object({ roleGrantId: z.uuid() });

export const factorToAdd = z.object({
  kind: z.enum(["passkey", "totp"]),
  name: text(60).describe("To tell it from others later."),
  grantId,
});
export const factorToRename = z.object({ factorId: z.uuid(), name: text(60) });
export const factorToRemove = z.object({ factorId: z.uuid(), grantId });

export const passwordChange = z.object({
  currentPassword: z.string().min(1, "Type the password you have now.").max(1_024),
  newPassword: z.string().max(1_024),
  grantId,
});
/** Operations on one's own account whose proof names nothing but the account. */
export const ownAccount = z.object({ grantId });

export const sessionRef = z.object({ sessionId: z.uuid() });
export const mySessions = z.object({ keep: z.enum(["this", "none"]) });
export const everybody = z.object({ reason });

const zones = new Set(Intl.supportedValuesOf("timeZone"));
export const preferences = z.object({
  timeZone: z.string().refine((zone) => zone === "UTC" || zones.has(zone), "This time zone is not known here."),
});
