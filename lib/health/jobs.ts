import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { after } from "@/lib/core/time";
import type { Tx } from "@/lib/platform/db";
import type { Jobs } from "@/lib/queue/names";
import { readNow } from "./current";
import { judgeResources, judgeSystems, judgeTouched, refreshFleetCounts, writeVerdicts } from "./evaluate";
import { readStrictestRpo, type StrictestRpo } from "./facts";

/** Large enough that looking once at what is rare costs little, small enough to be held in memory. */
const systemBatch = 4_000;
const resourceBatch = 20_000;
/** One evaluation at a time: the later one then sees what the earlier one wrote. */
const lockKey = 7_240_120;
/**
 * The parts of a whole fleet have no system in common and may be judged beside each other, though beside no other
 * evaluation; this keeps two evaluations of the whole from judging the same part at once.
 */
const partLockKey = 7_240_121;
const wholeLanes = 2;
const sweepAheadMs = 30_000;

export type Evaluated = { systems: number; resources: number };

/** Carries out a job of the queue: judges the given resources and systems with what hangs on them, or everything. */
export async function evaluateHealth(actor: JobActor, payload: Jobs["health.evaluate"]): Promise<Evaluated> {
  const { resourceIds, systemIds = [] } = payload;
  if (resourceIds === undefined && payload.systemIds === undefined) return evaluateAll(actor);
  const whole = await evaluateThese(actor, systemIds, [], {});
  const some = await evaluateTouched(actor, resourceIds ?? []);
  return { systems: whole.systems + some.systems, resources: whole.resources + some.resources };
}

/** Judges resources of which something was told, and what hangs on them. */
async function evaluateTouched(actor: JobActor, resourceIds: readonly string[]): Promise<Evaluated> {
  const done: Evaluated = { systems: 0, resources: 0 };
  for (const ids of batches(resourceIds, resourceBatch))
    await inTurn(actor, async (tx, at) => {
      const judged = await judgeTouched(tx, ids, at);
      await writeVerdicts(tx, judged, at);
      await refreshFleetCounts(tx, false);
      done.systems += judged.systems.length;
      done.resources += judged.resources.length;
    });
  return done;
}

/** Judges every system and resource from scratch. */
async function evaluateAll(actor: JobActor): Promise<Evaluated> {
  const { systemIds, loners, strictest } = await observe(actor, async (tx) => {
    const systems = await tx.$queryRaw<{ id: string }[]>`select id from systems order by id`;
    const free = await tx.$queryRaw<{ id: string }[]>`
      select r.id from resources r where not exists (
        select 1 from system_resources m where m.resource_id = r.id and m.valid_to is null) order by r.id`;
    const strictest = await readStrictestRpo(tx);
    return { systemIds: systems.map(({ id }) => id), loners: free.map(({ id }) => id), strictest };
  });
  return evaluateThese(actor, systemIds, loners, { whole: true, strictest });
}

/**
 * Judges afresh what time alone may have changed: every verdict whose next change has come or is about to. Most of them
 * would have gone stale had their connection not been read again meanwhile; judged a little early, they never come due,
 * and pages find little to judge themselves.
 */
export async function sweepHealth(actor: JobActor): Promise<Evaluated> {
  const { systemIds, loners } = await observe(actor, async (tx) => {
    const soon = after(await readNow(tx), sweepAheadMs);
    const systems = await tx.$queryRaw<{ id: string }[]>`
      select h.system_id as id from system_health h where h.next_change_at <= ${soon}::timestamptz
      union select m.system_id from resource_health h join system_resources m on m.resource_id = h.resource_id and m.valid_to is null
      where h.next_change_at <= ${soon}::timestamptz
      union select h.system_id from system_health h where h.digest is null`;
    const free = await tx.$queryRaw<{ id: string }[]>`
      select h.resource_id as id from resource_health h where h.next_change_at <= ${soon}::timestamptz
        and not exists (select 1 from system_resources m where m.resource_id = h.resource_id and m.valid_to is null)`;
    return { systemIds: systems.map(({ id }) => id), loners: free.map(({ id }) => id) };
  });
  if (systemIds.length + loners.length === 0) return { systems: 0, resources: 0 };
  return evaluateThese(actor, systemIds, loners, {});
}

const batches = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** Runs one turn of an evaluation, with the moment it judges by. */
const inTurn = (actor: JobActor, run: (tx: Tx, at: Date) => Promise<void>, part?: number) =>
  observe(actor, async (tx) => {
    if (part === undefined) await tx.$queryRaw`select pg_advisory_xact_lock(${lockKey}::bigint)::text`;
    else
      await tx.$queryRaw`
        select pg_advisory_xact_lock_shared(${lockKey}::bigint)::text, pg_advisory_xact_lock(${partLockKey}::int, ${part}::int)::text`;
    // The transaction began before it waited for its turn: its own now() may lie before what the last turn wrote.
    const [clock] = await tx.$queryRaw<{ now: Date }[]>`select clock_timestamp() as now`;
    if (!clock) throw new Error("The database did not tell the time.");
    await run(tx, clock.now);
  });

type Way = { whole?: boolean; strictest?: StrictestRpo };

/** Judges systems and free resources batch by batch; the batches of a whole fleet go two at a time. */
async function evaluateThese(
  actor: JobActor,
  systemIds: readonly string[],
  loners: readonly string[],
  { whole = false, strictest }: Way,
): Promise<Evaluated> {
  const done: Evaluated = { systems: 0, resources: 0 };
  const lanes = whole ? wholeLanes : 1;
  const turns = [
    ...batches(systemIds, Math.min(systemBatch, Math.ceil(systemIds.length / lanes))).map(
      (ids) => async (tx: Tx, at: Date) => {
        const judged = await judgeSystems(tx, ids, at, strictest);
        await writeVerdicts(tx, judged, at);
        done.systems += judged.systems.length;
        done.resources += judged.resources.length;
      },
    ),
    ...batches(loners, resourceBatch).map((ids) => async (tx: Tx, at: Date) => {
      const resources = await judgeResources(tx, ids, at, strictest);
      await writeVerdicts(tx, { resources, systems: [] }, at);
      done.resources += resources.length;
    }),
  ].entries();
  const lane = async () => {
    for (const [part, turn] of turns) await inTurn(actor, turn, whole ? part : undefined);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (whole || done.systems + done.resources > 0) await inTurn(actor, async (tx) => refreshFleetCounts(tx, whole));
  return done;
}
