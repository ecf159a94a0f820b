import { paginateListProtectedResources } from "@aws-sdk/client-backup";
import { DescribeTableCommand, paginateListTables } from "@aws-sdk/client-dynamodb";
import { paginateDescribeInstances, paginateDescribeVolumes, type Tag } from "@aws-sdk/client-ec2";
import { paginateDescribeFileSystems } from "@aws-sdk/client-efs";
import {
  type DBCluster,
  type DBInstance,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
} from "@aws-sdk/client-rds";
import { paginateGetResources } from "@aws-sdk/client-resource-groups-tagging-api";
import { paginateListBuckets } from "@aws-sdk/client-s3";
import { type ObservedResource, type Pages, ProviderError } from "@/lib/providers/contract";
import { ask, readPages, toProviderError } from "./errors";
import { accountOf, nameOf } from "./points";
import type { AwsClients } from "./session";

type Place = { region: string; account: string; partition: string };
type Tags = ReadonlyMap<string, Record<string, string>>;

const gibibyte = 1024 ** 3;

/** What the tagging API can list of what AWS Backup protects, and the name AWS Backup has for it. */
const kindsByArn: readonly (readonly [RegExp, string])[] = [
  [/^arn:[^:]+:dynamodb:[^:]+:[^:]+:table\/[^/]+$/, "DynamoDB"],
  [/^arn:[^:]+:ec2:[^:]+:[^:]*:instance\//, "EC2"],
  [/^arn:[^:]+:ec2:[^:]+:[^:]*:volume\//, "EBS"],
  [/^arn:[^:]+:elasticfilesystem:[^:]+:[^:]+:file-system\//, "EFS"],
  [/^arn:[^:]+:fsx:[^:]+:[^:]+:file-system\//, "FSx"],
  [/^arn:[^:]+:s3:::[^/]+$/, "S3"],
  [/^arn:[^:]+:redshift:[^:]+:[^:]+:cluster:/, "Redshift"],
  [/^arn:[^:]+:redshift-serverless:[^:]+:[^:]+:namespace\//, "Redshift Serverless"],
  [/^arn:[^:]+:eks:[^:]+:[^:]+:cluster\//, "EKS"],
  [/^arn:[^:]+:timestream:[^:]+:[^:]+:database\/[^/]+\/table\//, "Timestream"],
  [/^arn:[^:]+:storagegateway:[^:]+:[^:]+:gateway\/[^/]+\/volume\//, "Storage Gateway"],
  [/^arn:[^:]+:cloudformation:[^:]+:[^:]+:stack\//, "CloudFormation"],
];

const taggedTypes = [
  "rds:db",
  "rds:cluster",
  "dynamodb:table",
  "ec2:instance",
  "ec2:volume",
  "elasticfilesystem:file-system",
  "fsx:file-system",
  "s3",
  "redshift:cluster",
  "redshift-serverless:namespace",
  "eks:cluster",
  "timestream:table",
  "storagegateway:gateway",
  "cloudformation:stack",
];

/**
 * Everything that could be backed up in a region: what the services describe (also untagged), then what only the tagging
 * API or AWS Backup itself knows of (decisions 26). A service that refuses us does not hide the others: its refusal is
 * thrown after all that could be read.
 */
export async function* readResources(clients: AwsClients, place: Place): Pages<ObservedResource> {
  const refusals: ProviderError[] = [];
  const seen = new Set<string>();
  const fresh = (page: readonly ObservedResource[]) =>
    page.filter(({ providerRef }) => !seen.has(providerRef) && seen.add(providerRef));

  const tags = new Map<string, Record<string, string>>();
  try {
    for await (const page of readTagged(clients)) for (const [arn, own] of page) tags.set(arn, own);
  } catch (error) {
    refusals.push(demandRefusal(error));
  }
  const sources = [
    readDatabases,
    readClusters,
    readVolumes,
    readInstances,
    readTables,
    readFileSystems,
    readBuckets,
    readProtected,
  ];
  for (const source of sources)
    try {
      for await (const page of source(clients, place, tags)) yield fresh(page);
    } catch (error) {
      refusals.push(demandRefusal(error));
    }
  yield fresh([...tags].flatMap(([arn, own]) => fromTags(arn, own, place)));

  const [first] = refusals;
  if (first)
    throw new ProviderError(
      first.kind,
      refusals.map(({ message }) => message).join(" "),
      first.providerCode,
      first.definite,
    );
}

/** A refusal concerns one service; anything else ends the reading. */
function demandRefusal(error: unknown): ProviderError {
  const told = toProviderError(error);
  if (told.kind !== "denied" && told.kind !== "invalid") throw told;
  return told;
}

const readTagged = ({ tagging }: AwsClients) =>
  readPages(
    () =>
      paginateGetResources(
        { client: tagging, pageSize: 100, stopOnSameToken: true },
        { ResourceTypeFilters: taggedTypes },
      ),
    ({ ResourceTagMappingList = [] }) =>
      ResourceTagMappingList.flatMap(({ ResourceARN, Tags = [] }) =>
        ResourceARN ? [[ResourceARN, toTags(Tags)] as const] : [],
      ),
  );

const toTags = (tags: readonly Tag[]): Record<string, string> =>
  Object.fromEntries(tags.flatMap(({ Key, Value }) => (Key ? [[Key, Value ?? ""]] : [])));

function fromTags(arn: string, tags: Record<string, string>, { account }: Place): ObservedResource[] {
  const kind = kindsByArn.find(([pattern]) => pattern.test(arn))?.[1];
  if (!kind) return [];
  const base = { providerRef: arn, kind, name: tags.Name ?? nameOf(arn), account: accountOf(arn) || account };
  return [{ ...base, sizeBytes: null, tags, rawStatus: "", detail: {}, gone: false }];
}

const clusterKind = (engine = "") =>
  engine.startsWith("docdb")
    ? "DocumentDB"
    : engine.startsWith("neptune")
      ? "Neptune"
      : engine.startsWith("aurora")
        ? "Aurora"
        : "RDS";

/** Members of a cluster are backed up with it, never by themselves. */
const readDatabases = ({ rds }: AwsClients, { account }: Place, tags: Tags): Pages<ObservedResource> =>
  readPages(
    () => paginateDescribeDBInstances({ client: rds, stopOnSameToken: true }, {}),
    ({ DBInstances = [] }) =>
      DBInstances.filter(({ DBClusterIdentifier }) => !DBClusterIdentifier).map((one) =>
        toDatabase(one, account, tags),
      ),
  );

const toDatabase = (one: DBInstance, account: string, tags: Tags): ObservedResource => {
  const providerRef = one.DBInstanceArn ?? "";
  return {
    providerRef,
    kind: "RDS",
    name: one.DBInstanceIdentifier ?? nameOf(providerRef),
    account: accountOf(providerRef) || account,
    sizeBytes: one.AllocatedStorage === undefined ? null : one.AllocatedStorage * gibibyte,
    tags: tags.get(providerRef) ?? toTags(one.TagList ?? []),
    rawStatus: one.DBInstanceStatus ?? "",
    detail: present({
      engine: one.Engine,
      engineVersion: one.EngineVersion,
      createdAt: one.InstanceCreateTime,
      host: one.Endpoint?.Address,
      port: one.Endpoint?.Port,
      databaseName: one.DBName,
      instanceClass: one.DBInstanceClass,
      multiAz: one.MultiAZ,
      encrypted: one.StorageEncrypted,
      subnetGroup: one.DBSubnetGroup?.DBSubnetGroupName,
      vpcId: one.DBSubnetGroup?.VpcId,
    }),
    gone: false,
  };
};

const readClusters = ({ rds }: AwsClients, { account }: Place, tags: Tags): Pages<ObservedResource> =>
  readPages(
    () => paginateDescribeDBClusters({ client: rds, stopOnSameToken: true }, {}),
    ({ DBClusters = [] }) => DBClusters.map((one) => toCluster(one, account, tags)),
  );

const toCluster = (one: DBCluster, account: string, tags: Tags): ObservedResource => {
  const providerRef = one.DBClusterArn ?? "";
  return {
    providerRef,
    kind: clusterKind(one.Engine),
    name: one.DBClusterIdentifier ?? nameOf(providerRef),
    account: accountOf(providerRef) || account,
    sizeBytes: one.AllocatedStorage === undefined || one.AllocatedStorage <= 1 ? null : one.AllocatedStorage * gibibyte,
    tags: tags.get(providerRef) ?? toTags(one.TagList ?? []),
    rawStatus: one.Status ?? "",
    detail: present({
      engine: one.Engine,
      engineVersion: one.EngineVersion,
      createdAt: one.ClusterCreateTime,
      host: one.Endpoint,
      port: one.Port,
      databaseName: one.DatabaseName,
      members: one.DBClusterMembers?.length,
      encrypted: one.StorageEncrypted,
      subnetGroup: one.DBSubnetGroup,
    }),
    gone: false,
  };
};

const readVolumes = ({ ec2 }: AwsClients, { region, account, partition }: Place, tags: Tags): Pages<ObservedResource> =>
  readPages(
    () => paginateDescribeVolumes({ client: ec2, pageSize: 500, stopOnSameToken: true }, {}),
    ({ Volumes = [] }) =>
      Volumes.map((one) => {
        const providerRef = `arn:${partition}:ec2:${region}:${account}:volume/${one.VolumeId ?? ""}`;
        const own = tags.get(providerRef) ?? toTags(one.Tags ?? []);
        return {
          providerRef,
          kind: "EBS",
          name: own.Name ?? one.VolumeId ?? "",
          account,
          sizeBytes: one.Size === undefined ? null : one.Size * gibibyte,
          tags: own,
          rawStatus: one.State ?? "",
          detail: present({
            volumeType: one.VolumeType,
            createdAt: one.CreateTime,
            availabilityZone: one.AvailabilityZone,
            encrypted: one.Encrypted,
            attachedTo: one.Attachments?.[0]?.InstanceId,
          }),
          gone: false,
        };
      }),
  );

const readInstances = (
  { ec2 }: AwsClients,
  { region, account, partition }: Place,
  tags: Tags,
): Pages<ObservedResource> =>
  readPages(
    () => paginateDescribeInstances({ client: ec2, pageSize: 500, stopOnSameToken: true }, {}),
    ({ Reservations = [] }) =>
      Reservations.flatMap(({ Instances = [] }) => Instances)
        .filter(({ State }) => State?.Name !== "terminated")
        .map((one) => {
          const providerRef = `arn:${partition}:ec2:${region}:${account}:instance/${one.InstanceId ?? ""}`;
          const own = tags.get(providerRef) ?? toTags(one.Tags ?? []);
          return {
            providerRef,
            kind: "EC2",
            name: own.Name ?? one.InstanceId ?? "",
            account,
            sizeBytes: null,
            tags: own,
            rawStatus: one.State?.Name ?? "",
            detail: present({
              instanceType: one.InstanceType,
              availabilityZone: one.Placement?.AvailabilityZone,
              vpcId: one.VpcId,
            }),
            gone: false,
          };
        }),
  );

async function* readTables(
  { dynamodb }: AwsClients,
  { region, account, partition }: Place,
  tags: Tags,
): Pages<ObservedResource> {
  const names = readPages(
    () => paginateListTables({ client: dynamodb, pageSize: 100, stopOnSameToken: true }, {}),
    ({ TableNames = [] }) => TableNames,
  );
  for await (const page of names) yield await Promise.all(page.map(toTable));

  async function toTable(name: string): Promise<ObservedResource> {
    const { Table } = await ask(() => dynamodb.send(new DescribeTableCommand({ TableName: name })));
    const providerRef = Table?.TableArn ?? `arn:${partition}:dynamodb:${region}:${account}:table/${name}`;
    return {
      providerRef,
      kind: "DynamoDB",
      name,
      account,
      sizeBytes: Table?.TableSizeBytes ?? null,
      tags: tags.get(providerRef) ?? {},
      rawStatus: Table?.TableStatus ?? "",
      detail: present({
        itemCount: Table?.ItemCount,
        createdAt: Table?.CreationDateTime,
        billingMode: Table?.BillingModeSummary?.BillingMode,
      }),
      gone: false,
    };
  }
}

const readFileSystems = (
  { efs }: AwsClients,
  { region, account, partition }: Place,
  tags: Tags,
): Pages<ObservedResource> =>
  readPages(
    () => paginateDescribeFileSystems({ client: efs, pageSize: 100, stopOnSameToken: true }, {}),
    ({ FileSystems = [] }) =>
      FileSystems.map((one) => {
        const providerRef =
          one.FileSystemArn ??
          `arn:${partition}:elasticfilesystem:${region}:${account}:file-system/${one.FileSystemId}`;
        return {
          providerRef,
          kind: "EFS",
          name: one.Name || one.FileSystemId || nameOf(providerRef),
          account,
          sizeBytes: one.SizeInBytes?.Value ?? null,
          tags: tags.get(providerRef) ?? toTags(one.Tags ?? []),
          rawStatus: one.LifeCycleState ?? "",
          detail: present({
            encrypted: one.Encrypted,
            createdAt: one.CreationTime,
            performanceMode: one.PerformanceMode,
            throughputMode: one.ThroughputMode,
          }),
          gone: false,
        };
      }),
  );

const readBuckets = ({ s3 }: AwsClients, { region, account, partition }: Place, tags: Tags): Pages<ObservedResource> =>
  readPages(
    () => paginateListBuckets({ client: s3, pageSize: 1_000, stopOnSameToken: true }, { BucketRegion: region }),
    ({ Buckets = [] }) =>
      Buckets.filter(({ BucketRegion }) => BucketRegion === undefined || BucketRegion === region).map(
        ({ Name = "", CreationDate }) => {
          const providerRef = `arn:${partition}:s3:::${Name}`;
          const base = {
            providerRef,
            kind: "S3",
            name: Name,
            account,
            sizeBytes: null,
            tags: tags.get(providerRef) ?? {},
          };
          return { ...base, rawStatus: "", detail: present({ createdAt: CreationDate }), gone: false };
        },
      ),
  );

/** Kinds whose own service was asked: what it does not list is gone, and only its recovery points are left. */
const described: ReadonlySet<string> = new Set([
  "RDS",
  "Aurora",
  "DocumentDB",
  "Neptune",
  "EBS",
  "EC2",
  "DynamoDB",
  "EFS",
  "S3",
]);

/** Copies make AWS Backup name resources of other places here; they come with their points and from their own region. */
const isHere = (arn: string, { region, account }: Place) =>
  [region, ""].includes(arn.split(":")[3] ?? "") && [account, ""].includes(accountOf(arn)) && !arn.includes(":s3:::");

const readProtected = ({ backup }: AwsClients, place: Place, tags: Tags): Pages<ObservedResource> =>
  readPages(
    () => paginateListProtectedResources({ client: backup, pageSize: 1_000, stopOnSameToken: true }, {}),
    ({ Results = [] }) =>
      Results.flatMap(({ ResourceArn = "", ResourceType = "", ResourceName }) =>
        ResourceArn && isHere(ResourceArn, place)
          ? [
              {
                providerRef: ResourceArn,
                kind: ResourceType,
                name: ResourceName ?? nameOf(ResourceArn),
                account: accountOf(ResourceArn) || place.account,
                sizeBytes: null,
                tags: tags.get(ResourceArn) ?? {},
                rawStatus: "",
                detail: { knownBy: "backup" },
                gone: described.has(ResourceType) && !tags.has(ResourceArn),
              },
            ]
          : [],
      ),
  );

const present = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
