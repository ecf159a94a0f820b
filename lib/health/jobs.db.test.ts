import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db, reader } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { tamper } from "@/lib/platform/testing/owner";
import { theWorker } from "@/lib/platform/testing/people";
import { currentSystemHealth, readNow } from "./current";
import { evaluateHealth, sweepHealth } from "./jobs";

let estate: Estate;
const worker = theWorker();

beforeAll(async () => {
  estate = await openEstate();
});
afterAll(() => estate.close());
beforeEach(async () => {
  // Verifications are append-only by trigger; a test that starts afresh steps around it.
  await estate.client.query("set session_replication_role = replica");
  await estate.client.query(
    "truncate systems, connections, tiers, tier_objectives, breach_episodes, findings, fleet_counts cascade",
  );
  await estate.client.query("set session_replication_role = origin");
  await estate.tiers();
});

const stateOf = async (systemId: string) => (await db.systemHealth.findUnique({ where: { systemId } }))?.state;
const proven = async (pointId: string) => estate.proof(pointId, "validated", "passed", 60);
/** A system that is well: a fresh point, restored and checked. */
async function well(ageMinutes = 5) {
  const ids = await estate.protectedSystem();
  const pointId = await estate.point(ids, ageMinutes);
  await proven(pointId);
  return { ...ids, pointId };
}
const run = async (ids: { connectionId: string; resourceId: string }, dueMinutesAgo: number, state: string) => {
  const policyId = await estate.insert("policies", {
    connection_id: ids.connectionId,
    region: "eu-central-1",
    provider_ref: `plan-${Math.random()}`,
    name: "hourly",
    observed_at: new Date(),
  });
  const ruleId = await estate.insert("policy_rules", {
    policy_id: policyId,
    provider_ref: "rule",
    name: "hourly",
    schedule: "cron(0 * * * ? *)",
    start_window_minutes: 60,
    completion_window_minutes: 120,
    vault_name: "main",
    valid_from: estate.ago(9_000),
  });
  await estate.insert("expected_runs", {
    rule_id: ruleId,
    resource_id: ids.resourceId,
    due_at: estate.ago(dueMinutesAgo),
    start_by: estate.ago(dueMinutesAgo - 5),
    complete_by: estate.ago(dueMinutesAgo - 10),
    state,
  });
};

describe("an evaluation", () => {
  it("finds a fresh and proven system within its objective, and opens neither episode nor finding", async () => {
    const { systemId, resourceId, pointId } = await well();
    await evaluateHealth(worker, { resourceIds: [resourceId] });
    expect(await db.systemHealth.findUnique({ where: { systemId } })).toMatchObject({
      state: "within",
      provenWithin: true,
      rpoSeconds: 900,
      worstResourceId: resourceId,
    });
    expect(await db.resourceHealth.findUnique({ where: { resourceId } })).toMatchObject({
      state: "within",
      newestPointId: pointId,
      ageBasis: "snapshot",
      proofLevel: "validated",
    });
    expect(await db.breachEpisode.count()).toBe(0);
    expect(await db.finding.count()).toBe(0);
  });

  it("opens an episode where the RPO was passed and closes it where newer data became restorable", async () => {
    const { systemId, ...ids } = await well(47);
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(await stateOf(systemId)).toBe("breached");
    const [open] = await db.breachEpisode.findMany({ where: { systemId } });
    expect(Math.round((Date.now() - (open?.startedAt.getTime() ?? 0)) / 60_000)).toBe(32);
    expect(open?.endedAt).toBeNull();
    expect(await db.finding.findMany({ where: { subjectId: systemId, resolvedAt: null } })).toMatchObject([
      { kind: "rpo.breached", severity: "critical" },
    ]);

    const pointId = await estate.point(ids, 4, { completed_at: estate.ago(3) });
    await evaluateHealth(worker, { systemIds: [systemId] });
    const [closed] = await db.breachEpisode.findMany({ where: { systemId } });
    expect(Math.round((Date.now() - (closed?.endedAt?.getTime() ?? 0)) / 60_000)).toBe(3);
    expect(await db.resourceHealth.findUnique({ where: { resourceId: ids.resourceId } })).toMatchObject({
      newestPointId: pointId,
    });
    expect(await db.finding.count({ where: { resolvedAt: null } })).toBe(0);
  });

  it("takes a missed run for what it is", async () => {
    const { systemId, ...ids } = await well(47);
    await run(ids, 90, "matched");
    await run(ids, 30, "missed");
    await run(ids, 20, "missed");
    await run(ids, 10, "pending");
    await evaluateHealth(worker, { systemIds: [systemId] });
    const health = await db.systemHealth.findUnique({ where: { systemId } });
    expect(health).toMatchObject({ state: "missed", reasons: [{ rule: "runs.missed", count: 2 }] });
  });

  it("counts failures in a row up to the last good run, with the newest message", async () => {
    const { systemId, connectionId, resourceId } = await well(47);
    const job = (state: string, minutes: number, message: string | null) =>
      estate.insert("jobs", {
        connection_id: connectionId,
        resource_id: resourceId,
        region: "eu-central-1",
        provider_ref: `job-${minutes}`,
        kind: "backup",
        state,
        raw_status: state,
        message,
        created_at: estate.ago(minutes),
        observed_at: new Date(),
      });
    await job("failed", 200, "old");
    await job("succeeded", 100, null);
    await job("failed", 60, "first");
    const newest = await job("failed", 30, "key is gone");
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect((await db.systemHealth.findUnique({ where: { systemId } }))?.reasons).toMatchObject([
      { rule: "runs.failed", count: 2, message: "key is gone", jobId: newest },
    ]);
  });

  it("passes over a point whose verification failed, until a pass at least as strong makes it good", async () => {
    const { systemId, ...ids } = await well(200);
    const fresh = await estate.point(ids, 4);
    await estate.proof(fresh, "validated", "failed", 3);
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(await db.systemHealth.findUnique({ where: { systemId } })).toMatchObject({
      state: "breached",
      reasons: [{ rule: "proof.failed" }],
    });
    await estate.proof(fresh, "restored", "passed", 2);
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(await stateOf(systemId)).toBe("breached");
    await estate.proof(fresh, "validated", "passed", 1);
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(await stateOf(systemId)).toBe("within");
  });

  it("takes a copy to be as old as what it was copied from, and uses it where the original is gone", async () => {
    const { systemId, ...ids } = await well(300);
    const original = await estate.point(ids, 100, { provider_ref: "original" });
    await estate.point(ids, 2, { copy_of_ref: "original" });
    await evaluateHealth(worker, { systemIds: [systemId] });
    const newest = async () =>
      (await db.resourceHealth.findUnique({ where: { resourceId: ids.resourceId } }))?.newestAsOf?.getTime() ?? 0;
    expect(Math.round((Date.now() - (await newest())) / 60_000)).toBe(100);
    await estate.client.query("update recovery_points set expires_at = now() where id = $1", [original]);
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(Math.round((Date.now() - (await newest())) / 60_000)).toBe(100);
  });

  it("takes the age of a living stream from the latest moment that was seen", async () => {
    const { systemId, resourceId } = await well(300);
    await estate.insert("restore_windows", {
      resource_id: resourceId,
      from_at: estate.ago(9_000),
      latest_at: estate.ago(6),
      observed_at: new Date(),
    });
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(await stateOf(systemId)).toBe("within");
    expect(await db.resourceHealth.findUnique({ where: { resourceId } })).toMatchObject({ ageBasis: "continuous" });
  });

  it("says that a stream stopped where the data has grown too old, unless another runs", async () => {
    const { systemId, ...ids } = await well(300);
    const reason = async () => {
      await evaluateHealth(worker, { systemIds: [systemId] });
      return (await db.systemHealth.findUnique({ where: { systemId } }))?.reasons;
    };
    expect(await reason()).toMatchObject([{ rule: "rpo.breached" }]);
    const stream = await estate.point(ids, 9_000, { kind: "continuous", status: "stopped" });
    expect(await reason()).toMatchObject([{ rule: "stream.stopped", at: null }]);
    const window = { resource_id: ids.resourceId, from_at: estate.ago(9_000), observed_at: new Date() };
    await estate.insert("restore_windows", {
      ...window,
      point_id: stream,
      latest_at: estate.ago(700),
      to_at: estate.ago(700),
    });
    expect(await reason()).toMatchObject([{ rule: "stream.stopped", at: expect.any(String) }]);
    await estate.insert("restore_windows", { ...window, latest_at: estate.ago(400) });
    expect(await reason()).toMatchObject([{ rule: "rpo.breached" }]);
  });

  it.each<[string, Record<string, unknown>]>([
    ["not completed yet", { completed_at: new Date(Date.now() + 60_000) }],
    ["expired", { expires_at: new Date(Date.now() - 1_000) }],
    ["gone", { vanished_at: new Date() }],
    ["infected", { malware: "infected" }],
    ["contradictory", { contradictory: true }],
    ["of unknown status", { status: "unknown" }],
  ])("does not count a point that is %s", async (_, over) => {
    const { systemId, ...ids } = await well(47);
    await estate.point(ids, 4, over);
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(await stateOf(systemId)).toBe("breached");
  });

  it("paints what was not read lately unknown, and leaves its episode as it stands", async () => {
    const { systemId, connectionId } = await well(47);
    await evaluateHealth(worker, { systemIds: [systemId] });
    await estate.client.query("update connections set last_success_at = now() - interval '16 minutes' where id = $1", [
      connectionId,
    ]);
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(await stateOf(systemId)).toBe("unknown");
    expect(await db.breachEpisode.findMany({ where: { systemId } })).toMatchObject([{ endedAt: null }]);
  });

  it("goes by the region of a resource where its connection reads several", async () => {
    const { systemId, connectionId } = await well();
    await estate.client.query(
      "insert into connection_regions (connection_id, region, state, last_success_at, error_message) values ($1, 'eu-central-1', 'failed', now() - interval '1 hour', 'Access denied')",
      [connectionId],
    );
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(await db.systemHealth.findUnique({ where: { systemId } })).toMatchObject({
      state: "unknown",
      reasons: [{ rule: "connection.stale", message: "Access denied" }],
    });
  });

  it("forecasts from the slow end of measured restores", async () => {
    const { systemId } = await well();
    const user = await db.user.create({ data: { email: `${systemId}@example.test`, displayName: "Ana" } });
    const policy = await db.approvalPolicy.create({ data: { name: `p-${systemId}` } });
    const version = await db.approvalPolicyVersion.create({
      data: { policyId: policy.id, version: 1, levels: {}, createdById: null },
    });
    for (const [index, rtaSeconds] of [600, 700, 900].entries()) {
      const approval = await db.approvalRequest.create({
        data: {
          subjectType: "restore",
          subjectId: randomUUID(),
          level: 2,
          policyVersionId: version.id,
          requesterId: user.id,
        },
      });
      const restore = {
        data: {
          handle: `h${index}${systemId.slice(-5)}`,
          systemId,
          requestedById: user.id,
          approvalId: approval.id,
          state: "succeeded",
          rtaSeconds,
          finishedAt: estate.ago(60 + index),
        },
      } as const;
      await tamper((tx) => tx.restoreRequest.create(restore));
    }
    await evaluateHealth(worker, { systemIds: [systemId] });
    expect(await db.systemHealth.findUnique({ where: { systemId } })).toMatchObject({
      rtaSeconds: 900,
      rtoSeconds: 3_600,
    });
  });
});

describe("an evaluation of what was touched", () => {
  it("takes the other members of a system as they stand, and judges those that have come due", async () => {
    const { systemId, resourceId, ...ids } = await well(5);
    const sibling = await estate.resource(ids.connectionId);
    await estate.member(systemId, sibling);
    const pointId = await estate.point({ ...ids, resourceId: sibling }, 5);
    await proven(pointId);
    await evaluateHealth(worker, {});
    expect(await stateOf(systemId)).toBe("within");
    await estate.client.query("update recovery_points set data_as_of = now() - interval '2 hours' where id = $1", [
      pointId,
    ]);
    expect(await evaluateHealth(worker, { resourceIds: [resourceId] })).toEqual({ systems: 1, resources: 1 });
    expect(await stateOf(systemId)).toBe("within");
    await estate.client.query("update resource_health set next_change_at = now() where resource_id = $1", [sibling]);
    expect(await evaluateHealth(worker, { resourceIds: [resourceId] })).toEqual({ systems: 1, resources: 2 });
    expect(await db.systemHealth.findUnique({ where: { systemId } })).toMatchObject({
      state: "breached",
      worstResourceId: sibling,
    });
  });

  it("judges a sibling again that nobody could tell anything of", async () => {
    const { systemId, resourceId } = await well(5);
    const other = await estate.protectedSystem();
    await estate.client.query("delete from system_resources where resource_id = $1", [other.resourceId]);
    await estate.member(systemId, other.resourceId);
    await proven(await estate.point(other, 5));
    const read = (when: string) =>
      estate.client.query("update connections set last_success_at = now() - $2::interval where id = $1", [
        other.connectionId,
        when,
      ]);
    await read("1 hour");
    await evaluateHealth(worker, { resourceIds: [resourceId] });
    expect(await stateOf(systemId)).toBe("unknown");
    await read("1 minute");
    await evaluateHealth(worker, { resourceIds: [resourceId] });
    expect(await stateOf(systemId)).toBe("within");
  });

  it("takes a connection for stale by the strictest RPO of all that is read through it", async () => {
    const strict = await well();
    const lax = await estate.resource(strict.connectionId);
    const systemId = await estate.system({}, "tier-3");
    await estate.member(systemId, lax);
    await proven(await estate.point({ ...strict, resourceId: lax }, 5));
    await estate.client.query("update connections set interval_seconds = 3600 where id = $1", [strict.connectionId]);
    await evaluateHealth(worker, { resourceIds: [strict.resourceId] });
    await estate.client.query("update connections set last_success_at = now() - interval '16 minutes' where id = $1", [
      strict.connectionId,
    ]);
    await evaluateHealth(worker, { resourceIds: [lax] });
    expect(await stateOf(systemId)).toBe("unknown");
    await estate.client.query("update systems set lifecycle = 'parked' where id = $1", [strict.systemId]);
    await evaluateHealth(worker, { systemIds: [strict.systemId] });
    await evaluateHealth(worker, { resourceIds: [lax] });
    expect(await stateOf(systemId)).toBe("within");
  });

  it("writes a verdict again only when it says something else or holds less long", async () => {
    const { systemId, connectionId, resourceId, ...ids } = await well();
    const written = async () => ({
      system: (await db.systemHealth.findUnique({ where: { systemId } }))?.evaluatedAt,
      resource: (await db.resourceHealth.findUnique({ where: { resourceId } }))?.evaluatedAt,
    });
    await evaluateHealth(worker, { resourceIds: [resourceId] });
    const first = await written();
    await evaluateHealth(worker, { resourceIds: [resourceId] });
    await evaluateHealth(worker, {});
    expect(await written()).toEqual(first);
    await estate.client.query("update connections set last_success_at = now() - interval '10 minutes' where id = $1", [
      connectionId,
    ]);
    await evaluateHealth(worker, { resourceIds: [resourceId] });
    const sooner = await written();
    expect(sooner.system?.getTime()).toBeGreaterThan(first.system?.getTime() ?? 0);
    await estate.point({ ...ids, connectionId, resourceId }, 1);
    await evaluateHealth(worker, { resourceIds: [resourceId] });
    expect((await written()).resource?.getTime()).toBeGreaterThan(sooner.resource?.getTime() ?? 0);
  });
});

it("marks a point of which a verification says something, however the verification came", async () => {
  const { pointId } = await well();
  expect(await db.recoveryPoint.findUnique({ where: { id: pointId } })).toMatchObject({ verified: true });
});

describe("a sweep", () => {
  it("judges anew what time has changed, and nothing else", async () => {
    const a = await well(11);
    const b = await well(11);
    await evaluateHealth(worker, {});
    expect(await stateOf(a.systemId)).toBe("within");
    await estate.client.query(
      "update recovery_points set data_as_of = now() - interval '13 minutes', started_at = data_as_of where id = $1",
      [a.pointId],
    );
    await estate.client.query("update system_health set next_change_at = now() where system_id = $1", [a.systemId]);
    expect(await sweepHealth(worker)).toEqual({ systems: 1, resources: 1 });
    expect([await stateOf(a.systemId), await stateOf(b.systemId)]).toEqual(["at_risk", "within"]);
    expect(await sweepHealth(worker)).toEqual({ systems: 0, resources: 0 });
  });

  it("judges a little early what would have gone stale, so that it does not come due", async () => {
    const { systemId, resourceId } = await well();
    await evaluateHealth(worker, {});
    const soon = "update %s set next_change_at = now() + interval '20 seconds'";
    for (const table of ["system_health", "resource_health"]) await estate.client.query(soon.replace("%s", table));
    expect(await sweepHealth(worker)).toEqual({ systems: 1, resources: 1 });
    const next = [
      (await db.systemHealth.findUnique({ where: { systemId } }))?.nextChangeAt,
      (await db.resourceHealth.findUnique({ where: { resourceId } }))?.nextChangeAt,
    ];
    for (const at of next) expect(at?.getTime()).toBeGreaterThan(Date.now() + 300_000);
    expect(await sweepHealth(worker)).toEqual({ systems: 0, resources: 0 });
  });

  it("is not needed for a page to be right", async () => {
    const { systemId, pointId } = await well(11);
    await evaluateHealth(worker, {});
    await estate.client.query(
      "update recovery_points set data_as_of = now() - interval '2 hours', started_at = data_as_of where id = $1",
      [pointId],
    );
    await estate.client.query("update system_health set next_change_at = now() where system_id = $1", [systemId]);
    const health = await currentSystemHealth(reader, await readNow(reader));
    const rows = await reader.$queryRaw<
      { state: string }[]
    >`select h.state::text from ${health} where h.system_id = ${systemId}::uuid`;
    expect(rows).toEqual([{ state: "breached" }]);
    expect(await stateOf(systemId)).toBe("within");
  });
});

it("comes to the same verdicts step by step as from scratch", async () => {
  const systems: Awaited<ReturnType<Estate["protectedSystem"]>>[] = [];
  for (let index = 0; index < 12; index += 1) {
    const ids = await estate.protectedSystem("tier-2");
    systems.push(ids);
    // A sibling that is not touched again, but for one in three, whose verdict comes due meanwhile.
    const sibling = await estate.resource(ids.connectionId);
    await estate.member(ids.systemId, sibling, { required: index % 4 !== 0 });
    await estate.proof(await estate.point({ ...ids, resourceId: sibling }, 20 + index), "validated", "passed", 10);
  }
  await evaluateHealth(worker, {});
  // A history of small changes, each followed by the evaluation that a sync would ask for.
  for (const [index, ids] of systems.entries()) {
    const pointId = await estate.point(ids, 10 * index, index % 5 === 0 ? { malware: "infected" } : {});
    if (index % 2 === 0) await estate.proof(pointId, "restored", index % 4 === 0 ? "failed" : "passed", 5);
    if (index % 3 === 0) await run(ids, 40, "missed");
    if (index % 3 === 1)
      await estate.client.query(
        "update resource_health h set next_change_at = now() from system_resources m where m.resource_id = h.resource_id and m.system_id = $1",
        [ids.systemId],
      );
    await evaluateHealth(worker, { resourceIds: [ids.resourceId] });
  }
  const kept = async () => ({
    systems: (await db.systemHealth.findMany({ orderBy: { systemId: "asc" } })).map(
      ({ evaluatedAt: _, ...row }) => row,
    ),
    resources: (await db.resourceHealth.findMany({ orderBy: { resourceId: "asc" } })).map(
      ({ evaluatedAt: _, ...row }) => row,
    ),
    counts: await db.fleetCount.findMany({
      where: { key: { startsWith: "systems." } },
      orderBy: { key: "asc" },
      select: { key: true, value: true },
    }),
    open: await db.finding.count({ where: { resolvedAt: null } }),
    episodes: await db.breachEpisode.count({ where: { endedAt: null } }),
  });
  const stepwise = await kept();
  await db.systemHealth.deleteMany();
  await db.resourceHealth.deleteMany();
  await db.fleetCount.deleteMany();
  await evaluateHealth(worker, {});
  expect(await kept()).toEqual(stepwise);
  expect(new Set(stepwise.systems.map(({ state }) => state)).size).toBeGreaterThan(2);
});
