import "server-only";
import type { JobActor } from "@/lib/access/permissions";
import { days } from "@/lib/core/time";
import { startMonthlyDrill } from "./commands";
import { drillCalendar } from "./data";

/** Begins the monthly readiness drill when it is due: 30 days after the last one, or after there were enough people for one. */
export async function drillWhenDue(actor: JobActor): Promise<void> {
  const { lastAt, governedAt } = await drillCalendar(actor, {});
  const since = lastAt ?? governedAt;
  if (since !== null && Date.now() - Date.parse(since) >= days(30)) await startMonthlyDrill(actor, {});
}
