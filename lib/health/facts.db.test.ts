import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { after } from "@/lib/core/time";
import { reader } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { readNow } from "./current";
import { gatherResourceFacts } from "./facts";

let estate: Estate;

beforeAll(async () => {
  estate = await openEstate();
});
afterAll(() => estate.close());

const levels = ["readable", "restored", "validated"] as const;
const minute = 60_000;

const aVerification = fc.record({
  level: fc.constantFrom(...levels),
  result: fc.constantFrom("passed" as const, "failed" as const),
  ageMinutes: fc.integer({ min: -1, max: 4 }),
});
const aPoint = fc.record({
  ageMinutes: fc.integer({ min: -1, max: 12 }),
  completedMinutesLater: fc.constantFrom(0, 0, 0, 30, null),
  expiresInMinutes: fc.constantFrom(null, null, 60, -1),
  kind: fc.constantFrom("snapshot" as const, "snapshot" as const, "continuous" as const),
  status: fc.constantFrom("available" as const, "available" as const, "creating" as const),
  malware: fc.constantFrom("not_scanned" as const, "not_scanned" as const, "infected" as const),
  contradictory: fc.constantFrom(false, false, false, true),
  vanished: fc.constantFrom(false, false, false, true),
  /** Which point it was copied from: by its place in the list, or one that was never seen. */
  copyOf: fc.constantFrom(null, null, null, 0, 1, 99),
  verifications: fc.array(aVerification, { maxLength: 2 }),
});
type Point = typeof aPoint extends fc.Arbitrary<infer T> ? T : never;

/** What the facts of these points must be, told point by point as the rules tell it. */
function modelOf(points: readonly Point[]) {
  const unrepaired = ({ verifications }: Point) =>
    verifications.some(
      (bad) =>
        bad.result === "failed" &&
        !verifications.some(
          (good) =>
            good.result === "passed" &&
            levels.indexOf(good.level) >= levels.indexOf(bad.level) &&
            good.ageMinutes < bad.ageMinutes,
        ),
    );
  const usable = points.filter(
    (p) =>
      p.kind !== "continuous" &&
      p.ageMinutes >= 0 &&
      p.status === "available" &&
      p.completedMinutesLater !== null &&
      p.ageMinutes >= p.completedMinutesLater &&
      (p.expiresInMinutes === null || p.expiresInMinutes > 0) &&
      !p.vanished &&
      p.malware !== "infected" &&
      !p.contradictory &&
      !unrepaired(p),
  );
  const ageOf = (p: Point) => Math.max(p.ageMinutes, p.copyOf === null ? -1 : (points[p.copyOf]?.ageMinutes ?? -1));
  const newestAge = usable.length === 0 ? null : Math.min(...usable.map(ageOf));
  const refuted = points
    .filter((p) => !p.vanished && unrepaired(p) && p.ageMinutes < (newestAge ?? Number.POSITIVE_INFINITY))
    .flatMap(({ verifications }) => verifications.filter(({ result }) => result === "failed"))
    .map(({ ageMinutes }) => ageMinutes);
  const proofs = points
    .flatMap(({ verifications }) => verifications)
    .filter(({ result, level, ageMinutes }) => result === "passed" && level !== "readable" && ageMinutes >= 0)
    .map(({ ageMinutes }) => ageMinutes);
  const least = (ages: number[]) => (ages.length === 0 ? null : Math.min(...ages));
  return { newestAge, failedProofAge: least(refuted), proofAge: least(proofs) };
}

type Place = { connectionId: string; vaultId: string };

/** Lays a resource with these points and what was said of them, and answers its id. */
async function lay(place: Place, points: readonly Point[], at: Date): Promise<string> {
  const ago = (minutes: number) => after(at, -minutes * minute);
  const agoOrNever = (minutes: number | null) => (minutes === null ? null : ago(minutes));
  const resourceId = await estate.resource(place.connectionId);
  for (const [index, point] of points.entries()) {
    const { ageMinutes, completedMinutesLater: later, expiresInMinutes: ahead, copyOf } = point;
    const pointId = await estate.point({ ...place, resourceId }, 0, {
      provider_ref: `${resourceId}-${index}`,
      data_as_of: ago(ageMinutes),
      started_at: ago(ageMinutes),
      completed_at: agoOrNever(later === null ? null : ageMinutes - later),
      expires_at: agoOrNever(ahead === null ? null : -ahead),
      kind: point.kind,
      status: point.status,
      malware: point.malware,
      contradictory: point.contradictory,
      vanished_at: point.vanished ? at : null,
      copy_of_ref: copyOf === null ? null : `${resourceId}-${copyOf}`,
    });
    for (const { level, result, ageMinutes: saidAgo } of point.verifications)
      await estate.insert("verifications", { point_id: pointId, level, result, at: ago(saidAgo) });
  }
  return resourceId;
}

it("gathers for any points what the rules say of them one by one", async () => {
  await estate.tiers();
  const place = await estate.protectedSystem();
  const resources = fc.array(fc.array(aPoint, { maxLength: 5 }), { minLength: 8, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(resources, async (many) => {
      const at = await readNow(reader);
      const ids: string[] = [];
      for (const points of many) ids.push(await lay(place, points, at));
      const facts = await gatherResourceFacts(reader, Prisma.sql`select unnest(${ids}::uuid[]) as id`, at);
      const byId = new Map(facts.map((fact) => [fact.resourceId, fact]));
      const age = (moment: Date | null | undefined) =>
        moment ? Math.round((at.getTime() - moment.getTime()) / minute) : null;
      const found = ids.map((id) => {
        const fact = byId.get(id);
        return {
          newestAge: age(fact?.newest?.asOf),
          failedProofAge: age(fact?.failedProofAt),
          proofAge: age(fact?.proof?.at),
        };
      });
      expect(found).toEqual(many.map(modelOf));
    }),
    { numRuns: 12 },
  );
});
