import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Approval,
  cancel,
  checkPolicy,
  defaultLevels,
  edit,
  factorSuffices,
  force,
  hasQuorum,
  type Level,
  type LevelRule,
  type PolicyLevels,
  start,
  stateAt,
  stricterRule,
  totalVotes,
  type Vote,
  vote,
  votesNeeded,
  withdraw,
} from "./rules";

const now = new Date("2026-11-24T12:00:00Z");
const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const agrees = (voterId: string, group: Vote["group"] = "approver", revision = 1): Vote => ({
  voterId,
  verdict: "approve",
  group,
  revision,
});
const pending: Approval = {
  id: "a",
  state: "pending",
  level: 1,
  revision: 1,
  requesterId: "lena",
  editorIds: ["lena"],
  approvalExpiresAt: at(60),
  notBefore: null,
  executeBefore: null,
  breakGlass: false,
  votes: [],
};
const approved: Approval = {
  ...pending,
  state: "approved",
  votes: [agrees("ben"), agrees("ivana")],
  notBefore: at(-1),
  executeBefore: at(60),
};
const ballot = (voterId: string, verdict: Vote["verdict"] = "approve", reason = "") => ({
  voterId,
  verdict,
  group: "approver" as const,
  reason,
});
const needed = (level: Level, tier = 1) => votesNeeded(level, defaultLevels[level], tier);

describe("votes needed", () => {
  it.each([
    [0, 1, 3],
    [0, 2, 3],
    [0, 3, 4],
    [1, 1, 2],
    [1, 2, 2],
    [1, 3, 3],
    [2, 1, 1],
    [2, 3, 1],
    [3, 3, 0],
  ] as const)("on level %i in a tier that asks for %i are %i", (level, tier, count) => {
    expect(totalVotes(needed(level, tier))).toBe(count);
  });
});

describe("a vote", () => {
  it.each([
    ["one's own request", pending, ballot("lena"), "forbidden"],
    ["a request one worded", { ...pending, editorIds: ["lena", "ben"] }, ballot("ben"), "forbidden"],
    ["a second vote on one revision", { ...pending, votes: [agrees("ben")] }, ballot("ben"), "conflict"],
    ["a request at the moment it expires", { ...pending, approvalExpiresAt: now }, ballot("ben"), "conflict"],
    ["a draft", { ...pending, state: "draft" }, ballot("ben"), "conflict"],
    ["a rejected request", { ...pending, state: "rejected" }, ballot("ben"), "conflict"],
    ["an approved request", approved, ballot("tom"), "conflict"],
    ["a refusal with a reason of 9 characters", pending, ballot("ben", "reject", "too short"), "invalid"],
  ] as const)("is refused for %s", (_, approval, cast, code) => {
    expect(vote(approval as Approval, cast, defaultLevels[1], needed(1), now)).toMatchObject({ ok: false, code });
  });

  it.each([
    ["leaves a request pending while one is missing", pending, ballot("ben"), "pending"],
    ["approves with the last one needed", { ...pending, votes: [agrees("ben")] }, ballot("ivana"), "approved"],
    [
      "does not count votes of an earlier revision",
      { ...pending, revision: 2, votes: [agrees("ben")] },
      ballot("ivana"),
      "pending",
    ],
    ["counts again on a new revision", { ...pending, revision: 2, votes: [agrees("ben")] }, ballot("ben"), "pending"],
    ["rejects with a reason of 10 characters", pending, ballot("ben", "reject", "not today!"), "rejected"],
    [
      "counts one millisecond before it expires",
      { ...pending, approvalExpiresAt: new Date(now.getTime() + 1) },
      ballot("ben"),
      "pending",
    ],
  ] as const)("%s", (_, approval, cast, state) => {
    expect(vote(approval as Approval, cast, defaultLevels[1], needed(1), now)).toEqual({ ok: true, value: state });
  });

  it("of two approvers does not stand in for a security approver on level 0", () => {
    const two = { ...pending, level: 0 as const, votes: [agrees("ben"), agrees("ivana")] };
    expect(hasQuorum(two, needed(0))).toBe(false);
    expect(hasQuorum({ ...two, votes: [...two.votes, agrees("sofia", "security_approver")] }, needed(0))).toBe(true);
  });

  it("never makes a quorum out of the requester, editors, repeats or old revisions", () => {
    const voter = fc.constantFrom("lena", "ben", "ivana", "tom");
    const votes = fc.array(
      fc.record({
        voterId: voter,
        verdict: fc.constantFrom("approve" as const, "reject" as const),
        group: fc.constant("approver" as const),
        revision: fc.integer({ min: 1, max: 2 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(votes, (cast) => {
        const counted = new Set(
          cast
            .filter(({ revision, verdict, voterId }) => revision === 2 && verdict === "approve" && voterId !== "lena")
            .map(({ voterId }) => voterId),
        );
        expect(hasQuorum({ ...pending, revision: 2, votes: cast }, needed(1))).toBe(counted.size >= 2);
      }),
    );
  });
});

describe("a factor", () => {
  const old = at(-2 * 24 * 60);
  it.each([
    ["a device-bound passkey on level 0", { kind: "passkey", deviceBound: true, usableFrom: old }, 0, true],
    ["a synced passkey on level 0", { kind: "passkey", deviceBound: false, usableFrom: old }, 0, false],
    ["a synced passkey on level 1", { kind: "passkey", deviceBound: false, usableFrom: old }, 1, true],
    ["a code on level 1", { kind: "totp", deviceBound: false, usableFrom: old }, 1, false],
    ["a code on level 2", { kind: "totp", deviceBound: false, usableFrom: old }, 2, true],
    ["a cooling passkey on level 1", { kind: "passkey", deviceBound: false, usableFrom: at(1) }, 1, false],
    ["a passkey at the moment it has cooled", { kind: "passkey", deviceBound: false, usableFrom: now }, 1, true],
    ["a cooling passkey on level 2", { kind: "passkey", deviceBound: false, usableFrom: at(1) }, 2, true],
  ] as const)("%s: %o", (_, factor, level, good) => {
    expect(factorSuffices(factor, level, defaultLevels[level], now).ok).toBe(good);
  });
});

describe("starting", () => {
  it.each([
    ["an approved request by its requester", approved, "lena", true],
    ["at the moment its cool-down ends", { ...approved, notBefore: now }, "lena", true],
    ["while it cools down", { ...approved, notBefore: new Date(now.getTime() + 1) }, "lena", false],
    ["at the moment its time is over", { ...approved, executeBefore: now }, "lena", false],
    ["by an approver", approved, "ben", false],
    ["with a vote that no longer counts", { ...approved, votes: [agrees("ben")] }, "lena", false],
    ["a pending one", pending, "lena", false],
  ] as const)("%s: %o", (_, approval, starter, good) => {
    expect(start(approval as Approval, starter, needed(1), now).ok).toBe(good);
  });
});

it.each([
  ["draft", true],
  ["pending", true],
  ["approved", true],
  ["rejected", false],
  ["cancelled", false],
  ["expired", false],
] as const)("a %s request can be cancelled and worded anew: %o", (state, good) => {
  const approval = { ...pending, state };
  expect(cancel(approval, now).ok).toBe(good);
  expect(edit(approval, "lena").ok).toBe(good);
  expect(edit(approval, "ben")).toMatchObject({ code: "forbidden" });
});

it("is expired by the clock alone, whether or not somebody wrote it down", () => {
  expect(stateAt({ ...pending, approvalExpiresAt: at(-1) }, now)).toBe("expired");
  expect(stateAt({ ...approved, executeBefore: at(-1) }, now)).toBe("expired");
  expect(stateAt({ ...pending, state: "rejected", approvalExpiresAt: at(-1) }, now)).toBe("rejected");
});

describe("a vote that was given away or taken back", () => {
  const inPlaceOf = (voterId: string, onBehalfOf: string): Vote => ({ ...agrees(voterId), onBehalfOf });
  const two = needed(1);

  it.each([
    ["whoever gave it and somebody else", [inPlaceOf("mara", "ben"), agrees("ivana")], true],
    ["whoever gave it and holds it, as one", [inPlaceOf("mara", "ben"), agrees("ben")], false],
    ["the requester's, whoever casts it", [inPlaceOf("mara", "lena"), agrees("ivana")], false],
    ["one that was taken back", [{ ...agrees("ben"), withdrawn: true }, agrees("ivana")], false],
  ] as const)("counts %s", (_, votes, expected) => {
    expect(hasQuorum({ ...pending, votes: [...votes] }, two)).toBe(expected);
  });

  it.each([
    ["for the requester", "mara", "lena", "forbidden"],
    ["of somebody who has voted", "mara", "ivana", "conflict"],
  ] as const)("is refused %s", (_, voterId, onBehalfOf, code) => {
    const approval = { ...pending, votes: [agrees("ivana")] };
    expect(vote(approval, { ...ballot(voterId), onBehalfOf }, defaultLevels[1], two, now)).toMatchObject({
      ok: false,
      code,
    });
  });

  it("is taken back once, and not from a request that has ended", () => {
    const mine = { ...pending, votes: [agrees("ben")] };
    expect(withdraw(mine, "ben", now).ok).toBe(true);
    expect(withdraw(mine, "ivana", now)).toMatchObject({ ok: false, code: "conflict" });
    expect(withdraw({ ...mine, votes: [{ ...agrees("ben"), withdrawn: true }] }, "ben", now).ok).toBe(false);
    expect(withdraw({ ...mine, state: "rejected" }, "ben", now).ok).toBe(false);
  });
});

describe("forcing", () => {
  const by = { actorId: "olu", deviceBound: true, reason: "x".repeat(30), typed: "orders-rr1", target: "orders-rr1" };
  it.each([
    ["a request that waits, with all it takes", pending, by, 0, true],
    ["one that is approved already", { ...pending, state: "approved" as const }, by, 0, false],
    ["one that has run out", { ...pending, approvalExpiresAt: at(-1) }, by, 0, false],
    ["while a review is overdue", pending, by, 1, false],
    ["with a key that can be copied", pending, { ...by, deviceBound: false }, 0, false],
    ["with 29 characters of reason", pending, { ...by, reason: "x".repeat(29) }, 0, false],
    ["with another name typed", pending, { ...by, typed: "orders-rr2" }, 0, false],
  ])("%s", (_, approval, how, overdue, allowed) => {
    expect(force(approval, how, overdue, now).ok).toBe(allowed);
  });

  it("is vetoed until it has cooled down, and by nobody after", () => {
    const forced: Approval = { ...approved, votes: [], breakGlass: true, notBefore: at(1) };
    const veto = ballot("ben", "reject", "this is not the incident");
    expect(vote(forced, veto, defaultLevels[1], needed(1), now)).toEqual({ ok: true, value: "rejected" });
    expect(vote({ ...forced, notBefore: now }, veto, defaultLevels[1], needed(1), now).ok).toBe(false);
    expect(vote(forced, ballot("ben"), defaultLevels[1], needed(1), now).ok).toBe(false);
  });
});

describe("a policy", () => {
  const able = { approver: 3, security_approver: 1 };
  const withRule = (level: Level, change: Partial<LevelRule>): PolicyLevels => ({
    ...defaultLevels,
    [level]: { ...defaultLevels[level], ...change },
  });
  const approvers = (count: number) => ({ votes: [{ group: "approver" as const, count }] });

  it.each<[string, PolicyLevels, typeof able, string | null]>([
    ["as it comes", defaultLevels, able, null],
    ["that one person could satisfy on production", withRule(1, approvers(1)), able, "approver1"],
    ["that asks more of the lesser level", withRule(2, approvers(3)), able, "approver2"],
    ["that takes codes for the gravest", withRule(0, { factors: ["device_passkey", "totp"] }), able, "factors0"],
    ["that takes no factor", withRule(2, { factors: [] }), able, "factors2"],
    ["that needs more approvers than there are", withRule(0, approvers(4)), able, "approver0"],
    ["without a security approver to ask", defaultLevels, { ...able, security_approver: 0 }, "approver0"],
    ["with 4 minutes to approve", withRule(1, { approveWithinSeconds: 240 }), able, "approveWithinSeconds1"],
    ["with 5 minutes to approve", withRule(1, { approveWithinSeconds: 300 }), able, null],
    ["with 14 days to approve", withRule(2, { approveWithinSeconds: 14 * 86_400 }), able, null],
    ["with a second more", withRule(2, { approveWithinSeconds: 14 * 86_400 + 1 }), able, "approveWithinSeconds2"],
    ["with a week to start", withRule(2, { executeWithinSeconds: 7 * 86_400 }), able, null],
    [
      "with a second more to start",
      withRule(2, { executeWithinSeconds: 7 * 86_400 + 1 }),
      able,
      "executeWithinSeconds2",
    ],
    ["with a day of cool-down", withRule(0, { coolDownSeconds: 86_400 }), able, null],
    ["with a second more to cool", withRule(0, { coolDownSeconds: 86_401 }), able, "coolDownSeconds0"],
    ["that nobody can refuse", withRule(1, { denyThreshold: 0 }), able, "denyThreshold1"],
    ["that six must refuse", withRule(1, { denyThreshold: 6 }), able, "denyThreshold1"],
  ])("%s", (_, policy, people, field) => {
    const checked = checkPolicy(policy, people);
    if (field === null) expect(checked.ok).toBe(true);
    else expect(checked).toMatchObject({ ok: false, fields: { [field]: expect.any(String) } });
  });

  it("of two, binds by the stricter of both in everything", () => {
    const mine: LevelRule = { ...defaultLevels[2], denyThreshold: 2 };
    const stricter: LevelRule = { ...defaultLevels[1], factors: ["device_passkey"], denyThreshold: 1 };
    for (const bound of [stricterRule(mine, stricter), stricterRule({ ...stricter }, mine)])
      expect(bound).toMatchObject({
        votes: [{ group: "approver", count: 2 }],
        factors: ["device_passkey"],
        denyThreshold: 1,
      });
  });
});
