import {
  CancelLegalHoldCommand,
  CreateLegalHoldCommand,
  CreateLogicallyAirGappedBackupVaultCommand,
  DeleteBackupVaultCommand,
  DeleteBackupVaultLockConfigurationCommand,
  DeleteRecoveryPointCommand,
  DescribeBackupVaultCommand,
  DescribeRecoveryPointCommand,
  ListRecoveryPointsByBackupVaultCommand,
  PutBackupVaultLockConfigurationCommand,
  UpdateRecoveryPointLifecycleCommand,
} from "@aws-sdk/client-backup";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { days, hours, minutes, refusalOf, startTestCloud, type TestCloud } from "@/sandbox/aws/testing/test-cloud";
import { arns, frankfurt, home, powerlessRole } from "@/sandbox/aws/testing/test-world";

let cloud: TestCloud;
let pointArn: string;

beforeEach(async () => {
  cloud = await startTestCloud();
  pointArn = await cloud.backUp(arns.disk, { Lifecycle: { DeleteAfterDays: 20 } });
});

afterEach(() => cloud.stop());

const remove = (arn = pointArn) =>
  cloud.backup.send(new DeleteRecoveryPointCommand({ BackupVaultName: "main", RecoveryPointArn: arn }));
const describePoint = () =>
  cloud.backup.send(new DescribeRecoveryPointCommand({ BackupVaultName: "main", RecoveryPointArn: pointArn }));
const count = async () =>
  (await cloud.backup.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: "main" }))).RecoveryPoints
    ?.length;
const lock = (more: object) =>
  cloud.backup.send(new PutBackupVaultLockConfigurationCommand({ BackupVaultName: "main", ...more }));
const unlock = () => cloud.backup.send(new DeleteBackupVaultLockConfigurationCommand({ BackupVaultName: "main" }));
const setLifecycle = (Lifecycle: object) =>
  cloud.backup.send(
    new UpdateRecoveryPointLifecycleCommand({ BackupVaultName: "main", RecoveryPointArn: pointArn, Lifecycle }),
  );

describe("a recovery point", () => {
  it("is gone once deleted", async () => {
    await remove();
    expect(await count()).toBe(0);
    expect(await refusalOf(describePoint())).toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("whose role may not delete it stays behind, expired, although the deletion was accepted", async () => {
    const point = cloud.world.accounts[home]?.regions[frankfurt]?.recoveryPoints[pointArn];
    if (point) point.iamRoleArn = powerlessRole;
    await remove();
    expect(await describePoint()).toMatchObject({
      Status: "EXPIRED",
      StatusMessage: expect.stringContaining("ec2:DeleteSnapshot"),
    });
  });

  it("keeps its vault from being deleted", async () => {
    expect(await refusalOf(cloud.backup.send(new DeleteBackupVaultCommand({ BackupVaultName: "main" })))).toMatchObject(
      { name: "InvalidRequestException" },
    );
    await remove();
    await cloud.backup.send(new DeleteBackupVaultCommand({ BackupVaultName: "main" }));
    expect(
      await refusalOf(cloud.backup.send(new DescribeBackupVaultCommand({ BackupVaultName: "main" }))),
    ).toMatchObject({ name: "AccessDeniedException", status: 403 });
  });

  it("is not shortened below its age and a day", async () => {
    await cloud.advance(days(5));
    expect(await refusalOf(setLifecycle({ DeleteAfterDays: 5 }))).toMatchObject({
      name: "InvalidParameterValueException",
    });
    expect(await setLifecycle({ DeleteAfterDays: 6 })).toMatchObject({
      CalculatedLifecycle: { DeleteAt: expect.any(Date) },
    });
    await cloud.advance(days(1) + hours(8));
    expect(await count()).toBe(0);
  });

  it("kept for longer outlives its first date", async () => {
    await setLifecycle({ DeleteAfterDays: 30 });
    await cloud.advance(days(25));
    expect(await count()).toBe(1);
    await cloud.advance(days(6));
    expect(await count()).toBe(0);
  });
});

describe("a vault lock", () => {
  it("in governance mode keeps points, and can be taken off", async () => {
    await lock({ MinRetentionDays: 5 });
    expect(await refusalOf(remove())).toMatchObject({ name: "InvalidRequestException" });
    expect(await refusalOf(setLifecycle({ DeleteAfterDays: 10 }))).toMatchObject({ name: "InvalidRequestException" });
    await setLifecycle({ DeleteAfterDays: 40 });
    await unlock();
    await remove();
    expect(await count()).toBe(0);
  });

  it("in compliance mode can be taken off until its date and never after", async () => {
    await lock({ MinRetentionDays: 5, ChangeableForDays: 3 });
    expect(await cloud.backup.send(new DescribeBackupVaultCommand({ BackupVaultName: "main" }))).toMatchObject({
      Locked: true,
      LockDate: expect.any(Date),
    });
    await cloud.advance(days(3) - 1);
    await lock({ MinRetentionDays: 5, ChangeableForDays: 3 });
    await cloud.advance(days(3));
    expect(await refusalOf(unlock())).toMatchObject({ name: "InvalidRequestException" });
    expect(await refusalOf(lock({ MinRetentionDays: 1 }))).toMatchObject({ name: "InvalidRequestException" });
  });

  it.each([
    ["a minimum of no days", { MinRetentionDays: 0 }],
    ["a maximum beyond a hundred years", { MaxRetentionDays: 36_501 }],
    ["a minimum above the maximum", { MinRetentionDays: 8, MaxRetentionDays: 7 }],
    ["less than three days to change one's mind", { ChangeableForDays: 2 }],
  ])("is refused with %s", async (_, more) => {
    expect(await refusalOf(lock(more))).toMatchObject({ name: "InvalidParameterValueException" });
  });
});

describe("a logically air-gapped vault", () => {
  it("is made in a moment, is locked from its first day, and needs a week", async () => {
    const create = (MinRetentionDays: number) =>
      cloud.backup.send(
        new CreateLogicallyAirGappedBackupVaultCommand({
          BackupVaultName: "gapped",
          MinRetentionDays,
          MaxRetentionDays: 90,
        }),
      );
    expect(await refusalOf(create(6))).toMatchObject({ name: "InvalidParameterValueException" });
    expect(await create(7)).toMatchObject({ VaultState: "CREATING" });
    await cloud.advance(minutes(1));
    expect(await cloud.backup.send(new DescribeBackupVaultCommand({ BackupVaultName: "gapped" }))).toMatchObject({
      VaultState: "AVAILABLE",
      VaultType: "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
      Locked: true,
      MinRetentionDays: 7,
    });
    expect(
      await refusalOf(cloud.backup.send(new DeleteBackupVaultLockConfigurationCommand({ BackupVaultName: "gapped" }))),
    ).toMatchObject({ name: "InvalidRequestException" });
  });
});

describe("a legal hold", () => {
  it("keeps its points from deletion by hand and by age until it is cancelled", async () => {
    const { LegalHoldId } = await cloud.backup.send(
      new CreateLegalHoldCommand({
        Title: "t",
        Description: "d",
        RecoveryPointSelection: { VaultNames: ["main"], ResourceIdentifiers: [arns.disk] },
      }),
    );
    await cloud.advance(minutes(1));
    expect(await refusalOf(remove())).toMatchObject({
      name: "InvalidRequestException",
      message: expect.stringContaining(LegalHoldId ?? "?"),
    });
    await cloud.advance(days(25));
    expect(await count()).toBe(1);
    await cloud.backup.send(new CancelLegalHoldCommand({ LegalHoldId, CancelDescription: "over" }));
    await cloud.advance(days(2));
    expect(await count()).toBe(0);
  });

  it("leaves alone what lies outside its scope", async () => {
    await cloud.backup.send(
      new CreateLegalHoldCommand({
        Title: "t",
        Description: "d",
        RecoveryPointSelection: { ResourceIdentifiers: [arns.files] },
      }),
    );
    await cloud.advance(minutes(1));
    await remove();
    expect(await count()).toBe(0);
  });
});
