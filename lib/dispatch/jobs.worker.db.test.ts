import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { seal } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { ownerDb, tamper } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { type Person, startedRestore, value } from "@/lib/platform/testing/restoring";
import type { ConnectionSettings } from "@/lib/providers/contract";
import { providerFor } from "@/lib/providers/registry";
import { callAfterStart, dispatchLeftover } from "@/lib/restores/jobs";
import { openDatabases } from "@/sandbox/aws/databases";
import { smallEstateConnections } from "@/sandbox/aws/estates/nordwind";
import type { RecoveryPoint } from "@/sandbox/aws/world";
import { type Sandbox, startSandbox } from "@/sandbox/main";
import { claimItem, markSent, recordAccepted } from "./commands";
import { dispatchRestore, followRestore } from "./jobs";

let cloud: Sandbox;
let lena: Person;
let ben: Person;

const region = "eu-central-1";
const found = smallEstateConnections[1];
if (!found) throw new Error("The estate has no staging account.");
const staging = found;

beforeAll(async () => {
  const databases = await openDatabases({ adminUrl: inject("databaseAdminUrl"), seed: "dispatch" });
  cloud = await startSandbox({ estate: "small", seed: "dispatch", clock: "real", speed: 200, databases });
  [lena, ben] = [await person("operator"), await person("approver")];
});

afterAll(async () => {
  await cloud?.stop();
  await ownerDb.$disconnect();
});

const admin = (topic: string, init?: RequestInit) => fetch(`${cloud.url}/_sandbox/${topic}`, init);
const fault = (rule: object) =>
  admin("faults", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(rule) });
const starts = async (): Promise<{ error: string | null; fault: string | null; idempotencyToken: string }[]> => {
  const answer = await (await admin("calls?operation=StartRestoreJob")).json();
  return Array.isArray(answer) ? answer : answer.calls;
};
const jobsFor = (target: string) =>
  Object.values(cloud.world.accounts[staging.accountId]?.regions[region]?.restoreJobs ?? {}).filter((job) =>
    JSON.stringify(job).includes(target),
  );

beforeEach(async () => {
  await admin("faults", { method: "DELETE" });
  await admin("calls", { method: "DELETE" });
});

/** The estate's own points of the staging orders database, newest last. */
function pointsOfOrders(): RecoveryPoint[] {
  const points = Object.values(cloud.world.accounts[staging.accountId]?.regions[region]?.recoveryPoints ?? {});
  return points
    .filter(({ resourceArn, status }) => resourceArn.endsWith(":db:orders-staging-db") && status === "COMPLETED")
    .sort((a, b) => a.createdMs - b.createdMs);
}

/** Rows that say what a sync of the staging account would have said about one point, and a system that owns it. */
async function observed(point: RecoveryPoint | undefined, settings: Partial<ConnectionSettings> = {}) {
  if (!point) throw new Error("The estate has no such point.");
  const made = await restorable({
    settings: {
      account: staging.accountId,
      regions: [region],
      endpoint: cloud.url,
      readRoleRef: staging.readRoleArn,
      actRoleRef: staging.actRoleArn,
      externalId: staging.externalId,
      serviceRoleRef: staging.restoreRoleArn,
      ...settings,
    },
  });
  const { id } = made.connection;
  const probe = await openDatabases({ adminUrl: inject("databaseAdminUrl"), seed: "dispatch" });
  const sealedProbe = seal("worker", `connections:sealed_probe:${id}`, JSON.stringify(probe.logins.probe));
  await ownerDb.connection.update({ where: { id }, data: { account: staging.accountId, sealedProbe } });
  await ownerDb.vault.update({ where: { id: made.vault.id }, data: { name: point.vaultName } });
  await ownerDb.resource.update({ where: { id: made.resource.id }, data: { account: staging.accountId } });
  await ownerDb.recoveryPoint.update({
    where: { id: made.point.id },
    data: { providerRef: point.arn, account: staging.accountId, dataAsOf: new Date(point.createdMs) },
  });
  return made;
}

const beforeTheAccident = () => pointsOfOrders().findLast(({ createdMs }) => createdMs < Date.now() - 45 * 60_000);
const started = async (point = beforeTheAccident()) => {
  const made = await observed(point);
  return { ...made, ...(await startedRestore(lena, ben, made)) };
};
const restoreOf = (id: string) =>
  db.restoreRequest.findUniqueOrThrow({
    where: { id },
    include: { items: { include: { attempts: true } }, results: true, targets: true, timings: true },
  });
const actionsOn = async (id: string) =>
  (await db.auditEvent.findMany({ where: { targetId: id }, orderBy: { ts: "asc" }, select: { action: true } })).map(
    ({ action }) => action,
  );

describe("a dispatched restore", () => {
  it("brings the rows back, asks them every assertion, and leaves its evidence", async () => {
    const made = await observed(beforeTheAccident());
    const assertion = { systemId: made.system.id, comparator: ">=" as const };
    await ownerDb.assertion.createMany({
      data: [
        { ...assertion, name: "orders are there", sql: "select count(*) from orders", expected: "1000" },
        {
          ...assertion,
          name: "prices are not the broken ones",
          sql: "select round(avg(price_cents)) from products",
          expected: "5000",
        },
        {
          ...assertion,
          name: "nothing writes",
          sql: "select 1 from pg_create_logical_replication_slot('x', 'y')",
          expected: "1",
        },
      ],
    });
    const { restoreId, itemId } = await startedRestore(lena, ben, made);
    expect(await dispatchRestore(itemId, "web")).toMatchObject({ state: "running" });
    expect(await followRestore(restoreId, 60_000, 100)).toBe(true);
    const restore = await restoreOf(restoreId);
    expect(restore.results.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["nothing writes", "error"],
      ["orders are there", "passed"],
      ["prices are not the broken ones", "passed"],
    ]);
    expect(restore).toMatchObject({ state: "partial", rtaSeconds: expect.any(Number), rpaSeconds: expect.any(Number) });
    expect(restore.targets).toHaveLength(1);
    expect(restore.timings.map(({ phase }) => phase).sort()).toEqual(["dispatch", "restore", "validate"]);
    expect(
      await db.verification.findMany({
        where: { restoreId },
        orderBy: { at: "asc" },
        select: { level: true, result: true },
      }),
    ).toEqual([
      { level: "restored", result: "passed" },
      { level: "validated", result: "failed" },
    ]);
    expect(await actionsOn(restoreId)).toEqual(
      expect.arrayContaining([
        "restore.submit",
        "restore.start",
        "restore.dispatch.intent",
        "restore.dispatch.accepted",
        "restore.run.restored",
        "restore.run.validated",
      ]),
    );
  });

  it("is called by the action itself, or by the worker while the action waits, as the deployment says", async () => {
    const own = await started();
    expect(value(await callAfterStart(lena, own.restoreId, [own.itemId], "web"))).toMatchObject([{ state: "running" }]);
    const hardened = await started();
    const waiting = callAfterStart(lena, hardened.restoreId, [hardened.itemId], "worker");
    await dispatchLeftover({ itemId: hardened.itemId });
    expect(value(await waiting)).toMatchObject([{ state: "running", jobRef: expect.any(String) }]);
    expect(await starts()).toHaveLength(2);
  });

  it("makes one restore job when two processes dispatch it at once", async () => {
    const { itemId } = await started();
    const answers = await Promise.all([
      dispatchRestore(itemId, "web"),
      dispatchRestore(itemId, "worker"),
      dispatchRestore(itemId, "worker"),
    ]);
    expect(answers.map(({ state }) => state).sort()).toEqual(["held", "held", "running"]);
    expect(await starts()).toHaveLength(1);
  });

  it("is adopted, not repeated, when the answer was lost after the effect", async () => {
    const { itemId, restoreId } = await started();
    await fault({ operation: "StartRestoreJob", times: 9, effect: { kind: "lost_answer" } });
    expect(await dispatchRestore(itemId, "web")).toMatchObject({ state: "unknown" });
    await admin("faults", { method: "DELETE" });
    expect(await dispatchRestore(itemId, "worker")).toMatchObject({ state: "running" });
    const { items } = await restoreOf(restoreId);
    expect(jobsFor(items[0]?.targetName ?? "")).toHaveLength(1);
  });

  it("is taken up by the worker when the process died between the provider's effect and its answer", async () => {
    const { itemId, restoreId, connection } = await started();
    const dead = { itemId, owner: "web:dead" };
    const claim = value(await claimItem(theWorker(), { ...dead, leaseSeconds: 1 }));
    value(await markSent(theWorker(), { ...dead, fence: claim.fence }));
    const { order, token } = claim;
    const { ref } = await providerFor(connection).startRestore(region, {
      token,
      pointRef: order.pointRef,
      resourceKind: order.resourceKind,
      metadata: order.metadata,
      roleRef: order.roleRef,
      continuous: false,
      restoreTime: null,
    });
    expect(await dispatchRestore(itemId, "worker")).toMatchObject({ state: "held" });
    await expect
      .poll(() => dispatchRestore(itemId, "worker"), { timeout: 10_000 })
      .toMatchObject({ state: "running", jobRef: ref });
    expect(jobsFor((await restoreOf(restoreId)).items[0]?.targetName ?? "")).toHaveLength(1);
    expect(
      await recordAccepted(theWorker(), { ...dead, fence: claim.fence, jobRef: "another", adopted: false }),
    ).toMatchObject({ ok: false, code: "conflict" });
  });

  it("is not called for anything but what was approved", async () => {
    const { itemId } = await started();
    const { order } = await ownerDb.restoreItem.findUniqueOrThrow({ where: { id: itemId } });
    const other = { ...(order as object), roleRef: "arn:aws:iam::000000000000:role/elsewhere" };
    await expect(ownerDb.restoreItem.update({ where: { id: itemId }, data: { order: other } })).rejects.toThrow(
      /stays as it was approved/,
    );
    await tamper((tx) => tx.restoreItem.update({ where: { id: itemId }, data: { order: other } }));
    expect(await dispatchRestore(itemId, "worker")).toMatchObject({
      state: "held",
      message: expect.stringContaining("not what was approved"),
    });
    expect(await starts()).toHaveLength(0);
  });

  it("keeps the moment of its first sending, from which its token's life counts", async () => {
    const { itemId, restoreId } = await started();
    const lease = { itemId, owner: "worker:slow" };
    const claim = value(await claimItem(theWorker(), { ...lease, leaseSeconds: 60 }));
    const sentAt = async () => (await restoreOf(restoreId)).items[0]?.attempts[0]?.sentAt;
    value(await markSent(theWorker(), { ...lease, fence: claim.fence }));
    const first = await sentAt();
    value(await markSent(theWorker(), { ...lease, fence: claim.fence }));
    expect(await sentAt()).toEqual(first);
  });

  it("waits out a provider that throttles, and says so meanwhile", async () => {
    const { itemId, restoreId } = await started();
    await fault({ operation: "StartRestoreJob", times: 30, effect: { kind: "throttle" } });
    expect(["unknown", "dispatching"]).toContain((await dispatchRestore(itemId, "web")).state);
    expect((await restoreOf(restoreId)).items[0]?.message).toMatch(/\w/);
    await admin("faults", { method: "DELETE" });
    expect(await dispatchRestore(itemId, "worker")).toMatchObject({ state: "running" });
    expect(jobsFor((await restoreOf(restoreId)).items[0]?.targetName ?? "")).toHaveLength(1);
  });

  it("fails in words when its point expired between approval and start", async () => {
    const point = pointsOfOrders()[0];
    const { itemId, restoreId } = await started(point);
    if (point) point.status = "EXPIRED";
    expect(await dispatchRestore(itemId, "web")).toMatchObject({ state: "failed" });
    const restore = await restoreOf(restoreId);
    expect(restore).toMatchObject({ state: "failed", failure: expect.stringContaining("expired") });
    expect(await starts()).toHaveLength(0);
    expect(await dispatchRestore(itemId, "worker")).toMatchObject({ state: "held" });
  });

  it("fails in the provider's words when the role may not act", async () => {
    const made = await observed(beforeTheAccident(), { actRoleRef: staging.readRoleArn });
    const { itemId, restoreId } = await startedRestore(lena, ben, made);
    expect(await dispatchRestore(itemId, "web")).toMatchObject({ state: "failed" });
    expect((await restoreOf(restoreId)).failure).toMatch(/\w/);
  });

  it("calls nothing when the connection was pointed elsewhere after the approval", async () => {
    const { itemId, restoreId, connection } = await started();
    const settings = connection.settings as Record<string, unknown>;
    await ownerDb.connection.update({
      where: { id: connection.id },
      data: { settings: { ...settings, actRoleRef: "arn:aws:iam::1:role/x" } },
    });
    expect(await dispatchRestore(itemId, "web")).toMatchObject({ state: "failed" });
    expect((await restoreOf(restoreId)).failure).toContain("changed after the approval");
    expect(await starts()).toHaveLength(0);
  });
});
