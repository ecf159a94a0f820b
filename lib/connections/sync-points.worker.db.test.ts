import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { theWorker } from "@/lib/platform/testing/people";
import type { ObservedPoint } from "@/lib/providers/contract";
import { writePoints } from "./sync-points";

const account = "123456789012";
const region = "eu-central-1";
const resourceRef = (n: number) => `arn:aws:rds:${region}:${account}:db:db-${n % 7}`;
const day = (n: number) => new Date(Date.UTC(2026, 10, 1 + (n % 20), n % 24));

const point = (n: number, change: Partial<ObservedPoint> = {}): ObservedPoint => ({
  providerRef: `arn:aws:rds:${region}:${account}:snapshot:${n}`,
  vaultRef: `arn:aws:backup:${region}:${account}:backup-vault:v`,
  resourceRef: resourceRef(n),
  resourceKind: "RDS",
  resourceName: `db-${n % 7}`,
  resourceRegion: region,
  resourceAccount: account,
  account,
  kind: "snapshot",
  status: "available",
  rawStatus: "COMPLETED",
  statusMessage: n % 50 === 0 ? "tab\there, back\\slash, line\nbreak, ümlaut and \\N" : null,
  dataAsOf: day(n),
  asOfQuality: "estimated",
  startedAt: day(n),
  completedAt: new Date(day(n).getTime() + 60_000),
  expiresAt: n % 3 === 0 ? null : new Date(day(n).getTime() + 35 * 86_400_000),
  coldAt: null,
  sizeBytes: n % 5 === 0 ? null : n * 1_000_003,
  storageClass: "warm",
  encrypted: n % 2 === 0,
  keyRef: null,
  parentRef: null,
  copyOfRef: n % 11 === 0 ? "arn:aws:backup:eu-west-1:1:backup-vault:other" : null,
  ...change,
});

async function* inPages(points: readonly ObservedPoint[], size = 1_000) {
  for (let at = 0; at < points.length; at += size) yield points.slice(at, at + size);
}

type Place = { connectionId: string; vaultId: string };

async function place(lock: { lockMode?: "compliance" | "governance"; lockFinalAt?: Date } = {}): Promise<Place> {
  const { id: connectionId } = await db.connection.create({
    data: { kind: "aws", name: `c ${randomUUID()}`, account, settings: {} },
  });
  const { id: vaultId } = await db.vault.create({
    data: {
      connectionId,
      region,
      providerRef: `arn:aws:backup:${region}:${account}:backup-vault:v`,
      name: "v",
      kind: "standard",
      observedAt: new Date(),
      ...lock,
    },
  });
  return { connectionId, vaultId };
}

const write = (
  { connectionId, vaultId }: Place,
  points: readonly ObservedPoint[],
  complete = true,
  expectedPoints = 0,
) =>
  writePoints(
    theWorker(),
    { connectionId, region, vaultId, readAt: new Date(Date.now() + 60_000), complete, expectedPoints },
    inPages(points),
    async () => undefined,
  );

const stored = (connectionId: string) =>
  db.recoveryPoint.findMany({ where: { connectionId }, orderBy: { providerRef: "asc" }, include: { resource: true } });
const few = Array.from({ length: 300 }, (_, n) => point(n));
/** More than travel as one parameter: these are streamed. */
const many = Array.from({ length: 6_200 }, (_, n) => point(n));

describe.each([
  ["a few points at once", few],
  ["many points streamed", many],
])("%s", (_, points) => {
  let at: Place;
  beforeAll(async () => {
    at = await place();
  });

  it("are all stored as they were told", async () => {
    const written = await write(at, points);
    expect(written).toMatchObject({ read: points.length, written: points.length, vanished: 0 });
    expect(written.resourceIds).toHaveLength(7);
    const byRef = new Map(points.map((one) => [one.providerRef, one]));
    const rows = await stored(at.connectionId);
    expect(rows).toHaveLength(points.length);
    for (const row of rows) {
      const told = byRef.get(row.providerRef);
      expect(row.resource.providerRef).toBe(told?.resourceRef);
      expect({ ...row, sizeBytes: row.sizeBytes === null ? null : Number(row.sizeBytes) }).toMatchObject({
        statusMessage: told?.statusMessage ?? null,
        dataAsOf: told?.dataAsOf,
        completedAt: told?.completedAt,
        expiresAt: told?.expiresAt ?? null,
        sizeBytes: told?.sizeBytes ?? null,
        encrypted: told?.encrypted ?? null,
        copyOfRef: told?.copyOfRef ?? null,
      });
    }
  });

  it("are not written again when they say the same", async () => {
    expect(await write(at, points)).toMatchObject({ read: points.length, written: 0, vanished: 0, resourceIds: [] });
  });

  it("are written where one thing changed", async () => {
    const [first, ...rest] = points;
    if (!first) throw new Error("No point.");
    const written = await write(at, [{ ...first, rawStatus: "EXPIRED", status: "expired" }, ...rest]);
    expect(written).toMatchObject({ written: 1, vanished: 0 });
  });

  it("stay when a reading did not come to its end, and vanish when it did", async () => {
    const rest = points.slice(0, -5);
    expect(await write(at, rest, false)).toMatchObject({ vanished: 0 });
    expect(await write(at, rest)).toMatchObject({ vanished: 5 });
    expect(await write(at, points)).toMatchObject({ written: 5 });
    expect(await db.recoveryPoint.count({ where: { connectionId: at.connectionId, vanishedAt: { not: null } } })).toBe(
      0,
    );
  });
});

describe.each([
  ["a few", few],
  ["many", many],
])("a provider that pages badly over %s points", (_, points) => {
  it("may repeat a page: each point counts once", async () => {
    const at = await place();
    const twice = [...points.slice(0, 250), ...points.slice(100, 250), ...points.slice(250), ...points.slice(-50)];
    expect(await write(at, twice)).toMatchObject({ read: points.length, written: points.length, short: false });
  });

  it("may change the order between two readings: nothing is written again", async () => {
    const at = await place();
    await write(at, points);
    expect(await write(at, [...points].reverse())).toMatchObject({ written: 0, vanished: 0 });
  });

  it("may cut a listing short: what it left out is not taken for gone, and that is said", async () => {
    const at = await place();
    await write(at, points);
    expect(await write(at, points.slice(0, -5), true, points.length)).toMatchObject({ vanished: 0, short: true });
    expect(await write(at, points.slice(0, -5), true, points.length - 5)).toMatchObject({ vanished: 5, short: false });
  });
});

it("stores nothing of a vault whose reading broke off, streamed or not", async () => {
  for (const points of [few, many]) {
    const at = await place();
    const breaking = async function* () {
      yield* inPages(points);
      throw new Error("The provider went away.");
    };
    const read = { ...at, region, readAt: new Date(), complete: true, expectedPoints: 0 };
    await expect(writePoints(theWorker(), read, breaking(), async () => undefined)).rejects.toThrow("went away");
    expect(await db.recoveryPoint.count({ where: { connectionId: at.connectionId } })).toBe(0);
  }
});

it("flags a point that was complete before it began or before its own data", async () => {
  const at = await place();
  await write(at, [
    point(1, { completedAt: new Date(day(1).getTime() - 1) }),
    point(2, { startedAt: new Date(day(2).getTime() - 600_000), completedAt: new Date(day(2).getTime() - 1) }),
    point(3, { completedAt: day(3) }),
    point(4, { completedAt: null }),
  ]);
  expect((await stored(at.connectionId)).map(({ contradictory }) => contradictory)).toEqual([true, true, false, false]);
});

it("knows until when a lock keeps a point", async () => {
  const past = new Date(Date.now() - 1_000);
  const future = new Date(Date.now() + 86_400_000);
  const until = async (lock: Parameters<typeof place>[0]) => {
    const at = await place(lock);
    await write(at, [point(1), point(3)]);
    return (await stored(at.connectionId)).map(({ lockedUntil }) => lockedUntil?.getUTCFullYear() ?? null);
  };
  expect(await until({})).toEqual([null, null]);
  expect(await until({ lockMode: "governance" })).toEqual([null, null]);
  expect(await until({ lockMode: "compliance", lockFinalAt: future })).toEqual([null, null]);
  expect(await until({ lockMode: "compliance", lockFinalAt: past })).toEqual([2026, 9999]);
});

it("hangs a copy on the resource of the account that owns it", async () => {
  const home = await place();
  await write(home, [point(1)]);
  const foreign = "999999999999";
  const { id: connectionId } = await db.connection.create({
    data: { kind: "aws", name: `c ${randomUUID()}`, account: foreign, settings: {} },
  });
  const { id: vaultId } = await db.vault.create({
    data: {
      connectionId,
      region: "eu-west-1",
      providerRef: "offsite",
      name: "offsite",
      kind: "standard",
      observedAt: new Date(),
    },
  });
  const own = point(1, {
    providerRef: "copy",
    account: foreign,
    resourceRef: `arn:aws:rds:${region}:${account}:db:${home.connectionId}`,
  });
  const original = point(1, { providerRef: "original", resourceRef: own.resourceRef });
  const read = { connectionId, region: "eu-west-1", vaultId, readAt: new Date(), complete: true, expectedPoints: 0 };
  const copyOnly = () => writePoints(theWorker(), read, inPages([own]), async () => undefined);
  await copyOnly();
  const [before] = await stored(connectionId);
  expect(before?.resource).toMatchObject({ connectionId, account, region });
  await db.resource.create({
    data: {
      connectionId: home.connectionId,
      region,
      providerRef: own.resourceRef,
      kind: "RDS",
      name: "db",
      account,
      observedAt: new Date(),
    },
  });
  await write(home, [original]);
  await copyOnly();
  const [after] = await stored(connectionId);
  expect(after?.resource.connectionId).toBe(home.connectionId);
});
