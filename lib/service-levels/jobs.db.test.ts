import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { observe } from "@/lib/access/observe";
import { after, hours, minutes } from "@/lib/core/time";
import { getHome } from "@/lib/health/data";
import { evaluateHealth } from "@/lib/health/jobs";
import { db, reader } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person, theWorker } from "@/lib/platform/testing/people";
import { sumOn } from "./burn";
import { getTimeInRpo } from "./data";
import { advanceBurn } from "./jobs";
import { judgeSpan } from "./judge";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
});
afterAll(() => estate.close());
beforeEach(async () => {
  await estate.client.query("set session_replication_role = replica");
  await estate.client.query("truncate systems, connections, tiers, tier_objectives cascade");
  await estate.client.query("set session_replication_role = origin");
  await estate.tiers();
});

const hour = 60;
const scope = { excludeRegions: new Set<string>(), requireVerified: false };

/** What the exact function tells of a system's time from one moment to another, in milliseconds. */
async function exactly(systemId: string, from: Date, to: Date) {
  const [row] = await reader.$queryRaw<Parameters<typeof judgeSpan>[2][]>`
    select id, lifecycle::text, lifecycle_at, in_service_from, retired_at from systems where id = ${systemId}::uuid`;
  if (!row) throw new Error("There is no such system.");
  const { whole } = await judgeSpan(reader, "all", row, { from: from.getTime(), to: to.getTime() }, scope);
  return { evaluated: whole.evaluatedMs, beyond: whole.evaluatedMs - whole.compliantMs };
}

async function summed(systemId: string) {
  const { quarterFrom, throughAt, evaluatedMs, beyondMs, weeklyMs } = await db.rpoBurn.findUniqueOrThrow({
    where: { systemId },
  });
  const inWeeks = weeklyMs.reduce((sum, ms) => sum + ms, 0n);
  return { quarterFrom, throughAt, evaluated: Number(evaluatedMs), beyond: Number(beyondMs), inWeeks: Number(inWeeks) };
}

const moment = fc.integer({ min: 0, max: 20 * 24 * 4 }).map((quarters) => quarters * 15);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 2, nil: null });
const aPoint = fc.record({
  age: moment,
  took: fc.constantFrom(0, 7, 90),
  /** How long it stayed; the rest vanished, or is said to be expired. */
  kept: maybe(fc.integer({ min: 1, max: 900 })),
  status: fc.constantFrom("available", "available", "available", "expired", "partial"),
  malware: fc.constantFrom("clean", "clean", "clean", "infected"),
  copyOf: fc.constantFrom(null, null, null, 0),
  said: maybe(fc.constantFrom("passed" as const, "failed" as const)),
  dated: fc.constantFrom(true, true, true, false),
});
const aStream = fc.record({
  from: moment,
  lasted: fc.integer({ min: 1, max: 2_000 }),
  lag: fc.constantFrom(60, 300, 7_200),
});
const aMember = fc.record({
  points: fc.array(aPoint, { maxLength: 12 }),
  stream: maybe(aStream),
  since: fc.constantFrom(60 * 24 * 30, 60 * 24 * 9),
  until: maybe(fc.constantFrom(60 * 24 * 4, 600)),
  required: fc.constantFrom(true, true, false),
});
const aSystem = fc.record({
  tier: fc.constantFrom("tier-1", "tier-2", "tier-3"),
  later: maybe(fc.record({ tier: fc.constantFrom("tier-1", "tier-3"), age: moment })),
  members: fc.array(aMember, { maxLength: 3 }),
  out: maybe(fc.record({ age: moment, lasted: fc.integer({ min: 1, max: 3_000 }) })),
  inService: fc.constantFrom(60 * 24 * 30, 60 * 24 * 7),
  parked: maybe(moment),
});
type SystemLaid = typeof aSystem extends fc.Arbitrary<infer T> ? T : never;
type MemberLaid = SystemLaid["members"][number];

async function layMember(systemId: string, place: { connectionId: string; vaultId: string }, member: MemberLaid) {
  const resourceId = await estate.resource(place.connectionId);
  await estate.member(systemId, resourceId, {
    required: member.required,
    valid_from: estate.ago(member.since),
    valid_to: member.until === null ? null : estate.ago(member.until),
  });
  for (const [index, { age, took, kept, copyOf, dated, said, ...point }] of member.points.entries()) {
    const id = await estate.point({ ...place, resourceId }, 0, {
      provider_ref: `${resourceId}-${index}`,
      data_as_of: dated ? estate.ago(age) : null,
      started_at: estate.ago(age),
      completed_at: estate.ago(age - took),
      vanished_at: kept === null ? null : estate.ago(age - took - kept),
      copy_of_ref: copyOf === null ? null : `${resourceId}-${copyOf}`,
      observed_at: estate.ago(Math.max(0, age - took - 600)),
      ...point,
    });
    if (said !== null) await estate.proof(id, "restored", said, 1);
  }
  if (member.stream !== null)
    await estate.insert("restore_windows", {
      resource_id: resourceId,
      from_at: estate.ago(member.stream.from),
      latest_at: estate.ago(Math.max(0, member.stream.from - member.stream.lasted)),
      lag_seconds: member.stream.lag,
      observed_at: new Date(),
    });
}

async function laySystem(place: { connectionId: string; vaultId: string }, laid: SystemLaid): Promise<string> {
  const systemId = await estate.system(
    {
      in_service_from: estate.ago(laid.inService),
      ...(laid.parked === null ? {} : { lifecycle: "parked", lifecycle_at: estate.ago(laid.parked) }),
    },
    laid.tier,
  );
  if (laid.later !== null) {
    const at = estate.ago(laid.later.age);
    await estate.client.query("update system_tiers set valid_to = $2 where system_id = $1", [systemId, at]);
    await estate.insert("system_tiers", { system_id: systemId, tier_id: laid.later.tier, valid_from: at });
  }
  if (laid.out !== null)
    await estate.insert("exclusions", {
      system_id: systemId,
      reason: "CHG-1 storage move",
      valid_from: estate.ago(laid.out.age),
      valid_to: estate.ago(laid.out.age - laid.out.lasted),
    });
  for (const member of laid.members) await layMember(systemId, place, member);
  return systemId;
}

describe("the sum of the time beyond the RPO", () => {
  it("is for any systems what the exact function tells of each, in one stretch or carried on", async () => {
    const connectionId = await estate.connection();
    const place = { connectionId, vaultId: await estate.vault(connectionId) };
    const now = new Date();
    const quarter = { from: after(now, -hours(24 * 18)), to: after(now, hours(24 * 60)) };
    const [middle, end] = [after(now, -hours(100)), after(now, -minutes(31))];
    await fc.assert(
      fc.asyncProperty(fc.array(aSystem, { minLength: 10, maxLength: 10 }), async (systems) => {
        const ids: string[] = [];
        for (const laid of systems) ids.push(await laySystem(place, laid));
        for (const id of ids)
          await estate.insert("rpo_burn", { system_id: id, quarter_from: quarter.from, through_at: quarter.from });
        for (const to of [middle, end]) {
          await observe(theWorker(), (tx) => sumOn(tx, ids, [], quarter, to));
          for (const id of ids) {
            const { evaluated, beyond, inWeeks } = await summed(id);
            expect({ evaluated, beyond }).toEqual(await exactly(id, quarter.from, to));
            expect(inWeeks).toBe(beyond);
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  type Placed = Awaited<ReturnType<Estate["protectedSystem"]>>;
  const whole = async (place: Placed) => {
    const row = await summed(place.systemId);
    const { evaluated, beyond } = row;
    return { told: { evaluated, beyond }, exact: await exactly(place.systemId, row.quarterFrom, row.throughAt) };
  };

  it.each<[string, (place: Placed, pointId: string) => Promise<unknown>]>([
    ["a point is refuted", (_, pointId) => estate.proof(pointId, "restored", "failed", 1)],
    [
      "a refuted point is made good",
      async (_, pointId) => {
        await estate.proof(pointId, "restored", "failed", 5);
        await advanceBurn(theWorker());
        await estate.proof(pointId, "restored", "passed", 1);
      },
    ],
    [
      "malware is found",
      (_, pointId) => estate.client.query("update recovery_points set malware = 'infected' where id = $1", [pointId]),
    ],
    ["a point becomes known late", (place) => estate.point(place, 30 * hour)],
    [
      "a stream becomes known late",
      ({ resourceId }) =>
        estate.insert("restore_windows", {
          resource_id: resourceId,
          from_at: estate.ago(20 * hour),
          latest_at: new Date(),
          lag_seconds: 60,
          observed_at: new Date(),
        }),
    ],
    [
      "an end becomes known late",
      (_, pointId) =>
        estate.client.query("update recovery_points set vanished_at = $2 where id = $1", [
          pointId,
          estate.ago(9 * hour),
        ]),
    ],
    [
      "a member turns out not to be required",
      ({ resourceId }) =>
        estate.client.query("update system_resources set required = false where resource_id = $1", [resourceId]),
    ],
    [
      "a tier turns out to have held earlier",
      async ({ systemId }) => {
        await estate.client.query("update system_tiers set valid_to = $2 where system_id = $1", [
          systemId,
          estate.ago(9 * hour),
        ]);
        await estate.insert("system_tiers", {
          system_id: systemId,
          tier_id: "tier-1",
          valid_from: estate.ago(9 * hour),
        });
      },
    ],
    [
      "an exclusion is written down late",
      ({ systemId }) =>
        estate.insert("exclusions", {
          system_id: systemId,
          reason: "CHG-1 storage move",
          valid_from: estate.ago(60 * hour),
          valid_to: estate.ago(50 * hour),
        }),
    ],
  ])("is made anew when %s", async (_, happens) => {
    const place = await estate.protectedSystem("tier-3");
    const pointId = await estate.point(place, 10 * hour);
    await advanceBurn(theWorker());
    const before = await whole(place);
    expect(before.told).toEqual(before.exact);
    await happens(place, pointId);
    expect((await advanceBurn(theWorker())).anew).toBe(1);
    const { told, exact } = await whole(place);
    expect(told).toEqual(exact);
    expect(told.beyond).not.toBe(before.told.beyond);
    expect(await advanceBurn(theWorker())).toEqual({ anew: 0, carriedOn: 0 });
  });

  it("is left alone by what is read in time", async () => {
    const place = await estate.protectedSystem("tier-1");
    await advanceBurn(theWorker());
    const pointId = await estate.point(place, 10);
    await estate.client.query(
      "update recovery_points set expires_at = now() + interval '1 day', observed_at = now() where id = $1",
      [pointId],
    );
    await estate.proof(pointId, "restored", "passed", 1);
    expect(await advanceBurn(theWorker())).toEqual({ anew: 0, carriedOn: 0 });
  });

  it("is carried on by the hour, and begins again with a quarter", async () => {
    const place = await estate.protectedSystem("tier-1");
    await advanceBurn(theWorker());
    await estate.client.query(
      "update rpo_burn set through_at = through_at - interval '61 minutes', evaluated_ms = 1, beyond_ms = 1, weekly_ms = '{}'",
    );
    expect(await advanceBurn(theWorker())).toEqual({ anew: 0, carriedOn: 1 });
    await estate.client.query("update rpo_burn set quarter_from = quarter_from - interval '92 days'");
    expect(await advanceBurn(theWorker())).toEqual({ anew: 1, carriedOn: 0 });
    const { told, exact } = await whole(place);
    expect(told).toEqual(exact);
  });
});

it("gives the home page what the exact pages of the same systems tell, and says through when", async () => {
  const connectionId = await estate.connection();
  const vaultId = await estate.vault(connectionId);
  const lay = async (over: Record<string, unknown>, ages: number[]) => {
    const systemId = await estate.system(over, "tier-2");
    const resourceId = await estate.resource(connectionId);
    await estate.member(systemId, resourceId);
    const points: string[] = [];
    for (const age of ages) points.push(await estate.point({ connectionId, vaultId, resourceId }, age * hour));
    return { systemId, points };
  };
  const refuted = await lay({}, [90, 60, 30, 3, 0.7]);
  const moved = await lay({}, [50, 20, 0.7]);
  const excluded = await lay({}, [40, 0.7]);
  const silent = await lay({}, [70]);
  const young = await lay({ in_service_from: estate.ago(30) }, []);
  await lay({ lifecycle: "parked", lifecycle_at: estate.ago(25 * hour) }, [80]);
  await estate.client.query("update system_tiers set valid_to = $2 where system_id = $1", [
    moved.systemId,
    estate.ago(30 * hour),
  ]);
  await estate.client.query("update system_tiers set tier_id = 'tier-3' where system_id = $1", [moved.systemId]);
  await estate.insert("system_tiers", {
    system_id: moved.systemId,
    tier_id: "tier-2",
    valid_from: estate.ago(30 * hour),
  });
  await estate.insert("exclusions", {
    system_id: excluded.systemId,
    reason: "CHG-1 storage move",
    valid_from: estate.ago(20 * hour),
    valid_to: estate.ago(10 * hour),
  });
  await advanceBurn(theWorker());
  await estate.proof(refuted.points[3] ?? "", "restored", "failed", 2);
  await advanceBurn(theWorker());
  await evaluateHealth(theWorker(), {});

  const viewer = await person("viewer");
  const tier = (await getHome(viewer, {})).tiers.find(({ id }) => id === "tier-2");
  const systems = await db.system.findMany({ select: { id: true } });
  const views = await Promise.all(systems.map(({ id }) => getTimeInRpo(viewer, { systemId: id, period: "quarter" })));
  const exact = views.reduce((sum, view) => sum + (view?.beyondSeconds ?? Number.NaN), 0);
  // The two look a moment apart, and so much may pass between.
  expect(Math.abs((tier?.burn?.beyondSeconds ?? Number.NaN) - exact)).toBeLessThan(20);
  expect(tier?.burnThroughAt).toBe((await summed(young.systemId)).throughAt.toISOString());
  expect(tier?.burnLine.at(-1)).toBeCloseTo(tier?.burn?.usedShare ?? Number.NaN, 9);
  expect(silent.systemId).not.toBe("");
});
