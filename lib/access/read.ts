import "server-only";
import type { z } from "zod";
import { reader } from "@/lib/platform/db";
import { admit } from "./admit";
import type { ReadContext } from "./context";
import { type Actor, type Permission, visibleTo } from "./permissions";

/** The only door to stored data: no permission, no query; and the query is handed what may be seen. */
export function read<Input extends z.ZodType, View>(
  permission: Permission,
  schema: Input,
  run: (ctx: ReadContext, input: z.output<Input>) => Promise<View>,
) {
  return async (actor: Actor, raw: unknown): Promise<View> =>
    run({ db: reader, actor, visible: visibleTo(actor, permission) }, admit(actor, permission, schema, raw));
}
