import type { BackupSelection } from "@aws-sdk/client-backup";
import { describe, expect, it } from "vitest";
import { matchesPattern, resolveSelection } from "@/sandbox/aws/engine/coverage";
import { createTestWorld, frankfurt, home } from "@/sandbox/aws/testing/test-world";

function namesOf(
  selection: Partial<BackupSelection>,
  change: (region: ReturnType<typeof regionOf>) => void = () => undefined,
) {
  const region = regionOf();
  change(region);
  return resolveSelection(region, { SelectionName: "s", IamRoleArn: "r", ...selection }).map(({ name }) => name);
}

function regionOf() {
  const region = createTestWorld().accounts[home]?.regions[frankfurt];
  if (!region) throw new Error("No region.");
  return region;
}

const tag = (ConditionKey: string, ConditionValue: string) => ({
  ConditionType: "STRINGEQUALS" as const,
  ConditionKey,
  ConditionValue,
});
const condition = (ConditionKey: string, ConditionValue: string) => ({
  ConditionKey: `aws:ResourceTag/${ConditionKey}`,
  ConditionValue,
});

describe("a selection", () => {
  it("takes resources by ARN and by pattern", () => {
    expect(namesOf({ Resources: [`arn:aws:rds:${frankfurt}:${home}:db:orders`] })).toEqual(["orders"]);
    expect(namesOf({ Resources: ["arn:aws:ec2:*:*:*"] })).toEqual(["vol-0aa", "i-0bb"]);
  });

  it("adds what carries any of the tags", () => {
    expect(namesOf({ Resources: ["arn:aws:s3:::uploads"], ListOfTags: [tag("environment", "staging")] })).toEqual([
      "fs-0cc",
      "uploads",
    ]);
    expect(namesOf({ ListOfTags: [tag("environment", "staging"), tag("environment", "production")] })).toEqual([
      "carts",
      "fs-0cc",
    ]);
  });

  it("keeps only what meets all conditions", () => {
    expect(
      namesOf({
        Resources: ["*"],
        Conditions: { StringEquals: [condition("system", "shop"), condition("environment", "staging")] },
      }),
    ).toEqual(["fs-0cc"]);
    expect(namesOf({ Resources: ["*"], Conditions: { StringLike: [condition("environment", "prod*")] } })).toEqual([
      "carts",
    ]);
    expect(namesOf({ Resources: ["*"], Conditions: { StringNotEquals: [condition("system", "shop")] } })).not.toContain(
      "carts",
    );
  });

  it("leaves out what is excluded, deleted, not opted in or a restore test", () => {
    expect(namesOf({ Resources: ["*"], NotResources: ["arn:aws:rds:*"] })).toEqual([
      "vol-0aa",
      "i-0bb",
      "carts",
      "fs-0cc",
      "uploads",
    ]);
    expect(
      namesOf({ Resources: ["arn:aws:ec2:*"] }, (region) => {
        region.resourceTypeOptIn.EC2 = false;
      }),
    ).toEqual(["vol-0aa"]);
    expect(
      namesOf({ Resources: ["arn:aws:ec2:*"] }, (region) => {
        for (const resource of Object.values(region.resources)) {
          if (resource.type === "EBS") resource.deletedMs = 1;
          if (resource.type === "EC2") resource.tags["awsbackup-restore-test"] = "x";
        }
      }),
    ).toEqual([]);
  });

  it("reads * and ? in patterns and nothing else", () => {
    expect(matchesPattern("a*d", "abcd")).toBe(true);
    expect(matchesPattern("a?c", "abc")).toBe(true);
    expect(matchesPattern("a.c", "abc")).toBe(false);
    expect(matchesPattern("a?c", "ac")).toBe(false);
  });
});
