import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { castVote } from "@/lib/approvals/commands";
import { getApproval, proofOfVote } from "@/lib/approvals/data";
import { db } from "@/lib/platform/db";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import {
  draftOf,
  type Person,
  prove,
  rdsForm,
  startBy,
  submitBy,
  value,
  voteBy,
} from "@/lib/platform/testing/restoring";
import {
  beginRestore,
  cancelRestore,
  keepForm,
  recordPreflight,
  reviseRestore,
  saveWhat,
  saveWhen,
  saveWhere,
  startRestore,
} from "./commands";
import { getRestore, proofOfStart } from "./data";

let lena: Person;
let ben: Person;
let ivana: Person;

beforeAll(async () => {
  [lena, ben, ivana] = [await person("operator"), await person("approver"), await person("approver")];
});
afterAll(() => ownerDb.$disconnect());

async function drafted(by: Person = lena, environment: "production" | "staging" = "staging") {
  const made = await restorable({ environment });
  return { ...made, restoreId: await draftOf(by, made) };
}

async function submitted(by: Person = lena, environment: "production" | "staging" = "staging") {
  const made = await drafted(by, environment);
  value(await submitBy(by, made.restoreId));
  const { approvalId } = await db.restoreRequest.findUniqueOrThrow({ where: { id: made.restoreId } });
  return { ...made, approvalId };
}

const audited = (targetId: string) =>
  db.auditEvent.findMany({ where: { targetId }, orderBy: { ts: "asc" }, select: { action: true, outcome: true } });

describe("a draft", () => {
  it("is kept step by step, and two windows do not overwrite each other", async () => {
    const { restoreId, resource } = await drafted();
    const first = await saveWhat(lena, {
      restoreId,
      draftRevision: 4,
      resourceId: resource.id,
      reason: "changed in window one",
    });
    const second = await saveWhat(lena, {
      restoreId,
      draftRevision: 4,
      resourceId: resource.id,
      reason: "changed in window two",
    });
    expect([first.ok, second.ok]).toEqual([true, false]);
    expect(second).toMatchObject({ code: "conflict" });
    expect((await getRestore(lena, { restoreId }))?.reason).toBe("changed in window one");
  });

  it.each([
    ["a reason of 9 characters", { reason: "too short" }, "reason"],
    ["a reason with a direction character", { reason: "wrong \u202e prices everywhere" }, "reason"],
    ["a resource of another system", { resourceId: randomUUID() }, "resourceId"],
    ["a ticket of 121 characters", { incidentRef: "x".repeat(121) }, "incidentRef"],
  ])("refuses %s by its field", async (_, wrong, field) => {
    const { restoreId, resource } = await drafted();
    const { draftRevision } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
    const said = { restoreId, draftRevision, resourceId: resource.id, reason: "Wrong prices since 4.18", ...wrong };
    expect(await saveWhat(lena, said)).toMatchObject({
      ok: false,
      code: "invalid",
      fields: { [field]: expect.any(String) },
    });
  });

  it("refuses an unknown setting and a missing one by name", async () => {
    const { restoreId } = await drafted();
    const { draftRevision } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
    expect(
      await saveWhere(lena, { restoreId, draftRevision, targetName: "orders-new", settings: { Colour: "red" } }),
    ).toMatchObject({ fields: { Colour: expect.any(String) } });
    expect(await saveWhere(lena, { restoreId, draftRevision, targetName: "", settings: {} })).toMatchObject({
      fields: { targetName: expect.any(String) },
    });
    expect(
      await saveWhere(lena, { restoreId, draftRevision, targetName: "orders-new", settings: { MultiAZ: "true" } }),
    ).toMatchObject({ ok: true });
  });

  it("belongs to whoever began it, and to nobody outside its scope", async () => {
    const { restoreId, resource } = await drafted();
    const tom = await person("operator");
    const elsewhere = await person("operator", { kind: "tag", key: "team", value: "nowhere" });
    const said = { restoreId, draftRevision: 4, resourceId: resource.id, reason: "I want to take this over" };
    expect(await saveWhat(tom, said)).toMatchObject({ code: "forbidden" });
    expect(await saveWhat(elsewhere, said)).toMatchObject({ code: "not_found" });
    expect(await getRestore(elsewhere, { restoreId })).toBeNull();
    expect(await saveWhat(await person("viewer"), said)).toMatchObject({ code: "forbidden" });
  });

  it("takes no resource of another system, at its beginning or by a move before it is submitted", async () => {
    const [mine, other] = [await restorable(), await restorable({ environment: "production" })];
    const foreign = { resourceId: other.resource.id, pointId: other.point.id };
    for (const chosen of [{ resourceId: foreign.resourceId }, { pointId: foreign.pointId }])
      expect(await beginRestore(lena, { systemId: mine.system.id, ...chosen })).toMatchObject({ code: "not_found" });
    const { restoreId, resource } = await drafted();
    const whose = { resourceId: resource.id, validTo: null };
    await ownerDb.systemResource.updateMany({ where: whose, data: { systemId: other.system.id } });
    await expect(submitBy(lena, restoreId)).rejects.toThrow(/not complete/);
  });

  it("is not submitted without a reason, whichever steps were left out", async () => {
    const { system, point } = await restorable();
    const { restoreId } = value(await beginRestore(lena, { systemId: system.id }));
    value(await saveWhen(lena, { restoreId, draftRevision: 1, kind: "point", pointId: point.id }));
    value(await keepForm(lena, { restoreId, form: rdsForm(point.id) }));
    value(await recordPreflight(lena, { restoreId, verdicts: [], blocked: false }));
    await expect(submitBy(lena, restoreId)).rejects.toThrow(/Say why/);
  });

  it("offers and takes a tag's resources alone where a scope is a tag", async () => {
    const { system, resource } = await restorable();
    const tags = { team: `t-${resource.id}` };
    const tagged = await ownerDb.resource.create({
      data: {
        connectionId: resource.connectionId,
        region: resource.region,
        observedAt: resource.observedAt,
        providerRef: `${resource.providerRef}-tagged`,
        kind: "RDS",
        name: `${resource.name}-tagged`,
        account: resource.account,
        tags,
      },
    });
    const validFrom = new Date(Date.now() - 3_600_000);
    await ownerDb.systemResource.create({ data: { systemId: system.id, resourceId: tagged.id, validFrom } });
    const tom = await person("operator", { kind: "tag", key: "team", value: tags.team });
    expect(await beginRestore(tom, { systemId: system.id, resourceId: resource.id })).toMatchObject({ ok: false });
    const { restoreId } = value(await beginRestore(tom, { systemId: system.id }));
    const said = { restoreId, draftRevision: 1, resourceId: resource.id, reason: "Wrong prices since 4.18" };
    expect(await saveWhat(tom, said)).toMatchObject({ ok: false, code: "invalid" });
    expect(value(await saveWhat(tom, { ...said, resourceId: tagged.id }))).toMatchObject({ draftRevision: 2 });
    expect((await getRestore(tom, { restoreId }))?.resources.map(({ id }) => id)).toEqual([tagged.id]);
  });

  it("keeps no answer that was asked for an earlier wording of it", async () => {
    const { restoreId, point } = await drafted();
    const { draftRevision } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
    const late = { restoreId, draftRevision: draftRevision - 1 };
    expect(await keepForm(lena, { ...late, form: rdsForm(point.id) })).toMatchObject({ code: "conflict" });
    expect(await recordPreflight(lena, { ...late, verdicts: [], blocked: false })).toMatchObject({ code: "conflict" });
  });

  it("refuses text that no database can hold", async () => {
    const { restoreId } = await drafted();
    const { draftRevision } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
    const settings = { MultiAZ: "tr\0ue" };
    const said = { restoreId, draftRevision, targetName: "orders-new" };
    expect(await saveWhere(lena, { ...said, settings })).toMatchObject({ ok: false, code: "invalid" });
    expect(await saveWhere(lena, { ...said, settings: { MultiAZ: "\ud800" } })).toMatchObject({ code: "invalid" });
  });

  it("cannot be submitted over a pre-flight that stops it", async () => {
    const { restoreId } = await drafted();
    value(
      await recordPreflight(lena, {
        restoreId,
        verdicts: [{ id: "name", title: "Name", verdict: "bad", detail: "taken", remedy: "another" }],
        blocked: true,
      }),
    );
    expect(await submitBy(lena, restoreId)).toMatchObject({ ok: false, code: "invalid" });
  });
});

describe("a request", () => {
  it("takes one approver in staging, two in production", async () => {
    const staging = await submitted();
    expect(value(await voteBy(ben, staging.approvalId))).toBe("approved");
    const production = await submitted(lena, "production");
    expect(await db.approvalRequest.findUnique({ where: { id: production.approvalId } })).toMatchObject({
      level: 1,
      approvalsNeeded: 2,
    });
    expect(await voteBy(ben, production.approvalId)).toMatchObject({ ok: false, code: "step_up_required" });
  });

  it("is never approved by its requester, whatever roles they hold, and the attempt is written down", async () => {
    const both = await person(["operator", "approver"]);
    const { approvalId } = await submitted(both);
    expect(await voteBy(both, approvalId)).toMatchObject({ ok: false, code: "forbidden" });
    expect(await db.approvalVote.count({ where: { requestId: approvalId } })).toBe(0);
    expect(await db.auditEvent.count({ where: { actorId: both.id, action: "approval.vote", outcome: "denied" } })).toBe(
      1,
    );
  });

  it("takes no vote of an approver whom the loss of one passkey would lock out", async () => {
    const careless = await person("approver");
    const one = await db.factor.findFirstOrThrow({ where: { userId: careless.id, kind: "passkey" } });
    await db.factor.update({ where: { id: one.id }, data: { removedAt: new Date() } });
    const { approvalId } = await submitted();
    expect(await voteBy(careless, approvalId)).toMatchObject({
      ok: false,
      message: expect.stringContaining("2 passkeys"),
    });
  });

  it("counts one vote when the same approver asks twice at once", async () => {
    const { approvalId } = await submitted();
    const outcomes = await Promise.all([voteBy(ben, approvalId), voteBy(ben, approvalId)]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await db.approvalVote.count({ where: { requestId: approvalId } })).toBe(1);
  });

  it("ends one way when one approves and another refuses at once", async () => {
    const { approvalId } = await submitted();
    const outcomes = await Promise.all([
      voteBy(ben, approvalId),
      voteBy(ivana, approvalId, "reject", "I do not agree at all"),
    ]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    const { state } = await db.approvalRequest.findUniqueOrThrow({ where: { id: approvalId } });
    expect(["approved", "rejected"]).toContain(state);
  });

  it("counts a vote for the group that its voter belongs to over this very system", async () => {
    const { approvalId, system } = await submitted();
    const [here, there] = [
      await ownerDb.team.create({ data: { name: `Here ${randomUUID()}` } }),
      await ownerDb.team.create({ data: { name: `There ${randomUUID()}` } }),
    ];
    await ownerDb.system.update({ where: { id: system.id }, data: { ownerTeamId: here.id } });
    const sara = await person("security_approver", { kind: "team", teamId: here.id });
    await ownerDb.roleGrant.create({
      data: { userId: sara.id, role: "approver", scopeKind: "team", scopeTeamId: there.id },
    });
    const both = [...sara.grants, { role: "approver" as const, scope: { kind: "team" as const, teamId: there.id } }];
    expect(value(await voteBy({ ...sara, grants: both }, approvalId))).toBe("pending");
    expect(await db.approvalVote.findFirst({ where: { requestId: approvalId } })).toMatchObject({
      group: "security_approver",
    });
  });

  it("can be approved by somebody whose scope is a tag", async () => {
    const made = await drafted();
    const tags = { team: `t-${made.resource.id}` };
    await ownerDb.resource.update({ where: { id: made.resource.id }, data: { tags } });
    const tim = await person("approver", { kind: "tag", key: "team", value: tags.team });
    value(await submitBy(lena, made.restoreId));
    const { approvalId } = await db.restoreRequest.findUniqueOrThrow({ where: { id: made.restoreId } });
    expect((await getApproval(tim, { approvalId }))?.eligible.map(({ id }) => id)).toContain(tim.id);
    expect(value(await voteBy(tim, approvalId))).toBe("approved");
  });

  it("loses its votes when its plan is changed, and a proof for the old plan opens nothing", async () => {
    const { approvalId, restoreId } = await submitted();
    const old = value(await proofOfVote(ben, { approvalId, verdict: "approve" }));
    const grantId = await prove(ben, old);
    value(await reviseRestore(lena, { restoreId }));
    const { draftRevision } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
    value(await saveWhere(lena, { restoreId, draftRevision, targetName: "orders-elsewhere", settings: {} }));
    expect(await submitBy(lena, restoreId)).toMatchObject({ ok: false, code: "invalid" });
    value(await recordPreflight(lena, { restoreId, verdicts: [], blocked: false }));
    value(await submitBy(lena, restoreId));
    expect(await castVote(ben, { approvalId, verdict: "approve", grantId })).toMatchObject({
      ok: false,
      code: "step_up_required",
    });
    expect(value(await voteBy(ben, approvalId))).toBe("approved");
    expect(await db.approvalRevision.count({ where: { requestId: approvalId } })).toBe(2);
  });

  it("is refused at once when nobody could approve it", async () => {
    const team = await ownerDb.team.create({ data: { name: `Lonely ${randomUUID()}` } });
    const approvers = { roleGrants: { some: { role: "approver" as const } } };
    await ownerDb.user.updateMany({ where: approvers, data: { status: "disabled" } });
    const { restoreId, system } = await drafted();
    await ownerDb.system.update({ where: { id: system.id }, data: { ownerTeamId: team.id } });
    expect(await submitBy(lena, restoreId)).toMatchObject({ ok: false, code: "unavailable" });
    await ownerDb.user.updateMany({ where: approvers, data: { status: "active" } });
  });

  it("can be withdrawn until it starts", async () => {
    const { restoreId } = await submitted();
    expect(await cancelRestore(lena, { restoreId })).toMatchObject({ ok: true });
    expect(await cancelRestore(lena, { restoreId })).toMatchObject({ ok: false, code: "conflict" });
  });
});

describe("starting", () => {
  const approved = async () => {
    const made = await submitted();
    value(await voteBy(ben, made.approvalId));
    return made;
  };
  it("needs a fresh proof, bound to this plan and this session, and uses it once", async () => {
    const { restoreId } = await approved();
    const refused = { ok: false, code: "step_up_required" };
    expect(await startRestore(lena, { restoreId })).toMatchObject(refused);
    expect(await startBy(lena, restoreId, { expiresAt: new Date(Date.now() - 1) })).toMatchObject(refused);
    expect(await startBy(lena, restoreId, { sessionId: randomUUID() })).toMatchObject(refused);
    const other = await approved();
    const foreign = await prove(lena, value(await proofOfStart(lena, { restoreId: other.restoreId })));
    expect(await startRestore(lena, { restoreId, grantId: foreign })).toMatchObject(refused);
    expect(await startBy(lena, restoreId)).toMatchObject({ ok: true });
    expect(await startBy(lena, restoreId).catch(() => ({ ok: false, code: "conflict" }))).toMatchObject({
      ok: false,
      code: "conflict",
    });
  });

  it("commits state, intent, audit and the queue's job together", async () => {
    const { restoreId } = await approved();
    value(await startBy(lena, restoreId));
    const restore = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId }, include: { items: true } });
    expect(restore.state).toBe("dispatching");
    const [job] = await db.$queryRaw<
      { count: bigint }[]
    >`select count(*) from pgboss.job where name = 'restore.dispatch' and singleton_key = ${restore.items[0]?.id ?? ""}`;
    expect(Number(job?.count)).toBe(1);
    expect((await audited(restoreId)).map(({ action }) => action)).toContain("restore.start");
  });

  it("is the requester's alone, and starts once when asked twice at once", async () => {
    const { restoreId } = await approved();
    const tom = await person("operator");
    expect(await startBy(tom, restoreId)).toMatchObject({ ok: false, code: "forbidden" });
    const outcomes = await Promise.all([startBy(lena, restoreId), startBy(lena, restoreId)]);
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it("is refused once somebody who voted lost their role", async () => {
    const gone = await person("approver");
    const { approvalId, restoreId } = await submitted();
    value(await voteBy(gone, approvalId));
    await db.roleGrant.updateMany({ where: { userId: gone.id }, data: { revokedAt: new Date() } });
    expect(await startBy(lena, restoreId)).toMatchObject({ ok: false, code: "conflict" });
  });

  it("is refused while the installation is frozen", async () => {
    const { restoreId } = await approved();
    const freeze = await db.systemFreeze.create({ data: { reason: "incident", setById: lena.id } });
    expect(await startBy(lena, restoreId)).toMatchObject({ ok: false, code: "conflict" });
    await db.systemFreeze.update({ where: { id: freeze.id }, data: { releasedAt: new Date() } });
    expect(await startBy(lena, restoreId)).toMatchObject({ ok: true });
  });

  it("cannot be reached around the claim by SQL under web's role", async () => {
    const { restoreId } = await approved();
    await expect(
      db.$executeRaw`update restore_items set fence = 9 where request_id = ${restoreId}::uuid`,
    ).rejects.toThrow(/permission denied/);
    await expect(db.$executeRaw`update approval_votes set verdict = 'approve'`).rejects.toThrow(/permission denied/);
    await expect(
      db.$executeRaw`insert into verifications (point_id, level, result, at) select id, 'validated', 'passed', now() from recovery_points limit 1`,
    ).rejects.toThrow(/permission denied/);
  });
});

describe("a system that was production", () => {
  const needed = async (restoreId: string) =>
    (await db.approvalRequest.findFirstOrThrow({ where: { restore: { id: restoreId } } })).approvalsNeeded;

  it("asks as many people for 30 days, whatever it is called now", async () => {
    const operator = await person("operator");
    const made = await restorable({ environment: "production" });
    await db.system.update({ where: { id: made.system.id }, data: { environment: "staging" } });
    const restoreId = await draftOf(operator, made);
    value(await submitBy(operator, restoreId));
    expect(await needed(restoreId)).toBe(2);
    await db.system.update({ where: { id: made.system.id }, data: { productionUntil: null } });
    expect((await db.system.findUniqueOrThrow({ where: { id: made.system.id } })).productionUntil).not.toBeNull();
  });

  it("lends that to a resource that was moved out of it", async () => {
    const operator = await person("operator");
    const made = await restorable({ environment: "production" });
    const staging = await ownerDb.system.create({
      data: { slug: `moved-${randomUUID().slice(0, 8)}`, name: "Moved", environment: "staging" },
    });
    const now = new Date();
    await ownerDb.systemResource.updateMany({ where: { resourceId: made.resource.id }, data: { validTo: now } });
    await ownerDb.systemResource.create({
      data: { systemId: staging.id, resourceId: made.resource.id, validFrom: now },
    });
    const restoreId = await draftOf(operator, { ...made, system: staging });
    value(await submitBy(operator, restoreId));
    expect(await needed(restoreId)).toBe(2);
  });

  it("is not what was staging all along", async () => {
    const operator = await person("operator");
    const made = await restorable({ environment: "staging" });
    const restoreId = await draftOf(operator, made);
    value(await submitBy(operator, restoreId));
    expect(await needed(restoreId)).toBe(1);
  });
});
