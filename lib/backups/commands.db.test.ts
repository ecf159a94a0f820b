import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Outcome } from "@/lib/core/outcome";
import { db } from "@/lib/platform/db";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { type BackupOrder, type ObservedJob, ProviderError } from "@/lib/providers/contract";
import { backupToken, startBackup } from "./commands";
import { getBackupStanding } from "./data";
import { callAfterBackup, callBackup, type ProviderOf } from "./jobs";

type Person = Awaited<ReturnType<typeof person>>;

let lena: Person;
beforeAll(async () => {
  lena = await person("operator");
});
afterAll(() => ownerDb.$disconnect());

const reason = "Before the migration of tonight";
const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.value;
};

/** A provider that keeps its word about tokens, and fails when told to. */
function pretend(failures: (ProviderError | "answer lost")[] = []) {
  const jobs = new Map<string, string>();
  const orders: BackupOrder[] = [];
  const providerOf: ProviderOf = () => ({
    async startBackup(_, order) {
      orders.push(order);
      const failure = failures.shift();
      if (failure instanceof ProviderError) throw failure;
      const ref = jobs.get(order.token) ?? `job-${jobs.size + 1}`;
      jobs.set(order.token, ref);
      if (failure) throw new ProviderError("timed_out", "AWS did not answer in time.", "TimeoutError", false);
      return { ref, pointRef: null };
    },
    backupJob: () => Promise.reject(new Error("Nobody follows here.")) as Promise<ObservedJob>,
  });
  return { providerOf, jobs, orders };
}

const audited = async (targetId: string) => {
  const rows = await db.auditEvent.findMany({ where: { targetId }, orderBy: { ts: "asc" }, select: { action: true } });
  return rows.map(({ action }) => action);
};

const requestOf = (id: string) => db.backupRequest.findUniqueOrThrow({ where: { id } });

describe("starting a backup", () => {
  it("lays down the intent with its token, its audit event and its job, into the newest point's vault", async () => {
    const { resource, vault } = await restorable();
    const { requestId } = value(await startBackup(lena, { resourceId: resource.id, reason }));
    expect(await requestOf(requestId)).toMatchObject({
      state: "queued",
      outcome: "pending",
      vaultName: vault.name,
      deleteAfterDays: null,
      token: backupToken(requestId),
      sentAt: null,
    });
    expect(await audited(requestId)).toEqual(["backup.start"]);
    const queued = await ownerDb.$queryRaw<unknown[]>`
      select 1 from pgboss.job where name = 'backup.dispatch' and data ->> 'jobId' = ${requestId}`;
    expect(queued).toHaveLength(1);
  });

  it("keeps it as long as the policy says for that vault, within the vault's lock", async () => {
    const { resource, vault, connection } = await restorable();
    const place = { connectionId: connection.id, region: resource.region, observedAt: new Date() };
    const policy = await ownerDb.policy.create({ data: { ...place, providerRef: resource.id, name: "Nightly" } });
    const from = { policyId: policy.id, validFrom: new Date(0) };
    await ownerDb.policyAssignment.create({ data: { ...from, resourceId: resource.id } });
    const windows = { startWindowMinutes: 60, completionWindowMinutes: 180 };
    await ownerDb.policyRule.create({
      data: {
        ...from,
        ...windows,
        providerRef: "r",
        name: "r",
        schedule: "cron(0 5 * * ? *)",
        vaultName: vault.name,
        lifecycle: { deleteAfterDays: 35, coldAfterDays: null },
      },
    });
    const standing = await getBackupStanding(lena, { resourceId: resource.id });
    expect(standing?.vaults).toEqual([{ name: vault.name, keptDays: 35, usual: true }]);
    await ownerDb.vault.update({ where: { id: vault.id }, data: { maxDays: 14 } });
    const { requestId } = value(await startBackup(lena, { resourceId: resource.id, reason, vault: vault.name }));
    expect((await requestOf(requestId)).deleteAfterDays).toBe(14);
  });

  it("is refused to viewers and approvers, and that is written down", async () => {
    const { resource } = await restorable();
    for (const role of ["viewer", "approver", "auditor"] as const)
      expect(await startBackup(await person(role), { resourceId: resource.id, reason })).toMatchObject({
        code: "forbidden",
      });
    const denied = await db.auditEvent.count({ where: { action: "backup.start", outcome: "denied" } });
    expect(denied).toBe(3);
  });

  it("is refused outside one's scope as if there were no such resource", async () => {
    const { resource } = await restorable();
    const team = await ownerDb.team.create({ data: { name: "Another team" } });
    const ben = await person("operator", { kind: "team", teamId: team.id });
    expect(await startBackup(ben, { resourceId: resource.id, reason })).toMatchObject({ code: "not_found" });
    expect(await getBackupStanding(ben, { resourceId: resource.id })).toBeNull();
  });

  it.each([
    ["act role", { actRoleRef: null }],
    ["service role", { serviceRoleRef: null }],
  ])("is refused without %s", async (words, settings) => {
    const { resource } = await restorable({ settings });
    const outcome = await startBackup(lena, { resourceId: resource.id, reason });
    expect(outcome).toMatchObject({ ok: false, code: "conflict", message: expect.stringContaining(words) });
    expect(await db.backupRequest.count({ where: { resourceId: resource.id } })).toBe(0);
  });

  it("is refused for an unknown vault, a missing reason, and a job the provider runs", async () => {
    const { resource, connection } = await restorable();
    const start = (more: object) => startBackup(lena, { resourceId: resource.id, reason, ...more });
    expect(await start({ vault: "elsewhere" })).toMatchObject({
      code: "invalid",
      fields: { vault: expect.any(String) },
    });
    expect(await start({ reason: " x " })).toMatchObject({ code: "invalid", fields: { reason: expect.any(String) } });
    await ownerDb.job.create({
      data: {
        connectionId: connection.id,
        region: resource.region,
        providerRef: resource.id,
        kind: "backup",
        state: "running",
        rawStatus: "RUNNING",
        resourceId: resource.id,
        createdAt: new Date(),
        observedAt: new Date(),
      },
    });
    expect(await start({})).toMatchObject({ code: "conflict" });
  });

  it("is one at a time for a resource, however many press at once", async () => {
    const { resource } = await restorable();
    const people = [lena, await person("operator"), await person("operator")];
    const outcomes = await Promise.all(people.map((who) => startBackup(who, { resourceId: resource.id, reason })));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await db.backupRequest.count({ where: { resourceId: resource.id } })).toBe(1);
  });

  it("is limited to ten an hour for one person", async () => {
    const tom = await person("operator");
    const { resource } = await restorable();
    const earlier = { requestedById: tom.id, resourceId: resource.id, vaultName: "main", state: "succeeded" as const };
    const minutesAgo = (n: number) => new Date(Date.now() - n * 60_000);
    const laid = [61, ...Array.from({ length: 9 }, () => 30)].map((n, at) => ({
      ...earlier,
      token: `${tom.id}-${at}`,
      createdAt: minutesAgo(n),
    }));
    await db.backupRequest.createMany({ data: laid });
    const { requestId } = value(await startBackup(tom, { resourceId: resource.id, reason }));
    await db.backupRequest.update({ where: { id: requestId }, data: { state: "succeeded" } });
    expect(await startBackup(tom, { resourceId: resource.id, reason })).toMatchObject({ code: "rate_limited" });
  });
});

describe("the provider's call", () => {
  const started = async () => {
    const made = await restorable();
    const { requestId } = value(await startBackup(await person("operator"), { resourceId: made.resource.id, reason }));
    return { ...made, requestId };
  };

  it("is made with the intent's token, and its job is kept", async () => {
    const { requestId, resource, vault } = await started();
    const { providerOf, orders } = pretend();
    const outcome = await callAfterBackup(lena, requestId, { providerOf, dispatch: "web" });
    expect(outcome).toMatchObject({ ok: true, value: { state: "running", jobRef: "job-1" } });
    expect(orders).toEqual([
      {
        token: backupToken(requestId),
        resourceRef: resource.providerRef,
        vaultName: vault.name,
        roleRef: expect.stringContaining("service-role"),
        deleteAfterDays: null,
      },
    ]);
    expect(await requestOf(requestId)).toMatchObject({
      state: "running",
      outcome: "accepted",
      providerJobRef: "job-1",
      leaseOwner: null,
    });
    expect(await audited(requestId)).toEqual([
      "backup.start",
      "backup.dispatch.intent",
      "backup.dispatch.send",
      "backup.dispatch.accepted",
    ]);
    expect((await getBackupStanding(lena, { resourceId: resource.id }))?.latest).toMatchObject({
      jobRef: "job-1",
      state: "running",
    });
  });

  it("is made once by two dispatchers at once", async () => {
    const { requestId } = await started();
    const { providerOf, orders, jobs } = pretend();
    const called = await Promise.all([
      callBackup(requestId, "web", providerOf),
      callBackup(requestId, "web", providerOf),
    ]);
    expect(called.map(({ state }) => state).sort()).toEqual(["held", "running"]);
    expect([orders.length, jobs.size]).toEqual([1, 1]);
  });

  it("that is refused ends the backup with the provider's words, and another may be asked for", async () => {
    const { requestId, resource } = await started();
    const { providerOf } = pretend([
      new ProviderError("denied", "The role may not use this vault.", "AccessDenied", true),
    ]);
    const outcome = await callAfterBackup(lena, requestId, { providerOf, dispatch: "web" });
    expect(outcome).toMatchObject({
      ok: false,
      code: "unavailable",
      message: expect.stringContaining("may not use this vault"),
    });
    expect(await requestOf(requestId)).toMatchObject({ state: "failed", outcome: "refused" });
    expect((await audited(requestId)).at(-1)).toBe("backup.dispatch.refused");
    expect(await startBackup(lena, { resourceId: resource.id, reason })).toMatchObject({ ok: true });
  });

  it("whose answer is lost is sent again with the same token, and makes one job", async () => {
    const { requestId } = await started();
    const { providerOf, orders, jobs } = pretend(["answer lost"]);
    expect(await callBackup(requestId, "web", providerOf)).toMatchObject({ state: "unanswered" });
    expect(await requestOf(requestId)).toMatchObject({ state: "queued", outcome: "unknown", leaseOwner: null });
    expect(await callBackup(requestId, "web", providerOf)).toMatchObject({ state: "running", jobRef: "job-1" });
    expect(new Set(orders.map(({ token }) => token)).size).toBe(1);
    expect([orders.length, jobs.size]).toEqual([2, 1]);
  });

  it("is not repeated once its token is stale: it ends as unknown, and says so", async () => {
    const { requestId } = await started();
    const { providerOf, orders } = pretend(["answer lost"]);
    await callBackup(requestId, "web", providerOf);
    await db.backupRequest.update({ where: { id: requestId }, data: { sentAt: new Date(Date.now() - 46 * 60_000) } });
    expect(await callBackup(requestId, "web", providerOf)).toMatchObject({ state: "failed" });
    expect(orders).toHaveLength(1);
    expect(await requestOf(requestId)).toMatchObject({ state: "failed", outcome: "unknown" });
  });

  it("by a process that slept through its lease changes nothing", async () => {
    const { requestId } = await started();
    const slow: ProviderOf = () => ({
      async startBackup() {
        await db.backupRequest.update({ where: { id: requestId }, data: { leaseUntil: new Date(0) } });
        const fast = pretend();
        await callBackup(requestId, "web", fast.providerOf);
        return { ref: "job-too-late", pointRef: null };
      },
      backupJob: () => Promise.reject(new Error("Nobody follows here.")) as Promise<ObservedJob>,
    });
    expect(await callBackup(requestId, "web", slow)).toMatchObject({ state: "held", jobRef: null });
    expect((await requestOf(requestId)).providerJobRef).toBe("job-1");
  });

  it("is left to the worker where the deployment is hardened", async () => {
    const { requestId } = await started();
    const { providerOf, orders } = pretend();
    const waiting = callAfterBackup(lena, requestId, { providerOf, dispatch: "worker", waitMs: 5_000 });
    await callBackup(requestId, "worker", pretend().providerOf);
    expect(await waiting).toMatchObject({ ok: true, value: { state: "running", jobRef: "job-1" } });
    expect(orders).toHaveLength(0);
    const { requestId: alone } = await started();
    const late = await callAfterBackup(lena, alone, { providerOf, dispatch: "worker", waitMs: 300 });
    expect(late).toMatchObject({
      ok: true,
      value: { state: "unanswered", message: expect.stringContaining("worker") },
    });
  });
});
