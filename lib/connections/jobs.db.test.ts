import { randomUUID } from "node:crypto";
import { DeleteRecoveryPointCommand } from "@aws-sdk/client-backup";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { db } from "@/lib/platform/db";
import { theWorker } from "@/lib/platform/testing/people";
import { expectRuns } from "@/lib/policies/jobs";
import { openSession, usualPatience } from "@/lib/providers/aws/session";
import type { ConnectionSettings } from "@/lib/providers/contract";
import { providerFor } from "@/lib/providers/registry";
import { addRole } from "@/sandbox/aws/estates/accounts";
import {
  homeRegion,
  productionId,
  smallEstateConnections,
  smallEstateCredentials,
} from "@/sandbox/aws/estates/nordwind";
import { buildSmallEstate } from "@/sandbox/aws/estates/small";
import type { Role, World } from "@/sandbox/aws/world";
import { type Sandbox, startSandbox } from "@/sandbox/main";
import { syncConnection } from "./jobs";
import type { SyncKind } from "./rules";
import { Interrupted } from "./sync-run";

const [production] = smallEstateConnections;
if (!production) throw new Error("The small estate has no connections.");
const secondRegion = "eu-west-1";

let world: World;
let cloud: Sandbox;
/** Somebody who may delete recovery points, as Holdfast never may. */
let destroyer: Role;

beforeAll(async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", smallEstateCredentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", smallEstateCredentials.secretAccessKey);
  world = buildSmallEstate({ now: new Date(), seed: "sync" });
  const account = world.accounts[productionId];
  if (!account) throw new Error("The estate lost its account.");
  const trustedPrincipals = [smallEstateCredentials.accountId];
  destroyer = addRole(account, {
    name: "destroyer",
    trustedPrincipals,
    externalId: production.externalId,
    allowedActions: ["*"],
  });
  cloud = await startSandbox({ world });
});

afterAll(() => cloud.stop());

const settingsWith = (change: Partial<ConnectionSettings> = {}): ConnectionSettings => ({
  account: productionId,
  regions: [homeRegion, secondRegion],
  endpoint: cloud.url,
  readRoleRef: production.readRoleArn,
  actRoleRef: production.actRoleArn,
  cleanupRoleRef: null,
  externalId: production.externalId,
  serviceRoleRef: production.restoreRoleArn,
  ...change,
});

async function connect(change: Partial<ConnectionSettings> = {}): Promise<string> {
  const { id } = await db.connection.create({
    data: { kind: "aws", name: `Production ${randomUUID()}`, account: productionId, settings: settingsWith(change) },
  });
  return id;
}

const sync = async (connectionId: string, kind: SyncKind = "full") => {
  await syncConnection({ connectionId, kind }, theWorker());
  return db.syncRun.findFirstOrThrow({ where: { connectionId }, orderBy: { createdAt: "desc" } });
};

const breaks = (rule: object) => fetch(`${cloud.url}/_sandbox/faults`, { method: "POST", body: JSON.stringify(rule) });
const mends = () => fetch(`${cloud.url}/_sandbox/faults`, { method: "DELETE" });
const regionOf = (connectionId: string, region: string) =>
  db.connectionRegion.findUniqueOrThrow({ where: { connectionId_region: { connectionId, region } } });

const place = () => {
  const found = world.accounts[productionId]?.regions[homeRegion];
  if (!found) throw new Error("The estate lost its home region.");
  return found;
};

/** What every row of a table says, with when it was written. */
const pointRows = (connectionId: string) =>
  db.recoveryPoint.findMany({ where: { connectionId }, orderBy: { providerRef: "asc" } });

describe("reading a whole account", () => {
  it("writes down what is there, once, and says how fresh it is", async () => {
    const connectionId = await connect();
    const run = await sync(connectionId);
    expect(run).toMatchObject({ state: "succeeded", kind: "full" });
    const wanted = Object.values(place().recoveryPoints);
    const stored = await db.recoveryPoint.findMany({
      where: { connectionId, region: homeRegion },
      include: { resource: true, vault: true },
    });
    expect(stored.map(({ providerRef }) => providerRef).sort()).toEqual(wanted.map(({ arn }) => arn).sort());
    for (const point of stored) {
      const source = place().recoveryPoints[point.providerRef];
      expect(point).toMatchObject({
        rawStatus: source?.status,
        resource: { providerRef: source?.resourceArn },
        vault: { name: source?.vaultName },
      });
    }
    const live = Object.values(place().resources).filter(({ deletedMs }) => deletedMs === null);
    const known = await db.resource.findMany({
      where: { connectionId, region: homeRegion, vanishedAt: null, account: productionId },
    });
    expect(known.map(({ providerRef }) => providerRef)).toEqual(
      expect.arrayContaining(live.filter(({ type }) => type === "RDS" || type === "EBS").map(({ arn }) => arn)),
    );
    const jobs = await db.job.count({ where: { connectionId, region: homeRegion, kind: "backup" } });
    expect(jobs).toBeGreaterThan(100);
    const connection = await db.connection.findUniqueOrThrow({ where: { id: connectionId } });
    expect(connection.lastSuccessAt?.getTime()).toBe(run.startedAt?.getTime());
    expect(connection.selfCheck).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: "read-role", verdict: "ok" })]),
    );
    expect(await regionOf(connectionId, secondRegion)).toMatchObject({ state: "ok", errorCode: null });
  });

  it("writes no row again that says the same, and marks what is missing", async () => {
    const connectionId = await connect({ regions: [homeRegion] });
    await sync(connectionId);
    const first = await pointRows(connectionId);
    const standing = (ref: string) => place().recoveryPoints[ref];
    const [gone, changed] = first.filter(
      ({ providerRef, kind }) =>
        kind === "snapshot" &&
        standing(providerRef)?.status === "COMPLETED" &&
        standing(providerRef)?.vaultName === "nordwind-standard",
    );
    const source = changed && standing(changed.providerRef);
    if (!gone || !changed || !source) throw new Error("The estate has too few points.");
    source.status = "EXPIRED";
    const point = { BackupVaultName: "nordwind-standard", RecoveryPointArn: gone.providerRef };
    await openSession(settingsWith(), destroyer.arn, usualPatience)
      .in(homeRegion)
      .backup.send(new DeleteRecoveryPointCommand(point));

    const run = await sync(connectionId);
    const after = new Map((await pointRows(connectionId)).map((row) => [row.id, row]));
    const rewritten = first.filter((row) => after.get(row.id)?.observedAt.getTime() !== row.observedAt.getTime());
    expect(rewritten.map(({ providerRef }) => providerRef)).toEqual(
      expect.arrayContaining([gone.providerRef, changed.providerRef]),
    );
    expect(rewritten.length).toBeLessThan(20);
    expect(after.get(changed.id)).toMatchObject({ status: "expired", vanishedAt: null });
    expect(after.get(gone.id)).toMatchObject({ vanishedAt: expect.any(Date) });
    expect(run.counts).toMatchObject({ points: { vanished: 1 } });
  });
});

describe("a region that fails", () => {
  it("leaves the others fresh, and says what is wrong", async () => {
    const connectionId = await connect();
    await breaks({
      service: "backup",
      region: secondRegion,
      operation: "ListBackupVaults",
      times: 50,
      effect: {
        kind: "error",
        name: "AccessDeniedException",
        message: "Insufficient privileges to perform this action.",
      },
    });
    const run = await sync(connectionId);
    await mends();
    expect(run).toMatchObject({
      state: "partial",
      perRegion: { [homeRegion]: { state: "ok" }, [secondRegion]: { state: "failed", code: "denied" } },
    });
    expect(await regionOf(connectionId, homeRegion)).toMatchObject({ state: "ok" });
    expect(await regionOf(connectionId, secondRegion)).toMatchObject({
      state: "failed",
      errorCode: "denied",
      lastSuccessAt: null,
    });
    expect((await db.connection.findUniqueOrThrow({ where: { id: connectionId } })).lastSuccessAt).toBeNull();
  });

  it("marks nothing as missing when a vault was not read to its end", async () => {
    const connectionId = await connect({ regions: [homeRegion] });
    await sync(connectionId);
    await breaks({
      service: "backup",
      operation: "ListRecoveryPointsByBackupVault",
      after: 1,
      times: 50,
      effect: { kind: "throttle" },
    });
    const run = await sync(connectionId);
    await mends();
    expect(run).toMatchObject({ state: "failed", perRegion: { [homeRegion]: { code: "throttled" } } });
    expect(await db.recoveryPoint.count({ where: { connectionId, vanishedAt: { not: null } } })).toBe(0);
  });

  it("fails everywhere with one reason when the role cannot be assumed", async () => {
    const connectionId = await connect({ externalId: "somebody-else" });
    const run = await sync(connectionId);
    expect(run).toMatchObject({
      state: "failed",
      perRegion: { [homeRegion]: { code: "role_not_assumable" }, [secondRegion]: { code: "role_not_assumable" } },
    });
  });
});

it("gets through a provider that slows it down", async () => {
  const connectionId = await connect({ regions: [secondRegion] });
  await breaks({
    service: "backup",
    operation: "ListRecoveryPointsByBackupVault",
    times: 2,
    effect: { kind: "throttle" },
  });
  expect(await sync(connectionId)).toMatchObject({ state: "succeeded" });
  await mends();
});

it("goes on where a worker left off", async () => {
  const connectionId = await connect({ regions: [homeRegion] });
  const { id: runId } = await db.syncRun.create({ data: { connectionId, kind: "full", state: "running" } });
  await sync(connectionId, "incremental");
  await fetch(`${cloud.url}/_sandbox/calls`, { method: "DELETE" });
  await db.connectionRegion.update({
    where: { connectionId_region: { connectionId, region: homeRegion } },
    data: { cursor: { runId, readAt: new Date().toISOString(), step: "points", vaultName: "nordwind-critical" } },
  });
  await syncConnection({ connectionId, kind: "full" }, theWorker());
  expect(await db.syncRun.findUniqueOrThrow({ where: { id: runId } })).toMatchObject({ state: "succeeded" });
  const { calls } = (await (await fetch(`${cloud.url}/_sandbox/calls`)).json()) as {
    calls: { operation: string; path?: string }[];
  };
  const operations = calls.map(({ operation }) => operation);
  expect(operations.indexOf("ListBackupJobs")).toBeGreaterThan(operations.indexOf("ListRecoveryPointsByBackupVault"));
  // The self-check afterwards describes databases and lists vaults once a region; the resumed reading itself did not.
  expect(operations.filter((operation) => operation === "ListProtectedResources")).toHaveLength(0);
});

it("lets go of a reading when its worker stops, and leaves it to the next", async () => {
  const connectionId = await connect({ regions: [secondRegion] });
  const stopped = syncConnection({ connectionId, kind: "full" }, theWorker(), providerFor, AbortSignal.abort());
  await expect(stopped).rejects.toThrow(Interrupted);
  expect(await db.syncRun.findFirstOrThrow({ where: { connectionId } })).toMatchObject({
    state: "running",
    finishedAt: null,
  });
  expect(await sync(connectionId)).toMatchObject({ state: "succeeded" });
  expect(await db.syncRun.count({ where: { connectionId } })).toBe(1);
});

it("reads only what is young when it was there before", async () => {
  const connectionId = await connect({ regions: [homeRegion] });
  const full = await sync(connectionId);
  const run = await sync(connectionId, "incremental");
  expect(run).toMatchObject({ state: "succeeded", kind: "incremental" });
  const read = (counts: unknown) => (counts as { points: { read: number } }).points.read;
  expect(read(run.counts)).toBeLessThan(read(full.counts) / 4);
});

it("keeps one live run of a kind, and lets a disabled connection be", async () => {
  const connectionId = await connect({ regions: [secondRegion] });
  await db.syncRun.create({ data: { connectionId, kind: "full", state: "queued" } });
  await Promise.all([
    syncConnection({ connectionId, kind: "full" }, theWorker()),
    syncConnection({ connectionId, kind: "full" }, theWorker()),
  ]);
  expect(await db.syncRun.count({ where: { connectionId, state: { in: ["queued", "running"] } } })).toBe(0);
  await db.connection.update({ where: { id: connectionId }, data: { state: "disabled" } });
  await db.syncRun.create({ data: { connectionId, kind: "full", state: "queued" } });
  expect(await sync(connectionId)).toMatchObject({ state: "cancelled" });
});

describe("what schedules promised", () => {
  it("is matched by jobs, and missed where none came", async () => {
    const connectionId = await connect({ regions: [homeRegion] });
    await sync(connectionId);
    await expectRuns(theWorker(), connectionId);
    const runs = await db.expectedRun.groupBy({ by: ["state"], where: { resource: { connectionId } }, _count: true });
    const by = Object.fromEntries(runs.map(({ state, _count }) => [state, _count]));
    expect(by.matched).toBeGreaterThan(1_000);
    expect(by.missed).toBeGreaterThan(0);
    expect(by.matched).toBeGreaterThan((by.missed ?? 0) * 5);
    expect(by.pending).toBeGreaterThan(100);
    const late = await db.expectedRun.count({
      where: {
        resource: { connectionId },
        state: "pending",
        startBy: { lt: new Date(Date.now() - 120_000) },
        jobId: null,
      },
    });
    expect(late).toBe(0);
  });
});

it("knows which points a legal hold keeps, until it is released", async () => {
  const [hold] = Object.values(place().legalHolds);
  if (!hold) throw new Error("The estate has no legal hold at home.");
  const connectionId = await connect({ regions: [homeRegion] });
  await sync(connectionId);
  const stored = await db.legalHold.findFirstOrThrow({ where: { connectionId }, include: { points: true } });
  expect(stored).toMatchObject({ title: hold.title, releasedAt: null, vanishedAt: null });
  expect(stored.points.length).toBeGreaterThan(0);
  Object.assign(hold, { status: "CANCELED", canceledMs: Date.now() });
  await sync(connectionId);
  Object.assign(hold, { status: "ACTIVE", canceledMs: null });
  const released = await db.legalHold.findFirstOrThrow({ where: { connectionId }, include: { points: true } });
  expect(released.releasedAt).not.toBeNull();
  expect(released.points).toEqual([]);
});

it("opens a stretch for each living stream, and closes one whose backup stopped", async () => {
  const connectionId = await connect({ regions: [homeRegion] });
  await sync(connectionId);
  const open = await db.restoreWindow.findMany({
    where: { resource: { connectionId }, toAt: null },
    include: { point: true },
  });
  expect(open.length).toBeGreaterThan(0);
  for (const window of open) expect(window.point).toMatchObject({ kind: "continuous", status: "available" });
  const [first] = open;
  if (!first?.point) throw new Error("No stream.");
  const source = place().recoveryPoints[first.point.providerRef];
  if (!source?.continuous) throw new Error("No continuous point.");
  source.status = "STOPPED";
  source.continuous.stoppedMs = Date.now();
  await sync(connectionId);
  source.status = "AVAILABLE";
  source.continuous.stoppedMs = null;
  expect(await db.restoreWindow.findUniqueOrThrow({ where: { id: first.id } })).toMatchObject({
    toAt: expect.any(Date),
  });
});
