import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { levelsInForce } from "@/lib/approvals/policy";
import { defaultLevels } from "@/lib/approvals/rules";
import { myNotifications } from "@/lib/notifications/data";
import { db, reader } from "@/lib/platform/db";
import { type Armed, armed, grantFor, outcomeOf, ungovern } from "@/lib/platform/testing/armed";
import { doAtOnce, policyForm } from "@/lib/platform/testing/governing";
import { ownerDb } from "@/lib/platform/testing/owner";
import { theWorker } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { draftOf, startBy, submitBy, value, voteBy } from "@/lib/platform/testing/restoring";
import {
  addPlace,
  answerDrill,
  changePolicy,
  removePlace,
  setFreeze,
  startDrill,
  switchSingleOperator,
} from "./commands";
import { getGovernance, getMyDrill, getReadiness, getStanding, proofOfDrill } from "./data";
import { closeSetUpWhenOver, drillWhenDue } from "./jobs";

let tom: Armed;
let ben: Armed;
beforeEach(async () => {
  await ownerDb.user.updateMany({ data: { status: "disabled" } });
  await ungovern();
  [tom, ben] = [await armed("administrator"), await armed("approver")];
});
afterAll(() => ownerDb.$disconnect());

describe("the policy", () => {
  it("is put into force as a new version, and the old one stays", async () => {
    await armed("approver");
    await armed("approver");
    const before = (await getGovernance(tom, {})).version;
    expect(
      await doAtOnce(changePolicy, tom, policyForm({ approver0: "3", security0: "0", coolDownMinutes1: "10" })),
    ).toMatchObject({
      ok: true,
      value: { version: before + 1 },
    });
    expect((await levelsInForce(reader))[1].coolDownSeconds).toBe(600);
    expect(await db.approvalPolicyVersion.count({ where: { policy: { name: "default" } } })).toBeGreaterThan(1);
  });

  it("that nobody could satisfy is refused, naming who is missing", async () => {
    const outcome = await doAtOnce(changePolicy, tom, policyForm({ security0: "2" }));
    expect(outcome).toMatchObject({ ok: false, code: "invalid", message: expect.stringContaining("can vote") });
  });

  it("is nothing for whoever administers one team", async () => {
    const team = await ownerDb.team.create({ data: { name: randomUUID() } });
    const local = await armed("administrator", { kind: "team", teamId: team.id });
    expect(await doAtOnce(changePolicy, local, policyForm())).toMatchObject({ ok: false, code: "forbidden" });
  });
});

describe("a place called isolated", () => {
  it("asks nobody for a restore there, and asks again once it is off the list", async () => {
    const place = { account: "441100220033", region: "eu-central-1", label: "Clean room" };
    const { id } = value(await doAtOnce(addPlace, tom, place));
    expect(await doAtOnce(addPlace, tom, place)).toMatchObject({ ok: false, code: "conflict" });
    const lena = await armed("operator");
    const restoreId = await draftOf(lena, await restorable({ environment: "production" }));
    expect(value(await submitBy(lena, restoreId))).toEqual({ state: "approved" });
    value(await startBy(lena, restoreId));
    value(await doAtOnce(removePlace, tom, { placeId: id }));
    const again = await draftOf(lena, await restorable({ environment: "production" }));
    expect(await submitBy(lena, again)).toMatchObject({ ok: false, code: "unavailable" });
  });
});

describe("one person alone", () => {
  it("restores production without a vote, stamped, and no more once several are asked again", async () => {
    value(await doAtOnce(switchSingleOperator, tom, { on: "yes" }));
    expect(await getStanding(ben, {})).toMatchObject({ singleOperator: true });
    const lena = await armed("operator");
    const restoreId = await draftOf(lena, await restorable({ environment: "production" }));
    expect(value(await submitBy(lena, restoreId))).toEqual({ state: "approved" });
    const request = await db.approvalRequest.findFirstOrThrow({ where: { restore: { id: restoreId } } });
    expect(request.singleOperator).toBe(true);
    await ownerDb.installation.updateMany({ data: { singleOperator: false } });
    expect(await outcomeOf(() => startBy(lena, restoreId))).toMatchObject({ ok: false });
  });
});

describe("a readiness drill", () => {
  it("is answered once by each approver with a proof, and shows who is ready", async () => {
    const { drillId } = value(await startDrill(tom, {}));
    expect(await startDrill(tom, {})).toMatchObject({ ok: false, code: "conflict" });
    expect((await myNotifications(ben, {})).map(({ kind }) => kind)).toContain("approval.drill");
    expect(await getMyDrill(ben, {})).toMatchObject({ id: drillId });
    const answer = async () =>
      answerDrill(ben, { drillId, grantId: await grantFor(ben, proofOfDrill(ben, { drillId })) });
    expect(await answerDrill(ben, { drillId })).toMatchObject({ ok: false, code: "step_up_required" });
    value(await answer());
    expect(await answer()).toMatchObject({ ok: false, code: "conflict" });
    expect(await getMyDrill(ben, {})).toBeNull();
    const { people } = await getReadiness(tom, {});
    expect(people.find(({ id }) => id === ben.id)).toMatchObject({ answered: true, lastProvenAt: expect.any(String) });
  });

  it("begins by itself every 30 days once enough people are there", async () => {
    await ownerDb.approvalDrillAnswer.count();
    const last = async () => (await db.approvalDrill.findFirst({ orderBy: { startedAt: "desc" } }))?.startedAt;
    const before = await last();
    await drillWhenDue(theWorker());
    expect(await last()).toEqual(before);
    await ownerDb.approvalDrill.updateMany({ data: { startedAt: new Date(Date.now() - 31 * 86_400_000) } });
    await drillWhenDue(theWorker());
    expect((await last())?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });
});

describe("the set-up", () => {
  const governedAt = async () => (await ownerDb.installation.findFirstOrThrow()).governedAt;

  it("closes by itself as soon as enough people can vote, and not a person earlier", async () => {
    const policy = await ownerDb.approvalPolicyVersion.findFirstOrThrow({ orderBy: { version: "desc" } });
    const { policyId, version } = policy;
    const levels = JSON.parse(JSON.stringify(defaultLevels));
    await ownerDb.approvalPolicyVersion.create({ data: { policyId, version: version + 1, levels } });
    await armed("approver");
    await closeSetUpWhenOver(theWorker());
    expect(await governedAt()).toBeNull();
    await armed("security_approver");
    await closeSetUpWhenOver(theWorker());
    expect(await governedAt()).not.toBeNull();
    expect(await db.auditEvent.count({ where: { action: "installation.govern", outcome: "success" } })).toBe(1);
  });
});

describe("a freeze", () => {
  it("stops what was approved, for everybody, and stands on every page", async () => {
    const lena = await armed("operator");
    const restoreId = await draftOf(lena, await restorable());
    value(await submitBy(lena, restoreId));
    const { approvalId } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
    value(await voteBy(ben, approvalId));
    value(await doAtOnce(setFreeze, tom, { reason: "ransomware suspected" }));
    expect(await startBy(lena, restoreId)).toMatchObject({ ok: false, code: "conflict" });
    expect(await getStanding(lena, {})).toMatchObject({ freeze: { reason: "ransomware suspected" } });
    expect(await doAtOnce(setFreeze, lena, { reason: "I would like to" })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
    await ownerDb.systemFreeze.updateMany({ where: { releasedAt: null }, data: { releasedAt: new Date() } });
  });
});
