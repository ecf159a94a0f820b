import {
  BackupClient,
  CreateBackupVaultCommand,
  DeleteBackupPlanCommand,
  DescribeCopyJobCommand,
  DescribeRecoveryPointCommand,
  GetBackupPlanCommand,
  ListBackupJobsCommand,
  ListCopyJobsCommand,
  ListProtectedResourcesCommand,
  ListRecoveryPointsByBackupVaultCommand,
  PutBackupVaultAccessPolicyCommand,
  PutBackupVaultLockConfigurationCommand,
  StartCopyJobCommand,
  StopBackupJobCommand,
  UpdateBackupPlanCommand,
  UpdateGlobalSettingsCommand,
} from "@aws-sdk/client-backup";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  configOf,
  days,
  hours,
  minutes,
  refusalOf,
  startTestCloud,
  type TestCloud,
} from "@/sandbox/aws/testing/test-cloud";
import {
  arns,
  frankfurt,
  home,
  other,
  otherKey,
  powerlessRole,
  serviceRole,
  startMs,
  virginia,
} from "@/sandbox/aws/testing/test-world";

let cloud: TestCloud;

beforeEach(async () => {
  cloud = await startTestCloud();
});

afterEach(() => cloud.stop());

const pointsOf = async (vault = "main") =>
  (await cloud.backup.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: vault }))).RecoveryPoints ??
  [];
const jobs = async () => (await cloud.backup.send(new ListBackupJobsCommand({}))).BackupJobs ?? [];
const troubled = (arn: string) => {
  const resource = cloud.world.accounts[home]?.regions[frankfurt]?.resources[arn];
  if (!resource) throw new Error(`No ${arn}.`);
  return resource.troubles;
};

describe("an on-demand backup", () => {
  it("is created, runs and completes as time passes, and no sooner", async () => {
    const id = await cloud.startBackup(arns.orders);
    expect(await cloud.jobOf(id)).toMatchObject({ State: "CREATED", PercentDone: "0.0" });
    await cloud.advance(minutes(1) + 5000);
    const running = await cloud.jobOf(id);
    expect(running).toMatchObject({ State: "RUNNING" });
    expect(Number(running.PercentDone)).toBeGreaterThan(0);
    expect(await pointsOf()).toMatchObject([{ Status: "CREATING", ResourceArn: arns.orders }]);
    await cloud.advance(minutes(10));
    const done = await cloud.jobOf(id);
    expect(done).toMatchObject({ State: "COMPLETED", PercentDone: "100.0", MessageCategory: "SUCCESS" });
    const [point] = await pointsOf();
    expect(point).toMatchObject({ RecoveryPointArn: done.RecoveryPointArn, Status: "COMPLETED" });
    expect(point?.CompletionDate?.getTime()).toBeGreaterThanOrEqual(
      point?.InitiationDate?.getTime() ?? Number.POSITIVE_INFINITY,
    );
  });

  it("names the point as its service does", async () => {
    expect(await cloud.backUp(arns.orders)).toMatch(
      /^arn:aws:rds:eu-central-1:111111111111:snapshot:awsbackup:job-[0-9a-f-]{36}$/,
    );
    expect(await cloud.backUp(arns.ledger)).toMatch(
      /^arn:aws:rds:eu-central-1:111111111111:cluster-snapshot:awsbackup:job-/,
    );
    expect(await cloud.backUp(arns.disk)).toMatch(/^arn:aws:ec2:eu-central-1::snapshot\/snap-0[0-9a-f]{16}$/);
    expect(await cloud.backUp(arns.files)).toMatch(
      /^arn:aws:backup:eu-central-1:111111111111:recovery-point:[0-9A-F-]{36}$/,
    );
  });

  it("starts once for one token, and refuses the token with other parameters", async () => {
    const first = await cloud.startBackup(arns.disk, { IdempotencyToken: "again" });
    expect(await cloud.startBackup(arns.disk, { IdempotencyToken: "again" })).toBe(first);
    expect(await jobs()).toHaveLength(1);
    expect(await refusalOf(cloud.startBackup(arns.host, { IdempotencyToken: "again" }))).toMatchObject({
      name: "InvalidRequestException",
      status: 400,
    });
  });

  it("waits while another job runs for the resource, and expires with its start window", async () => {
    const first = await cloud.startBackup(arns.disk);
    await cloud.advance(minutes(1) + 1000);
    expect(await cloud.jobOf(first)).toMatchObject({ State: "RUNNING" });
    const region = cloud.world.accounts[home]?.regions[frankfurt];
    const program = region?.backupJobs[first]?.program;
    if (program) program.endsAtMs += days(1);
    const second = await cloud.startBackup(arns.disk, { StartWindowMinutes: 60 });
    await cloud.advance(minutes(50));
    expect(await cloud.jobOf(second)).toMatchObject({ State: "CREATED" });
    await cloud.advance(minutes(20));
    expect(await cloud.jobOf(second)).toMatchObject({
      State: "EXPIRED",
      StatusMessage: expect.stringContaining("there was a running job for the same resource"),
    });
  });

  it("can be stopped, but not for a database instance", async () => {
    const id = await cloud.startBackup(arns.disk);
    await cloud.backup.send(new StopBackupJobCommand({ BackupJobId: id }));
    expect(await cloud.jobOf(id)).toMatchObject({ State: "ABORTING" });
    await cloud.advance(minutes(5));
    expect(await cloud.jobOf(id)).toMatchObject({ State: "ABORTED", StatusMessage: "Backup job was stopped by user." });
    expect(await pointsOf()).toEqual([]);
    const database = await cloud.startBackup(arns.orders);
    expect(await refusalOf(cloud.backup.send(new StopBackupJobCommand({ BackupJobId: database })))).toMatchObject({
      name: "InvalidRequestException",
    });
  });

  it("fails where its role lacks the right, and leaves no point", async () => {
    const id = await cloud.startBackup(arns.disk, { IamRoleArn: powerlessRole });
    await cloud.advance(minutes(30));
    expect(await cloud.jobOf(id)).toMatchObject({
      State: "FAILED",
      MessageCategory: "ACCESS_DENIED",
      StatusMessage: expect.stringContaining("ec2:CreateSnapshot"),
    });
    expect(await pointsOf()).toEqual([]);
  });

  it.each([
    ["an unknown vault", { BackupVaultName: "nowhere" }, "AccessDeniedException", 403],
    [
      "a role that AWS Backup cannot assume",
      { IamRoleArn: `arn:aws:iam::${home}:role/reader` },
      "InvalidParameterValueException",
      400,
    ],
    ["an unknown role", { IamRoleArn: `arn:aws:iam::${home}:role/nobody` }, "InvalidParameterValueException", 400],
    ["an unknown resource", { ResourceArn: `${arns.disk}x` }, "ResourceNotFoundException", 400],
    [
      "a lifecycle with less than 90 cold days",
      { Lifecycle: { MoveToColdStorageAfterDays: 10, DeleteAfterDays: 99 } },
      "InvalidParameterValueException",
      400,
    ],
    ["a start window below an hour", { StartWindowMinutes: 59 }, "InvalidParameterValueException", 400],
  ])("refuses %s", async (_, more, name, status) => {
    expect(await refusalOf(cloud.startBackup(arns.disk, more))).toMatchObject({ name, status });
  });

  it("accepts a lifecycle with exactly 90 cold days and moves the point when they begin", async () => {
    const arn = await cloud.backUp(arns.disk, { Lifecycle: { MoveToColdStorageAfterDays: 10, DeleteAfterDays: 100 } });
    const describe = () =>
      cloud.backup.send(new DescribeRecoveryPointCommand({ BackupVaultName: "main", RecoveryPointArn: arn }));
    expect(await describe()).toMatchObject({ StorageClass: "WARM" });
    await cloud.advance(days(10));
    expect(await describe()).toMatchObject({ StorageClass: "COLD" });
    await cloud.advance(days(89));
    expect(await pointsOf()).toHaveLength(1);
    await cloud.advance(days(1) + hours(8));
    expect(await pointsOf()).toHaveLength(0);
  });

  it("leaves the lists of jobs after thirty days", async () => {
    await cloud.backUp(arns.disk);
    await cloud.advance(days(29));
    expect(await jobs()).toHaveLength(1);
    await cloud.advance(days(1));
    expect(await jobs()).toHaveLength(0);
  });

  it("outside the retention of a locked vault fails", async () => {
    await cloud.backup.send(
      new PutBackupVaultLockConfigurationCommand({
        BackupVaultName: "main",
        MinRetentionDays: 7,
        MaxRetentionDays: 30,
      }),
    );
    for (const [keepDays, state] of [
      [6, "FAILED"],
      [7, "COMPLETED"],
      [30, "COMPLETED"],
      [31, "FAILED"],
    ] as const) {
      const id = await cloud.startBackup(arns.disk, { Lifecycle: { DeleteAfterDays: keepDays } });
      await cloud.advance(minutes(30));
      expect([keepDays, (await cloud.jobOf(id)).State]).toEqual([keepDays, state]);
    }
  });
});

describe("a plan", () => {
  it("makes its due runs as time passes, with points and their creator", async () => {
    const planId = await cloud.plan(
      { ScheduleExpression: "cron(0 * ? * * *)", Lifecycle: { DeleteAfterDays: 1 } },
      { Resources: [arns.disk, arns.files] },
    );
    await cloud.advance(hours(3) + minutes(30));
    const points = await pointsOf();
    expect(points).toHaveLength(6);
    expect(points[0]?.CreatedBy).toMatchObject({ BackupPlanId: planId, BackupRuleName: "rule" });
    expect((await cloud.backup.send(new GetBackupPlanCommand({ BackupPlanId: planId }))).LastExecutionDate).toEqual(
      new Date(startMs + hours(3)),
    );
    await cloud.advance(days(2));
    expect((await pointsOf()).length).toBeLessThanOrEqual(2 * 33);
    const listed = (await cloud.backup.send(new ListProtectedResourcesCommand({}))).Results;
    expect(listed?.map(({ ResourceArn }) => ResourceArn)).toEqual([arns.disk, arns.files]);
  });

  it("keeps one continuous point, and gives another plan a snapshot with a remark", async () => {
    await cloud.plan({
      ScheduleExpression: "cron(0 * ? * * *)",
      EnableContinuousBackup: true,
      Lifecycle: { DeleteAfterDays: 14 },
    });
    await cloud.advance(hours(3) + minutes(30));
    const [continuous, ...rest] = await pointsOf();
    expect(rest).toEqual([]);
    expect(continuous).toMatchObject({
      Status: "AVAILABLE",
      RecoveryPointArn: expect.stringContaining(":recovery-point:continuous:"),
    });
    const region = cloud.world.accounts[home]?.regions[frankfurt];
    for (const plan of Object.values(region?.plans ?? {})) plan.name = "first";
    await cloud.plan({
      RuleName: "other",
      ScheduleExpression: "cron(30 * ? * * *)",
      EnableContinuousBackup: true,
      Lifecycle: { DeleteAfterDays: 7 },
    });
    await cloud.advance(hours(1) + minutes(20));
    const remark = (await jobs()).find(({ CreatedBy }) => CreatedBy?.BackupRuleName === "other");
    expect(remark).toMatchObject({ State: "COMPLETED", MessageCategory: "PITR_ALREADY_CONFIGURED" });
    expect((await pointsOf()).filter(({ Status }) => Status === "COMPLETED")).toHaveLength(1);
  });

  it("shows a resource's trouble as failed, missed and expired runs", async () => {
    troubled(arns.disk).push({ kind: "backup_fails", sinceMs: startMs, message: "The key may not be used." });
    troubled(arns.files).push({ kind: "runs_missed", sinceMs: startMs });
    troubled(arns.host).push({ kind: "window_missed", sinceMs: startMs });
    await cloud.plan(
      { ScheduleExpression: "cron(0 9 ? * * *)", StartWindowMinutes: 60 },
      { Resources: [arns.disk, arns.files, arns.host] },
    );
    await cloud.advance(hours(3));
    const found = (await jobs()).map(({ ResourceArn, State, StatusMessage }) => ({
      ResourceArn,
      State,
      StatusMessage,
    }));
    expect(found).toHaveLength(2);
    expect(found).toContainEqual({
      ResourceArn: arns.disk,
      State: "FAILED",
      StatusMessage: "The key may not be used.",
    });
    expect(found).toContainEqual(expect.objectContaining({ ResourceArn: arns.host, State: "EXPIRED" }));
  });

  it("copies its points to where its rule says", async () => {
    const destination = `arn:aws:backup:${virginia}:${home}:backup-vault:main`;
    await cloud.plan(
      {
        ScheduleExpression: "cron(0 9 ? * * *)",
        CopyActions: [{ DestinationBackupVaultArn: destination, Lifecycle: { DeleteAfterDays: 9 } }],
      },
      { Resources: [arns.disk] },
    );
    await cloud.advance(hours(2));
    const [source] = await pointsOf();
    const far = new BackupClient(configOf(cloud.url, { region: virginia }));
    const copies = (await far.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: "main" })))
      .RecoveryPoints;
    expect(copies).toMatchObject([
      {
        Status: "COMPLETED",
        CreationDate: source?.CreationDate,
        Lifecycle: { DeleteAfterDays: 9 },
        SourceBackupVaultArn: expect.stringContaining(frankfurt),
      },
    ]);
  });

  it("that was updated runs by its new rules and no longer by its old ones", async () => {
    const planId = await cloud.plan({ ScheduleExpression: "cron(0 * ? * * *)" }, { Resources: [arns.disk] });
    await cloud.advance(hours(1) + minutes(30));
    const Rules = [{ RuleName: "later", TargetBackupVaultName: "second", ScheduleExpression: "cron(0 * ? * * *)" }];
    await cloud.backup.send(
      new UpdateBackupPlanCommand({ BackupPlanId: planId, BackupPlan: { BackupPlanName: "plan", Rules } }),
    );
    await cloud.advance(hours(2));
    expect([await pointsOf("main"), await pointsOf("second")].map(({ length }) => length)).toEqual([1, 2]);
  });

  it("backs a cluster up with the parts it had, and in part where one of them fails", async () => {
    const region = cloud.world.accounts[home]?.regions[frankfurt];
    const volume = region?.resources[arns.disk];
    const first = await cloud.backUp(arns.disk);
    const parent = region?.recoveryPoints[first];
    if (!region || !volume || !parent) throw new Error("The test world lacks its volume.");
    const cluster = `arn:aws:eks:${frankfurt}:${home}:cluster/shop`;
    region.resources[cluster] = { ...structuredClone(volume), arn: cluster, type: "EKS", name: "shop" };
    const before = await cloud.backUp(cluster);
    const earlier = region.recoveryPoints[before];
    if (earlier) earlier.isParent = true;
    parent.parentArn = before;
    const { RecoveryPoints: nested } = await cloud.backup.send(
      new ListRecoveryPointsByBackupVaultCommand({
        BackupVaultName: "main",
        ByParentRecoveryPointArn: await cloud.backUp(cluster),
      }),
    );
    expect(nested).toMatchObject([{ ResourceArn: arns.disk, Status: "COMPLETED", IsParent: false }]);
    volume.troubles.push({ kind: "backup_fails", sinceMs: startMs, message: "The volume is busy." });
    const partial = await cloud.backUp(cluster, {}, "PARTIAL");
    expect(region.recoveryPoints[partial]).toMatchObject({ status: "PARTIAL", isParent: true });
    const job = (await jobs()).find(({ State }) => State === "PARTIAL");
    expect(await cloud.jobOf(job?.BackupJobId ?? "")).toMatchObject({
      NumberOfChildJobs: 1,
      ChildJobsInState: { FAILED: 1 },
    });
  });

  it("cannot be deleted while it has a selection", async () => {
    const planId = await cloud.plan({});
    expect(await refusalOf(cloud.backup.send(new DeleteBackupPlanCommand({ BackupPlanId: planId })))).toMatchObject({
      name: "InvalidRequestException",
    });
  });

  it.each([
    ["a schedule that is none", { ScheduleExpression: "rate(1 hour)" }],
    ["an unknown vault", { TargetBackupVaultName: "nowhere" }],
    ["a continuous rule beyond 35 days", { EnableContinuousBackup: true, Lifecycle: { DeleteAfterDays: 36 } }],
    [
      "a continuous rule with cold storage",
      { EnableContinuousBackup: true, Lifecycle: { DeleteAfterDays: 35, MoveToColdStorageAfterDays: 1 } },
    ],
  ])("refuses %s", async (_, rule) => {
    expect(await refusalOf(cloud.plan(rule))).toMatchObject({ name: "InvalidParameterValueException", status: 400 });
  });
});

describe("a copy", () => {
  const copy = (RecoveryPointArn: string, DestinationBackupVaultArn: string) =>
    cloud.backup.send(
      new StartCopyJobCommand({
        SourceBackupVaultName: "main",
        RecoveryPointArn,
        DestinationBackupVaultArn,
        IamRoleArn: serviceRole,
      }),
    );
  const ended = async (CopyJobId: string | undefined) => {
    await cloud.advance(hours(1));
    return (await cloud.backup.send(new DescribeCopyJobCommand({ CopyJobId }))).CopyJob;
  };

  it("of another account needs its vault's leave and the organisation's", async () => {
    const arn = await cloud.backUp(arns.disk);
    const destination = `arn:aws:backup:${frankfurt}:${other}:backup-vault:main`;
    expect(await ended((await copy(arn, destination)).CopyJobId)).toMatchObject({
      State: "FAILED",
      StatusMessage: expect.stringContaining("not enabled"),
    });
    await cloud.backup.send(
      new UpdateGlobalSettingsCommand({ GlobalSettings: { isCrossAccountBackupEnabled: "true" } }),
    );
    expect(await ended((await copy(arn, destination)).CopyJobId)).toMatchObject({
      State: "FAILED",
      StatusMessage: expect.stringContaining("CopyIntoBackupVault"),
    });
    const theirs = new BackupClient(configOf(cloud.url, { key: otherKey }));
    const policy = {
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${home}:root` },
          Action: "backup:CopyIntoBackupVault",
          Resource: "*",
        },
      ],
    };
    await theirs.send(
      new PutBackupVaultAccessPolicyCommand({ BackupVaultName: "main", Policy: JSON.stringify(policy) }),
    );
    expect(await ended((await copy(arn, destination)).CopyJobId)).toMatchObject({
      State: "COMPLETED",
      DestinationRecoveryPointArn: expect.any(String),
    });
    expect((await cloud.backup.send(new ListCopyJobsCommand({ ByState: "FAILED" }))).CopyJobs).toHaveLength(2);
  });

  it("never starts from a continuous point", async () => {
    await cloud.plan({
      ScheduleExpression: "cron(0 9 ? * * *)",
      EnableContinuousBackup: true,
      Lifecycle: { DeleteAfterDays: 14 },
    });
    await cloud.advance(hours(2));
    const [point] = await pointsOf();
    await cloud.backup.send(new CreateBackupVaultCommand({ BackupVaultName: "third" }));
    const destination = `arn:aws:backup:${frankfurt}:${home}:backup-vault:third`;
    expect(await refusalOf(copy(point?.RecoveryPointArn ?? "", destination))).toMatchObject({
      name: "InvalidRequestException",
    });
  });
});
