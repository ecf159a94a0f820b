import "server-only";
import type { JobActor } from "@/lib/access/permissions";
import { db, type Tx } from "@/lib/platform/db";
import { deniedMost, record } from "./record";

type Counted = { actor_id: string; action: string; window_start: Date; hits: number; now: Date };

const isPerson = (id: string) => /^[0-9a-f]{8}-/.test(id);

async function tell(tx: Tx, actor: JobActor, { actor_id, action, window_start, hits, now }: Counted): Promise<void> {
  await record(tx, {
    actor,
    action: "audit.denied_many",
    outcome: "success",
    subject: isPerson(actor_id) ? ["user", actor_id] : ["command", action],
    detail: { action, actorId: actor_id, count: hits - deniedMost, minute: window_start },
    at: now,
  });
}

/** Turns the denied attempts of past minutes that were only counted into one event each. */
export function tellDenials(actor: JobActor): Promise<number> {
  return db.$transaction(async (tx) => {
    const counted = await tx.$queryRaw<Counted[]>`
      delete from audit_denials where window_start < date_trunc('minute', now())
      returning actor_id, action, window_start, hits, now() as now`;
    const many = counted.filter(({ hits }) => hits > deniedMost);
    for (const one of many) await tell(tx, actor, one);
    return many.length;
  });
}
