import { drawHex, type Place } from "@/sandbox/aws/engine/engine";
import { readKey } from "@/sandbox/aws/engine/restore-metadata";
import { latestRestorableMs } from "@/sandbox/aws/engine/run-restore";
import { isoOf, present } from "@/sandbox/aws/services/xml";
import type { ClusterInstance, RecoveryPoint, Resource } from "@/sandbox/aws/world";

const dayMs = 24 * 60 * 60 * 1000;
const gigabyte = 1024 ** 3;
const instanceReadyMs = 60_000;
const ports: Record<string, number> = {
  mysql: 3306,
  mariadb: 3306,
  "aurora-mysql": 3306,
  "sqlserver-se": 1433,
  "oracle-ee": 1521,
  docdb: 27_017,
  neptune: 8182,
};

/** Whether the resource is a cluster of the RDS family. */
export function isCluster(resource: Resource): boolean {
  return resource.type === "Aurora" || resource.type === "DocumentDB" || resource.type === "Neptune";
}

/** Tags as a Query list. */
export function toTagList(tags: Record<string, string>): object | string {
  const entries = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return entries.length > 0 ? { Tag: entries } : "";
}

function engineOf(resource: Resource): string {
  const fallback: Record<string, string> = { Aurora: "aurora-postgresql", DocumentDB: "docdb", Neptune: "neptune" };
  return readKey(resource.settings, "Engine") ?? fallback[resource.type] ?? "postgres";
}

function addressOf(
  place: Place,
  resource: Resource,
  kind: "" | "cluster-" | "cluster-ro-",
  name = resource.name,
): { Address: string; Port: number } {
  const endpoint = resource.database?.endpoint;
  if (endpoint && (resource.type === "RDS" || hasReadyInstance(place, resource)))
    return { Address: endpoint.host, Port: endpoint.port };
  const zone = drawHex(12, place.account.id, place.region.name);
  return {
    Address: `${name}.${kind}${zone}.${place.region.name}.rds.amazonaws.com`,
    Port: Number(readKey(resource.settings, "Port") ?? ports[engineOf(resource)] ?? 5432),
  };
}

function isReady(place: Place, member: ClusterInstance): boolean {
  return place.engine.nowMs >= member.createdMs + Math.round(instanceReadyMs / place.engine.speed);
}

function hasReadyInstance(place: Place, cluster: Resource): boolean {
  return cluster.instances.some((member) => isReady(place, member));
}

/** The newest continuous point of the resource here, alive or interrupted. */
function findWindow(
  place: Place,
  resource: Resource,
): { point: RecoveryPoint; earliestMs: number; latestMs: number; days: number } | null {
  const point = place.index
    .pointsOfResource(resource.arn)
    .all()
    .find(({ continuous }) => continuous !== null);
  if (!point?.continuous) return null;
  const days = Math.min(35, Math.max(1, point.lifecycle?.DeleteAfterDays ?? 35));
  const latestMs = latestRestorableMs(place.engine.world.seed, point, place.engine.nowMs);
  return {
    point,
    days,
    latestMs,
    earliestMs: Math.min(latestMs, Math.max(point.continuous.earliestMs, place.engine.nowMs - days * dayMs)),
  };
}

function databaseNameOf(resource: Resource): string | undefined {
  return (
    resource.database?.endpoint?.databaseName ??
    readKey(resource.settings, "DBName") ??
    readKey(resource.settings, "DatabaseName")
  );
}

function resourceIdOf(resource: Resource): string {
  return `${isCluster(resource) ? "cluster" : "db"}-${drawHex(26, resource.arn, String(resource.createdMs)).toUpperCase()}`;
}

function readSettings(resource: Resource) {
  const read = (key: string) => readKey(resource.settings, key);
  return {
    read,
    encrypted: read("StorageEncrypted") ?? read("Encrypted") ?? "true",
    kmsKeyId: read("KmsKeyId"),
    user: resource.database?.endpoint?.user ?? read("MasterUsername") ?? "postgres",
  };
}

/** An instance as DescribeDBInstances lists it. */
export function describeInstance(place: Place, resource: Resource): object {
  const { read, encrypted, kmsKeyId, user } = readSettings(resource);
  const window = findWindow(place, resource);
  return present({
    DBInstanceIdentifier: resource.name,
    DBInstanceArn: resource.arn,
    DbiResourceId: resourceIdOf(resource),
    DBInstanceClass: read("DBInstanceClass") ?? "db.t4g.medium",
    Engine: engineOf(resource),
    EngineVersion: read("EngineVersion"),
    DBInstanceStatus: "available",
    MasterUsername: user,
    DBName: databaseNameOf(resource),
    Endpoint: addressOf(place, resource, ""),
    AllocatedStorage: Number(read("AllocatedStorage") ?? Math.max(20, Math.ceil(resource.sizeBytes / gigabyte))),
    InstanceCreateTime: isoOf(resource.createdMs),
    BackupRetentionPeriod: window?.days ?? 0,
    LatestRestorableTime: isoOf(window?.latestMs),
    MultiAZ: read("MultiAZ") ?? "false",
    PubliclyAccessible: read("PubliclyAccessible") ?? "false",
    StorageType: read("StorageType") ?? "gp3",
    StorageEncrypted: encrypted,
    KmsKeyId: kmsKeyId,
    AvailabilityZone: read("AvailabilityZone") ?? `${place.region.name}a`,
    DeletionProtection: read("DeletionProtection") ?? "false",
    AwsBackupRecoveryPointArn: window?.point.arn,
    TagList: toTagList(resource.tags),
  });
}

/** An instance of a cluster as DescribeDBInstances lists it. */
export function describeMember(place: Place, cluster: Resource, member: ClusterInstance): object {
  const { read, encrypted, kmsKeyId, user } = readSettings(cluster);
  const ready = isReady(place, member);
  return present({
    DBInstanceIdentifier: member.identifier,
    DBInstanceArn: member.arn,
    DbiResourceId: `db-${drawHex(26, member.arn).toUpperCase()}`,
    DBClusterIdentifier: cluster.name,
    DBInstanceClass: member.instanceClass,
    Engine: engineOf(cluster),
    EngineVersion: read("EngineVersion"),
    DBInstanceStatus: ready ? "available" : "creating",
    MasterUsername: user,
    DBName: databaseNameOf(cluster),
    Endpoint: ready ? addressOf(place, cluster, "", member.identifier) : undefined,
    AllocatedStorage: 1,
    InstanceCreateTime: isoOf(member.createdMs),
    StorageEncrypted: encrypted,
    KmsKeyId: kmsKeyId,
    StorageType: "aurora",
    MultiAZ: "false",
    PubliclyAccessible: "false",
    AvailabilityZone: `${place.region.name}a`,
    TagList: toTagList(member.tags),
  });
}

/** A cluster as DescribeDBClusters lists it; without an instance its endpoint leads nowhere. */
export function describeCluster(place: Place, resource: Resource): object {
  const { read, encrypted, kmsKeyId, user } = readSettings(resource);
  const window = findWindow(place, resource);
  const writer = addressOf(place, resource, "cluster-");
  return present({
    DBClusterIdentifier: resource.name,
    DBClusterArn: resource.arn,
    DbClusterResourceId: resourceIdOf(resource),
    Engine: engineOf(resource),
    EngineVersion: read("EngineVersion"),
    EngineMode: "provisioned",
    Status: "available",
    Endpoint: writer.Address,
    ReaderEndpoint: addressOf(place, resource, "cluster-ro-").Address,
    Port: writer.Port,
    DatabaseName: databaseNameOf(resource),
    MasterUsername: user,
    AllocatedStorage: 1,
    ClusterCreateTime: isoOf(resource.createdMs),
    BackupRetentionPeriod: window?.days ?? 1,
    EarliestRestorableTime: isoOf(window?.earliestMs),
    LatestRestorableTime: isoOf(window?.latestMs),
    StorageEncrypted: encrypted,
    KmsKeyId: kmsKeyId,
    MultiAZ: read("MultiAZ") ?? String(resource.instances.length > 1),
    DeletionProtection: read("DeletionProtection") ?? "false",
    AwsBackupRecoveryPointArn: window?.point.arn,
    DBClusterMembers:
      resource.instances.length === 0
        ? ""
        : {
            DBClusterMember: resource.instances.map((member, position) => ({
              DBInstanceIdentifier: member.identifier,
              IsClusterWriter: String(position === 0),
              DBClusterParameterGroupStatus: "in-sync",
              PromotionTier: 1,
            })),
          },
    TagList: toTagList(resource.tags),
  });
}

function describeAutomated(place: Place, resource: Resource) {
  const window = findWindow(place, resource);
  if (!window) return null;
  const { read, encrypted, kmsKeyId, user } = readSettings(resource);
  const isGone = resource.deletedMs !== null;
  return {
    Region: place.region.name,
    RestoreWindow: { EarliestTime: isoOf(window.earliestMs), LatestTime: isoOf(window.latestMs) },
    AllocatedStorage: Math.max(20, Math.ceil(resource.sizeBytes / gigabyte)),
    Status: isGone || window.point.continuous?.stoppedMs != null ? "retained" : "active",
    Port: addressOf(place, resource, "").Port,
    AvailabilityZone: `${place.region.name}a`,
    MasterUsername: user,
    Engine: engineOf(resource),
    EngineVersion: read("EngineVersion"),
    BackupRetentionPeriod: window.days,
    Encrypted: encrypted,
    StorageEncrypted: encrypted,
    StorageType: read("StorageType") ?? "gp3",
    KmsKeyId: kmsKeyId,
    AwsBackupRecoveryPointArn: window.point.arn,
  };
}

/** The restore window of an instance, or null where it has no continuous backup. */
export function describeInstanceAutomatedBackup(place: Place, resource: Resource): object | null {
  const common = describeAutomated(place, resource);
  if (!common) return null;
  const { StorageEncrypted: _cluster, ...rest } = common;
  return present({
    DBInstanceArn: resource.arn,
    DbiResourceId: resourceIdOf(resource),
    DBInstanceIdentifier: resource.name,
    DBInstanceAutomatedBackupsArn: `arn:aws:rds:${place.region.name}:${place.account.id}:auto-backup:ab-${drawHex(26, resource.arn)}`,
    InstanceCreateTime: isoOf(resource.createdMs),
    ...rest,
  });
}

/** The restore window of a cluster, or null where it has no continuous backup. */
export function describeClusterAutomatedBackup(place: Place, resource: Resource): object | null {
  const common = describeAutomated(place, resource);
  if (!common) return null;
  const { Encrypted: _instance, AvailabilityZone: zone, ...rest } = common;
  return present({
    DBClusterArn: resource.arn,
    DbClusterResourceId: resourceIdOf(resource),
    DBClusterIdentifier: resource.name,
    DBClusterAutomatedBackupsArn: `arn:aws:rds:${place.region.name}:${place.account.id}:cluster-auto-backup:ab-${drawHex(26, resource.arn)}`,
    ClusterCreateTime: isoOf(resource.createdMs),
    AvailabilityZones: { AvailabilityZone: [zone] },
    ...rest,
  });
}
