import { z } from "zod";
import { healthStates } from "@/lib/health/rules";
import { editBase, tierId } from "@/lib/tiers/schema";
import { groupKinds } from "./grouping";
import {
  criticalities,
  environments,
  firstPageRows,
  hasUnseen,
  lifecycles,
  mostRegions,
  nameLength,
  regionsOf,
  regionsText,
  systemCuts,
  systemSorts,
  wrongRegion,
} from "./rules";

const seen = (field: string) =>
  [
    (text: string) => !hasUnseen(text),
    `${field} holds characters that cannot be seen, such as control or direction marks. Type it again by hand.`,
  ] as const;

/** A name as people give one: trimmed, of bounded length, and every character of it visible. */
export const plainName = (field: string) =>
  z
    .string({ error: `${field} is missing.` })
    .trim()
    .min(1, `${field} is missing.`)
    .max(nameLength, `${field} may have at most ${nameLength} characters.`)
    .refine(...seen(field));

/** Several lines of text; line breaks are kept, other hidden characters are refused. */
const plainText = (field: string, length: number) =>
  z
    .string()
    .transform((text) => text.replaceAll("\r\n", "\n").trim())
    .pipe(
      z
        .string()
        .max(length, `${field} may have at most ${length} characters.`)
        .refine((text) => !hasUnseen(text.replaceAll(/[\n\t]/g, " ")), seen(field)[1]),
    );

export const systemId = z.uuid({ error: ({ input }) => (input ? "There is no such system." : "Choose a system.") });
const noId = z.union([z.literal("").transform(() => null), z.uuid("Choose one of the list.")]).nullable();

export const systemRef = z.object({ systemId });
/** A system that an address may name; what is no id names none. */
export const maybeSystem = z.object({ systemId: z.uuid().optional().catch(undefined) });
/** A system as an address names it: by its id or by its slug. */
export const systemAddress = z.object({ system: z.union([z.uuid(), z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/)]) });

/** Regions by name; none of them means anywhere. */
const allowedRegions = z
  .string()
  .max(2_000)
  .transform(regionsOf)
  .superRefine((regions, ctx) => {
    const wrong = wrongRegion(regions);
    if (wrong !== undefined)
      ctx.addIssue({
        code: "custom",
        message: `"${wrong.slice(0, 60)}" is not the name of a region. Write them as the provider does, such as eu-central-1.`,
      });
    if (regions.length > mostRegions) ctx.addIssue({ code: "custom", message: `At most ${mostRegions} regions.` });
  })
  .transform(regionsText)
  .default("");

const settings = {
  name: plainName("The name"),
  description: plainText("The description", 2_000).default(""),
  environment: z.enum(environments).default("unknown"),
  criticality: z.enum(criticalities).default("medium"),
  tierId,
  ownerTeamId: noId.default(null),
  ownerUserId: noId.default(null),
  allowedRegions,
};

export const resourceIds = z
  .union([z.uuid().transform((id) => [id]), z.array(z.uuid())])
  .pipe(z.array(z.string()).min(1, "Choose at least one resource.").max(1_000, "At most 1,000 resources at a time."));

export const systemIds = z
  .union([z.uuid().transform((id) => [id]), z.array(z.uuid())])
  .pipe(z.array(z.string()).min(1, "Choose at least one system.").max(1_000, "At most 1,000 systems at a time."))
  .transform((ids) => [...new Set(ids)].sort());

export const systemCreate = z.object({ ...settings, resourceIds: resourceIds.optional() });

export const systemEdit = z.object({
  systemId,
  revision: z.coerce.number().int().min(1),
  base: editBase,
  ...settings,
  lifecycle: z.enum(lifecycles),
  detectionAllowanceMinutes: z.coerce.number({ error: "A number of minutes is needed." }).int().min(0).max(10_080),
});

export const systemsClassify = z.object({ systemIds, tierId });
export const systemsOwn = z.object({ systemIds, ownerTeamId: noId });

/** What a list of systems may be asked for; anything else in the address is left out of account. */
export const systemsQuery = z.object({
  q: z
    .string()
    .trim()
    .max(200)
    .refine((text) => !hasUnseen(text))
    .optional()
    .catch(undefined),
  tier: tierId.optional().catch(undefined),
  owner: z
    .union([z.uuid(), z.literal("none")])
    .optional()
    .catch(undefined),
  status: z.enum(healthStates).optional().catch(undefined),
  environment: z.enum(environments).optional().catch(undefined),
  lifecycle: z.enum(lifecycles).optional().catch(undefined),
  is: z.enum(systemCuts).optional().catch(undefined),
  sort: z.enum(systemSorts).default("worst").catch("worst"),
  after: z.string().max(1_000).optional().catch(undefined),
  before: z.string().max(1_000).optional().catch(undefined),
  limit: z.number().int().min(1).max(200).default(firstPageRows),
});
export type SystemsQuery = z.output<typeof systemsQuery>;

/** The same list in groups. */
export const groupedQuery = systemsQuery.extend({ group: z.enum(groupKinds).optional().catch(undefined) });

/** A system and how many days of it are looked at. */
export const historyRef = z.object({ systemId, days: z.number().int().min(1).max(90).default(7) });
