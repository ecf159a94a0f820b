import fc from "fast-check";
import { expect, it } from "vitest";
import { reader } from "@/lib/platform/db";
import { isUsable, malwareResults, type PointFacts, pointStatuses, storageClasses } from "./rules";

const base = Date.parse("2026-06-01T00:00:00.000Z");
const moment = fc.integer({ min: 0, max: 6 }).map((step) => new Date(base + step * 1_000));
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });

const pointFacts: fc.Arbitrary<PointFacts> = fc.record({
  status: fc.oneof(
    { weight: 3, arbitrary: fc.constant("available" as const) },
    { weight: 1, arbitrary: fc.constantFrom(...pointStatuses) },
  ),
  completedAt: maybe(moment),
  expiresAt: maybe(moment),
  vanishedAt: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: moment }),
  storageClass: fc.constantFrom(...storageClasses, "warm", "cold"),
  malware: fc.constantFrom(...malwareResults, "clean"),
  contradictory: fc.constantFrom(false, false, false, true),
  failedProof: fc.constantFrom(false, false, false, true),
});

it("counts a point by the same rule in the database and in TypeScript", async () => {
  const rows = fc.sample(fc.record({ facts: pointFacts, at: moment }), 3_000);
  const answers = await reader.$queryRaw<{ usable: boolean }[]>`
    select point_is_usable(v.status, v."completedAt", v."expiresAt", v."vanishedAt", v."storageClass", v.malware, v.contradictory,
      v."failedProof", v.at) as usable
    from jsonb_to_recordset(${JSON.stringify(rows.map(({ facts, at }, index) => ({ ...facts, at, index })))}::jsonb)
      as v (status point_status, "completedAt" timestamptz, "expiresAt" timestamptz, "vanishedAt" timestamptz,
        "storageClass" storage_class, malware malware_result, contradictory boolean, "failedProof" boolean, at timestamptz, index int)
    order by v.index`;
  expect(answers.map(({ usable }) => usable)).toEqual(rows.map(({ facts, at }) => isUsable(facts, at)));
  const counted = answers.filter(({ usable }) => usable).length;
  expect(counted, "the sample must hold both kinds").toBeGreaterThan(50);
  expect(counted).toBeLessThan(2_900);
});
