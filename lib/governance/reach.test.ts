import { describe, expect, it } from "vitest";
import type { VoterGroup } from "@/lib/approvals/rules";
import { outOfReach } from "./rules";

const approver = { groups: ["approver"] as VoterGroup[] };
const security = { groups: ["security_approver"] as VoterGroup[] };
const both = { groups: ["approver", "security_approver"] as VoterGroup[] };
const gravest = [
  { group: "approver", count: 2 },
  { group: "security_approver", count: 1 },
] as const;

describe("whether a request can still be approved", () => {
  const cases: [string, VoterGroup[], { groups: VoterGroup[] }[], number][] = [
    ["nobody has voted and just enough people are left", [], [approver, approver, security], 0],
    ["one approver is missing", [], [approver, security], 1],
    ["a vote that was given fills its gap", ["approver"], [approver, security], 0],
    ["a vote of the other group fills none", ["security_approver"], [approver], 1],
    ["the last vote was given", ["approver", "approver", "security_approver"], [], 0],
    ["one person with both roles fills one gap", [], [approver, both], 2],
    ["two people with both roles and one approver are enough", [], [both, both, approver], 0],
    ["nobody is left", [], [], 2],
  ];
  for (const [sentence, agreed, left, gaps] of cases)
    it(sentence, () => expect(outOfReach(gravest, agreed, left)).toHaveLength(gaps));

  it("a request that needs nobody is always within reach", () => expect(outOfReach([], [], [])).toEqual([]));
});
