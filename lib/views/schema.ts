import { z } from "zod";
import { hasUnseen } from "@/lib/systems/rules";
import { viewNameLength, viewPages, viewQuery, viewQueryLength } from "./rules";

const page = z.enum(viewPages);
const name = z
  .string({ error: "The name is missing." })
  .trim()
  .min(1, "The name is missing.")
  .max(viewNameLength, `The name may have at most ${viewNameLength} characters.`)
  .refine((text) => !hasUnseen(text), "The name holds characters that cannot be seen. Type it again by hand.");
/** A box that is ticked or not sent at all. */
const shared = z
  .literal("on")
  .optional()
  .transform((ticked) => ticked === "on");

export const viewsOf = z.object({ page });
export const viewRef = z.object({ viewId: z.uuid("There is no such view.") });
export const viewSave = z
  .object({ page, name, shared, query: z.string().max(4 * viewQueryLength) })
  .transform(({ query, ...rest }) => ({ ...rest, query: viewQuery(rest.page, query) }))
  .refine(({ query }) => query.length <= viewQueryLength, {
    path: ["query"],
    message: "This filter is too long to be kept. Take a part of it away.",
  });
export const viewEdit = viewRef.extend({ name, shared });
