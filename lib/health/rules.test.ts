import { describe, expect, it } from "vitest";
import { type HealthState, judgeResource, judgeSystem, type ResourceFacts, type SystemFacts } from "./rules";
import { nextStep, reasonText } from "./words";

const now = new Date("2026-11-24T12:00:00.000Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const minute = 60;
const day = 86_400;

const facts = (over: Partial<ResourceFacts> = {}): ResourceFacts => ({
  resourceId: "r1",
  name: "orders-db",
  vanishedAt: null,
  connection: { id: "c1", name: "AWS main", enabled: true, lastReadAt: ago(60), staleAfterSeconds: 900, error: null },
  system: { id: "s1", lifecycle: "active", required: true },
  rpoSeconds: 15 * minute,
  proofCadenceSeconds: 30 * day,
  newest: newest(5 * minute),
  covered: true,
  nextRunBy: null,
  missedRuns: 0,
  failedRuns: 0,
  failureMessage: null,
  failureJobId: null,
  failedProofAt: null,
  proof: { at: ago(9 * day), level: "validated" },
  streamStopped: null,
  unusual: [],
  outside: [],
  runsOutside: null,
  ...over,
});
const newest = (ageSeconds: number) => ({
  pointId: "p1",
  asOf: ago(ageSeconds),
  basis: "snapshot" as const,
  availableAt: ago(ageSeconds),
  until: null,
});
const connection = (over: Partial<ResourceFacts["connection"]>) => ({ ...facts().connection, ...over });

describe("a resource", () => {
  it.each<[string, Partial<ResourceFacts>, HealthState, string]>([
    ["is within when its data is fresh and proven", {}, "within", "rpo.within"],
    ["is within at exactly 80 % of its RPO", { newest: newest(12 * minute) }, "within", "rpo.within"],
    [
      "is at risk beyond 80 %",
      { newest: { ...newest(0), asOf: new Date(ago(12 * minute).getTime() - 1) } },
      "at_risk",
      "rpo.close",
    ],
    [
      "is breached because its stream stopped, when its data is too old",
      { newest: newest(16 * minute), streamStopped: { at: ago(12 * minute) } },
      "breached",
      "stream.stopped",
    ],
    [
      "is within while snapshots alone keep it young after its stream was given up",
      { streamStopped: { at: null } },
      "within",
      "rpo.within",
    ],
    [
      "is at risk when its newest backup is far smaller than those before it",
      { unusual: [{ measure: "size", value: 1, low: 90, high: 110 }] },
      "at_risk",
      "size.unusual",
    ],
    [
      "is at risk when a copy lies where its data may not be kept",
      { outside: [{ region: "us-east-1", copies: 1 }] },
      "at_risk",
      "residency.violated",
    ],
    [
      "is at risk when it runs where its data may not be kept",
      { runsOutside: "us-east-1" },
      "at_risk",
      "residency.violated",
    ],
    [
      "is told that its data is too old before where it lies",
      { newest: newest(16 * minute), outside: [{ region: "us-east-1", copies: 1 }] },
      "breached",
      "rpo.breached",
    ],
    ["is at risk at exactly its RPO", { newest: newest(15 * minute) }, "at_risk", "rpo.close"],
    [
      "is breached beyond its RPO",
      { newest: { ...newest(0), asOf: new Date(ago(15 * minute).getTime() - 1) } },
      "breached",
      "rpo.breached",
    ],
    [
      "is missed when runs were due and nothing came",
      { newest: newest(47 * minute), missedRuns: 2 },
      "missed",
      "runs.missed",
    ],
    ["is at risk when a run was missed within the RPO", { missedRuns: 1 }, "at_risk", "runs.missed"],
    ["is breached when runs failed", { newest: newest(5 * 3_600), failedRuns: 3 }, "breached", "runs.failed"],
    ["is at risk when a run failed within the RPO", { failedRuns: 1 }, "at_risk", "runs.failed"],
    [
      "is breached when its newest data failed verification",
      { newest: newest(3_600), failedProofAt: ago(60) },
      "breached",
      "proof.failed",
    ],
    ["is unprotected without a point", { newest: null, proof: null }, "unprotected", "point.none"],
    ["is missed when nothing ever came", { newest: null, missedRuns: 1 }, "missed", "runs.missed"],
    [
      "is unknown when its connection is stale",
      { connection: connection({ lastReadAt: ago(900) }) },
      "unknown",
      "connection.stale",
    ],
    [
      "is not yet stale a moment before",
      { connection: connection({ lastReadAt: new Date(ago(900).getTime() + 1) }) },
      "within",
      "rpo.within",
    ],
    [
      "is unknown when stale, even when it was breached",
      { newest: newest(day), connection: connection({ lastReadAt: ago(1_000) }) },
      "unknown",
      "connection.stale",
    ],
    [
      "is unknown when its connection was never read",
      { connection: connection({ lastReadAt: null }) },
      "unknown",
      "connection.stale",
    ],
    [
      "is unknown when its connection is off",
      { connection: connection({ enabled: false }) },
      "unknown",
      "connection.stale",
    ],
    [
      "is parked with its system, stale or not",
      { system: { id: "s1", lifecycle: "parked", required: true }, connection: connection({ lastReadAt: null }) },
      "parked",
      "lifecycle.parked",
    ],
    [
      "is parked when its system is retired",
      { system: { id: "s1", lifecycle: "retired", required: true } },
      "parked",
      "lifecycle.parked",
    ],
    ["is at risk when it was never proven", { proof: null }, "at_risk", "proof.never"],
    [
      "is within when proven exactly a cadence ago",
      { proof: { at: ago(30 * day), level: "restored" } },
      "within",
      "rpo.within",
    ],
    [
      "is at risk when its proof is older",
      { proof: { at: new Date(ago(30 * day).getTime() - 1), level: "restored" } },
      "at_risk",
      "proof.stale",
    ],
    ["is at risk when its provider no longer shows it", { vanishedAt: ago(60) }, "at_risk", "resource.vanished"],
    [
      "has no objective without a system",
      { system: null, rpoSeconds: null, proofCadenceSeconds: null, proof: null },
      "unknown",
      "objective.none",
    ],
    [
      "is unprotected without a system and without points",
      { system: null, rpoSeconds: null, proofCadenceSeconds: null, proof: null, newest: null },
      "unprotected",
      "point.none",
    ],
  ])("%s", (_, over, state, rule) => {
    const verdict = judgeResource(facts(over), now);
    expect([verdict.state, verdict.reasons[0]?.rule]).toEqual([state, rule]);
  });

  it.each<[string, Partial<ResourceFacts>, Date | null]>([
    [
      "80 % of its RPO",
      { connection: connection({ staleAfterSeconds: day }) },
      new Date(ago(-7 * minute).getTime() + 1),
    ],
    [
      "its RPO once it is close",
      { newest: newest(13 * minute), connection: connection({ staleAfterSeconds: day }) },
      new Date(ago(-2 * minute).getTime() + 1),
    ],
    ["its connection going stale", { connection: connection({ staleAfterSeconds: 120 }) }, ago(-60)],
    ["its point expiring", { newest: { ...newest(60), until: ago(-30) } }, ago(-30)],
    ["its next run", { nextRunBy: ago(-10) }, ago(-10)],
    ["nothing when it is stale already", { connection: connection({ lastReadAt: ago(day) }) }, null],
  ])("changes next at %s", (_, over, at) => {
    expect(judgeResource(facts(over), now).nextChangeAt).toEqual(at);
  });

  it("never judges otherwise at the millisecond before its next change", () => {
    for (const over of [
      {},
      { newest: newest(13 * minute) },
      { proof: { at: ago(30 * day - 5), level: "restored" as const } },
    ]) {
      const verdict = judgeResource(facts(over), now);
      const { nextChangeAt } = verdict;
      if (!nextChangeAt) throw new Error("A change was expected.");
      expect(judgeResource(facts(over), new Date(nextChangeAt.getTime() - 1)).state).toBe(verdict.state);
      expect(judgeResource(facts(over), nextChangeAt).state).not.toBe(verdict.state);
    }
  });
});

describe("a system", () => {
  const system: SystemFacts = {
    systemId: "s1",
    tierRank: 1,
    criticality: "medium",
    environment: "production",
    lifecycle: "active",
    rpoSeconds: 900,
    rtoSeconds: 3_600,
    proofCadenceSeconds: 30 * day,
    detectionAllowanceSeconds: 300,
    rtaSeconds: 1_200,
  };
  const member = (id: string, over: Partial<ResourceFacts> = {}) =>
    judgeResource({ ...facts(over), resourceId: id }, now);

  it("is as well as its worst required resource and as old as its oldest", () => {
    const verdict = judgeSystem(
      system,
      [member("a"), member("b", { newest: newest(3_600) }), member("c", { newest: newest(60) })],
      now,
    );
    expect(verdict).toMatchObject({ state: "breached", worstResourceId: "b", newestAsOf: ago(3_600) });
  });

  it("is not judged by what it can do without", () => {
    const spare = member("b", { newest: newest(3_600), system: { id: "s1", lifecycle: "active", required: false } });
    expect(judgeSystem(system, [member("a"), spare], now)).toMatchObject({ state: "within", worstResourceId: "a" });
  });

  const astray = { outside: [{ region: "us-east-1", copies: 2 }] };

  it("is at risk for data of what it can do without that lies where it may not", () => {
    const spare = member("b", { ...astray, system: { id: "s1", lifecycle: "active", required: false } });
    expect(judgeSystem(system, [member("a"), spare], now)).toMatchObject({
      state: "at_risk",
      worstResourceId: "a",
      reasons: [{ rule: "residency.violated", resourceId: "b", count: 2, regions: ["us-east-1"] }],
    });
  });

  it("tells of eight reasons, and among them always of data where it may not lie", () => {
    const broken = Array.from({ length: 9 }, (_, index) => member(`b${index}`, { newest: newest(3_600) }));
    const { reasons } = judgeSystem(system, [...broken, member("z", astray)], now);
    expect(reasons.map(({ rule }) => rule)).toEqual([...Array(7).fill("rpo.breached"), "residency.violated"]);
  });

  it("is unprotected when nothing is required of it", () => {
    expect(judgeSystem(system, [], now)).toMatchObject({ state: "unprotected", reasons: [{ rule: "system.empty" }] });
  });

  it("is proven only as far as the least proven resource", () => {
    expect(judgeSystem(system, [member("a"), member("b", { proof: null })], now)).toMatchObject({
      provenAt: null,
      provenWithin: false,
    });
    expect(
      judgeSystem(system, [member("a"), member("b", { proof: { at: ago(20 * day), level: "restored" } })], now),
    ).toMatchObject({ provenAt: ago(20 * day), provenWithin: true });
  });

  it("adds the time it takes to notice to what was measured", () => {
    expect(judgeSystem(system, [member("a")], now).rtaSeconds).toBe(1_500);
  });

  it("has no age when one required resource has no data", () => {
    expect(judgeSystem(system, [member("a"), member("b", { newest: null })], now)).toMatchObject({
      newestAsOf: null,
      state: "unprotected",
    });
  });

  it("expects nothing when parked", () => {
    expect(judgeSystem({ ...system, lifecycle: "parked" }, [member("a", { newest: null })], now)).toMatchObject({
      state: "parked",
      nextChangeAt: null,
    });
  });
});

describe("the words of a verdict", () => {
  const said = (over: Partial<ResourceFacts>) => {
    const [reason] = judgeResource(facts(over), now).reasons;
    if (!reason) throw new Error("A reason was expected.");
    return reasonText(reason, now);
  };

  it.each<[Partial<ResourceFacts>, string]>([
    [{ newest: newest(47 * minute), missedRuns: 2 }, "No backup for 47 min: two runs were due and never started."],
    [{ newest: newest(47 * minute), missedRuns: 1 }, "No backup for 47 min: one run was due and never started."],
    [{ newest: null, missedRuns: 12 }, "Never backed up: 12 runs were due and never started."],
    [
      { newest: newest(18_720), failedRuns: 3, failureMessage: "the role may no longer use key alias/backup-eu" },
      "The last three runs failed: the role may no longer use key alias/backup-eu. The newest good data is 5 h 12 old.",
    ],
    [
      { newest: newest(38_520), failedProofAt: ago(40 * minute) },
      "The newest data failed its verification 40 min ago. The last good data is 10 h 42 old.",
    ],
    [
      { newest: newest(47 * minute), streamStopped: { at: ago(2 * day) } },
      "Its continuous backup stopped 2 d ago. The newest restorable data is 47 min old; the RPO is 15 min.",
    ],
    [
      { newest: null, streamStopped: { at: null } },
      "Its continuous backup stopped. Nothing else of it can be restored.",
    ],
    [
      { outside: [{ region: "us-east-1", copies: 1 }] },
      "1 copy lies in us-east-1, outside where its data may be kept.",
    ],
    [
      {
        outside: [
          { region: "us-east-1", copies: 3 },
          { region: "eu-west-3", copies: 1 },
        ],
        runsOutside: "us-east-1",
      },
      "It runs in us-east-1 and 4 copies lie in us-east-1 and eu-west-3, outside where its data may be kept.",
    ],
    [{ proof: { at: ago(34 * day), level: "validated" } }, "Not restored and checked for 34 d; the cadence is 30 d."],
    [{ newest: null, covered: false }, "No schedule covers it and nothing of it can be restored."],
    [
      { newest: null, nextRunBy: ago(-90 * minute) },
      "Nothing of it can be restored yet. Its first run should be done in 1 h 30.",
    ],
  ])("%o reads: %s", (over, text) => {
    expect(said(over)).toBe(text);
  });

  it("always come with a figure or a rule to mend, and a next step where one exists", () => {
    const [reason] = judgeResource(facts({ newest: newest(3_600), failedRuns: 1, failureJobId: "j1" }), now).reasons;
    expect(reason && nextStep(reason, "s1")).toEqual({ label: "See error", href: "/jobs/j1" });
  });
});
