import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Approval,
  cancel,
  defaultLevels,
  edit,
  factorSuffices,
  hasQuorum,
  type Level,
  start,
  stateAt,
  totalVotes,
  type Vote,
  vote,
  votesNeeded,
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
