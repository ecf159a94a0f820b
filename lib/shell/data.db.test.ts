import { randomUUID } from "node:crypto";
import { afterAll, expect, it } from "vitest";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { countForShell, getFreshness } from "./data";

afterAll(() => ownerDb.$disconnect());

it("knows no connection before there is one", async () => {
  expect(await getFreshness(await person("viewer"), {})).toEqual({ total: 0, read: 0, failing: 0, oldestReadAt: null });
});

it("counts a connection as read within three of its intervals, and shows the oldest of the last reads", async () => {
  const viewer = await person("viewer");
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
  const [a, b, off] = [await restorable(), await restorable(), await restorable()];
  const set = (id: string, data: object) => ownerDb.connection.update({ where: { id }, data });
  await set(off.connection.id, { state: "disabled", lastSuccessAt: null });
  await set(a.connection.id, { lastSuccessAt: ago(890) });
  await set(b.connection.id, { lastSuccessAt: ago(910) });
  expect(await getFreshness(viewer, {})).toMatchObject({ total: 2, read: 1, failing: 0 });
  await set(b.connection.id, { lastSuccessAt: ago(60) });
  await ownerDb.connectionRegion.create({
    data: { connectionId: b.connection.id, region: "eu-west-3", state: "failed" },
  });
  const seen = await getFreshness(viewer, {});
  expect(seen).toMatchObject({ total: 2, read: 2, failing: 1 });
  expect(Date.parse(seen.oldestReadAt ?? "")).toBeCloseTo(ago(890).getTime(), -4);
  await set(a.connection.id, { lastSuccessAt: null });
  expect(await getFreshness(viewer, {})).toMatchObject({ read: 1, oldestReadAt: null });
});

it("counts what one may see, and only what is in use or under way", async () => {
  const team = await ownerDb.team.create({ data: { name: `Team ${randomUUID()}` } });
  const ben = await person("viewer", { kind: "team", teamId: team.id });
  expect(await countForShell(ben, {})).toEqual({ systems: 0, restores: 0, jobs: 0 });
  const { system, resource, connection } = await restorable();
  await ownerDb.system.update({ where: { id: system.id }, data: { ownerTeamId: team.id } });
  const job = {
    connectionId: connection.id,
    region: resource.region,
    kind: "backup",
    resourceId: resource.id,
  } as const;
  const at = { createdAt: new Date(), observedAt: new Date() };
  const old = { ...at, createdAt: new Date(Date.now() - 8 * 86_400_000) };
  await ownerDb.job.createMany({
    data: [
      { ...job, ...at, providerRef: "running", state: "running", rawStatus: "RUNNING" },
      { ...job, ...at, providerRef: "done", state: "succeeded", rawStatus: "COMPLETED" },
      { ...job, ...old, providerRef: "forgotten", state: "running", rawStatus: "RUNNING" },
    ],
  });
  expect(await countForShell(ben, {})).toEqual({ systems: 1, restores: 0, jobs: 1 });
  await ownerDb.system.update({ where: { id: system.id }, data: { lifecycle: "retired" } });
  expect((await countForShell(ben, {})).systems).toBe(0);
});
