import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { insideOneWindow } from "@/lib/platform/testing/limit-window";
import type { PreMfaActor } from "./actor";
import { spendTry } from "./attempts";
import type { Origin } from "./request";
import { beginSecondStep, finishSecondStep } from "./second-step";
import { writePerson } from "./seeding";
import { findLiveSession } from "./sessions";
import { signInWithPassword } from "./sign-in";
import { armTotp } from "./testing/totp";

const password = "lantern over the harbour";
const origin = (address: string | null = null): Origin => ({
  requestId: randomUUID(),
  address,
  addressPrefix: null,
  agent: "",
});

let email = "";
let userId = "";
beforeAll(async () => {
  email = `${randomUUID()}@example.test`;
  userId = await writePerson({
    email,
    displayName: "Lena Fischer",
    password,
    totpSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    roles: ["operator"],
    usableSince: new Date(Date.now() - 90_000_000),
  });
});

const eventsOf = async (subject: string) => {
  const rows = await db.$queryRaw<{ body: string }[]>`select body from audit_events order by id`;
  return rows.map(({ body }) => JSON.parse(body)).filter(({ target }) => target.id === subject);
};

async function firstStep(): Promise<PreMfaActor> {
  const secret = await signInWithPassword({ email, password }, origin());
  const session = secret === null ? null : await findLiveSession(secret);
  if (!session) throw new Error("The first step did not open a session.");
  const { due: _, ...actor } = session;
  return { ...actor, requestId: "r", addressPrefix: null };
}

beforeEach(async () => {
  await db.$executeRaw`delete from rate_limits`;
  await db.user.update({ where: { id: userId }, data: { status: "active" } });
});

describe("the first step", () => {
  it("opens a session before the second factor, and writes it down", async () => {
    expect(await firstStep()).toMatchObject({ id: userId, aal: 1 });
    expect((await eventsOf(userId)).at(-1)).toMatchObject({ action: "session.open", outcome: "success" });
  });

  it("takes the address however it is typed", async () => {
    expect(await signInWithPassword({ email: ` ${email.toUpperCase()} `, password }, origin())).not.toBeNull();
  });

  it.each([
    ["another password", () => ({ email, password: "lantern over the harbor" })],
    ["nobody's address", () => ({ email: "nobody@example.test", password })],
    ["no password", () => ({ email, password: "" })],
    ["something that is no text", () => ({ email: { $ne: "" }, password: ["a"] })],
    ["nothing", () => undefined],
  ])("answers nothing to %s", async (_, said) => {
    expect(await signInWithPassword(said(), origin())).toBeNull();
  });

  it("answers nothing to somebody disabled, who knows the password", async () => {
    await db.user.update({ where: { id: userId }, data: { status: "disabled" } });
    expect(await signInWithPassword({ email, password }, origin())).toBeNull();
    expect((await eventsOf(userId)).at(-1)).toMatchObject({ outcome: "failure", reason: "disabled" });
  });

  it("stops after ten failed tries for an account, also with the right password, and not for another", {
    timeout: 60_000,
  }, async () => {
    await insideOneWindow();
    const refusals = async () => (await eventsOf(userId)).filter(({ reason }) => reason === "wrong password").length;
    const before = await refusals();
    const wrong = () => signInWithPassword({ email, password: "not this one at all" }, origin());
    for (let nth = 0; nth < 10; nth += 1) expect(await wrong()).toBeNull();
    expect(await signInWithPassword({ email, password }, origin())).toBeNull();
    expect((await refusals()) - before).toBe(10);
    await db.$executeRaw`delete from rate_limits`;
    expect(await signInWithPassword({ email, password }, origin())).not.toBeNull();
  });

  it("stops after thirty failed tries from an address, whatever accounts they name", { timeout: 60_000 }, async () => {
    await insideOneWindow();
    for (let nth = 0; nth < 29; nth += 1) await spendTry("login:ip:203.0.113.9", { limit: 30, windowSeconds: 300 });
    expect(await signInWithPassword({ email, password: "not this one" }, origin("203.0.113.9"))).toBeNull();
    expect(await signInWithPassword({ email, password }, origin("203.0.113.9"))).toBeNull();
    expect(await signInWithPassword({ email, password }, origin("203.0.113.10"))).not.toBeNull();
  });
});

describe("the second step", () => {
  it("replaces the session by one with both factors; the first is worth nothing then", async () => {
    const actor = await firstStep();
    const factor = await db.factor.findFirstOrThrow({ where: { userId } });
    const { code } = await armTotp(factor.id);
    const asked = await beginSecondStep(actor);
    if (!asked.ok) throw new Error(asked.message);
    const done = await finishSecondStep(actor, origin(), { challengeId: asked.value.challengeId, code: await code() });
    if (!done.ok) throw new Error(done.message);
    expect(await findLiveSession(done.value)).toMatchObject({
      aal: 2,
      amr: ["pwd", "otp", "mfa"],
      grants: [{ role: "operator" }],
    });
    const first = await db.session.findUniqueOrThrow({ where: { id: actor.sessionId } });
    expect(first.revokedAt).not.toBeNull();
    expect((await eventsOf(userId)).at(-1)).toMatchObject({ action: "session.confirm", outcome: "success" });
  });

  it("opens nothing once the first step was ended, as when an administrator ends everybody's sessions", async () => {
    const actor = await firstStep();
    const { code } = await armTotp((await db.factor.findFirstOrThrow({ where: { userId } })).id);
    const asked = await beginSecondStep(actor);
    if (!asked.ok) throw new Error(asked.message);
    await db.session.update({ where: { id: actor.sessionId }, data: { revokedAt: new Date() } });
    const before = await db.session.count({ where: { userId, aal: 2 } });
    const done = await finishSecondStep(actor, origin(), { challengeId: asked.value.challengeId, code: await code() });
    expect(done).toMatchObject({ ok: false, code: "unauthenticated" });
    expect(await db.session.count({ where: { userId, aal: 2 } })).toBe(before);
  });

  it("ends the first session with the fifth wrong code", async () => {
    const actor = await firstStep();
    const codes: string[] = [];
    for (let nth = 0; nth < 5; nth += 1) {
      const asked = await beginSecondStep(actor);
      if (!asked.ok) throw new Error(asked.message);
      const outcome = await finishSecondStep(actor, origin(), { challengeId: asked.value.challengeId, code: "000000" });
      if (!outcome.ok) codes.push(outcome.code);
    }
    expect(codes).toEqual([...Array(4).fill("step_up_required"), "unauthenticated"]);
    expect((await db.session.findUniqueOrThrow({ where: { id: actor.sessionId } })).revokedAt).not.toBeNull();
  });
});
