import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { DescribeInstancesCommand, DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { DescribeFileSystemsCommand } from "@aws-sdk/client-efs";
import { CreateDBInstanceCommand, DescribeDBClustersCommand, DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import { HeadBucketCommand, ListBucketsCommand } from "@aws-sdk/client-s3";
import { ProviderError, type TargetEndpoint } from "@/lib/providers/contract";
import { ask } from "./errors";
import { nameOf } from "./points";
import type { AwsClients } from "./session";

const clusterKinds: ReadonlySet<string> = new Set(["Aurora", "DocumentDB", "Neptune"]);
/** AWS chooses the name of what these restores make. */
const unnamedKinds: ReadonlySet<string> = new Set(["EBS", "EC2", "FSx"]);

/** Whether something of this kind goes by this name already. Throws for kinds whose names we cannot look up. */
export async function isNameTaken(
  clients: AwsClients,
  { resourceKind, name }: { resourceKind: string; name: string },
): Promise<boolean> {
  if (unnamedKinds.has(resourceKind)) return false;
  if (resourceKind === "S3") return isBucketTaken(clients, name);
  const { rds, dynamodb, efs } = clients;
  if (resourceKind === "RDS")
    return exists(() => rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name })));
  if (clusterKinds.has(resourceKind))
    return exists(() => rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: name })));
  if (resourceKind === "DynamoDB") return exists(() => dynamodb.send(new DescribeTableCommand({ TableName: name })));
  if (resourceKind === "EFS") {
    const { FileSystems = [] } = await ask(() => efs.send(new DescribeFileSystemsCommand({ CreationToken: name })));
    return FileSystems.length > 0;
  }
  throw new ProviderError(
    "invalid",
    `Holdfast cannot look up whether a ${resourceKind} of this name exists.`,
    "UnsupportedKind",
    true,
  );
}

async function exists(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask(call);
    return true;
  } catch (error) {
    if (error instanceof ProviderError && error.kind === "not_found") return false;
    throw error;
  }
}

/** A bucket that is somebody else's answers "denied", or from another region: its name is taken all the same. */
async function isBucketTaken(clients: AwsClients, name: string): Promise<boolean> {
  if (await ownsBucket(clients, name)) return true;
  try {
    return await exists(() => clients.s3.send(new HeadBucketCommand({ Bucket: name })));
  } catch (error) {
    if (error instanceof ProviderError && (error.kind === "denied" || /301|PermanentRedirect/.test(error.providerCode)))
      return true;
    throw error;
  }
}

async function ownsBucket({ s3 }: AwsClients, name: string): Promise<boolean> {
  const { Buckets = [] } = await ask(() => s3.send(new ListBucketsCommand({ Prefix: name })));
  return Buckets.some(({ Name }) => Name === name);
}

const noAddress = { host: null, port: null, databaseName: null, engine: null };

type Look = (clients: AwsClients, name: string) => Promise<TargetEndpoint>;

const looks: Readonly<Record<string, Look>> = {
  RDS: async ({ rds }, name) => {
    const { DBInstances: [one] = [] } = await ask(() =>
      rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name })),
    );
    return {
      status: one?.DBInstanceStatus ?? "unknown",
      host: one?.Endpoint?.Address ?? null,
      port: one?.Endpoint?.Port ?? null,
      databaseName: one?.DBName ?? null,
      engine: one?.Engine ?? null,
    };
  },
  DynamoDB: async ({ dynamodb }, name) => {
    const { Table } = await ask(() => dynamodb.send(new DescribeTableCommand({ TableName: name })));
    return { ...noAddress, status: (Table?.TableStatus ?? "unknown").toLowerCase() };
  },
  EBS: async ({ ec2 }, name) => {
    const { Volumes: [one] = [] } = await ask(() => ec2.send(new DescribeVolumesCommand({ VolumeIds: [name] })));
    return { ...noAddress, status: one?.State ?? "unknown" };
  },
  EC2: async ({ ec2 }, name) => {
    const { Reservations: [one] = [] } = await ask(() =>
      ec2.send(new DescribeInstancesCommand({ InstanceIds: [name] })),
    );
    const instance = one?.Instances?.[0];
    return { ...noAddress, status: instance?.State?.Name ?? "unknown", host: instance?.PrivateIpAddress ?? null };
  },
  EFS: async ({ efs }, name) => {
    const { FileSystems: [one] = [] } = await ask(() =>
      efs.send(new DescribeFileSystemsCommand({ FileSystemId: name })),
    );
    return { ...noAddress, status: one?.LifeCycleState ?? "unknown" };
  },
  S3: async (clients, name) => ({
    ...noAddress,
    status: (await ownsBucket(clients, name)) ? "available" : "unknown",
  }),
};

/** How a restored resource is reached and whether it is up, in its own service's words. */
export async function readTargetEndpoint(
  clients: AwsClients,
  { resourceKind, createdRef }: { resourceKind: string; createdRef: string },
): Promise<TargetEndpoint> {
  const isCluster = createdRef.includes(":cluster:") && (clusterKinds.has(resourceKind) || resourceKind === "RDS");
  const look = isCluster ? readCluster : looks[resourceKind];
  if (look) return look(clients, nameOf(createdRef));
  const message = `Holdfast cannot look up a restored ${resourceKind}.`;
  throw new ProviderError("invalid", message, "UnsupportedKind", true);
}

/** A cluster can be reached once one of its instances is up; until then its status is that of the instance it waits for. */
async function readCluster({ rds }: AwsClients, name: string): Promise<TargetEndpoint> {
  const { DBClusters: [one] = [] } = await ask(() =>
    rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: name })),
  );
  const writer = one?.DBClusterMembers?.find(({ IsClusterWriter }) => IsClusterWriter) ?? one?.DBClusterMembers?.[0];
  const endpoint = {
    host: one?.Endpoint ?? null,
    port: one?.Port ?? null,
    databaseName: one?.DatabaseName ?? null,
    engine: one?.Engine ?? null,
  };
  const status = one?.Status ?? "unknown";
  if (status !== "available") return { ...endpoint, status };
  if (!writer?.DBInstanceIdentifier) return { ...endpoint, status: "without instances" };
  const { DBInstances: [instance] = [] } = await ask(() =>
    rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: writer.DBInstanceIdentifier })),
  );
  return { ...endpoint, status: instance?.DBInstanceStatus ?? "unknown" };
}

/** Adds the instance that a restored cluster comes without. Its name follows from the cluster's, so it is made once. */
export async function completeTarget(
  { rds }: AwsClients,
  {
    resourceKind,
    createdRef,
    settings,
  }: { resourceKind: string; createdRef: string; settings: Readonly<Record<string, string>> },
): Promise<void> {
  if (!clusterKinds.has(resourceKind)) return;
  const cluster = nameOf(createdRef);
  const { DBClusters: [one] = [] } = await ask(() =>
    rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: cluster })),
  );
  if (!one) throw new ProviderError("not_found", `There is no cluster ${cluster}.`, "DBClusterNotFoundFault", true);
  if ((one.DBClusterMembers ?? []).length > 0) return;
  const { instanceClass, instanceIdentifier = `${cluster}-1` } = settings;
  if (!instanceClass)
    throw new ProviderError(
      "invalid",
      "The plan names no class for the cluster's instance.",
      "MissingInstanceClass",
      true,
    );
  try {
    await ask(() =>
      rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: instanceIdentifier,
          DBClusterIdentifier: cluster,
          DBInstanceClass: instanceClass,
          Engine: one.Engine,
          Tags: [{ Key: "holdfast:restored", Value: cluster }],
        }),
      ),
    );
  } catch (error) {
    if (!(error instanceof ProviderError && error.providerCode.startsWith("DBInstanceAlreadyExists"))) throw error;
    const { DBInstances: [taken] = [] } = await ask(() =>
      rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: instanceIdentifier })),
    );
    if (taken?.DBClusterIdentifier !== cluster) throw error;
  }
}
