import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bytes } from "@/lib/platform/crypto";
import { db, type Tx } from "@/lib/platform/db";
import { type Armed, armed, govern, grantFor, ungovern, voteWithKey } from "@/lib/platform/testing/armed";
import { ownerDb, tamper } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { draftOf, type Person, prove, startBy, submitBy, value, voteBy } from "@/lib/platform/testing/restoring";
import { proofOfVote } from "./data";

/** What a compromised web process could try: statements of its own under the app's role. */
const sql = (text: string, ...values: unknown[]) => db.$executeRawUnsafe(text, ...values);

let lena: Person;
let ben: Armed;
let ivana: Armed;
let samir: Armed;

beforeAll(async () => {
  [ben, ivana, samir] = [await armed("approver"), await armed("approver"), await armed("security_approver")];
});
beforeEach(async () => {
  await ungovern();
  // Nobody may have more than five requests waiting, so each test asks as somebody new.
  lena = await person("operator");
});
afterAll(() => ownerDb.$disconnect());

async function submitted(environment: "production" | "staging" = "staging") {
  const restoreId = await draftOf(lena, await restorable({ environment }));
  value(await submitBy(lena, restoreId));
  const { approvalId } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
  const request = await db.approvalRequest.findUniqueOrThrow({ where: { id: approvalId } });
  return { restoreId, approvalId, paramsHash: bytes(request.paramsHash ?? Buffer.of()) };
}

type Ballot = Awaited<ReturnType<typeof submitted>> & {
  voter: Person;
  verdict?: "approve" | "reject";
  grantId?: string;
  paramsHash?: Uint8Array;
  revision?: number;
  group?: string;
};

/** A ballot put in by hand, with a proof used up beside it as the door would. */
async function stuff(tx: Tx, { approvalId, paramsHash, voter, verdict = "approve", ...more }: Ballot) {
  const op = `approval.${verdict}`;
  const named = { op, subjectType: "approval", subjectId: approvalId, revision: more.revision ?? 1, paramsHash };
  const grantId = more.grantId ?? (await prove(voter, named));
  await tx.$executeRaw`update step_up_grants set consumed_at = now() where id = ${grantId}::uuid and consumed_at is null`;
  await tx.$executeRaw`
    insert into approval_votes (request_id, revision, voter_id, verdict, reason, "group", params_hash, grant_id)
    values (${approvalId}::uuid, ${more.revision ?? 1}, ${voter.id}::uuid, ${verdict}::verdict, 'a reason that is long enough',
      ${more.group ?? "approver"}, ${bytes(paramsHash)}, ${grantId}::uuid)`;
  return grantId;
}

const byHand = (ballot: Ballot) => db.$transaction((tx) => stuff(tx, ballot));

describe("a request's state, by hand", () => {
  it.each([
    ["skips its quorum", "update approval_requests set state = 'approved' where id = $1::uuid", /quorum not met/],
    ["is refused by nobody", "update approval_requests set state = 'rejected' where id = $1::uuid", /too few people/],
    ["expires early", "update approval_requests set state = 'expired' where id = $1::uuid", /not expired/],
    [
      "needs fewer votes",
      "update approval_requests set approvals_needed = 0 where id = $1::uuid",
      /by its states alone/,
    ],
    ["asks at a laxer level", "update approval_requests set level = 3 where id = $1::uuid", /by its states alone/],
    [
      "is somebody else's",
      `update approval_requests set requester_id = uuid_v7() where id = $1::uuid`,
      /never changes/,
    ],
    [
      "waits for ever",
      "update approval_requests set approval_expires_at = now() + interval '1 year' where id = $1::uuid",
      /by its states alone/,
    ],
    ["is said to be one person's", "update approval_requests set single_operator = true where id = $1::uuid", /alone/],
    [
      "is forced",
      "update approval_requests set state = 'approved', break_glass = true where id = $1::uuid",
      /break-glass needs/,
    ],
    ["is gone", "delete from approval_requests where id = $1::uuid", /permission denied/],
  ])("never %s", async (_, statement, refused) => {
    const { approvalId } = await submitted();
    await expect(sql(statement, approvalId)).rejects.toThrow(refused);
  });

  it("begins as a draft and nothing else", async () => {
    const policy = await db.approvalPolicyVersion.findFirstOrThrow();
    await expect(
      sql(
        `insert into approval_requests (subject_type, subject_id, level, policy_version_id, requester_id, state)
         values ('restore', uuid_v7(), 3, $1::uuid, $2::uuid, 'approved')`,
        policy.id,
        lena.id,
      ),
    ).rejects.toThrow(/begins as a draft/);
  });

  it("does not come back from an end", async () => {
    const { approvalId } = await submitted();
    value(await voteBy(ben, approvalId, "reject", "the wrong point in time"));
    for (const state of ["pending", "approved", "draft", "cancelled", "expired"])
      await expect(
        sql(`update approval_requests set state = '${state}' where id = $1::uuid`, approvalId),
      ).rejects.toThrow(/illegal transition/);
  });

  it("does not change without its audit event", async () => {
    const { approvalId } = await submitted();
    await expect(
      sql("update approval_requests set state = 'cancelled' where id = $1::uuid", approvalId),
    ).rejects.toThrow(/without its audit event/);
    expect((await db.approvalRequest.findUniqueOrThrow({ where: { id: approvalId } })).state).toBe("pending");
  });

  it("stays approved once it was started", async () => {
    const { approvalId, restoreId } = await submitted();
    value(await voteBy(ben, approvalId));
    value(await startBy(lena, restoreId));
    await expect(
      sql("update approval_requests set state = 'cancelled' where id = $1::uuid", approvalId),
    ).rejects.toThrow(/what was started stays approved/);
  });

  it("writes its own history, which nobody else can", async () => {
    const { approvalId } = await submitted();
    value(await voteBy(ben, approvalId));
    const events = await db.approvalEvent.findMany({ where: { requestId: approvalId }, orderBy: { at: "asc" } });
    expect(events.map(({ fromState, toState, actorId }) => [fromState, toState, actorId])).toEqual([
      ["draft", "pending", lena.id],
      ["pending", "approved", ben.id],
    ]);
    for (const statement of [
      "insert into approval_events (request_id, to_state, revision) values ($1::uuid, 'approved', 1)",
      "delete from approval_events where request_id = $1::uuid",
    ])
      await expect(sql(statement, approvalId)).rejects.toThrow(/permission denied/);
  });
});

describe("a vote, by hand", () => {
  it("is the requester's never, nor an editor's", async () => {
    await expect(byHand({ ...(await submitted()), voter: lena })).rejects.toThrow(/own request/);
  });

  it("needs the role, over this very system", async () => {
    const team = await ownerDb.team.create({ data: { name: randomUUID() } });
    const elsewhere = await person("approver", { kind: "team", teamId: team.id });
    for (const voter of [await person("operator"), elsewhere])
      await expect(byHand({ ...(await submitted()), voter })).rejects.toThrow(/no vote here/);
  });

  it("is for the current wording", async () => {
    const made = await submitted();
    await expect(byHand({ ...made, voter: ben, paramsHash: Buffer.alloc(32, 7) })).rejects.toThrow(/current wording/);
    await expect(byHand({ ...made, voter: ben, revision: 2 })).rejects.toThrow(/current wording/);
  });

  it("takes a proof of its own, of this person, for this verdict, used up just now", async () => {
    const made = await submitted();
    const named = { op: "approval.approve", subjectType: "approval", subjectId: made.approvalId, revision: 1 };
    const foreign = await prove(ivana, { ...named, paramsHash: made.paramsHash });
    const refusal = await prove(ben, { ...named, op: "approval.reject", paramsHash: made.paramsHash });
    for (const grantId of [foreign, refusal])
      await expect(byHand({ ...made, voter: ben, grantId })).rejects.toThrow(/proof of presence/);
    const spent = await byHand({ ...made, voter: ben });
    await expect(byHand({ ...(await submitted()), voter: ben, grantId: spent })).rejects.toThrow();
  });

  it("on production takes a passkey that is old enough", async () => {
    const made = await submitted("production");
    await expect(byHand({ ...made, voter: ben })).rejects.toThrow(/does not take a totp/);
    const young = await armed("approver");
    await tamper((tx) =>
      tx.factor.updateMany({
        where: { userId: young.id, name: "Hardware key" },
        data: { usableFrom: new Date(Date.now() + 60_000) },
      }),
    );
    const grantId = await grantFor(young, proofOfVote(young, { approvalId: made.approvalId, verdict: "approve" }));
    await expect(byHand({ ...made, voter: young, grantId })).rejects.toThrow(/too new/);
  });

  it("counts once for each person, and stays as it was cast", async () => {
    const made = await submitted("production");
    value(await voteWithKey(ben, made.approvalId));
    const again = await grantFor(ben, proofOfVote(ben, { approvalId: made.approvalId, verdict: "approve" }));
    await expect(byHand({ ...made, voter: ben, grantId: again })).rejects.toThrow(/one vote|unique|duplicate/i);
    for (const statement of ["update approval_votes set verdict = 'reject'", "delete from approval_votes"])
      await expect(sql(statement)).rejects.toThrow(/permission denied/);
  });

  it("is taken back by its owner alone", async () => {
    const made = await submitted("production");
    value(await voteWithKey(ben, made.approvalId));
    const taken = `insert into approval_withdrawals (request_id, revision, voter_id) values ($1::uuid, 1, $2::uuid)`;
    await expect(sql(taken, made.approvalId, ben.id)).rejects.toThrow(/no longer be taken back/);
  });
});

describe("a wording, by hand", () => {
  it("comes only while its request is a draft, with the text its hash was made of", async () => {
    const { approvalId, paramsHash } = await submitted();
    const revise = (canonical: string | null) =>
      sql(
        `insert into approval_revisions (request_id, revision, plan, canonical, params_hash, fingerprint_words, editor_id)
         values ($1::uuid, 2, '{}'::jsonb, $2, $3, '{}', $4::uuid)`,
        approvalId,
        canonical,
        paramsHash,
        lena.id,
      );
    await expect(revise("{}")).rejects.toThrow(/while its request is a draft/);
    await expect(sql("update approval_revisions set plan = '{}'::jsonb")).rejects.toThrow(/permission denied/);
    const restoreId = await draftOf(lena, await restorable());
    const draft = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
    await expect(
      sql(
        `insert into approval_revisions (request_id, revision, plan, canonical, params_hash, fingerprint_words, editor_id)
         values ($1::uuid, 1, '{"v":1}'::jsonb, '{"v":1}', $2, '{}', $3::uuid)`,
        draft.approvalId,
        paramsHash,
        lena.id,
      ),
    ).rejects.toThrow(/approval_revisions_hash/);
  });

  it("is put forward at the level of what it does, not of what it says", async () => {
    const made = await restorable({ environment: "production" });
    const restoreId = await draftOf(lena, made);
    const { approvalId } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
    const policy = await db.approvalPolicyVersion.findFirstOrThrow({ where: { policy: { name: "default" } } });
    const plan = JSON.stringify({
      account: "441100220033",
      items: [{ mode: "new_resource", target: { account: "441100220033" } }],
    });
    const submit = (level: number, state: string) =>
      db.$transaction(async (tx) => {
        await tx.$executeRaw`
          insert into approval_revisions (request_id, revision, plan, canonical, params_hash, fingerprint_words, editor_id)
          values (${approvalId}::uuid, 1, ${plan}::jsonb, ${plan},
            sha256('\\x686f6c64666173742f706172616d732f763100'::bytea || convert_to(${plan}, 'UTF8')), '{}', ${lena.id}::uuid)`;
        await tx.$executeRawUnsafe(
          `update approval_requests set state = '${state}', level = ${level}, revision = 1, policy_version_id = $2::uuid,
             params_hash = (select params_hash from approval_revisions where request_id = $1::uuid and revision = 1) where id = $1::uuid`,
          approvalId,
          policy.id,
        );
      });
    await expect(submit(3, "approved")).rejects.toThrow(/laxer than what this does/);
    await expect(submit(2, "pending")).rejects.toThrow(/laxer than what this does/);
    await expect(submit(1, "approved")).rejects.toThrow(/quorum not met/);
  });
});

describe("a proof of presence, by hand", () => {
  const named = () => ({
    op: "restore.start",
    subjectType: "restore",
    subjectId: randomUUID(),
    revision: 1,
    paramsHash: Buffer.alloc(32),
  });

  it("lives two minutes at most, and is used once", async () => {
    const id = await prove(lena, named(), { expiresAt: new Date(Date.now() + 86_400_000) });
    const [row] = await db.$queryRaw<{ seconds: number }[]>`
      select extract(epoch from expires_at - issued_at)::int as seconds from step_up_grants where id = ${id}::uuid`;
    expect(row?.seconds).toBe(120);
    await sql("update step_up_grants set consumed_at = now() where id = $1::uuid", id);
    for (const change of ["consumed_at = null", "consumed_at = now() + interval '1 hour'", "op = 'approval.approve'"])
      await expect(sql(`update step_up_grants set ${change} where id = $1::uuid`, id)).rejects.toThrow(
        /one thing, once/,
      );
  });

  it("is not lengthened, given to somebody else or aimed elsewhere", async () => {
    const id = await prove(lena, named());
    for (const change of [
      "expires_at = now() + interval '1 day'",
      `user_id = '${ben.id}'`,
      "subject_id = uuid_v7()",
      "params_hash = '\\x00'",
    ])
      await expect(sql(`update step_up_grants set ${change} where id = $1::uuid`, id)).rejects.toThrow(
        /one thing, once/,
      );
  });
});

describe("a factor, by hand", () => {
  it("cools for a day in production, whatever is said of its age", async () => {
    await ownerDb.installation.updateMany({ data: { factorCoolingSeconds: 86_400 } });
    const { factorId } = await person("operator");
    await ownerDb.installation.updateMany({ data: { factorCoolingSeconds: 0 } });
    const factor = await db.factor.findUniqueOrThrow({ where: { id: factorId } });
    expect(factor.usableFrom.getTime() - Date.now()).toBeGreaterThan(86_000_000);
    for (const change of ["usable_from = now()", "public_key = '\\x01'", `user_id = '${ben.id}'`])
      await expect(sql(`update factors set ${change} where id = $1::uuid`, factorId)).rejects.toThrow(/keeps its key/);
    await expect(sql("update installation set factor_cooling_seconds = 0")).rejects.toThrow(/permission denied/);
  });
});

describe("a restore, by hand", () => {
  it.each([
    ["starts unapproved", "update restore_requests set state = 'dispatching' where id = $1::uuid", /not approved/],
    ["succeeds at once", "update restore_requests set state = 'succeeded' where id = $1::uuid", /illegal transition/],
    [
      "is another system's",
      "update restore_requests set system_id = uuid_v7() where id = $1::uuid",
      /keeps its system/,
    ],
    ["is gone", "delete from restore_requests where id = $1::uuid", /permission denied/],
  ])("never %s", async (_, statement, refused) => {
    const { restoreId } = await submitted();
    await expect(sql(statement, restoreId)).rejects.toThrow(refused);
  });
});

describe("in a governed installation, by hand", () => {
  it("nobody is given a role that counts", async () => {
    await govern();
    const mallory = await person("viewer");
    for (const role of ["operator", "approver", "security_approver", "administrator", "break_glass"])
      await expect(
        sql(`insert into role_grants (user_id, role) values ($1::uuid, '${role}')`, mallory.id),
      ).rejects.toThrow(/approved change alone/);
    await expect(sql("update role_grants set role = 'approver' where user_id = $1::uuid", mallory.id)).rejects.toThrow(
      /given anew/,
    );
    await expect(sql("insert into role_grants (user_id, role) values ($1::uuid, 'auditor')", mallory.id)).resolves.toBe(
      1,
    );
  });

  it("no policy is put into force, no place called isolated, no freeze lifted, nobody left alone", async () => {
    const freeze = await db.systemFreeze.create({ data: { reason: "an incident", setById: lena.id } });
    await govern();
    const policy = await db.approvalPolicy.findUniqueOrThrow({ where: { name: "default" } });
    await expect(
      sql(
        "insert into approval_policy_versions (policy_id, version, levels) select $1::uuid, 99, levels from approval_policy_versions limit 1",
        policy.id,
      ),
    ).rejects.toThrow(/approved change alone/);
    await expect(
      sql("insert into isolated_places (account, region, label) values ('1', 'eu', 'mine')"),
    ).rejects.toThrow(/approved change alone/);
    await expect(sql("update system_freezes set released_at = now() where id = $1::uuid", freeze.id)).rejects.toThrow(
      /approved change alone/,
    );
    await expect(sql("select set_single_operator(true, null)")).rejects.toThrow(/approved change alone/);
    await expect(sql("update installation set single_operator = true, governed_at = null")).rejects.toThrow(
      /permission denied/,
    );
    await ungovern();
    await sql("update system_freezes set released_at = now() where id = $1::uuid", freeze.id);
  });

  it("no change is applied that was not approved, and none is worded anew", async () => {
    await govern();
    const approval = await db.approvalRequest.create({
      data: {
        subjectType: "change",
        subjectId: randomUUID(),
        level: 2,
        requesterId: samir.id,
        policyVersionId: (await db.approvalPolicyVersion.findFirstOrThrow()).id,
      },
    });
    const change = await db.changeRequest.create({
      data: {
        handle: `cr${approval.id.slice(-6)}`,
        action: "role.give",
        params: {},
        requestedById: samir.id,
        approvalId: approval.id,
      },
    });
    await expect(sql("update change_requests set state = 'applied' where id = $1::uuid", change.id)).rejects.toThrow(
      /not approved/,
    );
    await expect(
      sql(`update change_requests set params = '{"role":"viewer"}' where id = $1::uuid`, change.id),
    ).rejects.toThrow(/permission denied/);
  });
});
