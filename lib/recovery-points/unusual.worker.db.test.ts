import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluateHealth } from "@/lib/health/jobs";
import { db } from "@/lib/platform/db";
import { type Estate, openEstate } from "@/lib/platform/testing/estate";
import { theWorker } from "@/lib/platform/testing/people";
import { markUnusual } from "./unusual";

let estate: Estate;

beforeAll(async () => {
  estate = await openEstate();
  await estate.tiers();
});
afterAll(() => estate.close());

const gigabyte = 1_000_000_000;
type Ids = Awaited<ReturnType<Estate["protectedSystem"]>>;

/** Backups of the given sizes, the last one a minute old and each before it a day older. */
const backups = async (ids: Ids, sizes: readonly number[], over: Record<string, unknown> = {}): Promise<string> => {
  const made: string[] = [];
  for (const [index, size] of sizes.entries())
    made.push(
      await estate.point(ids, 2 + (sizes.length - 1 - index) * 1_440, { size_bytes: size * gigabyte, ...over }),
    );
  return made.at(-1) ?? "";
};
const marksOf = async (id: string) => (await db.recoveryPoint.findUniqueOrThrow({ where: { id } })).unusual;
const rulesOf = async (systemId: string) => {
  const { reasons } = await db.systemHealth.findUniqueOrThrow({ where: { systemId } });
  return (reasons as { rule: string }[]).map(({ rule }) => rule);
};

describe("the newest backup of a resource", () => {
  it("is marked where it strays, and its system is at risk for it until the next one is usual", async () => {
    const ids = await estate.protectedSystem();
    const small = await backups(ids, [100, 101, 100, 99, 100, 101, 12]);
    await markUnusual(theWorker(), [ids.resourceId]);
    expect(await marksOf(small)).toEqual([
      { measure: "size", value: 12 * gigabyte, low: 90 * gigabyte, high: 110 * gigabyte },
    ]);
    await evaluateHealth(theWorker(), { resourceIds: [ids.resourceId] });
    expect(await rulesOf(ids.systemId)).toContain("size.unusual");

    await estate.point(ids, 1, { size_bytes: 100 * gigabyte });
    await markUnusual(theWorker(), [ids.resourceId]);
    await evaluateHealth(theWorker(), { resourceIds: [ids.resourceId] });
    expect(await rulesOf(ids.systemId)).not.toContain("size.unusual");
    expect(await marksOf(small)).not.toBeNull();
  });

  it("loses its mark when what was told of it is put right", async () => {
    const ids = await estate.protectedSystem();
    const newest = await backups(ids, [100, 100, 100, 100, 100, 3]);
    await markUnusual(theWorker(), [ids.resourceId]);
    expect(await marksOf(newest)).not.toBeNull();
    await estate.client.query("update recovery_points set size_bytes = $2 where id = $1", [newest, 100 * gigabyte]);
    await markUnusual(theWorker(), [ids.resourceId]);
    expect(await marksOf(newest)).toBeNull();
  });

  it.each([
    ["copies", { copy_of_ref: "rp:elsewhere" }],
    ["backups that failed", { status: "partial" }],
    ["backups whose moments contradict each other", { contradictory: true }],
  ])("is not held against %s", async (_, over) => {
    const ids = await estate.protectedSystem();
    await backups(ids, [100, 100, 100, 100, 100, 100], over);
    const newest = await estate.point(ids, 1, { size_bytes: gigabyte });
    await markUnusual(theWorker(), [ids.resourceId]);
    expect(await marksOf(newest)).toBeNull();
  });
});
