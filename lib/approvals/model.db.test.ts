import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { outcomeOf } from "@/lib/platform/testing/armed";
import { ownerDb, tamper } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { draftOf, type Person, startBy, submitBy, voteBy } from "@/lib/platform/testing/restoring";
import { cancelRestore, reviseRestore } from "@/lib/restores/commands";
import { moveOverdue, withdrawVote } from "./commands";
import type { ApprovalState } from "./rules";

/** What a request must look like, kept beside the real one and by other means: sets and a state. */
type Model = {
  state: ApprovalState;
  started: boolean;
  agreed: Set<number>;
  /** Who has voted on this wording, also where it was taken back. */
  spent: Set<number>;
};
type Real = { by: Person; voters: Person[]; restoreId: string; approvalId: string };

const needed = 1;

/** Something somebody tries: whether it may succeed, and what then is so. */
class Try implements fc.AsyncCommand<Model, Real> {
  constructor(
    readonly name: string,
    readonly allowed: (model: Model) => boolean,
    readonly act: (real: Real) => Promise<{ ok: boolean }>,
    readonly change: (model: Model) => void,
  ) {}
  check = () => true;
  toString = () => this.name;

  async run(model: Model, real: Real) {
    const expected = this.allowed(model);
    const outcome = await outcomeOf(async () => (await this.act(real)) as never).catch((error: unknown) => {
      if (!/23514|23505/.test(String(error))) throw error;
      return { ok: false };
    });
    expect([this.name, outcome.ok]).toEqual([this.name, expected]);
    if (expected) this.change(model);
    const row = await db.approvalRequest.findUniqueOrThrow({
      where: { id: real.approvalId },
      include: { restore: true },
    });
    expect([this.name, row.state, row.restore?.state !== "waiting" && row.restore?.state !== "cancelled"]).toEqual([
      this.name,
      model.state,
      model.started,
    ]);
  }
}

const open = (model: Model) => !model.started;
const settle = (model: Model) => {
  if (model.state === "approved" && model.agreed.size < needed) model.state = "pending";
  if (model.state === "pending" && model.agreed.size >= needed) model.state = "approved";
};

const submit = () =>
  new Try(
    "submit",
    ({ state }) => state === "draft",
    ({ by, restoreId }) => submitBy(by, restoreId),
    (model) => Object.assign(model, { state: "pending", agreed: new Set(), spent: new Set() }),
  );
const approve = (who: number) =>
  new Try(
    `approve by ${who}`,
    ({ state, spent }) => state === "pending" && !spent.has(who),
    ({ voters, approvalId }) => voteBy(voters[who] as Person, approvalId),
    (model) => {
      model.agreed.add(who);
      model.spent.add(who);
      settle(model);
    },
  );
const refuse = (who: number) =>
  new Try(
    `refuse by ${who}`,
    ({ state, spent }) => state === "pending" && !spent.has(who),
    ({ voters, approvalId }) => voteBy(voters[who] as Person, approvalId, "reject", "it is the wrong point"),
    (model) => Object.assign(model, { state: "rejected" }),
  );
const own = () =>
  new Try(
    "approve one's own",
    () => false,
    ({ by, approvalId }) => voteBy(by, approvalId),
    () => undefined,
  );
const takeBack = (who: number) =>
  new Try(
    `take back by ${who}`,
    (model) => open(model) && ["pending", "approved"].includes(model.state) && model.agreed.has(who),
    ({ voters, approvalId }) => withdrawVote(voters[who] as Person, { approvalId }),
    (model) => {
      model.agreed.delete(who);
      settle(model);
    },
  );
const revise = () =>
  new Try(
    "revise",
    (model) => open(model) && ["pending", "approved", "draft"].includes(model.state),
    ({ by, restoreId }) => reviseRestore(by, { restoreId }),
    (model) => Object.assign(model, { state: "draft" }),
  );
const cancel = () =>
  new Try(
    "cancel",
    (model) => open(model) && ["draft", "pending", "approved"].includes(model.state),
    ({ by, restoreId }) => cancelRestore(by, { restoreId }),
    (model) => Object.assign(model, { state: "cancelled" }),
  );
const begin = () =>
  new Try(
    "start",
    (model) => open(model) && model.state === "approved",
    ({ by, restoreId }) => startBy(by, restoreId),
    (model) => Object.assign(model, { started: true }),
  );
const runOut = () =>
  new Try(
    "run out of time",
    (model) => open(model) && ["pending", "approved"].includes(model.state),
    async ({ approvalId }) => {
      const past = new Date(Date.now() - 1_000);
      await tamper((tx) =>
        tx.approvalRequest.updateMany({
          where: { id: approvalId, state: { in: ["pending", "approved"] } },
          data: { approvalExpiresAt: past, executeBefore: past },
        }),
      );
      return moveOverdue(theWorker(), { approvalId, to: "expired" });
    },
    (model) => Object.assign(model, { state: "expired" }),
  );

const voter = fc.nat({ max: 1 });
const tries = [
  fc.constant(null).map(submit),
  fc.constant(null).map(submit),
  voter.map(approve),
  voter.map(approve),
  voter.map(takeBack),
  voter.map(refuse),
  fc.constant(null).map(own),
  fc.constant(null).map(revise),
  fc.constant(null).map(cancel),
  fc.constant(null).map(begin),
  fc.constant(null).map(runOut),
];

describe("a request, whatever people try and in whatever order,", () => {
  let voters: Person[];
  let source: Awaited<ReturnType<typeof restorable>>;
  beforeAll(async () => {
    voters = [await person("approver"), await person("approver")];
    source = await restorable();
  });
  afterAll(() => ownerDb.$disconnect());

  it("is where the model says, and nowhere else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(tries, { maxCommands: 14 }), async (commands) => {
        await fc.asyncModelRun(async () => {
          const by = await person(["operator", "approver"]);
          const restoreId = await draftOf(by, source);
          const { approvalId } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
          const model: Model = { state: "draft", started: false, agreed: new Set(), spent: new Set() };
          return { model, real: { by, voters, restoreId, approvalId } };
        }, commands);
      }),
      { numRuns: 40, seed: 20_261_125 },
    );
  }, 120_000);
});
