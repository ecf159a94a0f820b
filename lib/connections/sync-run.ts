import "server-only";
import { observe } from "@/lib/access/observe";
import type { JobActor } from "@/lib/access/permissions";
import { seconds } from "@/lib/core/time";
import type { Tx } from "@/lib/platform/db";
import { enqueue } from "@/lib/queue/enqueue";
import { enqueueEvaluation } from "@/lib/queue/evaluation";
import type { Jobs } from "@/lib/queue/names";
import type { RegionResult, SyncKind } from "./rules";
import { Tally } from "./sync-tally";

export type RunRow = { id: string; connectionId: string; kind: SyncKind; perRegion: Record<string, RegionResult> };

/**
 * Takes up the run that a job is about: the one it names, the live one of its kind that a worker left behind, or a new
 * one. Null when there is nothing left to do.
 */
export async function openRun(
  actor: JobActor,
  { connectionId, kind, runId }: Jobs["connection.sync"],
): Promise<RunRow | null> {
  return observe(actor, async (tx) => {
    const [connection] = await tx.$queryRaw<
      { state: string }[]
    >`select state::text from connections where id = ${connectionId}::uuid for update`;
    if (connection?.state !== "active") {
      await tx.syncRun.updateMany({
        where: { connectionId, kind, state: { in: ["queued", "running"] } },
        data: { state: "cancelled", stateAt: new Date(), finishedAt: new Date() },
      });
      return null;
    }
    if (!runId)
      await tx.$executeRaw`
        insert into sync_runs (connection_id, kind, state) values (${connectionId}::uuid, ${kind}::sync_kind, 'queued')
        on conflict (connection_id, kind) where state in ('queued', 'running') do nothing`;
    const [row] = await tx.$queryRaw<{ id: string; per_region: unknown }[]>`
      update sync_runs set state = 'running', state_at = now(), started_at = coalesce(started_at, now())
      where connection_id = ${connectionId}::uuid and kind = ${kind}::sync_kind and state in ('queued', 'running')
        and (${runId ?? null}::uuid is null or id = ${runId ?? null}::uuid)
      returning id::text, per_region`;
    return row ? { id: row.id, connectionId, kind, perRegion: row.per_region as RunRow["perRegion"] } : null;
  });
}

/** Thrown when this worker has to stop: the run stays open, and whoever takes it up goes on from its cursor. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

export type Progress = { region: string; step: string; detail?: string };

const writeEveryMs = seconds(1);

/** A run under way: what it did so far, told to the screen about once a second. */
export class RunningSync {
  readonly tally = new Tally();
  private readonly steps = new Map<string, Progress & { read: number }>();
  private writtenAtMs = 0;

  constructor(
    readonly actor: JobActor,
    readonly run: RunRow,
    private readonly stopping?: AbortSignal,
  ) {}

  async say(progress: Progress, read = 0): Promise<void> {
    if (this.stopping?.aborted) throw new Interrupted("This worker stops.");
    const known = this.steps.get(progress.region);
    const isSame = known?.step === progress.step && known.detail === progress.detail;
    this.steps.set(progress.region, { ...progress, read: (isSame ? (known?.read ?? 0) : 0) + read });
    if (Date.now() - this.writtenAtMs < writeEveryMs) return;
    await this.write();
  }

  async finishRegion(region: string, result: RegionResult): Promise<void> {
    this.steps.delete(region);
    this.run.perRegion[region] = result;
    await this.write();
  }

  private async write(): Promise<void> {
    this.writtenAtMs = Date.now();
    await observe(this.actor, (tx) =>
      tx.syncRun.updateMany({
        where: { id: this.run.id, state: "running" },
        data: { progress: { now: [...this.steps.values()] }, counts: this.tally.counts, perRegion: this.run.perRegion },
      }),
    );
  }
}

/** Ends a run by what its regions came to; a reading of everything without a failure makes the connection fresh. */
export async function closeRun(sync: RunningSync, touched: Iterable<string>): Promise<void> {
  const results = Object.values(sync.run.perRegion);
  const failed = results.filter(({ state }) => state === "failed").length;
  const state = failed === results.length ? "failed" : failed === 0 ? "succeeded" : "partial";
  const { id, connectionId, kind } = sync.run;
  await observe(sync.actor, async (tx) => {
    const closed = await tx.$executeRaw`
      update sync_runs set state = ${state}::job_state, state_at = now(), finished_at = now(), progress = '{}',
        counts = ${JSON.stringify(sync.tally.counts)}::jsonb, per_region = ${JSON.stringify(sync.run.perRegion)}::jsonb
      where id = ${id}::uuid and state = 'running'`;
    if (closed === 0) return;
    if (state === "succeeded" && kind !== "restorable")
      await tx.$executeRaw`
        update connections set last_success_at = (select started_at from sync_runs where id = ${id}::uuid),
          last_full_at = case when ${kind} = 'full' then (select started_at from sync_runs where id = ${id}::uuid) else last_full_at end
        where id = ${connectionId}::uuid`;
    if (await inventoryWasRead(tx, sync.run)) await enqueue(tx, "runs.expect", { connectionId }, { key: connectionId });
    await enqueueEvaluation(tx, touched);
  });
}

/** Whether policies and resources were read by this run, by whichever workers shared it. */
async function inventoryWasRead(tx: Tx, { id, connectionId, kind }: RunRow): Promise<boolean> {
  if (kind === "full") return true;
  const [row] = await tx.$queryRaw<{ read: boolean }[]>`
    select exists (
      select 1 from connection_regions g, sync_runs n
      where n.id = ${id}::uuid and g.connection_id = ${connectionId}::uuid and (g.cursor->>'inventoryAt')::timestamptz >= n.started_at) as read`;
  return row?.read ?? false;
}
