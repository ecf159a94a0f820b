import { z } from "zod";
import { isStorable } from "@/lib/core/words";
import { jobKinds, jobStates } from "./rules";

const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

/** What a list of jobs is asked for by its address; what makes no sense there is left out, not refused. */
export const jobsQuery = z.object({
  kind: optional(z.enum(jobKinds)),
  state: optional(z.enum([...jobStates, "open", "troubled"])),
  resource: optional(z.uuid()),
  connection: optional(z.uuid()),
  q: optional(z.string().trim().min(1).max(200).refine(isStorable)),
  after: optional(z.string().max(1_000)),
  before: optional(z.string().max(1_000)),
  limit: z.coerce.number().int().min(1).max(200).catch(50).default(50),
});

export type JobsQuery = z.output<typeof jobsQuery>;

export const jobRef = z.object({ jobId: z.uuid("This link does not lead to a job.") });
