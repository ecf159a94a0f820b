import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DescribeInstancesCommand, DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeFileSystemsCommand, EFSClient } from "@aws-sdk/client-efs";
import {
  AddTagsToResourceCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  ListTagsForResourceCommand,
  paginateDescribeDBInstances,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  GetResourcesCommand,
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from "@aws-sdk/client-resource-groups-tagging-api";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
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
import { arns, frankfurt, home, startMs } from "@/sandbox/aws/testing/test-world";

let cloud: TestCloud;
let databases: ReturnType<typeof createFakeDatabases>;
let rds: RDSClient;

beforeEach(async () => {
  databases = createFakeDatabases();
  cloud = await startTestCloud({ databases: databases.port });
  rds = new RDSClient(configOf(cloud.url));
});

afterEach(() => cloud.stop());

const instance = async (id: string) =>
  (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }))).DBInstances?.[0];

describe("RDS", () => {
  it("lists instances, those of clusters too, with the address of a real database", async () => {
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
    expect(DBInstances?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier)).toEqual(["ledger-1", "orders"]);
    expect(await instance("orders")).toMatchObject({
      DBInstanceArn: arns.orders,
      Engine: "postgres",
      DBName: "live_orders",
      MasterUsername: "probe",
      Endpoint: { Address: "127.0.0.1", Port: 5999 },
    });
    expect(await refusalOf(instance("nobody"))).toMatchObject({ name: "DBInstanceNotFoundFault", status: 404 });
  });

  it("shows how far a continuous backup reaches, which moves with time", async () => {
    await cloud.plan(
      { ScheduleExpression: "cron(0 * ? * * *)", EnableContinuousBackup: true, Lifecycle: { DeleteAfterDays: 14 } },
      { Resources: [arns.orders, arns.ledger] },
    );
    await cloud.advance(hours(3));
    const first = (await instance("orders"))?.LatestRestorableTime?.getTime() ?? 0;
    const lag = startMs + hours(3) - first;
    expect(lag).toBeGreaterThanOrEqual(45_000);
    expect(lag).toBeLessThanOrEqual(minutes(6));
    await cloud.advance(minutes(5));
    expect((await instance("orders"))?.LatestRestorableTime?.getTime()).toBe(first + minutes(5));
    const { DBInstanceAutomatedBackups } = await rds.send(
      new DescribeDBInstanceAutomatedBackupsCommand({ DBInstanceIdentifier: "orders" }),
    );
    expect(DBInstanceAutomatedBackups).toMatchObject([
      {
        Status: "active",
        BackupRetentionPeriod: 14,
        RestoreWindow: { LatestTime: new Date(first + minutes(5)), EarliestTime: expect.any(Date) },
        AwsBackupRecoveryPointArn: expect.stringContaining("continuous"),
      },
    ]);
    const clusters = await rds.send(new DescribeDBClusterAutomatedBackupsCommand({}));
    expect(clusters.DBClusterAutomatedBackups).toMatchObject([
      { DBClusterIdentifier: "ledger", RestoreWindow: { LatestTime: expect.any(Date) } },
    ]);
  });

  it("gives a restored cluster its instance, which is there after a minute", async () => {
    await cloud.startRestore(await cloud.backUp(arns.ledger), {
      DBClusterIdentifier: "copy",
      Engine: "aurora-postgresql",
    });
    await cloud.advance(hours(1));
    const create = () =>
      rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: "copy-1",
          DBClusterIdentifier: "copy",
          DBInstanceClass: "db.r6g.large",
          Engine: "aurora-postgresql",
          Tags: [{ Key: "holdfast:restore", Value: "r1" }],
        }),
      );
    expect((await create()).DBInstance).toMatchObject({ DBInstanceStatus: "creating", DBClusterIdentifier: "copy" });
    expect(await refusalOf(create())).toMatchObject({ name: "DBInstanceAlreadyExistsFault" });
    await cloud.advance(minutes(2));
    expect(await instance("copy-1")).toMatchObject({
      DBInstanceStatus: "available",
      TagList: [{ Key: "holdfast:restore", Value: "r1" }],
    });
    const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "copy" }));
    expect(DBClusters?.[0]?.DBClusterMembers).toMatchObject([
      { DBInstanceIdentifier: "copy-1", IsClusterWriter: true },
    ]);
  });

  it("deletes an instance with its database, and a cluster once it is empty", async () => {
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: "orders", SkipFinalSnapshot: true }));
    expect(databases.dropped).toContain("orders");
    expect(await refusalOf(instance("orders"))).toMatchObject({ name: "DBInstanceNotFoundFault" });
    const removeCluster = () =>
      rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: "ledger", SkipFinalSnapshot: true }));
    expect(await refusalOf(removeCluster())).toMatchObject({ name: "InvalidDBClusterStateFault" });
    await rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: "ledger-1" }));
    await removeCluster();
    expect((await rds.send(new DescribeDBClustersCommand({}))).DBClusters ?? []).toEqual([]);
  });

  it("keeps what is protected from deletion", async () => {
    const resource = cloud.world.accounts[home]?.regions[frankfurt]?.resources[arns.orders];
    if (resource) resource.settings.DeletionProtection = "true";
    const removal = rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: "orders", SkipFinalSnapshot: true }));
    expect(await refusalOf(removal)).toMatchObject({ name: "InvalidParameterCombination" });
    expect(databases.dropped.filter((name) => name === "orders")).toHaveLength(1);
  });

  it("tags and lists tags", async () => {
    await rds.send(new AddTagsToResourceCommand({ ResourceName: arns.orders, Tags: [{ Key: "a", Value: "b & <c>" }] }));
    expect((await rds.send(new ListTagsForResourceCommand({ ResourceName: arns.orders }))).TagList).toEqual([
      { Key: "a", Value: "b & <c>" },
    ]);
  });

  it("pages", async () => {
    const region = cloud.world.accounts[home]?.regions[frankfurt];
    const template = region?.resources[arns.orders];
    for (let number = 10; region && template && number < 60; number++) {
      const name = `fleet-${number}`;
      const arn = `${arns.orders}-${number}`;
      region.resources[arn] = { ...structuredClone(template), arn, name, database: null };
    }
    const names: string[] = [];
    for await (const page of paginateDescribeDBInstances({ client: rds, pageSize: 20 }, {}))
      names.push(...(page.DBInstances ?? []).map(({ DBInstanceIdentifier }) => DBInstanceIdentifier ?? ""));
    expect(names).toHaveLength(52);
    expect(new Set(names).size).toBe(52);
  });
});

describe("the inventory", () => {
  it("finds tagged resources by the tagging API, filtered and paged", async () => {
    const tagging = new ResourceGroupsTaggingAPIClient(configOf(cloud.url));
    const found: (string | undefined)[] = [];
    for await (const page of paginateGetResources({ client: tagging, pageSize: 1 }, {}))
      found.push(...(page.ResourceTagMappingList ?? []).map(({ ResourceARN }) => ResourceARN));
    expect(found).toEqual([arns.carts, arns.files]);
    const filtered = await tagging.send(
      new GetResourcesCommand({
        TagFilters: [{ Key: "environment", Values: ["staging"] }],
        ResourceTypeFilters: ["elasticfilesystem:file-system"],
      }),
    );
    expect(filtered.ResourceTagMappingList).toMatchObject([
      { ResourceARN: arns.files, Tags: expect.arrayContaining([{ Key: "system", Value: "shop" }]) },
    ]);
  });

  it("finds untagged ones by each service's own call", async () => {
    const config = configOf(cloud.url);
    const { Volumes } = await new EC2Client(config).send(new DescribeVolumesCommand({}));
    expect(Volumes).toMatchObject([{ VolumeId: "vol-0aa", VolumeType: "gp3", Size: 50 }]);
    const { Reservations } = await new EC2Client(config).send(new DescribeInstancesCommand({ InstanceIds: ["i-0bb"] }));
    expect(Reservations?.[0]?.Instances).toMatchObject([{ InstanceId: "i-0bb", State: { Name: "running" } }]);
    const dynamodb = new DynamoDBClient(config);
    expect((await dynamodb.send(new ListTablesCommand({}))).TableNames).toEqual(["carts"]);
    expect((await dynamodb.send(new DescribeTableCommand({ TableName: "carts" }))).Table).toMatchObject({
      TableArn: arns.carts,
    });
    expect(await refusalOf(dynamodb.send(new DescribeTableCommand({ TableName: "none" })))).toMatchObject({
      name: "ResourceNotFoundException",
    });
    const { FileSystems } = await new EFSClient(config).send(new DescribeFileSystemsCommand({}));
    expect(FileSystems).toMatchObject([{ FileSystemId: "fs-0cc", FileSystemArn: arns.files }]);
    const { Buckets } = await new S3Client({ ...config, forcePathStyle: true }).send(new ListBucketsCommand({}));
    expect(Buckets).toMatchObject([{ Name: "uploads", BucketRegion: frankfurt }]);
  });

  it("answers an unknown id in the service's own words", async () => {
    const call = new EC2Client(configOf(cloud.url)).send(new DescribeVolumesCommand({ VolumeIds: ["vol-none"] }));
    expect(await refusalOf(call)).toMatchObject({ name: "InvalidVolume.NotFound", status: 400 });
  });
});
