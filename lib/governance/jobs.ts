import "server-only";
import type { JobActor } from "@/lib/access/permissions";
import { days } from "@/lib/core/time";
import { closeSetUp, startMonthlyDrill } from "./commands";
import { drillCalendar, isSetUpOver } from "./data";

/** Begins the monthly readiness drill when it is due: 30 days after the last one, or after there were enough people for one. */
export async function drillWhenDue(actor: JobActor): Promise<void> {
  const { lastAt, governedAt } = await drillCalendar(actor, {});
  const since = lastAt ?? governedAt;
  if (since !== null && Date.now() - Date.parse(since) >= days(30)) await startMonthlyDrill(actor, {});
}

/** Closes the set-up as soon as enough people can vote, also where nobody changes anything just then. */
export async function closeSetUpWhenOver(actor: JobActor): Promise<void> {
  if (await isSetUpOver(actor, {})) await closeSetUp(actor, {});
}
