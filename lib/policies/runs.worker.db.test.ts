import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { observe } from "@/lib/access/observe";
import { after, before, days, hours, minutes } from "@/lib/core/time";
import { db } from "@/lib/platform/db";
import { theWorker } from "@/lib/platform/testing/people";
import type { ObservedPolicy, ObservedRule } from "@/lib/providers/contract";
import { recompute } from "@/lib/recompute/answers";
import { writePolicies } from "./observe-policies";
import { dropRuns, listRunRules, materializeRule, settleRuns } from "./runs";

const account = "123456789012";
const region = "eu-central-1";
const now = new Date(Math.floor(Date.now() / 1_000) * 1_000);
const daily = "cron(0 3 ? * * *)";

type Place = { connectionId: string; resourceId: string };

async function place(readAt: Date | null = now): Promise<Place> {
  const { id: connectionId } = await db.connection.create({
    data: { kind: "aws", name: `c ${randomUUID()}`, account, settings: {} },
  });
  await db.connectionRegion.create({ data: { connectionId, region, watermark: readAt } });
  return beside(connectionId);
}

/** One more resource of a connection. */
async function beside(connectionId: string): Promise<Place> {
  const { id: resourceId } = await db.resource.create({
    data: {
      connectionId,
      region,
      providerRef: `arn:db:${randomUUID()}`,
      kind: "RDS",
      name: "orders",
      account,
      tags: { backup: "daily" },
      detail: { createdAt: before(now, days(300)).toISOString() },
      observedAt: now,
    },
  });
  return { connectionId, resourceId };
}

/** A policy with one rule that is due at these moments and has an hour to start. */
async function promise(
  { connectionId, resourceId }: Place,
  due: readonly Date[],
  windowMinutes = 60,
  completionMinutes = 120,
): Promise<string> {
  const policy = await db.policy.create({
    data: { connectionId, region, providerRef: randomUUID(), name: "p", observedAt: now },
  });
  const rule = await db.policyRule.create({
    data: {
      policyId: policy.id,
      providerRef: "r",
      name: "r",
      schedule: daily,
      startWindowMinutes: windowMinutes,
      completionWindowMinutes: completionMinutes,
      vaultName: "v",
      validFrom: before(now, days(30)),
    },
  });
  await db.expectedRun.createMany({
    data: due.map((dueAt) => ({
      ruleId: rule.id,
      resourceId,
      dueAt,
      startBy: after(dueAt, minutes(windowMinutes)),
      completeBy: after(dueAt, minutes(windowMinutes + completionMinutes)),
    })),
  });
  return rule.id;
}

type JobState =
  | "queued"
  | "running"
  | "succeeded"
  | "succeeded_with_issues"
  | "failed"
  | "expired"
  | "partial"
  | "cancelled";

const open: readonly JobState[] = ["queued", "running"];

const work = (
  { connectionId, resourceId }: Place,
  state: JobState,
  createdAt: Date,
  finishedAt = open.includes(state) ? null : after(createdAt, minutes(1)),
) =>
  db.job.create({
    data: {
      connectionId,
      region,
      providerRef: randomUUID(),
      kind: "backup",
      state,
      rawStatus: state,
      resourceId,
      createdAt,
      finishedAt,
      observedAt: now,
    },
  });

const readUpTo = ({ connectionId }: Place, watermark: Date) =>
  db.connectionRegion.updateMany({ where: { connectionId }, data: { watermark } });

const settle = (connectionId: string) => settleRuns(theWorker(), connectionId);
const states = async ({ resourceId }: Place) =>
  (await db.expectedRun.findMany({ where: { resourceId }, orderBy: [{ dueAt: "asc" }, { ruleId: "asc" }] })).map(
    ({ state, jobId }) => [state, jobId !== null],
  );

describe("a run that is due", () => {
  const due = before(now, hours(4));
  it.each<[string, JobState, number, string, boolean]>([
    ["is matched by a job that succeeded", "succeeded", 5, "matched", true],
    ["is matched by one that succeeded with issues", "succeeded_with_issues", 5, "matched", true],
    ["is matched by a job at its very moment", "succeeded", 0, "matched", true],
    ["is matched by a job at the end of its start window", "succeeded", 60, "matched", true],
    ["is missed when the job came after the start window", "succeeded", 62, "missed", false],
    ["is missed when the job came before it was due", "succeeded", -5, "missed", false],
    ["is missed, with the job, when the job failed", "failed", 5, "missed", true],
    ["is missed, with the job, when the job never started", "expired", 5, "missed", true],
    ["is missed, with the job, when the job was called off", "cancelled", 5, "missed", true],
    ["is missed when the job still runs after its completion window", "running", 5, "missed", true],
  ])("%s", async (_, state, afterMinutes, expected, hasJob) => {
    const at = await place();
    await promise(at, [due]);
    await work(at, state, after(due, minutes(afterMinutes)));
    expect(await settle(at.connectionId)).toEqual([at.resourceId]);
    expect(await states(at)).toEqual([[expected, hasJob]]);
    expect(await settle(at.connectionId)).toEqual([]);
  });

  it("is missed when no job came at all", async () => {
    const at = await place();
    await promise(at, [due]);
    await settle(at.connectionId);
    expect(await states(at)).toEqual([["missed", false]]);
  });

  it("waits while its job may still succeed", async () => {
    const at = await place();
    await promise(at, [before(now, minutes(30))]);
    await work(at, "running", before(now, minutes(29)));
    await settle(at.connectionId);
    expect(await states(at)).toEqual([["pending", false]]);
  });

  it("waits while its start window is open", async () => {
    const at = await place();
    await promise(at, [before(now, minutes(30))]);
    await settle(at.connectionId);
    expect(await states(at)).toEqual([["pending", false]]);
  });

  it("is not judged by what was read before its window ended, or never", async () => {
    for (const readAt of [after(due, minutes(30)), null]) {
      const at = await place(readAt);
      await promise(at, [due]);
      await settle(at.connectionId);
      expect(await states(at)).toEqual([["pending", false]]);
    }
  });

  it("takes a job that succeeded over one that failed in the same window", async () => {
    const at = await place();
    await promise(at, [due]);
    await work(at, "failed", after(due, minutes(1)));
    await work(at, "succeeded", after(due, minutes(9)));
    await settle(at.connectionId);
    expect(await states(at)).toEqual([["matched", true]]);
  });

  it("is missed when its job completes after its windows, and met when at their end", async () => {
    for (const [over, expected] of [
      [0, "matched"],
      [1, "missed"],
    ] as const) {
      const at = await place();
      await promise(at, [due]);
      await work(at, "succeeded", after(due, minutes(5)), after(due, minutes(180) + over));
      await settle(at.connectionId);
      expect(await states(at)).toEqual([[expected, true]]);
    }
  });

  it("is missed at once when its job fails, and met after all when another succeeds in its start window", async () => {
    const at = await place(after(due, minutes(20)));
    await promise(at, [due]);
    await work(at, "failed", after(due, minutes(5)));
    expect(await settle(at.connectionId)).toEqual([at.resourceId]);
    expect(await states(at)).toEqual([["missed", true]]);
    expect(await settle(at.connectionId)).toEqual([]);
    await work(at, "succeeded", after(due, minutes(40)));
    await readUpTo(at, now);
    expect(await settle(at.connectionId)).toEqual([at.resourceId]);
    expect(await states(at)).toEqual([["matched", true]]);
  });

  it("leaves a job to the latest run that was due before it", async () => {
    const at = await place();
    await promise(at, [before(now, hours(5)), before(now, hours(4))], 480);
    await work(at, "succeeded", after(before(now, hours(4)), minutes(1)));
    await observe(theWorker(), (tx) =>
      tx.expectedRun.updateMany({ where: { resourceId: at.resourceId }, data: { startBy: before(now, minutes(5)) } }),
    );
    await settle(at.connectionId);
    expect(await states(at)).toEqual([
      ["missed", false],
      ["matched", true],
    ]);
  });

  it("is excused by approved maintenance, when it would be missed", async () => {
    const at = await place();
    await promise(at, [due, before(now, days(2))]);
    const system = await db.system.create({ data: { slug: `s-${randomUUID()}`, name: "Orders" } });
    await db.systemResource.create({
      data: { systemId: system.id, resourceId: at.resourceId, validFrom: before(now, days(30)) },
    });
    await db.exclusion.create({
      data: { systemId: system.id, reason: "Move", validFrom: before(due, hours(1)), validTo: after(due, hours(1)) },
    });
    await settle(at.connectionId);
    expect(await states(at)).toEqual([
      ["missed", false],
      ["excused", false],
    ]);
  });
});

/** A resource's runs every ten minutes, and what jobs there were: in half minutes from the first run on. */
const history = fc.record({
  runs: fc.integer({ min: 1, max: 8 }),
  windowMinutes: fc.integer({ min: 1, max: 25 }),
  readToMinutes: fc.integer({ min: 0, max: 100 }),
  jobs: fc.array(
    fc.record({
      start: fc.integer({ min: -6, max: 180 }),
      length: fc.integer({ min: 0, max: 60 }),
      state: fc.constantFrom<JobState>(
        "succeeded",
        "succeeded",
        "succeeded_with_issues",
        "failed",
        "partial",
        "expired",
      ),
    }),
    { maxLength: 12 },
  ),
});

describe("every run of a random history", () => {
  const first = before(now, days(2));
  const halfMinutes = (count: number) => after(first, count * 30_000);

  it("is met or missed as `recompute schedule` says, and whenever it is read", async () => {
    const at = await place();
    for (const { runs, windowMinutes, readToMinutes, jobs } of fc.sample(history, 25)) {
      const mine = await beside(at.connectionId);
      const dues = Array.from({ length: runs }, (_, index) => after(first, minutes(10 * index)));
      await promise(mine, dues, windowMinutes, 0);
      const readTo = after(first, minutes(readToMinutes));
      await readUpTo(at, readTo);
      const seen = jobs.filter(({ start }) => halfMinutes(start) <= readTo);
      const early = await Promise.all(
        seen.map(({ start, length, state }) => {
          const isOver = halfMinutes(start + length) <= readTo;
          return work(
            mine,
            isOver ? state : "running",
            halfMinutes(start),
            isOver ? halfMinutes(start + length) : null,
          );
        }),
      );
      await settle(at.connectionId);
      await db.job.deleteMany({ where: { id: { in: early.map(({ id }) => id) } } });
      for (const { start, length, state } of jobs)
        await work(mine, state, halfMinutes(start), halfMinutes(start + length));
      await readUpTo(at, now);
      await settle(at.connectionId);
      const input = {
        intervalSeconds: 600,
        anchor: first,
        from: first,
        to: after(first, minutes(10 * runs)),
        earlyToleranceMin: 1,
        completeWindowMin: windowMinutes,
        jobs: jobs.map(({ start, length, state }, index) => ({
          id: `${index}`,
          status: state.startsWith("succeeded") ? "COMPLETED" : "FAILED",
          startedAt: halfMinutes(start),
          completedAt: halfMinutes(start + length),
        })),
      };
      const [told] = recompute("schedule", JSON.parse(JSON.stringify({ cases: [{ id: 1, input }] }))).results;
      expect(told).toMatchObject({ output: { expectedRuns: runs } });
      const { missed } = (told as { output: { missed: string[] } }).output;
      const isMissed = new Set(missed.map((text) => Date.parse(text)));
      expect(
        (await states(mine)).map(([state]) => state),
        JSON.stringify({ windowMinutes, readToMinutes, jobs }),
      ).toEqual(dues.map((due) => (isMissed.has(due.getTime()) ? "missed" : "matched")));
    }
  });
});

describe("what a schedule promises", () => {
  const rule = (change: Partial<ObservedRule> = {}): ObservedRule => ({
    providerRef: "daily",
    name: "daily",
    schedule: daily,
    timeZone: "Etc/UTC",
    continuous: false,
    startWindowMinutes: 60,
    completionWindowMinutes: 120,
    vaultName: "v",
    lifecycle: { deleteAfterDays: 35, coldAfterDays: null },
    copies: [{ vaultRef: "other", deleteAfterDays: 35 }],
    ...change,
  });
  const policy = (change: Partial<ObservedPolicy> = {}): ObservedPolicy => ({
    providerRef: "plan",
    name: "plan",
    rawStatus: "1",
    versionedAt: before(now, days(100)),
    rules: [rule()],
    selections: [
      { resourceRefs: [], notResourceRefs: [], anyTags: [{ key: "backup", value: "daily" }], allConditions: [] },
    ],
    ...change,
  });
  const observeAt = (at: Place, policies: readonly ObservedPolicy[], moment = now) =>
    observe(theWorker(), async (tx) => {
      await writePolicies(tx, { connectionId: at.connectionId, region }, policies, moment);
      const touched = await dropRuns(tx, at.connectionId, moment);
      for (const rule of await listRunRules(tx, at.connectionId))
        touched.push(...(await materializeRule(tx, rule, moment)));
      return [...new Set(touched)];
    });
  const runs = (at: Place) =>
    db.expectedRun.findMany({ where: { resourceId: at.resourceId }, orderBy: { dueAt: "asc" } });

  it("is written down a week back and two days ahead, once", async () => {
    const at = await place();
    expect(await observeAt(at, [policy()])).toEqual([at.resourceId]);
    const first = await runs(at);
    expect(first).toHaveLength(9);
    for (const run of first) {
      expect(run.dueAt.toISOString()).toContain("T03:00:00");
      expect(run.startBy).toEqual(after(run.dueAt, hours(1)));
      expect(run.completeBy).toEqual(after(run.dueAt, hours(3)));
    }
    expect(await observeAt(at, [policy()])).toEqual([]);
    expect(await db.policyRule.count({ where: { policy: { connectionId: at.connectionId } } })).toBe(1);
  });

  it("goes on as time goes on", async () => {
    const at = await place();
    await observeAt(at, [policy()]);
    await observeAt(at, [policy()], after(now, days(1)));
    expect(await runs(at)).toHaveLength(10);
  });

  it("does not begin before the policy or the resource did", async () => {
    const at = await place();
    await observeAt(at, [policy({ versionedAt: before(now, days(2)) })]);
    expect((await runs(at)).filter(({ dueAt }) => dueAt < before(now, days(2)))).toEqual([]);
    const young = await place();
    await observe(theWorker(), (tx) =>
      tx.resource.update({
        where: { id: young.resourceId },
        data: { detail: { createdAt: before(now, days(3)).toISOString() } },
      }),
    );
    await observeAt(young, [policy()]);
    expect((await runs(young)).filter(({ dueAt }) => dueAt < before(now, days(3)))).toEqual([]);
    expect((await runs(young)).length).toBeGreaterThan(3);
  });

  it("changes from now on when the rule does; what was due before stays", async () => {
    const at = await place();
    await observeAt(at, [policy()]);
    await observeAt(at, [
      policy({ rules: [rule({ schedule: "cron(0 15 ? * * *)" })], versionedAt: before(now, minutes(1)) }),
    ]);
    const [old, fresh] = await db.policyRule.findMany({
      where: { policy: { connectionId: at.connectionId } },
      orderBy: { validFrom: "asc" },
    });
    expect(old?.validTo).toEqual(fresh?.validFrom);
    const all = await runs(at);
    expect(all.filter(({ ruleId, dueAt }) => ruleId === old?.id && dueAt > now)).toEqual([]);
    expect(all.filter(({ ruleId, dueAt }) => ruleId === old?.id && dueAt < before(now, minutes(2)))).toHaveLength(7);
    expect(all.filter(({ ruleId }) => ruleId === fresh?.id)).toHaveLength(2);
  });

  it("ends when the resource is no longer covered, and for all when the policy is gone", async () => {
    const at = await place();
    await observeAt(at, [policy()]);
    await observe(theWorker(), (tx) => tx.resource.update({ where: { id: at.resourceId }, data: { tags: {} } }));
    await observeAt(at, [policy()]);
    expect((await runs(at)).filter(({ dueAt }) => dueAt > now)).toEqual([]);
    expect(await db.policyAssignment.count({ where: { resourceId: at.resourceId, validTo: null } })).toBe(0);
    const other = await place();
    await observeAt(other, [policy()]);
    await observeAt(other, []);
    expect((await runs(other)).filter(({ dueAt }) => dueAt > now)).toEqual([]);
    expect(await db.policyRule.count({ where: { policy: { connectionId: other.connectionId }, validTo: null } })).toBe(
      0,
    );
  });

  it("is no runs for a continuous rule, nor for one that cannot be read", async () => {
    const at = await place();
    await observeAt(at, [
      policy({ rules: [rule({ continuous: true }), rule({ providerRef: "odd", schedule: "rate(1 day)" })] }),
    ]);
    expect(await runs(at)).toEqual([]);
  });

  it("reaches back for a resource that is covered later, from then on", async () => {
    const at = await place();
    await observeAt(at, [policy({ selections: [] })]);
    await observeAt(at, [policy()]);
    const made = await runs(at);
    expect(made.length).toBeGreaterThan(0);
    expect(made.every(({ dueAt }) => dueAt >= now)).toBe(true);
  });
});
