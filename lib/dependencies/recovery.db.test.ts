import { afterAll, beforeAll, expect, it } from "vitest";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { person } from "@/lib/platform/testing/people";
import { getRecoverySequence } from "./recovery";

let estate: Estate;
beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

const needs = (from: string, to: string, kind = "hard") =>
  estate.insert("system_dependencies", { from_id: from, to_id: to, kind, valid_from: estate.ago(60) });

/** A restore of it that was measured. */
const measured = (systemId: string, seconds: number) => estate.verdict(systemId, "within", seconds);

it("brings back what is needed first, adds up what was measured, and tells what is late", async () => {
  const viewer = await person("viewer");
  const [shop, auth, directory, wiki] = [
    await estate.system({}, "tier-1"),
    await estate.system({}, "tier-2"),
    await estate.system({}, "tier-3"),
    await estate.system({}, "tier-3"),
  ];
  await needs(shop, auth);
  await needs(auth, directory);
  await needs(shop, wiki, "soft");
  await measured(shop, 900);
  await measured(auth, 3_000);
  await measured(directory, 600);
  const sequence = await getRecoverySequence(viewer, { systemId: shop });
  expect(sequence?.waves.map((wave) => wave.map(({ id }) => id))).toEqual([[directory], [auth], [shop]]);
  expect(sequence?.waves.flat().map(({ finishSeconds, late }) => [finishSeconds, late])).toEqual([
    [600, false],
    [3_600, false],
    [4_500, true],
  ]);
  expect(sequence?.unmeasured).toBe(0);
});

it("recovers a circle as one group, and says what was never measured", async () => {
  const viewer = await person("viewer");
  const [a, b] = [await estate.system({}, "tier-1"), await estate.system({}, "tier-2")];
  await needs(a, b);
  await needs(b, a);
  await measured(a, 60);
  const sequence = await getRecoverySequence(viewer, { systemId: b });
  expect(sequence).toMatchObject({
    unmeasured: 1,
    waves: [
      [
        { id: a, inCircle: true, finishSeconds: 60 },
        { id: b, inCircle: true, ownSeconds: null },
      ].sort((x, y) => (x.id < y.id ? -1 : 1)),
    ],
  });
});

it("names nothing that the reader may not see, and is not there for a stranger", async () => {
  const team = await estate.team();
  const [own, hidden] = [await estate.system({ owner_team_id: team }), await estate.system()];
  await needs(own, hidden);
  const member = await person("viewer", { kind: "team", teamId: team });
  expect((await getRecoverySequence(member, { systemId: own }))?.waves).toMatchObject([
    [{ id: null, name: null }],
    [{ id: own }],
  ]);
  expect(await getRecoverySequence(member, { systemId: hidden })).toBeNull();
});
