import { randomUUID } from "node:crypto";
import { generate } from "otplib";
import { beforeEach, describe, expect, it } from "vitest";
import { transactionTime } from "@/lib/access/command";
import { beginProof, finishProof } from "@/lib/access/proof";
import { unreadCount } from "@/lib/notifications/data";
import { sha256 } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { person } from "@/lib/platform/testing/people";
import type { PreMfaActor } from "./actor";
import { beginFirstFactor, finishFirstFactor } from "./enrollment";
import { enterByRecoveryCode, makeRecoveryCodes } from "./recovery";
import type { Origin } from "./request";
import { beginSecondStep, finishSecondStep } from "./second-step";
import { writePerson } from "./seeding";
import { findLiveSession } from "./sessions";
import { signInWithPassword } from "./sign-in";

const password = "lantern over the harbour";
const origin: Origin = { requestId: "r", address: null, addressPrefix: null, agent: "" };

let userId = "";
let email = "";
let codes: string[] = [];
let before: PreMfaActor;
beforeEach(async () => {
  await db.$executeRaw`delete from rate_limits`;
  email = `${randomUUID()}@example.test`;
  userId = await writePerson({
    email,
    displayName: "Lena Fischer",
    password,
    totpSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    roles: ["operator"],
    usableSince: new Date(Date.now() - 90_000_000),
  });
  codes = await db.$transaction(async (tx) => makeRecoveryCodes(tx, userId, await transactionTime(tx)));
  before = await firstStep();
});

async function actorOf(secret: string | null): Promise<PreMfaActor> {
  const session = secret === null ? null : await findLiveSession(secret);
  if (!session) throw new Error("There is no such session.");
  const { due: _, ...actor } = session;
  return { ...actor, requestId: "r", addressPrefix: null };
}
const firstStep = async () => actorOf(await signInWithPassword({ email, password }, origin));

async function recovered(code = codes[0]): Promise<PreMfaActor> {
  const outcome = await enterByRecoveryCode(before, origin, { code });
  if (!outcome.ok) throw new Error(outcome.message);
  return actorOf(outcome.value);
}

async function withNewApp(actor: PreMfaActor) {
  const begun = await beginFirstFactor(actor, { kind: "totp", name: "New phone" });
  if (!begun.ok || begun.value.kind !== "totp") throw new Error("No secret came.");
  const { factorId, text } = begun.value;
  return finishFirstFactor(actor, origin, { factorId, code: await generate({ secret: text.replaceAll(" ", "") }) });
}

const eventsOf = async (action: string) => {
  const rows = await db.$queryRaw<{ body: string }[]>`select body from audit_events order by id`;
  return rows
    .map(({ body }) => JSON.parse(body))
    .filter((event) => event.action === action && event.actor.id === userId);
};

describe("a set of recovery codes", () => {
  it("has ten different ones of 130 bits, and keeps their hashes alone", async () => {
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{6}$/);
    const rows = await db.recoveryCode.findMany({ where: { userId } });
    expect(rows).toHaveLength(10);
    for (const { codeHash } of rows) expect(codes).not.toContain(Buffer.from(codeHash).toString("utf8"));
  });

  it("stops working when another is made", async () => {
    await db.$transaction(async (tx) => makeRecoveryCodes(tx, userId, await transactionTime(tx)));
    expect(await enterByRecoveryCode(before, origin, { code: codes[0] })).toMatchObject({ ok: false });
  });
});

describe("a recovery code", () => {
  it("ends every other session and opens one that is good for a new factor alone", async () => {
    const elsewhere = await db.session.create({
      data: {
        tokenHash: Buffer.from(randomUUID()),
        userId,
        aal: 2,
        amr: ["pwd", "otp"],
        authEpoch: 0,
        idleExpiresAt: new Date(Date.now() + 9e6),
        expiresAt: new Date(Date.now() + 9e6),
      },
    });
    const actor = await recovered(` ${(codes[0] ?? "").toLowerCase().replaceAll("-", " ")}`);
    expect(actor).toMatchObject({ aal: 1, amr: ["pwd", "recovery"] });
    expect((await db.session.findUniqueOrThrow({ where: { id: elsewhere.id } })).revokedReason).toBe(
      "recovery code used",
    );
    expect((await db.session.findUniqueOrThrow({ where: { id: before.sessionId } })).revokedAt).not.toBeNull();
    expect(await beginSecondStep(actor)).toMatchObject({ ok: false, code: "forbidden" });
    expect(await finishSecondStep(actor, origin, { challengeId: randomUUID(), code: "000000" })).toMatchObject({
      code: "forbidden",
    });
  });

  it("never satisfies a step-up", async () => {
    const actor = await recovered();
    const operation = {
      op: "restore.vote",
      subjectType: "approval",
      subjectId: randomUUID(),
      revision: 1,
      paramsHash: sha256("plan"),
    };
    expect(await beginProof(actor, operation)).toMatchObject({ ok: false, code: "unauthenticated" });
    expect(await finishProof(actor, { challengeId: randomUUID(), code: codes[1] })).toMatchObject({ ok: false });
  });

  it("works once, also when two bring it at the same time", async () => {
    const other = await firstStep();
    const outcomes = await Promise.all([
      enterByRecoveryCode(before, origin, { code: codes[0] }),
      enterByRecoveryCode(other, origin, { code: codes[0] }),
    ]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await enterByRecoveryCode(await firstStep(), origin, { code: codes[0] })).toMatchObject({ ok: false });
    expect(await db.recoveryCode.count({ where: { userId, usedAt: null } })).toBe(9);
  });

  it("of somebody else is nothing here, and stays theirs", async () => {
    const other = await person("viewer");
    const [theirs] = await db.$transaction(async (tx) => makeRecoveryCodes(tx, other.id, await transactionTime(tx)));
    expect(await enterByRecoveryCode(before, origin, { code: theirs })).toMatchObject({ ok: false });
    expect(await db.recoveryCode.count({ where: { userId: other.id, usedAt: null } })).toBe(10);
  });

  it("is written down, and its owner and the administrators are told", async () => {
    const admin = await person("administrator");
    const actor = await recovered();
    const [event] = await eventsOf("recovery_code.use");
    expect(event).toMatchObject({ outcome: "success", detail: { left: 9 } });
    expect(JSON.stringify(event)).not.toContain(codes[0]);
    expect(await unreadCount(admin, {})).toEqual({ unread: 1 });
    expect(await db.notification.count({ where: { recipientId: actor.id, kind: "recovery_code.use" } })).toBe(1);
  });

  it("is guessed at with the tries of all other factors, and the fifth locks them", async () => {
    const refusals: string[] = [];
    for (let nth = 0; nth < 5; nth += 1) {
      const outcome = await enterByRecoveryCode(before, origin, { code: "00000-00000-00000-00000-000000" });
      if (!outcome.ok) refusals.push(outcome.code);
    }
    expect(refusals).toEqual([...Array(4).fill("step_up_required"), "unauthenticated"]);
    expect((await db.session.findUniqueOrThrow({ where: { id: before.sessionId } })).revokedAt).not.toBeNull();
    const again = await firstStep();
    expect(await enterByRecoveryCode(again, origin, { code: codes[0] })).toMatchObject({ code: "rate_limited" });
    const asked = await beginSecondStep(again);
    if (!asked.ok) throw new Error(asked.message);
    expect(
      await finishSecondStep(again, origin, { challengeId: asked.value.challengeId, code: "000000" }),
    ).toMatchObject({ code: "rate_limited", message: expect.stringContaining("15 more minutes") });
  });
});

describe("the new factor", () => {
  it("raises the session, cools for a day, and is written down with what it is", async () => {
    const actor = await recovered();
    const done = await withNewApp(actor);
    if (!done.ok) throw new Error(done.message);
    expect(done.value.recoveryCodes).toEqual([]);
    expect(await findLiveSession(done.value.secret)).toMatchObject({
      aal: 2,
      amr: ["pwd", "recovery", "otp", "mfa"],
    });
    const factor = await db.factor.findFirstOrThrow({ where: { userId, name: "New phone" } });
    expect(factor.usableFrom.getTime() - (factor.confirmedAt?.getTime() ?? 0)).toBe(86_400_000);
    expect((await eventsOf("factor.confirm"))[0]).toMatchObject({
      detail: { via: "recovery", factor: { id: factor.id, kind: "totp" } },
    });
  });

  it("cannot be set up twice with one code, nor without one", async () => {
    const actor = await recovered();
    expect((await withNewApp(actor)).ok).toBe(true);
    await expect(withNewApp(actor).then((outcome) => outcome.ok)).resolves.toBe(false);
    expect(await beginFirstFactor(await firstStep(), { kind: "totp", name: "x" })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
  });
});
