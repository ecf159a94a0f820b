import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { findLiveSession } from "@/lib/auth/sessions";
import { SoftwarePasskey } from "@/lib/auth/testing/passkey";
import { armTotp } from "@/lib/auth/testing/totp";
import { spendTotpCode } from "@/lib/auth/totp";
import { sha256 } from "@/lib/platform/crypto";
import { db } from "@/lib/platform/db";
import { person } from "@/lib/platform/testing/people";
import { transactionTime } from "./command";
import type { UserActor } from "./permissions";
import { beginProof, challengeFor, finishProof } from "./proof";
import { type Proven, spendGrant } from "./step-up";

const operation = (): Proven => ({
  op: "restore.vote",
  subjectType: "approval",
  subjectId: randomUUID(),
  revision: 3,
  paramsHash: sha256("plan"),
});

let actor: UserActor & { factorId: string };
let code: (offsetSteps?: number) => Promise<string>;
beforeEach(async () => {
  actor = await person("operator");
  ({ code } = await armTotp(actor.factorId));
});

async function begun(proven = operation(), who: UserActor = actor) {
  const outcome = await beginProof(who, proven);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.value;
}

async function granted(proven: Proven) {
  const { challengeId } = await begun(proven);
  const outcome = await finishProof(actor, { challengeId, code: await code() });
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.value.grantId;
}

const spend = (proven: Proven, grantId: string | null, who: UserActor = actor) =>
  db.$transaction(async (tx) =>
    spendGrant({ tx, actor: who, now: await transactionTime(tx), visible: "all" }, proven, grantId),
  );

const events = async (action: string) => {
  const rows = await db.$queryRaw<{ body: string }[]>`select body from audit_events`;
  return rows
    .map(({ body }) => JSON.parse(body))
    .filter((event) => event.action === action && event.actor.id === actor.id);
};

describe("a grant", () => {
  it("is good for one use of the very operation", async () => {
    const proven = operation();
    const grantId = await granted(proven);
    expect(await spend(proven, grantId)).toMatchObject({
      factorId: actor.factorId,
      factorKind: "totp",
      deviceBound: false,
    });
    await expect(spend(proven, grantId)).rejects.toMatchObject({ refused: { code: "step_up_required" } });
  });

  it.each([
    ["another operation", (proven: Proven) => ({ ...proven, op: "restore.start" })],
    ["another kind of subject", (proven: Proven) => ({ ...proven, subjectType: "restore" })],
    ["another subject", (proven: Proven) => ({ ...proven, subjectId: randomUUID() })],
    ["another revision", (proven: Proven) => ({ ...proven, revision: 4 })],
    ["a plan that changed", (proven: Proven) => ({ ...proven, paramsHash: sha256("another plan") })],
  ])("is nothing for %s", async (_, change) => {
    const proven = operation();
    const grantId = await granted(proven);
    await expect(spend(change(proven), grantId)).rejects.toMatchObject({ refused: { code: "step_up_required" } });
  });

  it("is nothing in another session, for another person, after two minutes, or without its factor", async () => {
    const proven = operation();
    const grantId = await granted(proven);
    const other = await person("approver");
    const refused = { refused: { code: "step_up_required" } };
    await expect(spend(proven, grantId, { ...actor, sessionId: other.sessionId })).rejects.toMatchObject(refused);
    await expect(spend(proven, grantId, { ...other, sessionId: actor.sessionId })).rejects.toMatchObject(refused);
    await expect(spend(proven, null)).rejects.toMatchObject(refused);
    const [row] = await db.$queryRaw<{ seconds: number }[]>`
      select extract(epoch from expires_at - issued_at)::int as seconds from step_up_grants where id = ${grantId}::uuid`;
    expect(row?.seconds).toBe(120);
    await db.factor.update({ where: { id: actor.factorId }, data: { removedAt: new Date() } });
    await expect(spend(proven, grantId)).rejects.toMatchObject(refused);
    await db.factor.update({ where: { id: actor.factorId }, data: { removedAt: null } });
    await db.stepUpGrant.update({ where: { id: grantId }, data: { expiresAt: new Date(Date.now() - 1) } });
    await expect(spend(proven, grantId)).rejects.toMatchObject(refused);
  });
});

describe("a challenge", () => {
  it("is derived from the operation, the person and the session, so that an auditor can derive it again", async () => {
    const proven = operation();
    const { challengeId } = await begun(proven);
    const row = await db.authChallenge.findUniqueOrThrow({ where: { id: challengeId } });
    const detail = row.detail as Parameters<typeof challengeFor>[0];
    expect(Buffer.from(row.challenge)).toEqual(challengeFor(detail));
    expect(detail).toMatchObject({
      op: proven.op,
      subject: ["approval", proven.subjectId],
      revision: 3,
      user: actor.id,
      session: actor.sessionId,
    });
    expect(challengeFor({ ...detail, revision: 4 })).not.toEqual(challengeFor(detail));
  });

  it("is burnt by its first answer, right or wrong", async () => {
    const { challengeId } = await begun();
    expect(await finishProof(actor, { challengeId, code: "000000" })).toMatchObject({
      ok: false,
      code: "step_up_required",
    });
    expect(await finishProof(actor, { challengeId, code: await code() })).toMatchObject({
      ok: false,
      message: /run out or was used/,
    });
  });

  it("belongs to its person and session, and runs out", async () => {
    const other = await person("approver");
    const { challengeId } = await begun();
    expect((await finishProof({ ...actor, sessionId: other.sessionId }, { challengeId, code: await code() })).ok).toBe(
      false,
    );
    expect((await finishProof(other, { challengeId, code: await code() })).ok).toBe(false);
    await db.authChallenge.update({ where: { id: challengeId }, data: { expiresAt: new Date(Date.now() - 1) } });
    expect((await finishProof(actor, { challengeId, code: await code() })).ok).toBe(false);
    expect(await db.stepUpGrant.count({ where: { userId: { in: [actor.id, other.id] } } })).toBe(0);
  });

  it("is not asked of somebody before their second factor, nor answered with nonsense", async () => {
    expect(await beginProof({ ...actor, aal: 1 }, operation())).toMatchObject({ ok: false, code: "unauthenticated" });
    for (const answer of [null, {}, { challengeId: "x", code: "123456" }, { challengeId: randomUUID() }])
      expect(await finishProof(actor, answer)).toMatchObject({ ok: false, code: "invalid" });
  });

  it("needs a factor that is confirmed, kept and not suspected", async () => {
    for (const data of [{ removedAt: new Date() }, { confirmedAt: null }, { suspectedCloneAt: new Date() }]) {
      await db.factor.update({ where: { id: actor.factorId }, data });
      expect(await beginProof(actor, operation())).toMatchObject({ ok: false, code: "forbidden" });
      if ("suspectedCloneAt" in data) break;
      await db.factor.update({ where: { id: actor.factorId }, data: { removedAt: null, confirmedAt: new Date() } });
    }
  });
});

describe("a one-time code", () => {
  it("works once, however many bring it at the same time", async () => {
    const factors = [await db.factor.findUniqueOrThrow({ where: { id: actor.factorId } })];
    const same = await code();
    const used = await Promise.all(Array.from({ length: 50 }, () => spendTotpCode(factors, same)));
    expect(used.filter((one) => one !== null)).toHaveLength(1);
    const { challengeId } = await begun();
    expect((await finishProof(actor, { challengeId, code: same })).ok).toBe(false);
  });

  it("is refused two steps away, with other digits, and again after it was used", async () => {
    for (const wrong of [await code(-3), await code(3), "１２３４５６", "12345", ""]) {
      const { challengeId } = await begun();
      await db.factorLock.deleteMany();
      expect((await finishProof(actor, { challengeId, code: wrong })).ok).toBe(false);
    }
  });
});

describe("the fifth failed try", () => {
  it("ends the session; until then it lives, and a success counts for nothing", async () => {
    await db.session.update({ where: { id: actor.sessionId }, data: { authEpoch: 0 } });
    const fail = async () => {
      const { challengeId } = await begun();
      return finishProof(actor, { challengeId, code: "000000" });
    };
    for (let nth = 1; nth <= 4; nth += 1) expect(await fail()).toMatchObject({ code: "step_up_required" });
    const { challengeId } = await begun();
    expect((await finishProof(actor, { challengeId, code: await code() })).ok).toBe(true);
    expect(await fail()).toMatchObject({ code: "unauthenticated" });
    const session = await db.session.findUniqueOrThrow({ where: { id: actor.sessionId } });
    expect(session.revokedReason).toBe("five failed confirmations");
    expect(await fail()).toMatchObject({ code: "rate_limited" });
    const written = await events("step_up.finish");
    expect(written.map(({ outcome }) => outcome)).toEqual(Array(6).fill("failure"));
    expect(written.filter(({ detail }) => detail.sessionEnded)).toHaveLength(1);
  });
});

describe("a passkey", () => {
  const challengeOf = (asked: { passkey: { challenge: string } | null }) => asked.passkey?.challenge ?? "";

  it("signs the operation, and leaves what an auditor needs to check it", async () => {
    const passkey = new SoftwarePasskey();
    const factorId = await passkey.registerFor(actor.id);
    const proven = operation();
    const asked = await begun(proven);
    expect(asked).toMatchObject({ totp: true, passkey: { userVerification: "required" } });
    const assertion = passkey.sign({ challenge: challengeOf(asked) });
    const outcome = await finishProof(actor, { challengeId: asked.challengeId, assertion });
    if (!outcome.ok) throw new Error(outcome.message);
    const spent = await spend(proven, outcome.value.grantId);
    expect(spent).toMatchObject({ factorId, factorKind: "passkey", deviceBound: true });
    const evidence = spent.evidence as { clientDataJSON: string; challenge: Parameters<typeof challengeFor>[0] };
    const signed = JSON.parse(Buffer.from(evidence.clientDataJSON, "base64url").toString());
    expect(signed.challenge).toBe(challengeFor(evidence.challenge).toString("base64url"));
  });

  it.each([
    ["it did not verify its owner", { verified: false }],
    ["it signed for another place", { origin: "https://evil.example" }],
    ["it signed another challenge", { challenge: Buffer.alloc(32, 1).toString("base64url") }],
  ])("is refused when %s", async (_, change) => {
    const passkey = new SoftwarePasskey();
    await passkey.registerFor(actor.id);
    const asked = await begun();
    const assertion = passkey.sign({ challenge: challengeOf(asked), ...change });
    expect((await finishProof(actor, { challengeId: asked.challengeId, assertion })).ok).toBe(false);
    expect(await db.stepUpGrant.count({ where: { userId: actor.id } })).toBe(0);
  });

  it("is locked as a suspected copy when its counter goes back, while other factors stay", async () => {
    const passkey = new SoftwarePasskey();
    const factorId = await passkey.registerFor(actor.id);
    await db.factor.update({ where: { id: factorId }, data: { counter: 9 } });
    const asked = await begun();
    const assertion = passkey.sign({ challenge: challengeOf(asked), counter: 4 });
    expect(await finishProof(actor, { challengeId: asked.challengeId, assertion })).toMatchObject({
      ok: false,
      message: /copy/,
    });
    expect((await db.factor.findUniqueOrThrow({ where: { id: factorId } })).suspectedCloneAt).not.toBeNull();
    expect(await begun()).toMatchObject({ passkey: null, totp: true });
  });

  it("of somebody else is nobody's", async () => {
    const mine = new SoftwarePasskey();
    await mine.registerFor(actor.id);
    const theirs = new SoftwarePasskey();
    await theirs.registerFor((await person("approver")).id);
    const asked = await begun();
    const assertion = theirs.sign({ challenge: challengeOf(asked) });
    expect((await finishProof(actor, { challengeId: asked.challengeId, assertion })).ok).toBe(false);
  });
});

it("does not take a session's row for its secret", async () => {
  expect(await findLiveSession(actor.sessionId)).toBeNull();
});
