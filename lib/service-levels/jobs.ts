import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { after, hours, minutes } from "@/lib/core/time";
import { readNow } from "@/lib/health/current";
import { quarterOf } from "@/lib/health/verdict";
import type { Tx } from "@/lib/platform/db";
import { type Quarter, sumOn } from "./burn";

/** Sums stay this far behind the clock, so that what happened is known when it is summed. */
const behindMs = minutes(30);
/** They are carried on when they are this much further behind. */
const strideMs = hours(1);
/** Carrying on reads little of each system, summing anew reads its quarter; the parts of a batch are joined by looking. */
const batch = 200;
const anewBatch = 50;

export type Summed = { carriedOn: number; anew: number };

/**
 * Keeps the sum of each system's time beyond its RPO in this quarter: carries them on by the hour, and makes those anew
 * whose past has changed. Tiers, members and exclusions change from now on, ahead of every sum; what changes the past (a
 * failed verification, malware, a member that turns out to be required, what became known late) the database marks.
 */
export async function advanceBurn(actor: JobActor): Promise<Summed> {
  const summed = { carriedOn: 0, anew: 0 };
  for (let more = true; more; ) {
    const done = await observe(actor, async (tx) => {
      const now = await readNow(tx);
      const quarter = quarterOf(now);
      const to = after(now, -behindMs);
      if (to <= quarter.from) return { anew: 0, carriedOn: 0 };
      await addSystems(tx, quarter);
      const anew = await takeMarked(tx, quarter);
      const ids = anew.length > 0 ? anew : await takeBehind(tx, after(to, -strideMs));
      if (ids.length > 0) await sumOn(tx, ids, anew, quarter, to);
      return { anew: anew.length, carriedOn: ids.length - anew.length };
    });
    summed.anew += done.anew;
    summed.carriedOn += done.carriedOn;
    more = done.anew + done.carriedOn > 0;
  }
  return summed;
}

/** A system without a sum begins with the quarter; in service later, nothing before counts. */
const addSystems = (tx: Tx, { from }: Quarter) => tx.$executeRaw`
  insert into rpo_burn (system_id, quarter_from, through_at)
  select s.id, ${from}::timestamptz, ${from}::timestamptz from systems s
  where s.lifecycle <> 'retired' and not exists (select 1 from rpo_burn r where r.system_id = s.id)
  on conflict do nothing`;

/** Takes some marks away and answers their systems: a mark that comes after this stays for the next time. */
async function takeMarked(tx: Tx, { from }: Quarter): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    with marked as (
      select system_id as id from rpo_burn_marks group by system_id limit ${anewBatch}),
    taken as (
      delete from rpo_burn_marks m using marked where m.system_id = marked.id)
    select r.system_id as id from marked join rpo_burn r on r.system_id = marked.id`;
  if (rows.length > 0) return rows.map(({ id }) => id);
  const other = await tx.$queryRaw<{ id: string }[]>`
    select system_id as id from rpo_burn where quarter_from <> ${from}::timestamptz or through_at = ${from}::timestamptz limit ${anewBatch}`;
  return other.map(({ id }) => id);
}

const takeBehind = async (tx: Tx, before: Date): Promise<string[]> =>
  (
    await tx.$queryRaw<{ id: string }[]>`
      select system_id as id from rpo_burn where through_at <= ${before}::timestamptz order by through_at limit ${batch}`
  ).map(({ id }) => id);
