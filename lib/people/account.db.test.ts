import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { UserActor } from "@/lib/access/permissions";
import { beginProof, finishProof } from "@/lib/access/proof";
import type { Proven } from "@/lib/access/step-up";
import { fitsPassword, hashPassword } from "@/lib/auth/passwords";
import { SoftwarePasskey } from "@/lib/auth/testing/passkey";
import type { Outcome } from "@/lib/core/outcome";
import { myNotifications } from "@/lib/notifications/data";
import { db } from "@/lib/platform/db";
import { insideOneWindow } from "@/lib/platform/testing/limit-window";
import { person } from "@/lib/platform/testing/people";
import { addFactor, changePassword, confirmFactor, removeFactor, renewRecoveryCodes } from "./account-commands";
import { getAccount, proofOfAddition, proofOfPasswordChange, proofOfRemoval, proofOfRenewal } from "./data";

const oldPassword = "lantern over the harbour";
const newPassword = "a quiet boat at midnight";

let lena: UserActor & { factorId: string };
let passkey: SoftwarePasskey;
let passkeyId = "";
beforeEach(async () => {
  lena = await person("operator");
  passkey = new SoftwarePasskey();
  passkeyId = await passkey.registerFor(lena.id);
  await db.user.update({ where: { id: lena.id }, data: { passwordHash: await hashPassword(oldPassword) } });
});

async function proven(proof: Promise<Outcome<Proven>>): Promise<string> {
  const operation = await proof;
  const asked = operation.ok ? await beginProof(lena, operation.value) : operation;
  if (!asked.ok) throw new Error(asked.message);
  const { challengeId, passkey: options } = asked.value;
  const assertion = passkey.sign({ challenge: options?.challenge ?? "" });
  const answered = await finishProof(lena, { challengeId, assertion });
  if (!answered.ok) throw new Error(answered.message);
  return answered.value.grantId;
}

const another = () =>
  db.session.create({
    data: {
      tokenHash: Buffer.from(randomUUID()),
      userId: lena.id,
      aal: 2,
      amr: [],
      authEpoch: 0,
      idleExpiresAt: new Date(Date.now() + 9e6),
      expiresAt: new Date(Date.now() + 9e6),
    },
  });
const hashOf = async () => (await db.user.findUniqueOrThrow({ where: { id: lena.id } })).passwordHash;
const eventsOf = async (action: string) => {
  const rows = await db.$queryRaw<{ body: string }[]>`select body from audit_events order by id`;
  return rows
    .map(({ body }) => JSON.parse(body))
    .filter((event) => event.action === action && event.actor.id === lena.id);
};

describe("one's password", () => {
  const change = async (words: object = {}) =>
    changePassword(lena, {
      currentPassword: oldPassword,
      newPassword,
      grantId: await proven(proofOfPasswordChange(lena, {})),
      ...words,
    });

  it("is changed with the old one and a proof, and every other session ends", async () => {
    const other = await another();
    expect(await change()).toMatchObject({ ok: true });
    expect(await fitsPassword(newPassword, await hashOf())).toBe(true);
    expect((await db.session.findUniqueOrThrow({ where: { id: other.id } })).revokedReason).toBe("password changed");
    expect((await db.session.findUniqueOrThrow({ where: { id: lena.sessionId } })).revokedAt).toBeNull();
    const [event] = await eventsOf("person.change_password");
    expect(event).toMatchObject({ outcome: "success", evidence: { kind: "passkey" } });
    expect(JSON.stringify(event)).not.toContain(newPassword);
    expect(await myNotifications(lena, {})).toMatchObject([{ kind: "person.change_password" }]);
  });

  it.each([
    ["without a proof", { grantId: undefined }, { code: "step_up_required" }],
    ["with a proof of something else", { grantId: randomUUID() }, { code: "step_up_required" }],
    ["with a wrong old one", { currentPassword: "another" }, { fields: { currentPassword: expect.any(String) } }],
    ["to a short one", { newPassword: "fourteen chars" }, { fields: { newPassword: expect.any(String) } }],
    ["to itself", { newPassword: oldPassword }, { fields: { newPassword: expect.any(String) } }],
    ["to a listed one", { newPassword: "1234567890qwertyuiop" }, { fields: { newPassword: expect.any(String) } }],
  ])("is not changed %s", async (_, words, refusal) => {
    const kept = await hashOf();
    expect(await change(words)).toMatchObject({ ok: false, ...refusal });
    expect(await hashOf()).toBe(kept);
  });

  it("is guessed at five times in five minutes and no more", { timeout: 60_000 }, async () => {
    await insideOneWindow();
    const grantId = await proven(proofOfPasswordChange(lena, {}));
    const guess = (currentPassword: string) => changePassword(lena, { currentPassword, newPassword, grantId });
    for (let nth = 0; nth < 5; nth += 1) expect(await guess(`guess ${nth}`)).toMatchObject({ code: "invalid" });
    expect(await guess(oldPassword)).toMatchObject({ ok: false, code: "rate_limited" });
  });
});

describe("one's recovery codes", () => {
  it("are made with a proof, ten at a time, and are counted without being known", async () => {
    expect(await renewRecoveryCodes(lena, {})).toMatchObject({ ok: false, code: "step_up_required" });
    const made = await renewRecoveryCodes(lena, { grantId: await proven(proofOfRenewal(lena, {})) });
    if (!made.ok) throw new Error(made.message);
    expect(made.value.codes).toHaveLength(10);
    expect((await getAccount(lena, {}))?.recovery).toMatchObject({ made: 10, left: 10 });
    expect(JSON.stringify(await eventsOf("recovery_code.renew"))).not.toContain(made.value.codes[0]);
  });

  it("are not made with the proof of another operation", async () => {
    const grantId = await proven(proofOfPasswordChange(lena, {}));
    expect(await renewRecoveryCodes(lena, { grantId })).toMatchObject({ ok: false, code: "step_up_required" });
  });
});

describe("a factor in the audit log", () => {
  it("stands with its public key when it is added, and when it is removed", async () => {
    const said = { kind: "passkey", name: "Spare key" };
    const begun = await addFactor(lena, { ...said, grantId: await proven(proofOfAddition(lena, said)) });
    if (!begun.ok || begun.value.kind !== "passkey") throw new Error("No options came.");
    const spare = new SoftwarePasskey();
    const { challengeId, options } = begun.value;
    expect((await confirmFactor(lena, { challengeId, attestation: spare.attest(options.challenge) })).ok).toBe(true);
    const { id } = await db.factor.findFirstOrThrow({ where: { userId: lena.id, name: "Spare key" } });
    const factor = {
      id,
      kind: "passkey",
      publicKey: Buffer.from(spare.cosePublicKey).toString("base64url"),
      credentialId: spare.credentialId.toString("base64url"),
      deviceType: "singleDevice",
      backedUp: false,
    };
    expect((await eventsOf("factor.confirm"))[0].detail.factor).toEqual(factor);
    const ref = { factorId: id };
    expect((await removeFactor(lena, { ...ref, grantId: await proven(proofOfRemoval(lena, ref)) })).ok).toBe(true);
    expect((await eventsOf("factor.remove"))[0].detail.factor).toEqual(factor);
  });

  it("is an id and a kind where it is an authenticator app", async () => {
    const ref = { factorId: lena.factorId };
    expect((await removeFactor(lena, { ...ref, grantId: await proven(proofOfRemoval(lena, ref)) })).ok).toBe(true);
    expect((await eventsOf("factor.remove"))[0].detail.factor).toEqual({ id: lena.factorId, kind: "totp" });
  });
});

it("locks a passkey that answers as a copy would, says so once, and leaves the others usable", async () => {
  const admin = await person("administrator");
  const operation = await proofOfRenewal(lena, {});
  if (!operation.ok) throw new Error(operation.message);
  await proven(Promise.resolve(operation));
  await proven(Promise.resolve(operation));
  const asked = await beginProof(lena, operation.value);
  if (!asked.ok) throw new Error(asked.message);
  const { challengeId, passkey: options } = asked.value;
  const copied = passkey.sign({ challenge: options?.challenge ?? "", counter: 1 });
  expect(await finishProof(lena, { challengeId, assertion: copied })).toMatchObject({ ok: false });
  const [event] = await db.$queryRaw<{ body: string }[]>`
    select body from audit_events where body::jsonb ->> 'action' = 'factor.suspect'
      and body::jsonb -> 'target' ->> 'id' = ${passkeyId}`;
  expect(JSON.parse(event?.body ?? "{}").detail.factor).toMatchObject({ id: passkeyId, kind: "passkey" });
  for (const told of [lena, admin])
    expect(await db.notification.count({ where: { recipientId: told.id, kind: "factor.suspect" } })).toBe(1);
  const account = await getAccount(lena, {});
  expect(account?.factors.map(({ suspected }) => suspected)).toEqual([false, true]);
  expect(await beginProof(lena, operation.value)).toMatchObject({ ok: true, value: { passkey: null, totp: true } });
});
