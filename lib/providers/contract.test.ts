import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { addRole } from "@/sandbox/aws/estates/accounts";
import {
  homeRegion,
  productionId,
  smallEstateConnections,
  smallEstateCredentials,
} from "@/sandbox/aws/estates/nordwind";
import { buildSmallEstate } from "@/sandbox/aws/estates/small";
import type { World } from "@/sandbox/aws/world";
import { type Sandbox, startSandbox } from "@/sandbox/main";
import { awsProvider } from "./aws/provider";
import { type ConnectionSettings, type ObservedPoint, type Pages, type Provider, ProviderError } from "./contract";

/** An adapter in front of a pretend cloud of its own, with what the promises need to know of it. */
type Stand = {
  provider: Provider;
  /** The same account asked with a role that may not be assumed, and by one that may do next to nothing. */
  unassumable: Provider;
  narrow: Provider;
  /** The same account through a role that may delete backups, and without a role that may start anything. */
  reckless: Provider;
  lookOnly: Provider;
  /** A place and a vault with more points than one page holds, and how many there are. */
  region: string;
  vaultName: string;
  pointCount: number;
  /** A snapshot of a database that can be restored, and where it lies. */
  restorable: { pointRef: string; vaultName: string; resourceKind: string; resourceRef: string };
  /** What backups and restores are started with. */
  roleRef: string;
  /** Makes the next calls of an operation go wrong. */
  breaks(rule: {
    verb: Verb;
    times?: number;
    how: "throttle" | "cut" | "timeout" | "lost_answer" | "server_error";
  }): Promise<void>;
  mends(): Promise<void>;
  /** Calls of an operation since the last look. */
  calls(verb: Verb): Promise<number>;
  stop(): Promise<void>;
};

type Verb = "listPoints" | "listVaults" | "startRestore" | "startBackup" | "describeRestore";

async function raiseAws(): Promise<Stand> {
  vi.stubEnv("AWS_ACCESS_KEY_ID", smallEstateCredentials.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", smallEstateCredentials.secretAccessKey);
  const [production] = smallEstateConnections;
  if (!production) throw new Error("The small estate has no connection.");
  const world = buildSmallEstate({ now: new Date(), seed: "contract" });
  const account = world.accounts[productionId];
  if (!account) throw new Error("The estate lost its account.");
  const trustedPrincipals = [smallEstateCredentials.accountId];
  const reckless = addRole(account, {
    name: "reckless",
    trustedPrincipals,
    externalId: production.externalId,
    allowedActions: ["*"],
  });
  const cloud: Sandbox = await startSandbox({ world, speed: 1_000 });
  const settings: ConnectionSettings = {
    account: productionId,
    regions: [homeRegion],
    endpoint: cloud.url,
    readRoleRef: production.readRoleArn,
    actRoleRef: production.actRoleArn,
    cleanupRoleRef: null,
    externalId: production.externalId,
    serviceRoleRef: production.restoreRoleArn,
  };
  const patience = { connectMs: 500, answerMs: 1_000, maxAttempts: 3 };
  const operations: Record<Verb, string> = {
    listPoints: "ListRecoveryPointsByBackupVault",
    listVaults: "ListBackupVaults",
    startRestore: "StartRestoreJob",
    startBackup: "StartBackupJob",
    describeRestore: "DescribeRestoreJob",
  };
  const effects = {
    throttle: { kind: "throttle" },
    cut: { kind: "cut" },
    timeout: { kind: "timeout" },
    lost_answer: { kind: "lost_answer" },
    server_error: { kind: "error", name: "ServiceUnavailableException" },
  };
  const { vaultName, pointCount } = fullestVault(world);
  return {
    provider: awsProvider(settings, patience),
    unassumable: awsProvider({ ...settings, externalId: "wrong" }, patience),
    narrow: awsProvider(
      { ...settings, readRoleRef: production.readRoleArn.replace("holdfast-read", "holdfast-narrow") },
      patience,
    ),
    reckless: awsProvider({ ...settings, readRoleRef: reckless.arn }, patience),
    lookOnly: awsProvider({ ...settings, actRoleRef: null }, patience),
    region: homeRegion,
    vaultName,
    pointCount,
    restorable: restorablePoint(world),
    roleRef: production.restoreRoleArn,
    async breaks({ verb, times = 1, how }) {
      const rule = { service: "backup", operation: operations[verb], times, effect: effects[how] };
      await fetch(`${cloud.url}/_sandbox/faults`, { method: "POST", body: JSON.stringify(rule) });
    },
    async mends() {
      await fetch(`${cloud.url}/_sandbox/faults`, { method: "DELETE" });
      await fetch(`${cloud.url}/_sandbox/calls`, { method: "DELETE" });
    },
    async calls(verb) {
      const answer = await fetch(`${cloud.url}/_sandbox/calls?operation=${operations[verb]}`);
      return ((await answer.json()) as { calls: unknown[] }).calls.length;
    },
    stop: () => cloud.stop(),
  };
}

const homeOf = (world: World) => {
  const region = world.accounts[productionId]?.regions[homeRegion];
  if (!region) throw new Error("The estate lost its home.");
  return region;
};

function fullestVault(world: World) {
  const counts = new Map<string, number>();
  for (const { vaultName } of Object.values(homeOf(world).recoveryPoints))
    counts.set(vaultName, (counts.get(vaultName) ?? 0) + 1);
  const [fullest] = [...counts].sort(([, one], [, other]) => other - one);
  if (!fullest) throw new Error("The estate has no points.");
  return { vaultName: fullest[0], pointCount: fullest[1] };
}

function restorablePoint(world: World): Stand["restorable"] {
  const point = Object.values(homeOf(world).recoveryPoints).find(
    ({ resourceType, status, continuous, storageClass, arn }) =>
      resourceType === "RDS" &&
      status === "COMPLETED" &&
      !continuous &&
      storageClass === "WARM" &&
      arn.includes(":rds:"),
  );
  if (!point) throw new Error("The estate has no restorable point.");
  return {
    pointRef: point.arn,
    vaultName: point.vaultName,
    resourceKind: point.resourceType,
    resourceRef: point.resourceArn,
  };
}

async function all<T>(pages: Pages<T>): Promise<{ items: T[]; pages: number }> {
  const items: T[] = [];
  let count = 0;
  for await (const page of pages) {
    items.push(...page);
    count += 1;
  }
  return { items, pages: count };
}

const refusal = async (call: Promise<unknown>): Promise<ProviderError> => {
  const error = await call.then(
    () => new Error("It was not refused."),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw error;
  return error;
};

const adapters: [name: string, raise: () => Promise<Stand>][] = [["aws", raiseAws]];

describe.each(adapters)("what %s promises", (_, raise) => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await raise();
  }, 60_000);
  afterEach(() => stand.mends());
  afterAll(() => stand.stop());

  const points = () => all(stand.provider.points(stand.region, { vaultName: stand.vaultName }));
  const orderOf = async (token: string, targetName: string) => {
    const { pointRef, vaultName, resourceKind } = stand.restorable;
    const form = await stand.provider.restoreForm(stand.region, {
      vaultName,
      pointRef,
      resourceKind,
      continuous: false,
    });
    const metadata: Record<string, string> = {};
    for (const field of form.fields) {
      const value = field.isTargetName ? targetName : field.sourceValue;
      if (!field.readOnly && value !== null) metadata[field.key] = value;
    }
    return { token, pointRef, resourceKind, metadata, roleRef: stand.roleRef, continuous: false, restoreTime: null };
  };
  const started = (targetName: string) =>
    stand.provider.findRestores(stand.region, {
      pointRef: stand.restorable.pointRef,
      targetName,
      createdAfter: new Date(Date.now() - 600_000),
    });
  const freshName = () => `contract-${randomUUID().slice(0, 8)}`;

  it("a list is read to its end, every entry once", async () => {
    const { items, pages } = await points();
    expect(pages).toBeGreaterThan(1);
    expect(new Set(items.map(({ providerRef }) => providerRef)).size).toBe(stand.pointCount);
    expect(items).toHaveLength(stand.pointCount);
  });

  it("a list goes on after being slowed down in its middle", async () => {
    await stand.breaks({ verb: "listPoints", how: "throttle" });
    expect((await points()).items).toHaveLength(stand.pointCount);
  });

  it("a list that breaks off never looks like one that ended", async () => {
    await stand.breaks({ verb: "listPoints", how: "server_error", times: 10 });
    expect((await refusal(points())).kind).toBe("broken");
  });

  it("points have their moments, and only known states are usable", async () => {
    const { items } = await points();
    const odd = (point: ObservedPoint) => point.completedAt && point.startedAt && point.completedAt < point.startedAt;
    expect(items.filter(odd)).toEqual([]);
    expect(items.some(({ status }) => status === "available")).toBe(true);
    for (const { status, rawStatus } of items)
      if (status === "available") expect(["COMPLETED", "AVAILABLE"]).toContain(rawStatus);
  });

  it("a call that is never answered ends in time, and is not taken for one that did nothing", async () => {
    await stand.breaks({ verb: "listVaults", how: "timeout", times: 10 });
    const began = performance.now();
    const error = await refusal(all(stand.provider.vaults(stand.region)));
    expect(error).toMatchObject({ kind: "timed_out", definite: false });
    expect(performance.now() - began).toBeLessThan(15_000);
  }, 30_000);

  it("a broken connection is no definite answer", async () => {
    await stand.breaks({ verb: "startRestore", how: "cut", times: 10 });
    const error = await refusal(stand.provider.startRestore(stand.region, await orderOf(randomUUID(), freshName())));
    expect(error).toMatchObject({ definite: false });
    expect(["unreachable", "broken", "timed_out"]).toContain(error.kind);
  }, 30_000);

  it("a missing right is definite and named", async () => {
    const { pointRef, vaultName, resourceKind } = stand.restorable;
    const query = { vaultName, pointRef, resourceKind, continuous: false };
    expect(await refusal(stand.narrow.restoreForm(stand.region, query))).toMatchObject({
      kind: "denied",
      definite: true,
    });
  });

  it("a role that cannot be assumed is told apart from a missing right", async () => {
    const error = await refusal(stand.unassumable.identity());
    expect(error).toMatchObject({ kind: "role_not_assumable", definite: true });
    expect(error.message).toMatch(/external id/);
  });

  it("what is not there is definite", async () => {
    expect(await refusal(stand.provider.restoreJob(stand.region, randomUUID()))).toMatchObject({
      kind: "not_found",
      definite: true,
    });
  });

  it("a region that is not connected is never called", async () => {
    expect(await refusal(stand.provider.restoreJob("mars-north-1", randomUUID()))).toMatchObject({
      kind: "invalid",
      definite: true,
    });
  });

  it("a restore that lacks what it needs is refused definitely, and starts nothing", async () => {
    const name = freshName();
    const error = await refusal(
      stand.provider.startRestore(stand.region, { ...(await orderOf(randomUUID(), name)), metadata: {} }),
    );
    expect(error).toMatchObject({ kind: "invalid", definite: true });
    expect(await started(name)).toEqual([]);
  });

  it("the same token starts one restore, however often it is sent", async () => {
    const name = freshName();
    const order = await orderOf(randomUUID(), name);
    const refs = await Promise.all([order, order, order].map((one) => stand.provider.startRestore(stand.region, one)));
    expect(new Set(refs.map(({ ref }) => ref)).size).toBe(1);
    expect(await started(name)).toHaveLength(1);
  });

  it("a restore whose answer was lost is found, and the same token answers it", async () => {
    const name = freshName();
    const order = await orderOf(randomUUID(), name);
    await stand.breaks({ verb: "startRestore", how: "lost_answer", times: 3 });
    const error = await refusal(stand.provider.startRestore(stand.region, order));
    expect(error.definite).toBe(false);
    const [found, ...others] = await started(name);
    expect(others).toEqual([]);
    await stand.mends();
    expect(await stand.provider.startRestore(stand.region, order)).toEqual({ ref: found?.ref });
    expect(await started(name)).toHaveLength(1);
  }, 30_000);

  it("a token that was used for something else is not taken for a call that did nothing", async () => {
    const order = await orderOf(randomUUID(), freshName());
    await stand.provider.startRestore(stand.region, order);
    const other = await orderOf(order.token, freshName());
    expect(await refusal(stand.provider.startRestore(stand.region, other))).toMatchObject({
      kind: "conflict",
      definite: false,
    });
  });

  it("a refusal after an unanswered attempt is not definite", async () => {
    await stand.breaks({ verb: "startRestore", how: "server_error" });
    const error = await refusal(
      stand.provider.startRestore(stand.region, { ...(await orderOf(randomUUID(), freshName())), metadata: {} }),
    );
    expect(error).toMatchObject({ kind: "invalid", definite: false });
    expect(await stand.calls("startRestore")).toBe(2);
  });

  it("the same token starts one backup", async () => {
    const { resourceRef } = stand.restorable;
    const order = {
      token: randomUUID(),
      resourceRef,
      vaultName: "Default",
      roleRef: stand.roleRef,
      deleteAfterDays: 7,
    };
    const refs = await Promise.all([order, order].map((one) => stand.provider.startBackup(stand.region, one)));
    expect(new Set(refs.map(({ ref }) => ref)).size).toBe(1);
    const [first] = refs;
    expect(await stand.provider.backupJob(stand.region, first?.ref ?? "")).toMatchObject({
      kind: "backup",
      resourceRef,
    });
  });

  it("nothing can be started without a role to act in", async () => {
    const name = freshName();
    const error = await refusal(stand.lookOnly.startRestore(stand.region, await orderOf(randomUUID(), name)));
    expect(error).toMatchObject({ kind: "denied", definite: true });
    expect(await stand.calls("startRestore")).toBe(0);
    const checks = await stand.lookOnly.selfCheck();
    expect(checks.find(({ id }) => id === "act-role")).toMatchObject({ verdict: "warn" });
  });

  it("the self-check is red when the role that looks may delete, and deletes nothing", async () => {
    const checks = await stand.reckless.selfCheck();
    expect(checks.find(({ id }) => id === "read-deletes")).toMatchObject({ verdict: "bad" });
    expect(checks.find(({ id }) => id === "read-starts")).toMatchObject({ verdict: "warn" });
    expect((await points()).items).toHaveLength(stand.pointCount);
  });

  it("a name that is taken is seen, and a free one too", async () => {
    const name = stand.restorable.resourceRef.split(":").at(-1) ?? "";
    const taken = (one: string) =>
      stand.provider.nameTaken(stand.region, { resourceKind: stand.restorable.resourceKind, name: one });
    expect(await taken(name)).toBe(true);
    expect(await taken(freshName())).toBe(false);
  });

  it("the self-check finds the roles as they should be, and changes nothing", async () => {
    const checks = await stand.provider.selfCheck();
    expect(checks.filter(({ verdict }) => verdict === "bad")).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["read-role", "read-deletes", "act-role", "act-deletes"]),
    );
    expect((await points()).items).toHaveLength(stand.pointCount);
  });

  it("the self-check of a role that is too narrow or missing is red and says what to do", async () => {
    const red = async (provider: Provider) => (await provider.selfCheck()).filter(({ verdict }) => verdict === "bad");
    for (const provider of [stand.narrow, stand.unassumable]) {
      const found = await red(provider);
      expect(found.length).toBeGreaterThan(0);
      for (const { remedy } of found) expect(remedy).toBeTruthy();
    }
  });
});
