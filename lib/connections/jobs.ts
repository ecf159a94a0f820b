import "server-only";
import { randomUUID } from "node:crypto";
import { observe } from "@/lib/access/observe";
import { type JobActor, jobPermissions } from "@/lib/access/permissions";
import { env } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";
import { settleRuns } from "@/lib/policies/runs";
import { type CapabilityCheck, type Provider, ProviderError } from "@/lib/providers/contract";
import { type ConnectionRow, providerFor } from "@/lib/providers/registry";
import { enqueue } from "@/lib/queue/enqueue";
import type { Jobs } from "@/lib/queue/names";
import { markUnusual } from "@/lib/recovery-points/unusual";
import { syncKey } from "./due";
import type { RegionResult } from "./rules";
import { syncRegion } from "./sync-region";
import { closeRun, openRun, RunningSync } from "./sync-run";

/** So many regions are read at once. */
const atOnce = 3;

const actorAs = (id: string): JobActor => ({ kind: "job", id, permissions: jobPermissions, requestId: randomUUID() });

/**
 * Reads a connection and writes down what changed. Regions fail alone; a run that a worker left behind is taken up where
 * it stopped. Throws only for what is wrong with ourselves, so that the queue tries again.
 */
export async function syncConnection(
  payload: Jobs["connection.sync"],
  actor: JobActor = actorAs("worker sync"),
  providerOf: (connection: ConnectionRow) => Provider = providerFor,
  stopping?: AbortSignal,
): Promise<void> {
  const run = await openRun(actor, payload);
  if (!run) return;
  const connection = await observe(actor, (tx) => tx.connection.findUniqueOrThrow({ where: { id: run.connectionId } }));
  const sync = new RunningSync(actor, run, stopping);
  const startedMs = performance.now();
  const provider = await openProvider(sync, connection, providerOf);
  if (provider) await readRegions(sync, provider);
  // After a full reading the job that writes down new promises settles them, too.
  const settled = run.kind === "full" ? [] : await settleRuns(actor, run.connectionId);
  sync.tally.add("runs", { read: 0, written: settled.length, vanished: 0, resourceIds: settled });
  await markUnusual(actor, [...sync.tally.restocked]);
  await closeRun(sync, sync.tally.touched);
  if (run.kind === "full") await checkConnection(run.connectionId, actor, providerOf);
  const { counts } = sync.tally;
  log.info(
    {
      connectionId: run.connectionId,
      kind: run.kind,
      regions: run.perRegion,
      counts,
      durationMs: Math.round(performance.now() - startedMs),
    },
    "sync",
  );
}

/** Whoever cannot be anybody there fails in every region at once, with one reason. */
async function openProvider(
  sync: RunningSync,
  connection: ConnectionRow,
  providerOf: (connection: ConnectionRow) => Provider,
): Promise<Provider | null> {
  try {
    const provider = providerOf(connection);
    await dropRegions(sync, provider.regions);
    await provider.identity();
    return provider;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const result: RegionResult = { state: "failed", code: error.kind, message: error.message };
    const regions = await observe(sync.actor, async (tx) => {
      const { connectionId } = sync.run;
      const at = { errorCode: error.kind, errorMessage: error.message.slice(0, 2_000), lastAttemptAt: new Date() };
      await tx.connectionRegion.updateMany({
        where: { connectionId, state: { not: "disabled" } },
        data: { state: "failed", ...at },
      });
      return tx.connectionRegion.findMany({
        where: { connectionId, state: { not: "disabled" } },
        select: { region: true },
      });
    });
    for (const { region } of regions) sync.run.perRegion[region] = result;
    return null;
  }
}

/** Regions that are no longer listed are kept for what was seen there, and no longer read. */
async function dropRegions({ actor, run: { connectionId } }: RunningSync, regions: readonly string[]): Promise<void> {
  await observe(actor, async (tx) => {
    await tx.connectionRegion.createMany({
      data: regions.map((region) => ({ connectionId, region })),
      skipDuplicates: true,
    });
    await tx.connectionRegion.updateMany({
      where: { connectionId, region: { notIn: [...regions] } },
      data: { state: "disabled" },
    });
    await tx.connectionRegion.updateMany({
      where: { connectionId, region: { in: [...regions] }, state: "disabled" },
      data: { state: "waiting" },
    });
  });
}

async function readRegions(sync: RunningSync, provider: Provider): Promise<void> {
  const waiting = provider.regions.filter((region) => sync.run.perRegion[region]?.state !== "ok");
  const readNext = async (): Promise<void> => {
    for (let region = waiting.shift(); region !== undefined; region = waiting.shift())
      await sync.finishRegion(region, await syncRegion(sync, provider, region));
  };
  await Promise.all(Array.from({ length: atOnce }, readNext));
}

/**
 * What follows a request for a self-check: the check itself where this process may call the provider, else a reading of
 * everything by the worker, which ends with one.
 */
export async function checkOnRequest(connectionId: string): Promise<void> {
  if (env.HOLDFAST_DISPATCH === "web") {
    await checkConnection(connectionId);
    return;
  }
  await observe(actorAs("self-check"), (tx) =>
    enqueue(tx, "connection.sync", { connectionId, kind: "full" }, { key: syncKey(connectionId, "full") }),
  );
}

/** Finds out what a connection's roles may and may not do, and writes it down. */
export async function checkConnection(
  connectionId: string,
  actor: JobActor = actorAs("self-check"),
  providerOf: (connection: ConnectionRow) => Provider = providerFor,
): Promise<CapabilityCheck[]> {
  const connection = await observe(actor, (tx) => tx.connection.findUniqueOrThrow({ where: { id: connectionId } }));
  const checks = await run(() => providerOf(connection).selfCheck());
  await observe(
    actor,
    (tx) =>
      tx.$executeRaw`update connections set self_check = ${JSON.stringify(checks)}::jsonb, self_checked_at = now() where id = ${connectionId}::uuid`,
  );
  return checks;
}

/** A check that could not be carried out is itself a finding. */
async function run(check: () => Promise<CapabilityCheck[]>): Promise<CapabilityCheck[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return [
      {
        id: "reach",
        title: "The provider did not let itself be asked",
        verdict: "bad",
        detail: error.message,
        remedy: null,
      },
    ];
  }
}
