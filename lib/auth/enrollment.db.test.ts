import { randomUUID } from "node:crypto";
import { generate } from "otplib";
import { beforeEach, describe, expect, it } from "vitest";
import { transactionTime } from "@/lib/access/command";
import { db } from "@/lib/platform/db";
import { insideOneWindow } from "@/lib/platform/testing/limit-window";
import { person } from "@/lib/platform/testing/people";
import type { PreMfaActor } from "./actor";
import { beginFirstFactor, claimCode, finishFirstFactor, lookAtCode, makeEnrollmentCode } from "./enrollment";
import type { Origin } from "./request";
import { writeFirstCode } from "./seeding";
import { findLiveSession } from "./sessions";
import { signInWithPassword } from "./sign-in";
import { SoftwarePasskey } from "./testing/passkey";

const origin: Origin = { requestId: "r", address: null, addressPrefix: null, agent: "" };
const password = "lantern over the harbour";

let userId = "";
let email = "";
let code = "";
beforeEach(async () => {
  await db.$executeRaw`delete from rate_limits`;
  email = `${randomUUID()}@example.test`;
  ({ id: userId } = await db.user.create({ data: { email, displayName: "Ana" } }));
  ({ code } = await db.$transaction(async (tx) => makeEnrollmentCode(tx, userId, await transactionTime(tx))));
});

const details = (change = {}) => ({ code, email, displayName: "Ana Silva", password, ...change });

async function actorOf(secret: string): Promise<PreMfaActor> {
  const session = await findLiveSession(secret);
  if (!session) throw new Error("There is no such session.");
  const { due: _, ...actor } = session;
  return { ...actor, requestId: "r", addressPrefix: null };
}

async function claimed(): Promise<PreMfaActor> {
  const outcome = await claimCode(details(), origin);
  if (!outcome.ok) throw new Error(outcome.message);
  return actorOf(outcome.value);
}

describe("a code", () => {
  it("is looked at without being used up, however it is typed", async () => {
    for (const typed of [
      code,
      code.toLowerCase(),
      code.replaceAll("-", " "),
      code.replaceAll("0", "O").replaceAll("1", "l"),
    ])
      expect(await lookAtCode({ code: typed }, origin)).toEqual({ ok: true, value: { email, displayName: "Ana" } });
  });

  it("works once, also when two bring it at the same time", async () => {
    const outcomes = await Promise.all([claimCode(details(), origin), claimCode(details(), origin)]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await claimCode(details(), origin)).toMatchObject({ ok: false, fields: { code: expect.any(String) } });
    expect(await lookAtCode({ code }, origin)).toMatchObject({ ok: false });
  });

  it.each([
    [
      "has run out",
      () => db.enrollmentCode.updateMany({ where: { userId }, data: { expiresAt: new Date(Date.now() - 1) } }),
    ],
    ["was replaced by a newer one", () => db.$transaction((tx) => makeEnrollmentCode(tx, userId, new Date()))],
    ["belongs to somebody disabled", () => db.user.update({ where: { id: userId }, data: { status: "disabled" } })],
  ])("is nothing once it %s", async (_, change) => {
    await change();
    expect((await lookAtCode({ code }, origin)).ok).toBe(false);
    expect((await claimCode(details(), origin)).ok).toBe(false);
  });

  it.each([
    ["another address", { email: "someone@example.test" }, "email"],
    ["a short password", { password: "short" }, "password"],
    ["no name", { displayName: " " }, "displayName"],
  ])("is not used up by %s", async (_, change, field) => {
    expect(await claimCode(details(change), origin)).toMatchObject({
      ok: false,
      fields: { [field]: expect.any(String) },
    });
    expect((await claimCode(details(), origin)).ok).toBe(true);
  });

  it("is guessed at twenty times in five minutes and no more", { timeout: 60_000 }, async () => {
    await insideOneWindow();
    for (let nth = 0; nth < 20; nth += 1)
      expect(await lookAtCode({ code: "x" }, origin)).toMatchObject({ code: "invalid" });
    expect(await lookAtCode({ code }, origin)).toMatchObject({ ok: false, code: "rate_limited" });
  });
});

describe("enrolling", () => {
  it("ends with a factor, an active person and a session with both factors", async () => {
    const actor = await claimed();
    expect(actor).toMatchObject({ aal: 1, status: "invited" });
    const begun = await beginFirstFactor(actor, { kind: "totp", name: "Phone" });
    if (!begun.ok || begun.value.kind !== "totp") throw new Error("No secret came.");
    const { factorId, text, image } = begun.value;
    expect(image).toMatch(/^data:image\/svg\+xml;base64,/);
    expect(await finishFirstFactor(actor, origin, { factorId, code: "000000" })).toMatchObject({
      ok: false,
      code: "invalid",
    });
    const right = await generate({ secret: text.replaceAll(" ", "") });
    const done = await finishFirstFactor(actor, origin, { factorId, code: right });
    if (!done.ok) throw new Error(done.message);
    expect(await findLiveSession(done.value.secret)).toMatchObject({ id: userId, aal: 2, status: "active" });
    const factor = await db.factor.findUniqueOrThrow({ where: { id: factorId } });
    const hoursToWait = (factor.usableFrom.getTime() - (factor.confirmedAt?.getTime() ?? 0)) / 3_600_000;
    expect(hoursToWait).toBe(24);
    expect(factor.sealedSecret).not.toContain(text.replaceAll(" ", ""));
  });

  it("can end with a passkey, which must verify its owner", async () => {
    const actor = await claimed();
    const create = async (verified: boolean) => {
      const begun = await beginFirstFactor(actor, { kind: "passkey", name: "Key" });
      if (!begun.ok || begun.value.kind !== "passkey") throw new Error("No options came.");
      const { challengeId, options } = begun.value;
      const attestation = new SoftwarePasskey().attest(options.challenge, verified);
      return finishFirstFactor(actor, origin, { challengeId, attestation });
    };
    expect(await create(false)).toMatchObject({ ok: false, code: "invalid" });
    expect((await create(true)).ok).toBe(true);
    const [factor] = await db.factor.findMany({ where: { userId } });
    expect(factor).toMatchObject({ kind: "passkey", name: "Key", deviceType: "singleDevice", backedUp: false });
  });

  it("replaces the factors, sessions and password that were there before", async () => {
    const old = await person("approver");
    const { email: theirs } = await db.user.findUniqueOrThrow({ where: { id: old.id } });
    const made = await db.$transaction(async (tx) => makeEnrollmentCode(tx, old.id, await transactionTime(tx)));
    expect((await claimCode({ ...details(), code: made.code, email: theirs }, origin)).ok).toBe(true);
    expect((await db.factor.findUniqueOrThrow({ where: { id: old.factorId } })).removedAt).not.toBeNull();
    expect((await db.session.findUniqueOrThrow({ where: { id: old.sessionId } })).revokedAt).not.toBeNull();
  });

  it("may be gone on with by password while the code would have lasted, and not after", async () => {
    await claimed();
    expect(await signInWithPassword({ email, password }, origin)).not.toBeNull();
    await db.enrollmentCode.updateMany({ where: { userId }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect(await signInWithPassword({ email, password }, origin)).toBeNull();
  });

  it("is over for somebody who has enrolled: no second first factor", async () => {
    const actor = { ...(await claimed()), status: "active" as const };
    expect(await beginFirstFactor(actor, { kind: "totp", name: "x" })).toMatchObject({ ok: false, code: "forbidden" });
    expect(await finishFirstFactor(actor, origin, {})).toMatchObject({ ok: false, code: "forbidden" });
  });
});

it("makes one first administrator, and no code once there is one who can sign in", async () => {
  const [first, second] = await Promise.all([writeFirstCode(), writeFirstCode()]);
  expect(await db.roleGrant.count({ where: { role: "administrator" } })).toBe(1);
  const outcomes = await Promise.all([first, second].map((made) => lookAtCode({ code: made?.code }, origin)));
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  await person("administrator");
  expect(await writeFirstCode()).toBeNull();
});
