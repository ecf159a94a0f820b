import "server-only";
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "@/lib/access/command";
import { type JobActor, jobPermissions } from "@/lib/access/permissions";
import { accept, type Outcome, refuse } from "@/lib/core/outcome";
import { seconds } from "@/lib/core/time";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { applyChange, carryOutChange, handOverChange, putBackChange } from "./commands";
import { getChangeStanding, getHandedOver, listHandedOver } from "./data";

const worker = (): JobActor => ({ kind: "job", id: "worker", permissions: jobPermissions, requestId: randomUUID() });

/**
 * Applies an approved change from its page: at once, or, where the worker alone dispatches, by handing it over and
 * waiting up to `waitMs` for the worker's word. Answers what is shown once, such as a one-time code; null where nothing is.
 */
export const applyApproved =
  (mode = env.HOLDFAST_DISPATCH, waitMs = seconds(10)): Command<unknown> =>
  async (actor, raw) => {
    if (mode === "web") return applyChange(actor, raw);
    const handed = await handOverChange(actor, raw);
    if (!handed.ok) return handed;
    const { approvalId, shown } = handed.value;
    for (let waited = 0; waited < waitMs; waited += 250) {
      const standing = await getChangeStanding(actor, { approvalId });
      const word = standing && wordOf(standing);
      if (word) return word.ok ? accept(shown) : word;
      await pause(250);
    }
    return accept(shown);
  };

/** What the worker has said of a change that was handed over; null while it has said nothing. */
function wordOf({ state, handedOverAt, failure }: StandingOf): Outcome<null> | null {
  if (state === "applied") return accept(null);
  if (state !== "waiting" || !handedOverAt) return refuse("conflict", failure ?? `This change is ${state}.`);
  return null;
}

type StandingOf = NonNullable<Awaited<ReturnType<typeof getChangeStanding>>>;

/**
 * Applies what was handed over, or says why not: a signature that does not hold ends it for good, anything else gives it
 * back to whoever asked. Two of these at once apply it once. What only has to wait, such as an audit log that is not
 * sealed, is left for the next turn of the sweep.
 */
export async function applyHandedOver(changeId: string): Promise<void> {
  const actor = worker();
  const { startGrantId = null } = (await getHandedOver(actor, { changeId })) ?? {};
  if (!startGrantId) return;
  const outcome = await carryOutChange(actor, { changeId });
  if (outcome.ok || outcome.code === "unavailable") return;
  const forGood = outcome.code === "forbidden";
  const put = await putBackChange(actor, { changeId, startGrantId, forGood, reason: outcome.message });
  if (!put.ok) return;
  const about = { changeId, refusal: outcome.code, message: outcome.message };
  if (forGood) log.error(about, "an approved change was refused: its signatures do not hold");
  else log.warn(about, "an approved change was given back");
}

/** Takes up what a worker that died left behind; one change that cannot be taken up does not keep the others waiting. */
export async function sweepChanges(): Promise<void> {
  for (const { id } of await listHandedOver(worker(), {}))
    await applyHandedOver(id).catch((error: unknown) => log.error({ err: error, changeId: id }, "changes sweep"));
}
