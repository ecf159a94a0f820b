import { randomBytes, randomUUID } from "node:crypto";
import { encode } from "next-auth/jwt";
import { beforeEach, describe, expect, it } from "vitest";
import { beginProof, finishProof } from "@/lib/access/proof";
import { db } from "@/lib/platform/db";
import { person } from "@/lib/platform/testing/people";
import type { PreMfaActor } from "./actor";
import { openCookie, sealCookie } from "./cookie";
import type { Origin } from "./request";
import { beginSecondStep, finishSecondStep } from "./second-step";
import { findLiveSession, openSession } from "./sessions";
import { armTotp } from "./testing/totp";

const origin: Origin = { requestId: "r", address: null, addressPrefix: null, agent: "" };

let lena: Awaited<ReturnType<typeof person>>;
let code: (offsetSteps?: number) => Promise<string>;
beforeEach(async () => {
  lena = await person("operator");
  ({ code } = await armTotp(lena.factorId));
});

async function halfIn(userId = lena.id): Promise<PreMfaActor & { secret: string }> {
  const { secret } = await db.$transaction((tx) =>
    openSession(tx, { userId, authEpoch: 0, aal: 1, amr: ["pwd"], origin, now: new Date() }),
  );
  const session = await findLiveSession(secret);
  if (!session) throw new Error("The session did not open.");
  const { due: _, ...actor } = session;
  return { ...actor, requestId: "r", addressPrefix: null, secret };
}
const asked = async (actor: PreMfaActor) => {
  const outcome = await beginSecondStep(actor);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.value.challengeId;
};
const operation = () => ({
  op: "restore.vote",
  subjectType: "approval",
  subjectId: randomUUID(),
  revision: 1,
  paramsHash: randomBytes(32),
});

describe("somebody who planted a session before the sign-in", () => {
  it("holds nothing after it: the session of the first step ends, and its secret opens no other", async () => {
    const actor = await halfIn();
    const done = await finishSecondStep(actor, origin, { challengeId: await asked(actor), code: await code() });
    if (!done.ok) throw new Error(done.message);
    expect(done.value).not.toBe(actor.secret);
    expect(await findLiveSession(actor.secret)).toBeNull();
  });
});

describe("a one-time code seen over a shoulder", () => {
  it("opens one session and not a second one", async () => {
    const [mine, theirs] = [await halfIn(), await halfIn()];
    const seen = await code();
    const outcomes = await Promise.all(
      [mine, theirs].map(async (actor) =>
        finishSecondStep(actor, origin, { challengeId: await asked(actor), code: seen }),
      ),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it("that signed somebody in confirms nothing afterwards", async () => {
    const actor = await halfIn();
    const seen = await code();
    const done = await finishSecondStep(actor, origin, { challengeId: await asked(actor), code: seen });
    const session = done.ok ? await findLiveSession(done.value) : null;
    if (!session) throw new Error("The second step failed.");
    const { due: _, email: __, status: ___, ...full } = session;
    const whole = { ...full, requestId: "r", addressPrefix: null };
    const proof = await beginProof(whole, operation());
    if (!proof.ok) throw new Error(proof.message);
    expect(await finishProof(whole, { challengeId: proof.value.challengeId, code: seen })).toMatchObject({ ok: false });
  });
});

describe("a challenge", () => {
  it("of one person is not answered by another, nor that of a sign-in by a step-up", async () => {
    const other = await person("operator");
    const { code: theirs } = await armTotp(other.factorId);
    const actor = await halfIn();
    const challengeId = await asked(actor);
    expect(await finishSecondStep(await halfIn(other.id), origin, { challengeId, code: await theirs() })).toMatchObject(
      {
        ok: false,
      },
    );
    expect(await finishProof(lena, { challengeId, code: await code() })).toMatchObject({ ok: false });
  });

  it("asked anew gives no tries back", async () => {
    const actor = await halfIn();
    for (let nth = 0; nth < 4; nth += 1)
      await finishSecondStep(actor, origin, { challengeId: await asked(actor), code: "000000" });
    for (let nth = 0; nth < 10; nth += 1) await asked(actor);
    expect(await finishSecondStep(actor, origin, { challengeId: await asked(actor), code: "000000" })).toMatchObject({
      code: "unauthenticated",
    });
    const again = await halfIn();
    expect(
      await finishSecondStep(again, origin, { challengeId: await asked(again), code: await code() }),
    ).toMatchObject({ code: "rate_limited" });
  });

  it("answered rightly at the last try opens, and takes the lock back with it", async () => {
    const actor = await halfIn();
    for (let nth = 0; nth < 4; nth += 1)
      await finishSecondStep(actor, origin, { challengeId: await asked(actor), code: "000000" });
    expect((await finishSecondStep(actor, origin, { challengeId: await asked(actor), code: await code() })).ok).toBe(
      true,
    );
    expect(await db.factorLock.findUniqueOrThrow({ where: { userId: lena.id } })).toMatchObject({
      failures: 4,
      lockCount: 0,
      lockedUntil: null,
    });
  });

  it("is answered five times at once and locks, however many answers come together", async () => {
    const actors = await Promise.all(Array.from({ length: 12 }, () => halfIn()));
    const outcomes = await Promise.all(
      actors.map(async (actor) => finishSecondStep(actor, origin, { challengeId: await asked(actor), code: "000000" })),
    );
    const limited = outcomes.filter((outcome) => !outcome.ok && outcome.code === "rate_limited");
    expect(limited).toHaveLength(7);
    const lock = await db.factorLock.findUniqueOrThrow({ where: { userId: lena.id } });
    expect(lock).toMatchObject({ failures: 5, lockCount: 1 });
  });

  it("finds the lock again after a crash emptied what is kept for speed", async () => {
    const actor = await halfIn();
    for (let nth = 0; nth < 5; nth += 1)
      await finishSecondStep(actor, origin, { challengeId: await asked(actor), code: "000000" });
    await db.$executeRaw`delete from rate_limits`;
    const [kept] = await db.$queryRaw<{ relpersistence: string }[]>`
      select relpersistence::text from pg_class where relname = 'factor_locks'`;
    expect(kept?.relpersistence).toBe("p");
    const again = await halfIn();
    expect(
      await finishSecondStep(again, origin, { challengeId: await asked(again), code: await code() }),
    ).toMatchObject({ code: "rate_limited" });
  });
});

describe("a cookie", () => {
  const secret = "NEXTAUTH_SECRET".padEnd(43, "-");
  it("that we sealed opens to its secret", async () => {
    const sid = randomBytes(32).toString("base64url");
    expect(await openCookie(await sealCookie(sid))).toBe(sid);
  });

  it.each([
    ["none", async () => undefined],
    ["an empty one", async () => ""],
    ["a megabyte", async () => "a".repeat(1_000_000)],
    ["five dots", async () => "....."],
    ["characters of every kind", async () => "\u0000é%00\r\nSet-Cookie: a=b"],
    ["one sealed by somebody else", () => encode({ token: { sid: "x".repeat(43) }, secret })],
    ["one with a secret of another length", () => sealCookie("short")],
    ["one with a path for a secret", () => sealCookie("../".repeat(14).padEnd(43, "x"))],
    ["a secret that is not sealed", async () => randomBytes(32).toString("base64url")],
    ["one that was cut short", async () => (await sealCookie(randomBytes(32).toString("base64url"))).slice(0, -4)],
  ])("opens nothing: %s", async (_, make) => {
    expect(await openCookie(await make())).toBeNull();
  });
});
