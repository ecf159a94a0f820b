import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { UserActor } from "@/lib/access/permissions";
import { beginProof, finishProof } from "@/lib/access/proof";
import type { Proven } from "@/lib/access/step-up";
import { enterByIdentity } from "@/lib/auth/enter-by-identity";
import { findLiveSession } from "@/lib/auth/sessions";
import { ssoSettings } from "@/lib/auth/sso-settings";
import { SoftwarePasskey } from "@/lib/auth/testing/passkey";
import type { Outcome } from "@/lib/core/outcome";
import { db } from "@/lib/platform/db";
import { outcomeOf } from "@/lib/platform/testing/armed";
import { person } from "@/lib/platform/testing/people";
import { linkIdentity, removeRoleMapping, saveRoleMapping, unlinkIdentity } from "./commands";
import { getSso, listIdentities, proofOfUnlink, proofOfUnmapping } from "./data";

let admin: UserActor;
let passkey: SoftwarePasskey;
let lena: UserActor;
beforeEach(async () => {
  await db.idpRoleMapping.deleteMany();
  [admin, lena] = [await person("administrator"), await person("viewer")];
  passkey = new SoftwarePasskey();
  await passkey.registerFor(admin.id);
});

async function proven(proof: Promise<Outcome<Proven>>): Promise<string> {
  const operation = await proof;
  const asked = operation.ok ? await beginProof(admin, operation.value) : operation;
  if (!asked.ok) throw new Error(asked.message);
  const { challengeId, passkey: options } = asked.value;
  const answered = await finishProof(admin, {
    challengeId,
    assertion: passkey.sign({ challenge: options?.challenge ?? "" }),
  });
  if (!answered.ok) throw new Error(answered.message);
  return answered.value.grantId;
}

const settings = () => {
  if (!ssoSettings) throw new Error("The tests name no identity provider.");
  return ssoSettings;
};
const enter = (sub: string, groups: string[] = []) =>
  enterByIdentity(
    settings(),
    { iss: settings().issuer, sub, groups },
    {
      requestId: "r",
      address: null,
      addressPrefix: null,
      agent: "",
    },
  );
const link = (words: { personId: string; subject: string }) =>
  outcomeOf(async () => linkIdentity(admin, { ...words, grantId: await proven(linkIdentity.proof(admin, words)) }));

describe("an identity", () => {
  it("is linked with a proof for this person and this subject, and opens their sessions", async () => {
    const words = { personId: lena.id, subject: randomUUID() };
    expect(await linkIdentity(admin, words)).toMatchObject({ ok: false, code: "step_up_required" });
    const grantId = await proven(linkIdentity.proof(admin, words));
    expect(await linkIdentity(admin, { ...words, subject: "another", grantId })).toMatchObject({
      code: "step_up_required",
    });
    expect(await linkIdentity(admin, { ...words, grantId })).toMatchObject({ ok: true });
    expect(await enter(words.subject)).toMatchObject({ aal: 1 });
    expect((await listIdentities(admin, { personId: lena.id }))?.identities).toMatchObject([
      { subject: words.subject, lastUsedAt: expect.any(String) },
    ]);
  });

  it("belongs to one person", async () => {
    const words = { personId: lena.id, subject: randomUUID() };
    expect((await link(words)).ok).toBe(true);
    expect(await link(words)).toMatchObject({ ok: false, code: "conflict" });
    const other = await person("viewer");
    expect(await link({ ...words, personId: other.id })).toMatchObject({ ok: false, code: "conflict" });
  });

  it("is linked by an administrator over everything, and never to oneself", async () => {
    expect(await link({ personId: admin.id, subject: randomUUID() })).toMatchObject({ ok: false, code: "forbidden" });
    expect(await linkIdentity(lena, { personId: admin.id, subject: "x" })).toMatchObject({ code: "forbidden" });
    const team = await db.team.create({ data: { name: randomUUID() } });
    const local = await person("administrator", { kind: "team", teamId: team.id });
    expect(await getSso(local, {})).toBeNull();
    expect(await listIdentities(local, { personId: lena.id })).toBeNull();
  });

  it("goes with a proof, and every session of its person with it", async () => {
    const words = { personId: lena.id, subject: randomUUID() };
    await link(words);
    const entry = await enter(words.subject);
    const { id: identityId } = await db.identity.findFirstOrThrow({ where: { subject: words.subject } });
    const ref = { identityId };
    expect(await unlinkIdentity(admin, ref)).toMatchObject({ ok: false, code: "step_up_required" });
    expect(await unlinkIdentity(admin, { ...ref, grantId: await proven(proofOfUnlink(admin, ref)) })).toMatchObject({
      ok: true,
    });
    expect("secret" in entry && (await findLiveSession(entry.secret))).toBeNull();
    expect(await enter(words.subject)).toMatchObject({ refused: "unknown" });
  });
});

describe("the role map", () => {
  const words = { value: "dr-operators", role: "operator", scope: "everything" };
  const save = (said: typeof words) =>
    outcomeOf(async () =>
      saveRoleMapping(admin, { ...said, grantId: await proven(saveRoleMapping.proof(admin, said)) }),
    );

  it("grows with a proof for these very words, once", async () => {
    expect(await saveRoleMapping(admin, words)).toMatchObject({ ok: false, code: "step_up_required" });
    const grantId = await proven(saveRoleMapping.proof(admin, words));
    expect(await saveRoleMapping(admin, { ...words, role: "administrator", grantId })).toMatchObject({
      code: "step_up_required",
    });
    expect(await save(words)).toMatchObject({ ok: true });
    expect(await save(words)).toMatchObject({ ok: false, code: "conflict" });
    expect((await getSso(admin, {}))?.mappings).toMatchObject([
      { value: "dr-operators", role: "operator", scopeText: "everything", current: true },
    ]);
  });

  it("shrinks with a proof, and sessions that hold the role through it end", async () => {
    await save(words);
    const subject = randomUUID();
    await link({ personId: lena.id, subject });
    const [holding, bare] = [await enter(subject, ["dr-operators"]), await enter(subject, [])];
    const { id: mappingId } = await db.idpRoleMapping.findFirstOrThrow();
    const ref = { mappingId };
    expect(await removeRoleMapping(admin, ref)).toMatchObject({ ok: false, code: "step_up_required" });
    expect(
      await removeRoleMapping(admin, { ...ref, grantId: await proven(proofOfUnmapping(admin, ref)) }),
    ).toMatchObject({ ok: true });
    const alive = async (entry: typeof holding) => "secret" in entry && (await findLiveSession(entry.secret)) !== null;
    expect([await alive(holding), await alive(bare)]).toEqual([false, true]);
    expect((await db.session.findUniqueOrThrow({ where: { id: lena.sessionId } })).revokedAt).toBeNull();
  });
});
