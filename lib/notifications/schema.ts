import { z } from "zod";

export const nothing = z.object({});

/** One notification to mark as read, or all that there are. */
export const toRead = z.object({ id: z.union([z.uuid(), z.literal("all")]) });
