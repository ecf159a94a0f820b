import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lookAtCode } from "@/lib/auth/enrollment";
import { originOf } from "@/lib/auth/request";
import { addPlace, releaseFreeze, setFreeze } from "@/lib/governance/commands";
import { giveRole, invitePerson, takeRole } from "@/lib/people/commands";
import { db } from "@/lib/platform/db";
import { type Armed, armed, coolDown, govern, grantFor } from "@/lib/platform/testing/armed";
import { agreed, changeOf, doAtOnce, handOver, harden, proposed } from "@/lib/platform/testing/governing";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { value } from "@/lib/platform/testing/restoring";
import { saveRoleMapping } from "@/lib/sso/commands";
import { applyChange, withdrawChange } from "./commands";
import { getChangeStanding, proofOfApplying } from "./data";
import { applyApproved } from "./jobs";

// What a web process in an attacker's hands may do where the worker alone dispatches: its own role, and any statement.

let tom: Armed;
let ben: Armed;
let ivana: Armed;
let samir: Armed;

beforeAll(async () => {
  [ben, ivana, samir] = [await armed("approver"), await armed("approver"), await armed("security_approver")];
  await govern();
  await harden();
});
beforeEach(async () => {
  // Nobody may have more than five requests waiting, so each test asks as somebody new.
  tom = await armed("administrator");
});
afterAll(() => ownerDb.$disconnect());

const sql = (text: string, ...values: unknown[]) => db.$executeRawUnsafe(text, ...values);

const rolesOf = async (userId: string) =>
  (await db.roleGrant.findMany({ where: { userId, revokedAt: null } })).map(({ role }) => role);

/** Everybody agreed that Mara approves; nobody has applied it. */
async function approved() {
  const mara = await person("viewer");
  const approvalId = await proposed(giveRole, tom, { personId: mara.id, role: "approver", scope: "everything" });
  await agreed(approvalId, ben, ivana, samir);
  return { mara, approvalId, changeId: (await changeOf(approvalId)).id };
}

describe("by hand, web's role", () => {
  it("does not apply what was approved, in any way", async () => {
    const { mara, changeId } = await approved();
    const give = `insert into role_grants (user_id, role, scope_kind, change_id) values ($1::uuid, 'approver', 'everything', $2::uuid)`;
    await expect(sql(give, mara.id, changeId)).rejects.toThrow(/by an approved change alone/);
    const mark = "update change_requests set state = 'applied' where id = $1::uuid";
    await expect(sql(mark, changeId)).rejects.toThrow(/not yours to apply/);
    await expect(sql("select apply_change($1::uuid)", changeId)).rejects.toThrow(/permission denied/);
    const refuse = "update change_requests set state = 'refused' where id = $1::uuid";
    await expect(sql(refuse, changeId)).rejects.toThrow(/not yours to refuse/);
    expect(await rolesOf(mara.id)).toEqual(["viewer"]);
  });

  it("does not apply it through the code of the other shape either", async () => {
    const { mara, changeId } = await approved();
    const grantId = await grantFor(tom, proofOfApplying(tom, { changeId }));
    await expect(applyChange(tom, { changeId, grantId })).rejects.toThrow(/by an approved change alone/);
    expect(await rolesOf(mara.id)).toEqual(["viewer"]);
  });

  it.each([
    [
      "puts a policy into force",
      `insert into approval_policy_versions (policy_id, version, levels)
       select policy_id, version + 1, levels from approval_policy_versions order by version desc limit 1`,
      /by an approved change alone/,
    ],
    ["renames the policy in force", "update approval_policies set name = 'old'", /permission denied/],
    [
      "makes itself the policy in force",
      "insert into approval_policies (name) values ('default')",
      /duplicate key|unique/i,
    ],
    [
      "calls a place isolated",
      "insert into isolated_places (account, region, label) values ('123456789012', 'eu-west-1', 'x')",
      /by an approved change alone/,
    ],
    ["works alone", "select set_single_operator(true, null)", /by an approved change alone/],
    [
      "maps a claim to a role",
      "insert into idp_role_map (issuer, claim_path, value, role, scope_kind) values ('i', 'groups', 'g', 'approver', 'everything')",
      /by an approved change alone/,
    ],
    ["says that it may be governed no more", "update installation set governed_at = null", /permission denied/],
    ["gives itself the right", "grant execute on function apply_change(uuid) to current_user", /permission denied/],
    ["switches the guard off", "alter table role_grants disable trigger role_grants_guard", /must be owner/],
    ["goes round the guard", "set session_replication_role = replica", /permission denied/],
    ["speaks as another", "set session authorization postgres", /permission denied|does not exist/],
  ])("never %s", async (_, statement, refusal) => {
    await expect(sql(statement)).rejects.toThrow(refusal);
  });

  it("never lifts a freeze", async () => {
    const set = value(await doAtOnce(setFreeze, tom, { reason: "a stolen laptop is looked into" }));
    await expect(sql("update system_freezes set released_at = now() where released_at is null")).rejects.toThrow(
      /by an approved change alone/,
    );
    await ownerDb.systemFreeze.update({ where: { id: set.id }, data: { releasedAt: new Date() } });
  });

  it("does none of what other approved changes allow", async () => {
    const { id: freezeId } = value(await doAtOnce(setFreeze, tom, { reason: "a stolen laptop is looked into" }));
    const place = { account: "123456789012", region: "eu-west-3", label: "The drill account" };
    const asked = [
      await proposed(releaseFreeze, tom, { freezeId }),
      await proposed(addPlace, tom, place),
      await proposed(saveRoleMapping, tom, { value: "dr", role: "approver", scope: "everything" }),
    ];
    for (const approvalId of asked) await agreed(approvalId, ben, ivana, samir).catch(() => coolDown(approvalId));
    for (const statement of [
      "update system_freezes set released_at = now() where released_at is null",
      "insert into isolated_places (account, region, label) values ('123456789012', 'eu-west-3', 'The drill account')",
      "insert into idp_role_map (issuer, claim_path, value, role) values ('i', 'groups', 'dr', 'approver')",
    ])
      await expect(sql(statement)).rejects.toThrow(/by an approved change alone/);
    await ownerDb.systemFreeze.update({ where: { id: freezeId }, data: { releasedAt: new Date() } });
  });

  it("never brings back a place or a vote that was given away and ended", async () => {
    const place = { account: "123456789012", region: "eu-north-1", label: "old", removedAt: new Date() };
    await ownerDb.isolatedPlace.create({ data: place });
    await expect(sql("update isolated_places set removed_at = null")).rejects.toThrow(/anew/);
    const { grantId } = await db.approvalVote.findFirstOrThrow();
    const ended = { delegatorId: ben.id, delegateId: tom.id, group: "approver", reason: "leave", grantId };
    const later = new Date(Date.now() + 86_400_000);
    await ownerDb.$transaction(async (tx) => {
      await tx.$executeRaw`set local session_replication_role = replica`;
      await tx.approvalDelegation.create({
        data: { ...ended, validFrom: new Date(), validTo: later, revokedAt: new Date() },
      });
    });
    await expect(sql("update approval_delegations set revoked_at = null")).rejects.toThrow(/anew/);
  });

  it("never lets in somebody who was shut out", async () => {
    const olga = await armed("approver");
    await ownerDb.user.update({ where: { id: olga.id }, data: { status: "disabled" } });
    await expect(sql("update users set status = 'active' where id = $1::uuid", olga.id)).rejects.toThrow(
      /by an approved change alone/,
    );
  });

  it("never makes an enrolment code, nor brings a used one back", async () => {
    const make = `insert into enrollment_codes (user_id, code_hash, expires_at) values ($1::uuid, '\\x00', now() + interval '1 day')`;
    await expect(sql(make, ben.id)).rejects.toThrow(/by an approved change alone|of an approved change alone/);
    const used = { userId: ben.id, codeHash: Buffer.from("used"), usedAt: new Date(), expiresAt: new Date() };
    await ownerDb.enrollmentCode.create({ data: used });
    for (const change of ["used_at = null", "expires_at = now() + interval '1 day'", "code_hash = '\\x01'"])
      await expect(sql(`update enrollment_codes set ${change} where used_at is not null`)).rejects.toThrow(/once/);
  });
});

describe("through the console, an approved change", () => {
  it("is handed to the worker once, and waits for it", async () => {
    const { mara, approvalId, changeId } = await approved();
    const grantId = await grantFor(tom, proofOfApplying(tom, { changeId }));
    expect(await applyApproved("worker", 300)(tom, { changeId, grantId })).toEqual({ ok: true, value: null });
    expect(await rolesOf(mara.id)).toEqual(["viewer"]);
    expect(await getChangeStanding(tom, { approvalId })).toMatchObject({
      state: "waiting",
      handedOverAt: expect.any(Date),
    });
    const jobs = await db.$queryRaw<unknown[]>`
      select 1 from pgboss.job where name = 'change.apply' and data->>'changeId' = ${changeId}`;
    expect(jobs).toHaveLength(1);
    expect(await handOver(tom, changeId)).toMatchObject({ ok: false, code: "conflict", message: /has this change/ });
    value(await withdrawChange(tom, { changeId, reason: "the worker does not come" }));
  });

  it("is refused at once where the worker would refuse it, in words", async () => {
    const { approvalId, changeId } = await approved();
    const viewing = { ...tom, grants: [{ role: "viewer" as const, scope: { kind: "everything" as const } }] };
    expect(await handOver(viewing, changeId)).toMatchObject({ ok: false, code: "forbidden" });
    await ownerDb.user.update({ where: { id: ivana.id }, data: { status: "disabled" } });
    expect(await handOver(tom, changeId)).toMatchObject({ ok: false, code: "conflict" });
    expect(await getChangeStanding(tom, { approvalId })).toMatchObject({ handedOverAt: null });
    await ownerDb.user.update({ where: { id: ivana.id }, data: { status: "active" } });
  });

  it("that makes a code shows it to whoever hands it over, and opens nothing before it is applied", async () => {
    const email = `${randomUUID()}@example.test`;
    const invited = { displayName: "Eva Braun-Meyer", email, role: "viewer", scope: "everything" };
    const approvalId = await proposed(invitePerson, tom, invited);
    await agreed(approvalId, ben);
    const { id: changeId } = await changeOf(approvalId);
    const { shown } = value(await handOver(tom, changeId));
    expect(shown).toMatchObject({ email, code: expect.stringMatching(/-/) });
    const { code } = shown as { code: string };
    expect(JSON.stringify((await changeOf(approvalId)).prepared)).not.toContain(code);
    expect(await lookAtCode({ code }, originOf(new Headers()))).toMatchObject({ ok: false });
    expect(await db.user.findUnique({ where: { email } })).toBeNull();
  });

  it("is not needed for what only takes away", async () => {
    const olu = await person("operator");
    const { id } = await db.roleGrant.findFirstOrThrow({ where: { userId: olu.id } });
    value(await takeRole(tom, { roleGrantId: id }));
    expect(await rolesOf(olu.id)).toEqual([]);
  });
});
