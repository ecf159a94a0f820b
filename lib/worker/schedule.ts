import "server-only";
import { setTimeout as pause } from "node:timers/promises";
import { observe } from "@/lib/access/observe";
import { tellDenials } from "@/lib/audit/denials";
import { sealPending } from "@/lib/audit/seal";
import { sweepIdentity } from "@/lib/auth/sweep";
import { sweepBackups } from "@/lib/backups/jobs";
import { sweepChanges } from "@/lib/changes/jobs";
import { enqueueDueSyncs } from "@/lib/connections/due";
import { hours, minutes, seconds } from "@/lib/core/time";
import { closeSetUpWhenOver, drillWhenDue } from "@/lib/governance/jobs";
import { sweepHealth } from "@/lib/health/jobs";
import { sweepImports } from "@/lib/imports/jobs";
import { log } from "@/lib/platform/log";
import { sweepRestores } from "@/lib/restores/jobs";
import { advanceBurn } from "@/lib/service-levels/jobs";
import { refreshCards } from "@/lib/systems/jobs";
import { keepAnchors } from "./anchors";
import { workerActor } from "./handlers";
import { Leadership } from "./leader";

type Timer = { name: string; everyMs: number; run: () => Promise<unknown> };

/** What happens by the clock; one worker at a time keeps them. */
const timers: readonly Timer[] = [
  { name: "due readings", everyMs: seconds(5), run: () => enqueueDueSyncs(workerActor()) },
  { name: "health sweep", everyMs: seconds(15), run: () => sweepHealth(workerActor()) },
  { name: "system cards", everyMs: seconds(2), run: () => refreshCards(workerActor()) },
  { name: "burn sums", everyMs: minutes(5), run: () => advanceBurn(workerActor()) },
  { name: "restores sweep", everyMs: seconds(5), run: () => sweepRestores() },
  { name: "backups sweep", everyMs: seconds(5), run: () => sweepBackups() },
  { name: "changes sweep", everyMs: seconds(5), run: () => sweepChanges() },
  { name: "audit sealing", everyMs: seconds(1), run: () => sealPending() },
  { name: "audit anchors", everyMs: seconds(5), run: () => keepAnchors() },
  { name: "denied attempts", everyMs: seconds(30), run: () => tellDenials(workerActor()) },
  { name: "set-up", everyMs: minutes(1), run: () => closeSetUpWhenOver(workerActor()) },
  { name: "readiness drill", everyMs: hours(6), run: () => drillWhenDue(workerActor()) },
  { name: "imports sweep", everyMs: hours(1), run: () => sweepImports(workerActor()) },
  { name: "identity sweep", everyMs: minutes(10), run: () => sweepIdentity() },
  { name: "partitions", everyMs: hours(24), run: makePartitions },
];

/** Partitions are there three months before their first row. */
function makePartitions(): Promise<unknown> {
  return observe(
    workerActor(),
    (tx) => tx.$queryRaw`select make_partitions(now()::date, (now() + interval '3 months')::date)`,
  );
}

/** Runs the timers until told to stop; answers when the last one has come to rest. */
export async function keepTime(stopping: AbortSignal): Promise<void> {
  const leadership = new Leadership();
  await Promise.all(timers.map((timer) => repeat(timer, leadership, stopping)));
  await leadership.release();
}

/** A timer never overlaps itself, and a failure is its own: it is tried again at its next turn. */
async function repeat({ name, everyMs, run }: Timer, leadership: Leadership, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    let waitMs = everyMs;
    try {
      if (await leadership.hold()) await run();
      else waitMs = Math.min(everyMs, seconds(5));
    } catch (error) {
      log.error({ error, timer: name }, "timer");
      waitMs = Math.max(waitMs, seconds(2));
    }
    await pause(waitMs, undefined, { signal: stopping }).catch(() => undefined);
  }
}
