import {
  BackupClient,
  GetRecoveryPointRestoreMetadataCommand,
  GetRestoreJobMetadataCommand,
  GetRestoreTestingInferredMetadataCommand,
  ListRecoveryPointsByBackupVaultCommand,
  ListRestoreJobsCommand,
  PutBackupVaultAccessPolicyCommand,
  PutRestoreValidationResultCommand,
  StartRestoreJobCommand,
} from "@aws-sdk/client-backup";
import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  configOf,
  createFakeDatabases,
  hours,
  minutes,
  refusalOf,
  startTestCloud,
  type TestCloud,
} from "@/sandbox/aws/testing/test-cloud";
import { arns, frankfurt, home, otherKey, powerlessRole, serviceRole, startMs } from "@/sandbox/aws/testing/test-world";

let cloud: TestCloud;
let databases: ReturnType<typeof createFakeDatabases>;

beforeEach(async () => {
  databases = createFakeDatabases();
  cloud = await startTestCloud({ databases: databases.port });
});

afterEach(() => cloud.stop());

const restored = async (pointArn: string, metadata: Record<string, string>, more: object = {}) => {
  const id = await cloud.startRestore(pointArn, metadata, more);
  await cloud.advance(hours(5));
  return cloud.restoreOf(id);
};

const continuousPoint = async () => {
  await cloud.plan({
    ScheduleExpression: "cron(0 * ? * * *)",
    EnableContinuousBackup: true,
    Lifecycle: { DeleteAfterDays: 14 },
  });
  await cloud.advance(hours(2));
  const { RecoveryPoints: points = [] } = await cloud.backup.send(
    new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: "main" }),
  );
  return points.find(({ Status }) => Status === "AVAILABLE")?.RecoveryPointArn ?? "";
};

describe("a restore of a database instance", () => {
  it("is pending, runs, and shows what it created only when it is complete", async () => {
    const pointArn = await cloud.backUp(arns.orders);
    const id = await cloud.startRestore(pointArn, { DBInstanceIdentifier: "orders-copy" });
    const pending = await cloud.restoreOf(id);
    expect(pending).toMatchObject({ Status: "PENDING", PercentDone: "0.0" });
    expect(pending.CreatedResourceArn).toBeUndefined();
    await cloud.advance(minutes(2));
    const running = await cloud.restoreOf(id);
    expect(running).toMatchObject({ Status: "RUNNING" });
    expect(running.CreatedResourceArn).toBeUndefined();
    await cloud.advance(minutes(30));
    expect(await cloud.restoreOf(id)).toMatchObject({
      Status: "COMPLETED",
      PercentDone: "100.0",
      CreatedResourceArn: `arn:aws:rds:${frankfurt}:${home}:db:orders-copy`,
    });
  });

  it("brings the real database of the point's moment, reachable through the service's own Describe call", async () => {
    const pointArn = await cloud.backUp(arns.orders);
    const { CreationDate } =
      (await cloud.backup.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: "main" })))
        .RecoveryPoints?.[0] ?? {};
    await restored(pointArn, { dbinstanceidentifier: "orders-copy" });
    expect(databases.orders).toEqual([
      {
        source: { accountId: home, region: frankfurt, identifier: "orders", kind: "orders" },
        moment: CreationDate,
        target: { accountId: home, region: frankfurt, identifier: "orders-copy", kind: "orders" },
      },
    ]);
    const rds = new RDSClient(configOf(cloud.url));
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: "orders-copy" }));
    expect(DBInstances).toMatchObject([
      { DBName: "copy_orders-copy", Endpoint: { Address: "127.0.0.1", Port: 5999 }, DBInstanceStatus: "available" },
    ]);
  });

  it("is complete only after its database is", async () => {
    let finish: () => void = () => undefined;
    databases.endWith(
      new Promise((resolve) => {
        finish = resolve;
      }),
    );
    const id = await cloud.startRestore(await cloud.backUp(arns.orders), { DBInstanceIdentifier: "slow" });
    const advancing = cloud.advance(hours(1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await cloud.restoreOf(id)).Status).toBe("RUNNING");
    finish();
    await advancing;
    expect((await cloud.restoreOf(id)).Status).toBe("COMPLETED");
  });

  it("fails with the database's own words", async () => {
    const refused = Promise.reject(new Error("disk full"));
    refused.catch(() => undefined);
    databases.endWith(refused);
    expect(await restored(await cloud.backUp(arns.orders), { DBInstanceIdentifier: "x" })).toMatchObject({
      Status: "FAILED",
      StatusMessage: "The database could not be restored: disk full",
    });
  });

  it("fails where the name is taken, and makes nothing", async () => {
    const job = await restored(await cloud.backUp(arns.orders), { DBInstanceIdentifier: "orders" });
    expect(job).toMatchObject({ Status: "FAILED", StatusMessage: expect.stringContaining("DBInstanceAlreadyExists") });
    expect(job.CreatedResourceArn).toBeUndefined();
    expect(databases.orders).toEqual([]);
  });

  it("starts once for one token, also when the answer to the first call was lost", async () => {
    const pointArn = await cloud.backUp(arns.orders);
    await cloud.admin("POST", "faults", { operation: "StartRestoreJob", effect: { kind: "lost_answer" } });
    const start = () => cloud.startRestore(pointArn, { DBInstanceIdentifier: "once" }, { IdempotencyToken: "one" });
    await expect(start()).rejects.toThrow();
    const id = await start();
    const { RestoreJobs } = await cloud.backup.send(new ListRestoreJobsCommand({}));
    expect(RestoreJobs?.map(({ RestoreJobId }) => RestoreJobId)).toEqual([id]);
    expect(
      await refusalOf(cloud.startRestore(pointArn, { DBInstanceIdentifier: "two" }, { IdempotencyToken: "one" })),
    ).toMatchObject({ name: "InvalidRequestException" });
  });

  it.each([
    ["a missing identifier", {}, {}],
    ["an unknown key", { DBInstanceIdentifier: "x", Colour: "red" }, {}],
    ["a moment for a snapshot", { DBInstanceIdentifier: "x", RestoreTime: "2026-03-02T08:00:00Z" }, {}],
    ["another resource type", { DBInstanceIdentifier: "x" }, { ResourceType: "EBS" }],
    ["no role", { DBInstanceIdentifier: "x" }, { IamRoleArn: undefined }],
    [
      "a role that AWS Backup cannot assume",
      { DBInstanceIdentifier: "x" },
      { IamRoleArn: `arn:aws:iam::${home}:role/reader` },
    ],
  ])("refuses %s", async (_, metadata, more) => {
    const pointArn = await cloud.backUp(arns.orders);
    expect(await refusalOf(cloud.startRestore(pointArn, metadata as Record<string, string>, more))).toMatchObject({
      name: "InvalidParameterValueException",
      status: 400,
    });
  });

  it("ignores what a backup only remembers, and the SDK's own key", async () => {
    const pointArn = await cloud.backUp(arns.orders);
    const metadata = { DBInstanceIdentifier: "fine", KmsKeyId: "k", EngineVersion: "16", "aws:backup:request-id": "x" };
    const job = await restored(pointArn, metadata);
    expect(job.Status).toBe("COMPLETED");
    const { Metadata } = await cloud.backup.send(new GetRestoreJobMetadataCommand({ RestoreJobId: job.RestoreJobId }));
    expect(Metadata).toEqual(metadata);
  });
});

describe("a restore to a moment", () => {
  it("brings exactly the moment asked for", async () => {
    const pointArn = await continuousPoint();
    const moment = new Date(startMs + hours(1) + minutes(30));
    await restored(pointArn, { DBInstanceIdentifier: "then", Engine: "postgres", RestoreTime: moment.toISOString() });
    expect(databases.orders.map((order) => order.moment)).toEqual([moment]);
  });

  it("brings the latest moment, some minutes behind now", async () => {
    const pointArn = await continuousPoint();
    const { LatestRestorableTime: latest } =
      (
        await new RDSClient(configOf(cloud.url)).send(
          new DescribeDBInstancesCommand({ DBInstanceIdentifier: "orders" }),
        )
      ).DBInstances?.[0] ?? {};
    await restored(pointArn, { DBInstanceIdentifier: "now", Engine: "postgres", UseLatestRestorableTime: "true" });
    expect(databases.orders.map((order) => order.moment)).toEqual([latest]);
    const lagMs = startMs + hours(2) - (latest?.getTime() ?? 0);
    expect(lagMs).toBeGreaterThan(0);
    expect(lagMs).toBeLessThan(minutes(6));
  });

  it.each([
    ["without a moment", { Engine: "postgres" }, "MissingParameterValueException"],
    ["without the engine", { UseLatestRestorableTime: "true" }, "MissingParameterValueException"],
    [
      "before the window",
      { Engine: "postgres", RestoreTime: new Date(startMs).toISOString() },
      "InvalidParameterValueException",
    ],
    [
      "after the window",
      { Engine: "postgres", RestoreTime: new Date(startMs + hours(2)).toISOString() },
      "InvalidParameterValueException",
    ],
    [
      "with both",
      {
        Engine: "postgres",
        RestoreTime: new Date(startMs + hours(1.5)).toISOString(),
        UseLatestRestorableTime: "true",
      },
      "InvalidParameterValueException",
    ],
    ["with a moment that is none", { Engine: "postgres", RestoreTime: "noon" }, "InvalidParameterValueException"],
  ])("is refused %s", async (_, metadata, name) => {
    const pointArn = await continuousPoint();
    expect(await refusalOf(cloud.startRestore(pointArn, { DBInstanceIdentifier: "x", ...metadata }))).toMatchObject({
      name,
    });
  });
});

describe("restores of other things", () => {
  it("give a cluster without instances", async () => {
    const job = await restored(await cloud.backUp(arns.ledger), {
      DBClusterIdentifier: "ledger-copy",
      Engine: "aurora-postgresql",
    });
    expect(job.CreatedResourceArn).toBe(`arn:aws:rds:${frankfurt}:${home}:cluster:ledger-copy`);
    const { DBClusters } = await new RDSClient(configOf(cloud.url)).send(
      new DescribeDBClustersCommand({ DBClusterIdentifier: "ledger-copy" }),
    );
    expect(DBClusters?.[0]?.DBClusterMembers ?? []).toEqual([]);
  });

  it("give a volume with a name of the service's choice", async () => {
    const job = await restored(await cloud.backUp(arns.disk), { availabilityZone: `${frankfurt}b` });
    expect(job.CreatedResourceArn).toMatch(/:volume\/vol-[0-9a-f]{17}$/);
  });

  it("fail when tags are to be copied to a table", async () => {
    const job = await restored(
      await cloud.backUp(arns.carts),
      { targetTableName: "carts-2" },
      { CopySourceTagsToRestoredResource: true },
    );
    expect(job).toMatchObject({ Status: "FAILED", StatusMessage: expect.stringContaining("source tags") });
  });

  it("go into an existing file system, or make a new one", async () => {
    const pointArn = await cloud.backUp(arns.files);
    const into = await restored(pointArn, { newFileSystem: "false", "file-system-id": "fs-0cc" });
    expect(into).toMatchObject({ Status: "COMPLETED", CreatedResourceArn: arns.files });
    const missing = await restored(pointArn, { newFileSystem: "false", "file-system-id": "fs-none" });
    expect(missing).toMatchObject({ Status: "FAILED" });
    const fresh = await restored(pointArn, {
      newFileSystem: "true",
      Encrypted: "true",
      PerformanceMode: "generalPurpose",
      CreationToken: "t",
    });
    expect(fresh.CreatedResourceArn).toMatch(/:file-system\/fs-[0-9a-f]{17}$/);
  });

  it("fail where the role lacks the right", async () => {
    const job = await restored(
      await cloud.backUp(arns.disk),
      { availabilityZone: `${frankfurt}b` },
      { IamRoleArn: powerlessRole },
    );
    expect(job).toMatchObject({ Status: "FAILED", StatusMessage: expect.stringContaining("ec2:CreateVolume") });
  });

  it("are refused from an expired point, an unknown one, another account's, and under a vault's denial", async () => {
    const pointArn = await cloud.backUp(arns.disk);
    const start = () => cloud.startRestore(pointArn, { availabilityZone: "x" });
    const point = cloud.world.accounts[home]?.regions[frankfurt]?.recoveryPoints[pointArn];
    if (point) point.status = "EXPIRED";
    expect(await refusalOf(start())).toMatchObject({ name: "InvalidRequestException" });
    if (point) point.status = "COMPLETED";
    expect(await refusalOf(cloud.startRestore(`${pointArn}0`, {}))).toMatchObject({
      name: "ResourceNotFoundException",
    });
    const theirs = new BackupClient(configOf(cloud.url, { key: otherKey }));
    const foreign = new StartRestoreJobCommand({
      RecoveryPointArn: pointArn,
      Metadata: { availabilityZone: "x" },
      IamRoleArn: serviceRole,
    });
    expect(await refusalOf(theirs.send(foreign))).toMatchObject({ name: "ResourceNotFoundException" });
    const policy = { Statement: { Effect: "Deny", Principal: "*", Action: "backup:StartRestoreJob", Resource: "*" } };
    await cloud.backup.send(
      new PutBackupVaultAccessPolicyCommand({ BackupVaultName: "main", Policy: JSON.stringify(policy) }),
    );
    expect(await refusalOf(start())).toMatchObject({ name: "AccessDeniedException", status: 403 });
  });
});

describe("what a restore is planned from", () => {
  it("is the settings of the source, without the new name", async () => {
    const pointArn = await cloud.backUp(arns.orders);
    const { RestoreMetadata } = await cloud.backup.send(
      new GetRecoveryPointRestoreMetadataCommand({ BackupVaultName: "main", RecoveryPointArn: pointArn }),
    );
    expect(RestoreMetadata).toEqual({ Engine: "postgres", DBInstanceClass: "db.t4g.small", KmsKeyId: "k" });
  });

  it.each(["orders", "ledger", "disk", "host", "carts", "files", "uploads"] as const)(
    "and what restore testing infers, which a restore of %s takes as it is",
    async (name) => {
      const pointArn = await cloud.backUp(arns[name]);
      const { InferredMetadata } = await cloud.backup.send(
        new GetRestoreTestingInferredMetadataCommand({ BackupVaultName: "main", RecoveryPointArn: pointArn }),
      );
      expect(await restored(pointArn, InferredMetadata ?? {})).toMatchObject({
        Status: "COMPLETED",
        CreatedResourceArn: expect.any(String),
      });
    },
  );
});

describe("a validation result", () => {
  it("is set once and then stands", async () => {
    const id = await cloud.startRestore(await cloud.backUp(arns.disk), { availabilityZone: "x" });
    const put = (status: "SUCCESSFUL" | "FAILED") =>
      cloud.backup.send(new PutRestoreValidationResultCommand({ RestoreJobId: id, ValidationStatus: status }));
    expect(await refusalOf(put("SUCCESSFUL"))).toMatchObject({ name: "InvalidRequestException" });
    await cloud.advance(hours(1));
    await put("SUCCESSFUL");
    expect(await refusalOf(put("FAILED"))).toMatchObject({ name: "InvalidRequestException" });
    expect(await cloud.restoreOf(id)).toMatchObject({ ValidationStatus: "SUCCESSFUL" });
  });
});
