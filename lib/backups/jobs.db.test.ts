import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { syncConnection } from "@/lib/connections/jobs";
import type { Outcome } from "@/lib/core/outcome";
import { db } from "@/lib/platform/db";
import { person, theWorker } from "@/lib/platform/testing/people";
import { type ObservedJob, ProviderError } from "@/lib/providers/contract";
import {
  homeRegion,
  productionId,
  smallEstateConnections,
  smallEstateCredentials,
} from "@/sandbox/aws/estates/nordwind";
import { buildSmallEstate } from "@/sandbox/aws/estates/small";
import { type Sandbox, startSandbox } from "@/sandbox/main";
import { startBackup } from "./commands";
import { callBackup, dispatchBackup, followBackup, type ProviderOf, sweepBackups } from "./jobs";

const [production] = smallEstateConnections;
if (!production) throw new Error("The small estate has no connections.");

const reason = "Before the migration of tonight";
const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.value;
};

let cloud: Sandbox;
let connectionId: string;

beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", smallEstateCredentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", smallEstateCredentials.secretAccessKey);
  cloud = await startSandbox({ world: buildSmallEstate({ now: new Date(), seed: "backups" }), speed: 10_000 });
  const { id } = await db.connection.create({
    data: {
      kind: "aws",
      name: "Production",
      account: productionId,
      settings: {
        account: productionId,
        regions: [homeRegion],
        endpoint: cloud.url,
        readRoleRef: production.readRoleArn,
        actRoleRef: production.actRoleArn,
        cleanupRoleRef: null,
        externalId: production.externalId,
        serviceRoleRef: production.restoreRoleArn,
      },
    },
  });
  connectionId = id;
  await syncConnection({ connectionId, kind: "full" }, theWorker());
});
beforeEach(() => fetch(`${cloud.url}/_sandbox/faults`, { method: "DELETE" }));
afterAll(() => cloud.stop());

const breaks = (rule: object) => fetch(`${cloud.url}/_sandbox/faults`, { method: "POST", body: JSON.stringify(rule) });
const requestOf = (id: string) => db.backupRequest.findUniqueOrThrow({ where: { id } });
const queuedFor = (id: string) => db.$queryRaw<{ key: string }[]>`
  select singleton_key as key from pgboss.job where name = 'backup.dispatch' and data ->> 'jobId' = ${id} order by 1`;

/** A database that nothing backs up at this moment, and a request for it. */
async function asked(at: number) {
  const idle = await db.resource.findMany({
    where: {
      connectionId,
      kind: "RDS",
      vanishedAt: null,
      jobs: { none: { state: { in: ["queued", "running"] } } },
      points: { some: { copyOfRef: null } },
    },
    orderBy: { providerRef: "asc" },
  });
  const resource = idle[at];
  if (!resource) throw new Error(`The estate has only ${idle.length} idle databases.`);
  const { requestId } = value(await startBackup(await person("operator"), { resourceId: resource.id, reason }));
  return { resource, requestId };
}

const jobsIn = (resourceRef: string) =>
  Object.values(cloud.world.accounts[productionId]?.regions[homeRegion]?.backupJobs ?? {}).filter(
    (job) => job.resourceArn === resourceRef && job.createdBy === null,
  );

describe("against the pretend cloud", () => {
  it("runs from the queue to a recovery point", async () => {
    const { resource, requestId } = await asked(0);
    await dispatchBackup({ jobId: requestId });
    const { state, providerJobRef } = await requestOf(requestId);
    expect(state).toBe("succeeded");
    expect(jobsIn(resource.providerRef).map(({ id }) => id)).toEqual([providerJobRef]);
    const queued = await db.$queryRaw<unknown[]>`
      select 1 from pgboss.job where name = 'connection.sync' and data ->> 'connectionId' = ${connectionId}`;
    expect(queued.length).toBeGreaterThan(0);
    await syncConnection({ connectionId, kind: "incremental" }, theWorker());
    expect(await db.job.count({ where: { connectionId, providerRef: providerJobRef ?? "" } })).toBe(1);
    const events = await db.auditEvent.findMany({ where: { targetId: requestId }, orderBy: { ts: "asc" } });
    expect(events.map(({ action }) => action)).toEqual([
      "backup.start",
      "backup.dispatch.intent",
      "backup.dispatch.send",
      "backup.dispatch.accepted",
      "backup.run.ended",
    ]);
  });

  it("makes one job of a call whose answer never arrived", async () => {
    const { resource, requestId } = await asked(1);
    await breaks({ operation: "StartBackupJob", times: 3, effect: { kind: "lost_answer" } });
    const first = await callBackup(requestId, "worker");
    if (first.state === "unanswered") await fetch(`${cloud.url}/_sandbox/faults`, { method: "DELETE" });
    await dispatchBackup({ jobId: requestId });
    expect((await requestOf(requestId)).state).toBe("succeeded");
    expect(jobsIn(resource.providerRef)).toHaveLength(1);
  });

  it("keeps the provider's words when it refuses", async () => {
    const { requestId } = await asked(2);
    const effect = { kind: "error", name: "AccessDeniedException", message: "Not allowed to use this vault." };
    await breaks({ operation: "StartBackupJob", effect });
    expect(await callBackup(requestId, "worker")).toMatchObject({ state: "failed" });
    expect(await requestOf(requestId)).toMatchObject({
      state: "failed",
      outcome: "refused",
      message: expect.stringContaining("Not allowed to use this vault."),
    });
  });
});

/** A job that says what it is told, in turn. */
const telling = (...said: (Partial<ObservedJob> | ProviderError)[]): ProviderOf => {
  const order = vi.fn(() => Promise.resolve({ ref: "job-1", pointRef: null }));
  return () => ({
    startBackup: order,
    backupJob: () => {
      const next = said.length > 1 ? said.shift() : said[0];
      if (next instanceof ProviderError) return Promise.reject(next);
      return Promise.resolve({
        state: "running",
        rawStatus: "RUNNING",
        message: null,
        percent: null,
        ...next,
      } as ObservedJob);
    },
  });
};

describe("following", () => {
  const fast = { forMs: 200, everyMs: 10 };

  it("shows progress, outlives a silent provider, and ends with the job", async () => {
    const { requestId } = await asked(3);
    const silent = new ProviderError("timed_out", "AWS did not answer in time.", "TimeoutError", false);
    await callBackup(requestId, "worker", telling());
    expect(await followBackup(requestId, { ...fast, providerOf: telling({ percent: 40 }) })).toBe(false);
    expect(await requestOf(requestId)).toMatchObject({ state: "running", message: "40 % done" });
    const failed = { state: "failed", rawStatus: "FAILED", message: "The snapshot quota is reached." } as const;
    expect(await followBackup(requestId, { ...fast, providerOf: telling(silent, { percent: 90 }, failed) })).toBe(true);
    expect(await requestOf(requestId)).toMatchObject({ state: "failed", message: "The snapshot quota is reached." });
  });

  it("ends with a job that its provider has forgotten", async () => {
    const { requestId } = await asked(4);
    const forgotten = new ProviderError("not_found", "No such job.", "ResourceNotFoundException", true);
    await callBackup(requestId, "worker", telling());
    expect(await followBackup(requestId, { ...fast, providerOf: telling(forgotten) })).toBe(true);
    expect(await requestOf(requestId)).toMatchObject({
      state: "failed",
      message: expect.stringContaining("no longer knows"),
    });
  });

  it("is handed on by the queue, one look at a time, and found again by the sweep", async () => {
    const { requestId } = await asked(5);
    await dispatchBackup({ jobId: requestId }, telling(), 0);
    expect(await queuedFor(requestId)).toEqual([{ key: requestId }, { key: `${requestId}:follow` }]);
    await sweepBackups();
    expect(await queuedFor(requestId)).toHaveLength(2);
    await db.$executeRaw`delete from pgboss.job where data ->> 'jobId' = ${requestId}`;
    await sweepBackups();
    expect(await queuedFor(requestId)).toEqual([{ key: `${requestId}:follow` }]);
  });

  it("writes an end down once when two look at the same moment", async () => {
    const { requestId } = await asked(6);
    await callBackup(requestId, "worker", telling());
    const done = telling({ state: "succeeded", rawStatus: "COMPLETED" });
    const looked = await Promise.all([1, 2].map(() => followBackup(requestId, { ...fast, providerOf: done })));
    expect(looked).toEqual([true, true]);
    expect(await db.auditEvent.count({ where: { targetId: requestId, action: "backup.run.ended" } })).toBe(1);
  });
});
