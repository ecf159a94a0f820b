import { z } from "zod";
import { systemId } from "@/lib/systems/schema";

export const dependencyAdd = z.object({
  systemId,
  toId: z.uuid("Choose a system."),
  kind: z.enum(["hard", "soft"]).default("hard"),
  /** Said once more, after the circle was named. */
  acceptCircle: z
    .enum(["on"])
    .optional()
    .transform((said) => said === "on"),
});
export const dependencyRef = z.object({ systemId, dependencyId: z.uuid("There is no such dependency.") });
