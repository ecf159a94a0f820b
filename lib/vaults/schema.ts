import { z } from "zod";
import { hasUnseen } from "@/lib/systems/rules";
import { lockStates, vaultKinds } from "./rules";

export const vaultRef = z.object({ vaultId: z.uuid("There is no such vault.") });

/** What a list of vaults may be asked for; anything else in the address is left out of account. */
export const vaultsQuery = z.object({
  q: z
    .string()
    .trim()
    .max(200)
    .refine((text) => !hasUnseen(text))
    .optional()
    .catch(undefined),
  connection: z.uuid().optional().catch(undefined),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/)
    .optional()
    .catch(undefined),
  kind: z.enum(vaultKinds).optional().catch(undefined),
  lock: z.enum(lockStates).optional().catch(undefined),
  after: z.string().max(1_000).optional().catch(undefined),
  before: z.string().max(1_000).optional().catch(undefined),
  limit: z.number().int().min(1).max(200).default(50),
});
export type VaultsQuery = z.output<typeof vaultsQuery>;
