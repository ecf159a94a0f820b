import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Refusal } from "@/lib/core/outcome";
import { attemptToken, claimItem, markSent, recordAccepted } from "@/lib/dispatch/commands";
import { db } from "@/lib/platform/db";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { draftOf, type Person, prove, startBy, submitBy, value } from "@/lib/platform/testing/restoring";
import { cancelRestore, reviseRestore } from "@/lib/restores/commands";
import type { RestoreState } from "@/lib/restores/rules";
import { castVote, withdrawVote } from "./commands";

const requests = 200;
const requesters = 50;

/** A row of dice that falls the same way each time. */
function dice(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Made = { restoreId: string; approvalId: string; by: Person };

let source: Awaited<ReturnType<typeof restorable>>;
let people: Person[];
let voters: Person[];

beforeAll(async () => {
  source = await restorable();
  people = await Promise.all(Array.from({ length: requesters }, () => person(["operator", "approver"])));
  voters = await Promise.all(Array.from({ length: 5 }, () => person("approver")));
}, 60_000);
afterAll(() => ownerDb.$disconnect());

async function submitted(by: Person): Promise<Made> {
  const restoreId = await draftOf(by, source);
  value(await submitBy(by, restoreId));
  const { approvalId } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
  return { restoreId, approvalId, by };
}

/** Whatever a door or the database says no to is no news here; anything else is. */
const tolerate = (error: unknown) => {
  const refusedByPostgres = /23514|23505/.test(String(error));
  if (!(error instanceof Refusal) && !refusedByPostgres) throw error;
};

async function vote(who: Person, { approvalId }: Made, verdict: "approve" | "reject") {
  const row = await db.approvalRequest.findUniqueOrThrow({ where: { id: approvalId } });
  const named = { op: `approval.${verdict}`, subjectType: "approval", subjectId: approvalId, revision: row.revision };
  const grantId = await prove(who, { ...named, paramsHash: row.paramsHash ?? Buffer.alloc(32) });
  await castVote(who, { approvalId, verdict, reason: "decided in the race", grantId });
}

/** Everything that can happen to one request, at the same time. */
async function storm(made: Made, roll: () => number): Promise<void> {
  const { by, restoreId, approvalId } = made;
  const acts: (() => Promise<unknown>)[] = voters.map(
    (voter) => () => vote(voter, made, roll() < 0.04 ? "reject" : "approve"),
  );
  acts.push(() => vote(by, made, "approve"));
  const twice = voters[Math.floor(roll() * voters.length)];
  if (twice) acts.push(() => vote(twice, made, "approve"));
  if (roll() < 0.1) acts.push(() => cancelRestore(by, { restoreId }));
  if (roll() < 0.15) acts.push(() => reviseRestore(by, { restoreId }));
  if (roll() < 0.15 && twice) acts.push(() => withdrawVote(twice, { approvalId }));
  acts.push(
    () => startBy(by, restoreId),
    () => startBy(by, restoreId),
  );
  await Promise.all(acts.toSorted(() => roll() - 0.5).map((act) => act().catch(tolerate)));
}

/** A worker that dies at one of its steps; the call it would make goes to `sent`, under the token that makes two one. */
async function work(name: string, itemId: string, sent: Map<string, Set<string>>, roll: () => number): Promise<void> {
  const owner = `${name}:${randomUUID().slice(0, 6)}`;
  const claim = await claimItem(theWorker(), { itemId, owner, leaseSeconds: 60 });
  if (!claim.ok || roll() < 0.15) return;
  const lease = { itemId, owner, fence: claim.value.fence };
  const marked = await markSent(theWorker(), lease);
  if (!marked.ok || roll() < 0.15) return;
  sent.set(itemId, (sent.get(itemId) ?? new Set()).add(claim.value.token));
  if (roll() < 0.15) return;
  await recordAccepted(theWorker(), { ...lease, jobRef: `job-${claim.value.token.slice(0, 20)}`, adopted: false });
}

/** Every started item, worked on by two workers that may die at each step, until somebody has brought it through. */
async function bringThrough(itemIds: readonly string[], sent: Map<string, Set<string>>, roll: () => number) {
  let left = [...itemIds];
  while (left.length > 0) {
    for (let at = 0; at < left.length; at += 5)
      await Promise.all(
        left.slice(at, at + 5).flatMap((id) => [work("one", id, sent, roll), work("two", id, sent, roll)]),
      );
    // The leases of the dead run out.
    await ownerDb.restoreItem.updateMany({ where: { id: { in: left } }, data: { leaseUntil: new Date(0) } });
    const open = { id: { in: left }, state: { in: ["waiting", "dispatching"] as RestoreState[] } };
    left = (await db.restoreItem.findMany({ where: open, select: { id: true } })).map(({ id }) => id);
  }
}

describe(`${requests} requests, with votes, double votes, changes of mind, edits, cancels and starts at once`, () => {
  const sent = new Map<string, Set<string>>();
  let items: { id: string; requestId: string }[] = [];
  let made: Made[] = [];

  beforeAll(async () => {
    const roll = dice(20_261_125);
    for (let round = 0; round < requests / requesters; round += 1) {
      const batch = await Promise.all(people.map((by) => submitted(by)));
      for (let at = 0; at < batch.length; at += 10)
        await Promise.all(batch.slice(at, at + 10).map((one) => storm(one, roll)));
      // Whatever came out approved is started now, twice at once.
      for (const { by, restoreId } of batch)
        await Promise.all([1, 2].map(() => startBy(by, restoreId).catch(tolerate)));
      // Nobody has more than five waiting: what is left undecided makes room.
      for (const { by, restoreId } of batch) await cancelRestore(by, { restoreId });
      made = [...made, ...batch];
    }
    items = await db.restoreItem.findMany({
      where: { request: { state: { notIn: ["waiting", "cancelled"] } } },
      select: { id: true, requestId: true },
    });
    const ids = items.map(({ id }) => id);
    await bringThrough(ids, sent, roll);
  }, 240_000);

  it("approves none that lacks its quorum", async () => {
    expect(
      await db.$queryRaw`select a.id from approval_requests a where a.state = 'approved' and not has_quorum(a)`,
    ).toEqual([]);
  });

  it("counts no vote of a requester, and no person twice", async () => {
    expect(
      await db.$queryRaw`
      select 1 from approval_votes v join approval_requests a on a.id = v.request_id where v.voter_id = a.requester_id`,
    ).toEqual([]);
    expect(
      await db.$queryRaw`
      select 1 from approval_votes group by request_id, revision, voter_id having count(*) > 1`,
    ).toEqual([]);
  });

  it("runs none that was cancelled, refused or worded anew", async () => {
    expect(
      await db.$queryRaw`
      select 1 from restore_requests r join approval_requests a on a.id = r.approval_id
      where a.state <> 'approved' and r.state not in ('waiting', 'cancelled')`,
    ).toEqual([]);
  });

  it("sends each started one under one token, however many workers died over it", async () => {
    expect(items.length).toBeGreaterThan(requests / 4);
    for (const { id, requestId } of items) {
      const { state, request } = await db.restoreItem.findUniqueOrThrow({
        where: { id },
        include: { request: { include: { approval: true } } },
      });
      expect(state).toBe("running");
      expect([...(sent.get(id) ?? [])]).toEqual([attemptToken(requestId, id, request.approval.revision, 1)]);
    }
  });

  it("loses none: each has its audit events and is where its last event says", async () => {
    expect(made).toHaveLength(requests);
    expect(
      await db.$queryRaw`
      select a.id from approval_requests a
      where a.revision > 0 and not exists (select 1 from audit_events e where e.target_id in (a.id::text, a.subject_id::text))`,
    ).toEqual([]);
    expect(
      await db.$queryRaw`
      select a.id from approval_requests a
      join lateral (select e.to_state from approval_events e where e.request_id = a.id order by e.id desc limit 1) last on true
      where last.to_state <> a.state`,
    ).toEqual([]);
  });
});

it("takes nothing for granted when the database is cut off in the middle of a vote", async () => {
  const by = await person("operator");
  const made = await submitted(by);
  const [voter] = voters;
  if (!voter) throw new Error("Nobody votes.");
  const cut = ownerDb.$executeRaw`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename like 'holdfast_app_%' and pid <> pg_backend_pid()`;
  await Promise.allSettled([vote(voter, made, "approve"), cut]);
  const request = await ownerDb.approvalRequest.findUniqueOrThrow({
    where: { id: made.approvalId },
    include: { votes: true },
  });
  expect([request.state, request.votes.length]).toEqual(request.votes.length === 0 ? ["pending", 0] : ["approved", 1]);
  const events = await ownerDb.auditEvent.count({
    where: { targetId: made.approvalId, action: "approval.vote", outcome: "success" },
  });
  expect(events).toBe(request.votes.length);
});
