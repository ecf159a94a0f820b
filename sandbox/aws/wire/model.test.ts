import * as sdk from "@aws-sdk/client-backup";
import { describe, expect, it } from "vitest";
import { readOperations, readShape, type Shape } from "@/sandbox/aws/wire/model";

function shapesIn(shape: Shape): Shape[] {
  if (shape.kind === "structure") return [...shape.members.values()].map((member) => member.shape());
  if (shape.kind === "list") return [shape.member()];
  return shape.kind === "map" ? [shape.value()] : [];
}

describe("the schema constants of the pinned AWS SDK", () => {
  it("still have the form that the wire layer reads", () => {
    expect(sdk.StartRestoreJob$.slice(0, 4)).toEqual([
      9,
      "com.amazonaws.backup",
      "StartRestoreJob",
      { http: ["PUT", "/restore-jobs", 200] },
    ]);
    expect(sdk.StartRestoreJobInput$.slice(0, 5)).toEqual([
      3,
      "com.amazonaws.backup",
      "StartRestoreJobInput",
      0,
      [
        "RecoveryPointArn",
        "Metadata",
        "IamRoleArn",
        "IdempotencyToken",
        "ResourceType",
        "CopySourceTagsToRestoredResource",
      ],
    ]);
    expect(sdk.StartRestoreJobInput$[6]).toBe(2);
  });

  it("name 109 operations, all of whose shapes can be read to the end", () => {
    const operations = readOperations();
    expect(operations.size).toBe(109);
    const seen = new Set<Shape>();
    const walk = (shape: Shape): void => {
      if (seen.has(shape)) return;
      seen.add(shape);
      for (const inner of shapesIn(shape)) walk(inner);
    };
    for (const { input, output } of operations.values()) {
      walk(input);
      walk(output);
    }
    expect(seen.size).toBeGreaterThan(250);
  });

  it("say where a member travels and which ones are required", () => {
    const list = readOperations().get("ListBackupJobs");
    expect(list?.input.members.get("ByState")?.at).toEqual({ kind: "query", name: "state" });
    expect(list?.input.members.get("ByCreatedAfter")?.shape()).toEqual({ kind: "timestamp" });
    const start = readOperations().get("StartRestoreJob");
    expect(start?.input.members.get("Metadata")?.required).toBe(true);
    expect(start?.input.members.get("IamRoleArn")?.required).toBe(false);
    expect(start?.input.members.get("IdempotencyToken")?.isToken).toBe(true);
    expect(readOperations().get("DescribeBackupVault")?.input.members.get("BackupVaultName")?.at.kind).toBe("label");
  });

  it("refuse to be read in another form", () => {
    expect(() => readShape(33)).toThrow("not known");
    expect(() => readShape([7, "x"])).toThrow("another form");
    expect(() => readShape({})).toThrow("another form");
  });
});
