import { z } from "zod";
import { hasUnseen } from "@/lib/systems/rules";
import { pointKinds, pointStatuses } from "./rules";

export const pointRef = z.object({ pointId: z.uuid() });

/** What a list of recovery points may be asked for; anything else in the address is left out of account. */
export const pointsQuery = z.object({
  q: z
    .string()
    .trim()
    .max(200)
    .refine((text) => !hasUnseen(text))
    .optional()
    .catch(undefined),
  resource: z.uuid().optional().catch(undefined),
  system: z.uuid().optional().catch(undefined),
  vault: z.uuid().optional().catch(undefined),
  status: z.enum(pointStatuses).optional().catch(undefined),
  kind: z.enum(pointKinds).optional().catch(undefined),
  usable: z.enum(["yes", "no"]).optional().catch(undefined),
  after: z.string().max(400).optional().catch(undefined),
  before: z.string().max(400).optional().catch(undefined),
  limit: z.number().int().min(1).max(200).default(50),
});
export type PointsQuery = z.output<typeof pointsQuery>;
