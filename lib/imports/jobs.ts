import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";

/** Takes away tables that are a day old, with their lines. */
export function sweepImports(actor: JobActor): Promise<number> {
  return observe(actor, (tx) => tx.$executeRaw`delete from imports where expires_at < now()`);
}
