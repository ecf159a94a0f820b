import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { tamper } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { sweepIdentity } from "./sweep";

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

it("takes away what is long over, and leaves the rest", async () => {
  const lena = await person("operator");
  const session = (endedDaysAgo: number, aal = 2) =>
    db.session.create({
      data: {
        tokenHash: Buffer.from(randomUUID()),
        userId: lena.id,
        aal,
        amr: [],
        authEpoch: 0,
        createdAt: daysAgo(endedDaysAgo + 1),
        lastSeenAt: daysAgo(endedDaysAgo),
        expiresAt: daysAgo(endedDaysAgo),
        idleExpiresAt: daysAgo(endedDaysAgo),
      },
      select: { id: true },
    });
  const gone = [await session(31), await session(200, 1)];
  const kept = [await session(29), { id: lena.sessionId }];
  const challenge = (expiresAt: Date) =>
    db.authChallenge.create({
      data: { userId: lena.id, kind: "sign_in", challenge: Buffer.from("x"), expiresAt },
      select: { id: true },
    });
  const [oldChallenge, freshChallenge] = [await challenge(daysAgo(2)), await challenge(new Date())];
  const grant = (expiresAt: Date, consumedAt: Date | null) =>
    tamper((tx) =>
      tx.stepUpGrant.create({
        data: {
          userId: lena.id,
          sessionId: lena.sessionId,
          op: "x.y",
          subjectType: "user",
          subjectId: lena.id,
          subjectRevision: 1,
          paramsHash: Buffer.from("x"),
          factorId: lena.factorId,
          factorKind: "totp",
          uv: false,
          expiresAt,
          consumedAt,
        },
        select: { id: true },
      }),
    );
  const goneGrants = [await grant(daysAgo(2), null), await grant(daysAgo(91), daysAgo(91))];
  const keptGrants = [await grant(new Date(), null), await grant(daysAgo(2), daysAgo(2))];
  await db.rateLimit.createMany({
    data: [
      { key: "old", windowStart: daysAgo(2), hits: 1 },
      { key: "new", windowStart: new Date(), hits: 1 },
      { key: "from a clock that went back", windowStart: daysAgo(-2), hits: 1 },
    ],
  });
  await db.factor.create({
    data: { userId: lena.id, kind: "totp", name: "Begun", sealedSecret: "x", transports: [], createdAt: daysAgo(2) },
  });

  await sweepIdentity();

  const there = async (rows: { id: string }[], table: { count: (args: object) => Promise<number> }) =>
    table.count({ where: { id: { in: rows.map(({ id }) => id) } } });
  expect(await db.session.count({ where: { id: { in: gone.map(({ id }) => id) } } })).toBe(0);
  expect(await db.session.count({ where: { id: { in: kept.map(({ id }) => id) } } })).toBe(2);
  expect(await there([oldChallenge], db.authChallenge)).toBe(0);
  expect(await there([freshChallenge], db.authChallenge)).toBe(1);
  expect(await there(goneGrants, db.stepUpGrant)).toBe(0);
  expect(await there(keptGrants, db.stepUpGrant)).toBe(2);
  expect((await db.rateLimit.findMany()).map(({ key }) => key)).toEqual(["new"]);
  expect(await db.factor.count({ where: { userId: lena.id, name: "Begun" } })).toBe(0);
  expect(await db.factor.count({ where: { id: lena.factorId } })).toBe(1);
});

it("keeps the last session of somebody who stays away, since it says when they were here", async () => {
  const absent = await person("viewer");
  await db.session.update({
    where: { id: absent.sessionId },
    data: { lastSeenAt: daysAgo(300), expiresAt: daysAgo(300), idleExpiresAt: daysAgo(300) },
  });
  await sweepIdentity();
  expect(await db.session.count({ where: { id: absent.sessionId } })).toBe(1);
});
