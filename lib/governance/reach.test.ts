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
  const cases: [string, VoterGroup[], { groups: VoterGroup[] }[], [VoterGroup, number][]][] = [
    ["nobody has voted and just enough people are left", [], [approver, approver, security], []],
    ["one approver is missing", [], [approver, security], [["approver", 1]]],
    ["a vote that was given fills its gap", ["approver"], [approver, security], []],
    ["a vote of the other group fills none", ["security_approver"], [approver], [["approver", 1]]],
    ["the last vote was given", ["approver", "approver", "security_approver"], [], []],
    ["one person with both roles fills one gap", [], [approver, both], [["security_approver", 1]]],
    ["two people with both roles and one approver are enough", [], [both, both, approver], []],
    [
      "nobody is left",
      [],
      [],
      [
        ["approver", 2],
        ["security_approver", 1],
      ],
    ],
  ];
  for (const [sentence, agreed, left, missing] of cases)
    it(sentence, () => {
      const gaps = missing.map(([group, count]) => ({ group, count }));
      expect(outOfReach(gravest, agreed, left)).toEqual(gaps);
    });

  it("a request that needs nobody is always within reach", () => expect(outOfReach([], [], [])).toEqual([]));
});
