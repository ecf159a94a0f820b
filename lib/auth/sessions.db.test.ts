import { beforeEach, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { person } from "@/lib/platform/testing/people";
import type { Origin } from "./request";
import { endSession, endSessionsOf, findLiveSession, openSession, touchSession } from "./sessions";

const origin: Origin = { requestId: "r", address: null, addressPrefix: "203.0.113.0/24", agent: "Firefox/140 Linux" };

const open = async (userId: string, aal: 1 | 2 = 2) =>
  db.$transaction((tx) => openSession(tx, { userId, authEpoch: 0, aal, amr: ["pwd"], origin, now: new Date() }));

const minutesFrom = (moment: Date | undefined) => Math.round(((moment?.getTime() ?? 0) - Date.now()) / 60_000);

let userId = "";
let secret = "";
let sessionId = "";
beforeEach(async () => {
  userId = (await person("operator")).id;
  ({ secret, sessionId } = await open(userId));
});

it("opens a session for whoever brings its secret, with the roles of this very moment", async () => {
  expect(await findLiveSession(secret)).toMatchObject({
    id: userId,
    aal: 2,
    grants: [{ role: "operator", scope: { kind: "everything" } }],
  });
  await db.roleGrant.updateMany({ where: { userId }, data: { revokedAt: new Date() } });
  expect(await findLiveSession(secret)).toMatchObject({ grants: [] });
});

it("keeps the hash of the secret alone", async () => {
  const row = await db.session.findUniqueOrThrow({ where: { id: sessionId } });
  expect(Buffer.from(row.tokenHash).toString("utf8")).not.toContain(secret);
  expect(Buffer.from(row.tokenHash)).toHaveLength(32);
});

it("lives eight hours at most and half an hour without use; ten minutes before the second factor", async () => {
  const full = await db.session.findUniqueOrThrow({ where: { id: sessionId } });
  expect([minutesFrom(full.expiresAt), minutesFrom(full.idleExpiresAt)]).toEqual([480, 30]);
  const first = await open(userId, 1);
  const half = await db.session.findUniqueOrThrow({ where: { id: first.sessionId } });
  expect([minutesFrom(half.expiresAt), minutesFrom(half.idleExpiresAt)]).toEqual([10, 10]);
});

describe("is over", () => {
  const past = new Date(Date.now() - 1_000);
  it.each([
    ["when its eight hours are", () => db.session.update({ where: { id: sessionId }, data: { expiresAt: past } })],
    ["when nobody used it", () => db.session.update({ where: { id: sessionId }, data: { idleExpiresAt: past } })],
    ["when it was revoked", () => db.session.update({ where: { id: sessionId }, data: { revokedAt: past } })],
    [
      "when its person's epoch was raised",
      () => db.user.update({ where: { id: userId }, data: { authEpoch: { increment: 1 } } }),
    ],
    ["when its person is disabled", () => db.user.update({ where: { id: userId }, data: { status: "disabled" } })],
    ["when its person is enrolling anew", () => db.user.update({ where: { id: userId }, data: { status: "invited" } })],
  ])("%s", async (_, change) => {
    expect(await findLiveSession(secret)).not.toBeNull();
    await change();
    expect(await findLiveSession(secret)).toBeNull();
  });
});

describe("to the database's own clock", () => {
  const left = (column: "expires_at" | "idle_expires_at", ms: number) =>
    db.$executeRawUnsafe(
      `update sessions set ${column} = now() + interval '${ms} milliseconds' where id = '${sessionId}'`,
    );

  it.each([
    ["expires_at", 60_000, true],
    ["expires_at", -1, false],
    ["idle_expires_at", 60_000, true],
    ["idle_expires_at", -1, false],
  ] as const)("%s with %i ms left", async (column, ms, alive) => {
    await left(column, ms);
    expect((await findLiveSession(secret)) !== null).toBe(alive);
  });

  it("a session from the future, left by a clock that went back, is over", async () => {
    const born = (minutes: number) =>
      db.$executeRaw`update sessions set created_at = now() + make_interval(mins => ${minutes}::int) where id = ${sessionId}::uuid`;
    await born(0);
    expect(await findLiveSession(secret)).not.toBeNull();
    await born(2);
    expect(await findLiveSession(secret)).toBeNull();
  });
});

it("says of a session before the second factor that it is one", async () => {
  const { secret: early } = await open(userId, 1);
  expect(await findLiveSession(early)).toMatchObject({ aal: 1 });
});

it("opens nothing for a secret of another length or none", async () => {
  expect(await findLiveSession("")).toBeNull();
  expect(await findLiveSession(`${secret}x`)).toBeNull();
});

describe("a session in use", () => {
  const setSeen = (secondsAgo: number, data = {}) =>
    db.session.update({
      where: { id: sessionId },
      data: {
        lastSeenAt: new Date(Date.now() - secondsAgo * 1_000),
        idleExpiresAt: new Date(Date.now() + 60_000),
        ...data,
      },
    });
  const idleMinutes = async () =>
    minutesFrom((await db.session.findUniqueOrThrow({ where: { id: sessionId } })).idleExpiresAt);

  it("is put off once a minute, not more often", async () => {
    await setSeen(30);
    expect((await findLiveSession(secret))?.due).toBe(false);
    await touchSession(sessionId);
    expect(await idleMinutes()).toBe(1);
    await setSeen(61);
    expect((await findLiveSession(secret))?.due).toBe(true);
    await touchSession(sessionId);
    expect(await idleMinutes()).toBe(30);
  });

  it("is never put off past its absolute end", async () => {
    await setSeen(61, { expiresAt: new Date(Date.now() + 300_000) });
    await touchSession(sessionId);
    expect(await idleMinutes()).toBe(5);
  });

  it("is not put off before the second factor, nor after its end", async () => {
    await setSeen(61, { aal: 1 });
    await touchSession(sessionId);
    expect(await idleMinutes()).toBe(1);
    await setSeen(61, { aal: 2, revokedAt: new Date() });
    await touchSession(sessionId);
    expect(await idleMinutes()).toBe(1);
  });
});

it("ends one session once, and all but one together", async () => {
  const other = await open(userId);
  expect(await db.$transaction((tx) => endSession(tx, other.sessionId, "test", new Date()))).toBe(true);
  expect(await db.$transaction((tx) => endSession(tx, other.sessionId, "test", new Date()))).toBe(false);
  const third = await open(userId);
  await db.$transaction((tx) => endSessionsOf(tx, userId, "test", new Date(), sessionId));
  expect(await findLiveSession(third.secret)).toBeNull();
  expect(await findLiveSession(secret)).not.toBeNull();
  await db.$transaction((tx) => endSessionsOf(tx, userId, "test", new Date()));
  expect(await findLiveSession(secret)).toBeNull();
});
