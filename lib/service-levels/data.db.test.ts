import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcomeOf } from "@/lib/platform/testing/armed";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { recompute } from "@/lib/recompute/answers";
import { addExclusion, endExclusion } from "./commands";
import { getRpoCases, getTimeInRpo } from "./data";

let estate: Estate;
let viewer: Awaited<ReturnType<typeof person>>;
let operator: Awaited<ReturnType<typeof person>>;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
  [viewer, operator] = [await person("viewer"), await person("operator")];
});
afterAll(() => estate.close());

type Placed = Awaited<ReturnType<Estate["protectedSystem"]>>;
const hour = 60;

/** How many hours of the last seven days a system of tier 3 (RPO 4 h) was beyond its RPO. */
async function beyondHours(systemId: string, over: object = {}): Promise<number> {
  const view = await getTimeInRpo(viewer, { systemId, period: "7d", ...over });
  return Math.round(((view?.beyondSeconds ?? Number.NaN) / 3_600) * 10) / 10;
}

const placed = () => estate.protectedSystem("tier-3");
/** A point so many hours old that was complete at once. */
const point = (place: Placed, ageHours: number, over: Record<string, unknown> = {}) => {
  // One moment for all three: a millisecond between them would make the point contradict itself.
  const at = estate.ago(ageHours * hour);
  return estate.point(place, ageHours * hour, { data_as_of: at, started_at: at, completed_at: at, ...over });
};

describe("time within the RPO, from what the database remembers", () => {
  it("is nothing at all for a system without a point", async () => {
    const { systemId } = await placed();
    const view = await getTimeInRpo(viewer, { systemId, period: "7d" });
    expect(view).toMatchObject({ percent: 0, worstAgeSeconds: null, breachCount: 1, breaches: [{ open: true }] });
  });

  it.each<[string, Record<string, unknown>, number]>([
    ["counts the RPO after a point", {}, 164],
    [
      "counts a point that has expired since, up to then",
      { status: "expired", expires_at: "3h", data_as_of: "5h" },
      166,
    ],
    ["counts a point that vanished since, up to then", { vanished_at: "4h" }, 167],
    ["never counts one with malware", { malware: "infected" }, 168],
    ["never counts one whose times contradict each other", { contradictory: true }, 168],
    ["never counts one that is partial", { status: "partial" }, 168],
  ])("%s", async (_, over, expected) => {
    const place = await placed();
    const at = Object.fromEntries(
      Object.entries(over).map(([key, value]) => [
        key,
        typeof value === "string" && /^\d+h$/.test(value) ? estate.ago(Number.parseInt(value, 10) * hour) : value,
      ]),
    );
    await point(place, 5, at);
    expect(await beyondHours(place.systemId)).toBe(expected);
  });

  it("takes back what a verification refutes, for all its time, unless a later one makes that good", async () => {
    const place = await placed();
    const id = await point(place, 5);
    await estate.proof(id, "restored", "failed", 30);
    expect(await beyondHours(place.systemId)).toBe(168);
    await estate.proof(id, "restored", "passed", 10);
    expect(await beyondHours(place.systemId)).toBe(164);
  });

  it("counts proven points only, from their proof on, where that is asked", async () => {
    const place = await placed();
    await estate.proof(await point(place, 3), "restored", "passed", hour);
    expect(await beyondHours(place.systemId, { proven: "1" })).toBe(167);
  });

  it("counts copies elsewhere when a region is lost, as old as what they were copied from", async () => {
    const place = await placed();
    const id = await point(place, 6, { provider_ref: `rp:origin-${place.systemId}` });
    await point(place, 4, {
      region: "eu-west-1",
      copy_of_ref: `rp:origin-${place.systemId}`,
      data_as_of: estate.ago(4 * hour),
    });
    expect(id).not.toBe("");
    // Restorable at home from 6 h ago until the data is 4 h old; from the copy between 4 and 2 hours ago.
    expect(await beyondHours(place.systemId)).toBe(164);
    expect(await beyondHours(place.systemId, { lost: "eu-central-1" })).toBe(166);
  });

  it("judges each moment by the tier of its time", async () => {
    const place = await placed();
    await point(place, 7);
    await estate.client.query("update system_tiers set valid_to = $2 where system_id = $1", [
      place.systemId,
      estate.ago(6 * hour),
    ]);
    await estate.insert("system_tiers", {
      system_id: place.systemId,
      tier_id: "tier-1",
      valid_from: estate.ago(6 * hour),
    });
    // 7 h to 6 h ago under 4 h: within. From then on under 15 min: beyond.
    expect(await beyondHours(place.systemId)).toBe(167);
    const view = await getTimeInRpo(viewer, { systemId: place.systemId, period: "7d" });
    expect(view?.rules.map(({ tier }) => tier)).toHaveLength(2);
  });

  it("is late whenever one of two required resources is, and not for one that is not required", async () => {
    const place = await placed();
    await point(place, 4);
    const other = await estate.resource(place.connectionId);
    await estate.member(place.systemId, other, { required: false });
    expect(await beyondHours(place.systemId)).toBe(164);
    await estate.client.query("update system_resources set required = true where resource_id = $1", [other]);
    expect(await beyondHours(place.systemId)).toBe(168);
  });

  it("counts a stream up to its latest moment, and its age from there on", async () => {
    const place = await placed();
    await estate.insert("restore_windows", {
      resource_id: place.resourceId,
      from_at: estate.ago(48 * hour),
      latest_at: estate.ago(10 * hour),
      lag_seconds: 300,
      observed_at: new Date(),
    });
    // Within from 48 h ago until 4 h after the latest moment it is known to reach: 42 of 168 hours.
    expect(await beyondHours(place.systemId)).toBe(126);
  });

  it("answers the same when its cases are recomputed by hand", async () => {
    const place = await placed();
    for (const age of [100, 96, 90, 60, 3]) await point(place, age);
    const asked = { systemId: place.systemId, period: "7d" };
    const [view, given] = [await getTimeInRpo(viewer, asked), await getRpoCases(viewer, asked)];
    const [result] = recompute("rpo", given).results;
    const output =
      result && "output" in result ? (result.output as { compliancePctFloor4: number; breaches: unknown[] }) : null;
    expect(output?.breaches).toHaveLength(view?.breachCount ?? -1);
    expect(output?.compliancePctFloor4).toBeCloseTo(view?.percent ?? Number.NaN, 3);
  });

  it("is not there for somebody who may not see the system", async () => {
    const place = await placed();
    const stranger = await person("viewer", { kind: "team", teamId: await estate.team() });
    expect(await getTimeInRpo(stranger, { systemId: place.systemId })).toBeNull();
    expect(await getRpoCases(stranger, { systemId: place.systemId })).toBeNull();
  });
});

describe("the runs that a schedule promised", () => {
  const hourly = async ({ connectionId, resourceId }: Placed, isMet: readonly boolean[]) => {
    const policyId = await estate.insert("policies", {
      connection_id: connectionId,
      region: "eu-central-1",
      provider_ref: "plan",
      name: "plan",
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
    await estate.insert("policy_assignments", {
      policy_id: policyId,
      resource_id: resourceId,
      valid_from: estate.ago(9_000),
    });
    const due = isMet.map((_, index) => estate.ago((isMet.length - index) * hour));
    await estate.client.query(
      `insert into expected_runs (rule_id, resource_id, due_at, start_by, complete_by, state)
       select $1, $2, x.due_at, x.due_at, x.due_at, x.state from unnest($3::timestamptz[], $4::run_state[]) as x (due_at, state)`,
      [ruleId, resourceId, due, isMet.map((met) => (met ? "matched" : "missed"))],
    );
  };

  /** What `recompute schedule` says of hourly runs of which these were met. */
  const recomputed = (isMet: readonly boolean[]) => {
    const from = Date.parse("2026-06-01T00:00:00Z");
    const at = (index: number) => new Date(from + index * 3_600_000).toISOString();
    const jobs = isMet.flatMap((met, index) =>
      met ? [{ id: `${index}`, status: "COMPLETED", startedAt: at(index), completedAt: at(index) }] : [],
    );
    const input = { cron: "0 * * * *", from: at(0), to: at(isMet.length), completeWindowMin: 0, jobs };
    const [told] = recompute("schedule", { cases: [{ id: 1, input }] }).results;
    return told as { output: { met: object; missed: string[]; longestMissRun: number; metPctFloor4: number } };
  };

  it("are counted on the page as `recompute schedule` counts them", async () => {
    const some = fc.sample(fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), 6);
    for (const isMet of [...some, Array.from({ length: 100 }, (_, index) => index < 57)]) {
      const place = await placed();
      await hourly(place, isMet);
      const view = await getTimeInRpo(viewer, { systemId: place.systemId, period: "7d" });
      const { output } = recomputed(isMet);
      expect(view?.schedules).toMatchObject([
        {
          met: Object.keys(output.met).length,
          missed: output.missed.length,
          longestMissRun: output.longestMissRun,
          metPercent: Math.floor(Math.round(output.metPctFloor4 * 10_000) / 100) / 100,
        },
      ]);
    }
  });
});

describe("planned maintenance", () => {
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString().slice(0, 16);
  const plan = async (systemId: string, startsAt: string, over: object = {}) =>
    outcomeOf(() => addExclusion(operator, { systemId, startsAt, hours: 2, reason: "CHG-4711 storage move", ...over }));

  it.each([
    ["is refused for the past: what happened counts", -60, {}, "invalid"],
    ["is refused without a reason", 60, { reason: "because" }, "invalid"],
    ["is refused beyond a week", 60, { hours: 169 }, "invalid"],
    ["is refused more than a year ahead", 60 * 24 * 400, {}, "invalid"],
  ])("%s", async (_, minutes, over, code) => {
    const { systemId } = await placed();
    expect(await plan(systemId, inMinutes(minutes), over)).toMatchObject({ ok: false, code });
  });

  it("is refused where it overlaps another, and taken back before it begins", async () => {
    const { systemId } = await placed();
    const made = await plan(systemId, inMinutes(60));
    expect(made).toMatchObject({ ok: true });
    expect(await plan(systemId, inMinutes(120))).toMatchObject({ ok: false, code: "conflict" });
    const exclusionId = made.ok ? made.value.id : "";
    const seen = async () => (await getTimeInRpo(viewer, { systemId, period: "7d" }))?.exclusions.map(({ id }) => id);
    expect(await seen()).toEqual([exclusionId]);
    expect(await endExclusion(operator, { systemId, exclusionId })).toMatchObject({ ok: true });
    expect(await plan(systemId, inMinutes(120))).toMatchObject({ ok: true });
  });

  it("leaves its time out of the figures", async () => {
    const place = await placed();
    await estate.insert("exclusions", {
      system_id: place.systemId,
      reason: "CHG-1 storage move",
      valid_from: estate.ago(10 * hour),
      valid_to: estate.ago(4 * hour),
    });
    const view = await getTimeInRpo(viewer, { systemId: place.systemId, period: "7d" });
    expect(view).toMatchObject({ evaluatedSeconds: 162 * 3_600, breachCount: 2 });
  });
});
