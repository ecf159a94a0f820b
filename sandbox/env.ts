import { z } from "zod";

const schema = z.object({
  /** The PostgreSQL server for the sandbox's real databases, where --database names none. */
  HOLDFAST_SANDBOX_DATABASE: z.string().min(1).optional(),
});

/** The sandbox's settings, read once. */
export const env = schema.parse(process.env);
