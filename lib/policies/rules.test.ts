import { expect, it } from "vitest";
import type { PolicySelection } from "@/lib/providers/contract";
import { selects } from "./rules";

const nothing: PolicySelection = { resourceRefs: [], notResourceRefs: [], anyTags: [], allConditions: [] };
const database = { providerRef: "arn:aws:rds:eu-west-1:1:db:orders", tags: { backup: "daily", env: "prod" } };
const when = (key: string, value: string, op: PolicySelection["allConditions"][number]["op"]) => ({ key, value, op });

it.each<[string, Partial<PolicySelection>]>([
  ["its ARN", { resourceRefs: [database.providerRef] }],
  ["a pattern of its ARN", { resourceRefs: ["arn:aws:rds:*:*:db:*"] }],
  ["everything", { resourceRefs: ["*"] }],
  [
    "any one of its tags",
    {
      anyTags: [
        { key: "backup", value: "hourly" },
        { key: "backup", value: "daily" },
      ],
    },
  ],
  ["conditions alone", { allConditions: [when("env", "prod", "equals")] }],
  ["a condition with a pattern", { allConditions: [when("env", "p*", "like")] }],
  [
    "a condition that a missing tag meets",
    { allConditions: [when("team", "x", "not_equals"), when("team", "x*", "not_like")] },
  ],
  ["an ARN and a condition that both hold", { resourceRefs: ["*"], allConditions: [when("env", "prod", "equals")] }],
])("covers a resource by %s", (_, selection) => {
  expect(selects({ ...nothing, ...selection }, database)).toBe(true);
});

it.each<[string, Partial<PolicySelection>]>([
  ["a selection of nothing", {}],
  ["another ARN", { resourceRefs: ["arn:aws:rds:eu-west-1:1:db:orders2"] }],
  ["an exclusion, even when named", { resourceRefs: ["*"], notResourceRefs: ["*:db:orders"] }],
  ["another value of its tag", { anyTags: [{ key: "backup", value: "hourly" }] }],
  ["a tag that every object has", { anyTags: [{ key: "toString", value: "x" }] }],
  [
    "one condition that does not hold",
    { allConditions: [when("env", "prod", "equals"), when("backup", "x", "equals")] },
  ],
  ["a condition on a missing tag", { allConditions: [when("team", "*", "like")] }],
  [
    "a condition that holds and an ARN that does not",
    { resourceRefs: ["x"], allConditions: [when("env", "prod", "equals")] },
  ],
  ["an excluded value", { resourceRefs: ["*"], allConditions: [when("env", "p*", "not_like")] }],
])("does not cover a resource by %s", (_, selection) => {
  expect(selects({ ...nothing, ...selection }, database)).toBe(false);
});

it("leaves out what a restore test made", () => {
  expect(selects({ ...nothing, resourceRefs: ["*"] }, { ...database, tags: { "awsbackup-restore-test": "1" } })).toBe(
    false,
  );
});
