import { afterAll, describe, expect, it } from "vitest";
import { ownerDb, tamper } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { getGovernance, getStanding } from "./data";
import { setUpText } from "./rules";

afterAll(() => ownerDb.$disconnect());

describe("what every page says is out of the ordinary", () => {
  it("is nothing of the rules for whoever cannot change them, even while they are being set up", async () => {
    expect(await getStanding(await person("viewer"), {})).toEqual({
      singleOperator: false,
      governed: false,
      freeze: null,
      overdueReviews: 0,
      drill: null,
      setUp: null,
    });
  });

  it("tells an administrator until when the rules are changed alone", async () => {
    await person("approver");
    const { setUp } = await getStanding(await person("administrator"), {});
    expect(setUp && setUpText(setUp)).toBe(
      "Set-up is open until 2 approvers and 1 security approver have enrolled; so far 1 approver and 0 security approvers have.",
    );
  });

  it("names who froze the restores, and forgets it once they start again", async () => {
    const [tom, mara] = [await person("administrator"), await person("viewer")];
    const { id } = await ownerDb.systemFreeze.create({ data: { reason: "A stolen laptop", setById: tom.id } });
    expect((await getStanding(mara, {})).freeze).toMatchObject({ id, reason: "A stolen laptop", setBy: tom.name });
    await ownerDb.systemFreeze.update({ where: { id }, data: { releasedAt: new Date(), releasedById: tom.id } });
    expect((await getStanding(mara, {})).freeze).toBeNull();
    const { freezes } = await getGovernance(tom, {});
    expect(freezes[0]).toMatchObject({ setBy: tom.name, releasedBy: tom.name });
  });

  it("has a drill wait for approvers alone, until it is over or they have answered", async () => {
    const [ben, tom] = [await person("approver"), await person("administrator")];
    const closesAt = new Date(Date.now() + 3_600_000);
    const { id } = await ownerDb.approvalDrill.create({ data: { startedById: tom.id, closesAt } });
    expect((await getStanding(ben, {})).drill).toEqual({ id, closesAt: closesAt.toISOString() });
    expect((await getStanding(tom, {})).drill).toBeNull();
    await tamper(
      (tx) =>
        tx.$executeRaw`insert into approval_drill_answers (drill_id, person_id, grant_id)
        values (${id}::uuid, ${ben.id}::uuid, uuid_v7())`,
    );
    expect((await getStanding(ben, {})).drill).toBeNull();
    const ada = await person("approver");
    await ownerDb.approvalDrill.update({ where: { id }, data: { closesAt: new Date(Date.now() - 1) } });
    expect((await getStanding(ada, {})).drill).toBeNull();
  });

  it("counts a review as overdue from its time on, and not once it was given", async () => {
    const [olu, mara] = [await person("break_glass"), await person("viewer")];
    const asked = await tamper(
      (tx) =>
        tx.$queryRaw<{ id: string }[]>`
        insert into approval_requests (id, subject_type, subject_id, level, state, revision, policy_version_id, requester_id)
        select uuid_v7(), 'restore', uuid_v7(), 2, 'approved', 1, v.id, ${olu.id}::uuid
        from approval_policy_versions v limit 1 returning id::text as id`,
    );
    const requestId = asked[0]?.id ?? "";
    const set = (due: number, state: "due" | "completed") =>
      tamper(
        (tx) =>
          tx.$executeRaw`insert into approval_reviews (request_id, actor_id, incident_ref, reason, due_at, state)
          values (${requestId}::uuid, ${olu.id}::uuid, 'INC-1', repeat('why ', 10), now() + make_interval(secs => ${due}::double precision), ${state}::review_state)
          on conflict (request_id) do update set due_at = excluded.due_at, state = excluded.state`,
      );
    for (const [due, state, count] of [
      [60, "due", 0],
      [-1, "due", 1],
      [-1, "completed", 0],
    ] as const) {
      await set(due, state);
      expect((await getStanding(mara, {})).overdueReviews).toBe(count);
    }
  });
});
