import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { UserActor } from "@/lib/access/permissions";
import { beginProof, finishProof } from "@/lib/access/proof";
import type { Proven } from "@/lib/access/step-up";
import { lookAtCode } from "@/lib/auth/enrollment";
import { SoftwarePasskey } from "@/lib/auth/testing/passkey";
import type { GovernedCommand } from "@/lib/changes/governed";
import { type Outcome, Refusal } from "@/lib/core/outcome";
import { db } from "@/lib/platform/db";
import { person } from "@/lib/platform/testing/people";
import { addFactor, confirmFactor, endMySession, endMySessions, removeFactor, renameFactor } from "./account-commands";
import {
  disablePerson,
  enablePerson,
  endEverybodysSessions,
  endPersonsSessions,
  giveRole,
  invitePerson,
  reissueCode,
  takeRole,
} from "./commands";
import { getAccount, getPerson, listPeople, proofOfAddition, proofOfRemoval } from "./data";

type Tester = UserActor & { factorId: string; passkey: SoftwarePasskey };

async function armed(role: Parameters<typeof person>[0], scope?: Parameters<typeof person>[1]): Promise<Tester> {
  const actor = await person(role, scope);
  const passkey = new SoftwarePasskey();
  await passkey.registerFor(actor.id);
  return { ...actor, passkey };
}

/** Proves an operation with the person's passkey, as the browser would. */
async function grantFor(actor: Tester, proof: Promise<Outcome<Proven>>): Promise<string> {
  const proven = await proof;
  const asked = proven.ok ? await beginProof(actor, proven.value) : proven;
  if (!asked.ok) throw new Error(asked.message);
  const { challengeId, passkey } = asked.value;
  const answered = await finishProof(actor, {
    challengeId,
    assertion: actor.passkey.sign({ challenge: passkey?.challenge ?? "" }),
  });
  if (!answered.ok) throw new Error(answered.message);
  return answered.value.grantId;
}

/** A governed command with the proof it takes, or how it is refused before one is asked for. */
async function proven<Value>(run: GovernedCommand<Value>, who: Tester, said: object) {
  try {
    return await run(who, { ...said, grantId: await grantFor(who, run.proof(who, said)) });
  } catch (error) {
    if (error instanceof Refusal) return error.refused;
    throw error;
  }
}

const audited = async (action: string, target: string) => {
  const rows = await db.$queryRaw<{ body: string }[]>`select body from audit_events order by id`;
  return rows
    .map(({ body }) => JSON.parse(body))
    .filter((event) => event.action === action && event.target.id === target);
};
const isAlive = async (sessionId: string) => {
  const [row] = await db.$queryRaw<{ alive: boolean }[]>`
    select s.revoked_at is null and s.auth_epoch = u.auth_epoch and u.status = 'active' as alive
    from sessions s join users u on u.id = s.user_id where s.id = ${sessionId}::uuid`;
  return row?.alive ?? false;
};

async function waitingForLocks(): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return row?.count ?? 0;
}

let admin: Tester;
beforeEach(async () => {
  admin = await armed("administrator");
});

const invitation = () => ({
  displayName: "Ben Adeyemi",
  email: `${randomUUID()}@example.test`,
  role: "operator",
  scope: "everything",
});

describe("inviting", () => {
  it("makes a person with a role and a code that works", async () => {
    const said = invitation();
    const grantId = await grantFor(admin, invitePerson.proof(admin, said));
    const outcome = await invitePerson(admin, { ...said, grantId });
    if (!outcome.ok || !outcome.value.applied) throw new Error("It was not done at once.");
    const { code } = outcome.value.value;
    expect(await lookAtCode({ code }, { requestId: "r", address: null, addressPrefix: null, agent: "" })).toMatchObject(
      {
        ok: true,
        value: { email: said.email },
      },
    );
    const made = await db.user.findUniqueOrThrow({ where: { email: said.email }, include: { roleGrants: true } });
    expect(made).toMatchObject({ status: "invited", roleGrants: [{ role: "operator", grantedById: admin.id }] });
    const [event] = await audited("person.invite", made.id);
    expect(event).toMatchObject({ outcome: "success", evidence: { grantId, kind: "passkey" } });
    expect(JSON.stringify(event)).not.toContain(code);
  });

  it("takes a proof for exactly these words", async () => {
    const said = invitation();
    expect(await invitePerson(admin, said)).toMatchObject({ ok: false, code: "step_up_required" });
    const grantId = await grantFor(admin, invitePerson.proof(admin, said));
    expect(await invitePerson(admin, { ...said, role: "administrator", grantId })).toMatchObject({
      ok: false,
      code: "step_up_required",
    });
  });

  it("is for administrators over everything", async () => {
    const operator = await armed("operator");
    expect(await invitePerson(operator, invitation())).toMatchObject({ ok: false, code: "forbidden" });
    const team = await db.team.create({ data: { name: randomUUID() } });
    const local = await armed("administrator", { kind: "team", teamId: team.id });
    const said = invitation();
    expect(await proven(invitePerson, local, said)).toMatchObject({ ok: false, code: "forbidden" });
    expect(await listPeople(local, {})).toEqual([]);
    expect(await getPerson(local, { personId: admin.id })).toBeNull();
  });

  it("names what is missing from a scope", async () => {
    expect(await invitePerson(admin, { ...invitation(), scope: "tag" })).toMatchObject({
      ok: false,
      fields: { tagKey: "Name the tag.", tagValue: "Say the tag's value." },
    });
    expect(await invitePerson(admin, { ...invitation(), scope: "team" })).toMatchObject({
      ok: false,
      fields: { teamId: "Choose a team." },
    });
  });
});

describe("roles", () => {
  it("are given once, with a proof, and end the sessions that knew others", async () => {
    const operator = await person("operator");
    const said = { personId: operator.id, role: "approver", scope: "tag", tagKey: "env", tagValue: "prod" };
    expect((await proven(giveRole, admin, said)).ok).toBe(true);
    expect(await isAlive(operator.sessionId)).toBe(false);
    const view = await getPerson(admin, { personId: operator.id });
    expect(view?.roles.map(({ role, scopeText }) => [role, scopeText])).toEqual([
      ["operator", "everything"],
      ["approver", "tag env=prod"],
    ]);
    expect(await proven(giveRole, admin, said)).toMatchObject({
      ok: false,
      code: "conflict",
    });
  });

  it("are not given to oneself, nor taken from oneself", async () => {
    const said = { personId: admin.id, role: "approver", scope: "everything" };
    expect(await proven(giveRole, admin, said)).toMatchObject({
      ok: false,
      code: "forbidden",
    });
    const own = await db.roleGrant.findFirstOrThrow({ where: { userId: admin.id } });
    expect(await takeRole(admin, { roleGrantId: own.id })).toMatchObject({ ok: false, code: "forbidden" });
  });

  it("are taken once, and with them the sessions", async () => {
    const operator = await person("operator");
    const { id: roleGrantId } = await db.roleGrant.findFirstOrThrow({ where: { userId: operator.id } });
    expect((await takeRole(admin, { roleGrantId })).ok).toBe(true);
    expect(await isAlive(operator.sessionId)).toBe(false);
    expect(await takeRole(admin, { roleGrantId })).toMatchObject({ ok: false, code: "not_found" });
  });

  it("leave one administrator, also when two take each other's at once", async () => {
    await db.roleGrant.updateMany({
      where: { role: "administrator", userId: { not: admin.id } },
      data: { revokedAt: new Date() },
    });
    const other = await armed("administrator");
    const [mine, theirs] = await Promise.all(
      [admin, other].map(({ id }) => db.roleGrant.findFirstOrThrow({ where: { userId: id } })),
    );
    const outcomes = await Promise.all([
      takeRole(admin, { roleGrantId: theirs?.id }),
      takeRole(other, { roleGrantId: mine?.id }),
    ]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  });
});

describe("shutting somebody out", () => {
  it("ends their sessions and codes, and letting them in again takes a proof", async () => {
    const operator = await person("operator");
    expect(await disablePerson(admin, { personId: operator.id, reason: "laptop stolen" })).toMatchObject({ ok: true });
    expect(await isAlive(operator.sessionId)).toBe(false);
    expect((await audited("person.disable", operator.id))[0]).toMatchObject({ detail: { reason: "laptop stolen" } });
    expect(await disablePerson(admin, { personId: operator.id, reason: "again" })).toMatchObject({
      ok: false,
      code: "conflict",
    });
    const ref = { personId: operator.id };
    expect(await enablePerson(admin, ref)).toMatchObject({ ok: false, code: "step_up_required" });
    expect((await proven(enablePerson, admin, ref)).ok).toBe(true);
    expect(await isAlive(operator.sessionId)).toBe(false);
  });

  it("is not for oneself", async () => {
    expect(await disablePerson(admin, { personId: admin.id, reason: "oops" })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
  });

  it("ends one person's sessions, or everybody's but one's own", async () => {
    const [one, two] = [await person("operator"), await person("viewer")];
    expect((await endPersonsSessions(admin, { personId: one.id, reason: "lost phone" })).ok).toBe(true);
    expect([await isAlive(one.sessionId), await isAlive(two.sessionId)]).toEqual([false, true]);
    expect((await endEverybodysSessions(admin, { reason: "an intruder" })).ok).toBe(true);
    expect([await isAlive(two.sessionId), await isAlive(admin.sessionId)]).toEqual([false, true]);
  });

  it("a new code needs a proof and is not for somebody disabled", async () => {
    const operator = await person("operator");
    const ref = { personId: operator.id };
    expect(await reissueCode(admin, ref)).toMatchObject({ ok: false, code: "step_up_required" });
    expect(await proven(reissueCode, admin, ref)).toMatchObject({ ok: true });
    await disablePerson(admin, { personId: operator.id, reason: "left" });
    expect(await proven(reissueCode, admin, ref)).toMatchObject({ ok: false, code: "conflict" });
  });
});

describe("one's own factors", () => {
  it("grow by one that is proven with another, and end all other sessions", async () => {
    const other = await db.session.create({
      data: {
        tokenHash: Buffer.from(randomUUID()),
        userId: admin.id,
        aal: 2,
        amr: [],
        authEpoch: 0,
        idleExpiresAt: new Date(Date.now() + 9e6),
        expiresAt: new Date(Date.now() + 9e6),
      },
    });
    const said = { kind: "passkey", name: "Spare key" };
    const begun = await addFactor(admin, { ...said, grantId: await grantFor(admin, proofOfAddition(admin, said)) });
    if (!begun.ok || begun.value.kind !== "passkey") throw new Error("No options came.");
    const { challengeId, options } = begun.value;
    expect(options.excludeCredentials).toHaveLength(1);
    const attestation = new SoftwarePasskey().attest(options.challenge);
    expect((await confirmFactor(admin, { challengeId, attestation })).ok).toBe(true);
    expect(await confirmFactor(admin, { challengeId, attestation })).toMatchObject({ ok: false, code: "conflict" });
    expect([await isAlive(other.id), await isAlive(admin.sessionId)]).toEqual([false, true]);
    expect((await getAccount(admin, {}))?.factors.map(({ name }) => name)).toEqual([
      "Phone",
      "Hardware key",
      "Spare key",
    ]);
  });

  it("are not added without a proof, nor under another name than was proven", async () => {
    const said = { kind: "totp", name: "Phone 2" };
    expect(await addFactor(admin, said)).toMatchObject({ ok: false, code: "step_up_required" });
    const grantId = await grantFor(admin, proofOfAddition(admin, said));
    expect(await addFactor(admin, { ...said, name: "Thief", grantId })).toMatchObject({
      ok: false,
      code: "step_up_required",
    });
  });

  it("never shrink to none, also when two go at once", async () => {
    const passkeyId = (await db.factor.findFirstOrThrow({ where: { userId: admin.id, kind: "passkey" } })).id;
    const refs = [{ factorId: admin.factorId }, { factorId: passkeyId }];
    const grants: string[] = [];
    for (const ref of refs) grants.push(await grantFor(admin, proofOfRemoval(admin, ref)));
    // Both are let go at the same moment: the row they must take first is held until they wait for it.
    const removals = await db.$transaction(async (tx) => {
      await tx.$queryRaw`select 1 from users where id = ${admin.id}::uuid for update`;
      const started = refs.map((ref, at) => removeFactor(admin, { ...ref, grantId: grants[at] }));
      await vi.waitFor(async () => expect(await waitingForLocks()).toBe(2), { timeout: 5_000 });
      return { started };
    });
    const outcomes = await Promise.all(removals.started);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await db.factor.count({ where: { userId: admin.id, removedAt: null } })).toBe(1);
  });

  it("of others are not one's own", async () => {
    const other = await person("viewer");
    expect(await renameFactor(admin, { factorId: other.factorId, name: "Mine" })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    const ref = { factorId: other.factorId };
    expect(
      await removeFactor(admin, { ...ref, grantId: await grantFor(admin, proofOfRemoval(admin, ref)) }),
    ).toMatchObject({ ok: false, code: "not_found" });
    expect(await endMySession(admin, { sessionId: other.sessionId })).toMatchObject({ ok: false, code: "not_found" });
  });
});

it("signs out everywhere, or everywhere else", async () => {
  expect((await endMySessions(admin, { keep: "this" })).ok).toBe(true);
  expect(await isAlive(admin.sessionId)).toBe(true);
  expect((await endMySessions(admin, { keep: "none" })).ok).toBe(true);
  expect(await isAlive(admin.sessionId)).toBe(false);
});
