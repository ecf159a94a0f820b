import {
  BackupClient,
  DescribeRecoveryPointCommand,
  ListBackupVaultsCommand,
  ListRecoveryPointsByBackupVaultCommand,
  paginateListRecoveryPointsByBackupVault,
  StartBackupJobCommand,
  StartRestoreJobCommand,
} from "@aws-sdk/client-backup";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Credentials,
  configOf,
  hours,
  minutes,
  refusalOf,
  startTestCloud,
  type TestCloud,
} from "@/sandbox/aws/testing/test-cloud";
import {
  arns,
  externalId,
  frankfurt,
  home,
  homeKey,
  other,
  otherKey,
  readRole,
  serviceRole,
} from "@/sandbox/aws/testing/test-world";

let cloud: TestCloud;

beforeEach(async () => {
  cloud = await startTestCloud();
});

afterEach(() => cloud.stop());

const assume = async (more: object = {}, key = homeKey) => {
  const sts = new STSClient(configOf(cloud.url, { key }));
  return sts.send(
    new AssumeRoleCommand({ RoleArn: readRole, RoleSessionName: "test", ExternalId: externalId, ...more }),
  );
};

const asReader = async (more: object = {}): Promise<Credentials> => {
  const { Credentials: given } = await assume(more);
  return {
    accessKeyId: given?.AccessKeyId ?? "",
    secretAccessKey: given?.SecretAccessKey ?? "",
    sessionToken: given?.SessionToken ?? "",
  };
};

const list = (client: BackupClient) => client.send(new ListBackupVaultsCommand({}));
const clientOf = (options: Parameters<typeof configOf>[1]) => new BackupClient(configOf(cloud.url, options));

describe("a role", () => {
  it("is assumed with the agreed external id, and the session is the role's", async () => {
    const credentials = await asReader();
    const identity = await new STSClient(configOf(cloud.url, { credentials })).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: home, Arn: `arn:aws:sts::${home}:assumed-role/reader/test` });
    expect((await list(clientOf({ credentials }))).BackupVaultList).toHaveLength(2);
  });

  it.each([
    ["a wrong external id", { ExternalId: "other words" }, homeKey],
    ["no external id", { ExternalId: undefined }, homeKey],
    ["an unknown role", { RoleArn: `${readRole}s` }, homeKey],
    ["an account it does not trust", {}, otherKey],
  ])("is refused to %s", async (_, more, key) => {
    expect(await refusalOf(assume(more, key))).toMatchObject({ name: "AccessDenied", status: 403 });
  });

  it("may read and not restore", async () => {
    const arn = await cloud.backUp(arns.disk);
    const reader = clientOf({ credentials: await asReader() });
    await reader.send(new DescribeRecoveryPointCommand({ BackupVaultName: "main", RecoveryPointArn: arn }));
    const start = new StartRestoreJobCommand({
      RecoveryPointArn: arn,
      Metadata: { availabilityZone: "a" },
      IamRoleArn: serviceRole,
    });
    expect(await refusalOf(reader.send(start))).toMatchObject({ name: "AccessDeniedException", status: 403 });
    const rds = new RDSClient(configOf(cloud.url, { credentials: await asReader() }));
    expect(await refusalOf(rds.send(new DescribeDBInstancesCommand({})))).toMatchObject({
      name: "AccessDenied",
      status: 403,
    });
  });

  it("with an explicit denial may not do what it is otherwise allowed", async () => {
    const role = cloud.world.accounts[home]?.roles[readRole];
    role?.deniedActions.push("backup:ListBackupVaults");
    expect(await refusalOf(list(clientOf({ credentials: await asReader() })))).toMatchObject({
      name: "AccessDeniedException",
    });
  });

  it("must be one that the caller may pass on", async () => {
    const role = cloud.world.accounts[home]?.roles[readRole];
    role?.allowedActions.push("backup:StartBackupJob");
    const credentials = await asReader();
    await cloud.startBackup(arns.disk);
    const command = new StartBackupJobCommand({
      BackupVaultName: "main",
      ResourceArn: arns.disk,
      IamRoleArn: serviceRole,
    });
    expect(await refusalOf(clientOf({ credentials }).send(command))).toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("iam:PassRole"),
    });
  });
});

describe("credentials", () => {
  it("that are unknown, or whose session token is another's, are not recognised", async () => {
    expect(await refusalOf(list(clientOf({ key: "AKIANOBODY" })))).toMatchObject({
      name: "UnrecognizedClientException",
      status: 403,
    });
    const credentials = { ...(await asReader()), sessionToken: "forged" };
    expect(await refusalOf(list(clientOf({ credentials })))).toMatchObject({ name: "UnrecognizedClientException" });
  });

  it("expire", async () => {
    const credentials = await asReader({ DurationSeconds: 900 });
    await cloud.advance(minutes(15) - 1);
    await list(clientOf({ credentials }));
    await cloud.advance(1);
    expect(await refusalOf(list(clientOf({ credentials })))).toMatchObject({
      name: "ExpiredTokenException",
      status: 403,
    });
  });

  it("do not reach a region that is switched off or does not exist", async () => {
    const region = cloud.world.accounts[home]?.regions["us-east-1"];
    if (region) region.enabled = false;
    for (const name of ["us-east-1", "mars-north-1"])
      expect(await refusalOf(list(clientOf({ region: name })))).toMatchObject({ name: "UnrecognizedClientException" });
    expect(
      await refusalOf(
        new RDSClient(configOf(cloud.url, { region: "us-east-1" })).send(new DescribeDBInstancesCommand({})),
      ),
    ).toMatchObject({ name: "InvalidClientTokenId" });
  });

  it("are asked for at all", async () => {
    const response = await fetch(`${cloud.url}/backup-vaults/`);
    expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([
      403,
      "MissingAuthenticationTokenException",
    ]);
  });
});

describe("accounts and regions", () => {
  it("see nothing of each other", async () => {
    const arn = await cloud.backUp(arns.disk);
    const theirs = clientOf({ key: otherKey });
    const elsewhere = clientOf({ region: "us-east-1" });
    for (const client of [theirs, elsewhere]) {
      expect(
        (await client.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: "main" }))).RecoveryPoints,
      ).toEqual([]);
      const start = new StartRestoreJobCommand({
        RecoveryPointArn: arn,
        Metadata: { availabilityZone: "a" },
        IamRoleArn: serviceRole,
      });
      expect(await refusalOf(client.send(start))).toMatchObject({ name: "ResourceNotFoundException" });
    }
    const vaults = (await list(theirs)).BackupVaultList ?? [];
    expect(vaults.every(({ BackupVaultArn }) => BackupVaultArn?.includes(`:${frankfurt}:${other}:`))).toBe(true);
  });
});

describe("paging", () => {
  const fill = async () => {
    await cloud.plan({ ScheduleExpression: "cron(0 * ? * * *)" }, { Resources: [arns.disk, arns.files, arns.carts] });
    await cloud.advance(hours(8) + minutes(30));
  };

  it("visits every point once, newest first, also while new ones arrive", async () => {
    await fill();
    const seen: string[] = [];
    const created: number[] = [];
    const pages = paginateListRecoveryPointsByBackupVault(
      { client: cloud.backup, pageSize: 5 },
      { BackupVaultName: "main" },
    );
    for await (const page of pages) {
      expect(page.RecoveryPoints?.length).toBeLessThanOrEqual(5);
      for (const point of page.RecoveryPoints ?? []) {
        seen.push(point.RecoveryPointArn ?? "");
        created.push(point.CreationDate?.getTime() ?? 0);
      }
      if (seen.length === 5) await cloud.advance(hours(1));
    }
    expect(seen).toHaveLength(24);
    expect(new Set(seen).size).toBe(24);
    expect(created).toEqual([...created].sort((left, right) => right - left));
  });

  it("answers no token when the last page is exactly full", async () => {
    await fill();
    const page = await cloud.backup.send(
      new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: "main", MaxResults: 24 }),
    );
    expect(page.RecoveryPoints).toHaveLength(24);
    expect(page.NextToken).toBeUndefined();
  });

  it("refuses a token of another account, another filter, or of nobody's", async () => {
    await fill();
    const first = await cloud.backup.send(
      new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: "main", MaxResults: 5 }),
    );
    expect(first.NextToken).toBeDefined();
    const next = (client: BackupClient, more: object) =>
      client.send(
        new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: "main", NextToken: first.NextToken, ...more }),
      );
    expect((await next(cloud.backup, {})).RecoveryPoints).toHaveLength(19);
    const attempts: [BackupClient, object][] = [
      [clientOf({ key: otherKey }), {}],
      [cloud.backup, { ByResourceType: "EBS" }],
      [cloud.backup, { NextToken: "abc" }],
    ];
    for (const [client, more] of attempts)
      expect(await refusalOf(next(client, more))).toMatchObject({ name: "InvalidParameterValueException" });
  });
});
