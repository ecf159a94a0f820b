import type { Draw } from "@/sandbox/aws/estates/draw";
import type { Account, ClusterInstance, Region, Resource, ResourceType } from "@/sandbox/aws/world";

const gibibyte = 1024 ** 3;
const dayMs = 86_400_000;

/** A resource in a few words. */
export type ResourceSpec = {
  type: ResourceType;
  name: string;
  sizeGib: number;
  ageDays: number;
  tags: Record<string, string>;
  /** RDS and clusters: "postgres", "mysql", "aurora-postgresql" and their like. */
  engine?: string;
  /** The content of the real database behind it. */
  database?: string;
};

/** Makes the resource, with the settings that its type's backups remember, and adds it to the region. */
export function addResource(account: Account, region: Region, spec: ResourceSpec, nowMs: number, draw: Draw): Resource {
  const name = serviceName(account, region, spec, draw);
  const arn = resourceArn(account.id, region.name, spec.type, name, draw);
  const keyArn = keyArnOf(account.id, region.name, draw);
  const createdMs = nowMs - Math.round(spec.ageDays * dayMs) - Math.floor(draw.fraction(arn, "born") * dayMs);
  const resource: Resource = {
    arn,
    type: spec.type,
    name,
    createdMs,
    deletedMs: null,
    sizeBytes: Math.round(spec.sizeGib * gibibyte * (0.94 + draw.fraction(arn, "size") * 0.12)),
    tags: name === spec.name ? { ...spec.tags } : { Name: spec.name, ...spec.tags },
    settings: settingsOf(spec, region.name, keyArn, draw, name),
    database: spec.database
      ? {
          ref: { accountId: account.id, region: region.name, identifier: name, kind: spec.database },
          endpoint: null,
          restoredFrom: null,
          accidents: [],
        }
      : null,
    instances: clusterTypes.has(spec.type) ? clusterInstances(account.id, region.name, spec, createdMs) : [],
    restoredByJobId: null,
    troubles: [],
  };
  region.resources[arn] = resource;
  return resource;
}

/** The customer-managed key of an account and region. */
export function keyArnOf(accountId: string, region: string, draw: Draw): string {
  return `arn:aws:kms:${region}:${accountId}:key/${draw.uuid("key", accountId, region)}`;
}

/** The ARN by which AWS Backup knows a resource. */
export function resourceArn(accountId: string, region: string, type: ResourceType, name: string, draw: Draw): string {
  const regional = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
  switch (type) {
    case "RDS":
      return regional("rds", `db:${name}`);
    case "Aurora":
    case "DocumentDB":
    case "Neptune":
      return regional("rds", `cluster:${name}`);
    case "DynamoDB":
      return regional("dynamodb", `table/${name}`);
    case "S3":
      return `arn:aws:s3:::${name}`;
    case "EBS":
      return regional("ec2", `volume/${name}`);
    case "EC2":
      return regional("ec2", `instance/${name}`);
    case "EFS":
      return regional("elasticfilesystem", `file-system/${name}`);
    case "FSx":
      return regional("fsx", `file-system/${name}`);
    case "Redshift":
      return regional("redshift", `cluster:${name}`);
    case "Redshift Serverless":
      return regional("redshift-serverless", `namespace/${draw.uuid(name, "namespace")}`);
    case "EKS":
      return regional("eks", `cluster/${name}`);
    case "Timestream":
      return regional("timestream", `database/${name.replace("/", "/table/")}`);
    case "VirtualMachine":
      return regional("backup-gateway", `vm/${name}`);
    case "CloudFormation":
      return regional("cloudformation", `stack/${name}/${draw.uuid(name, "stack")}`);
    case "Storage Gateway":
      return regional("storagegateway", `gateway/sgw-${draw.hex(8, name).toUpperCase()}/volume/${name}`);
    case "SAP HANA on Amazon EC2":
      return regional("ssm-sap", `HANA/${name}`);
  }
}

const clusterTypes = new Set<ResourceType>(["Aurora", "DocumentDB", "Neptune"]);

/** Some services know a resource by an id of their own; its readable name is then a tag. */
function serviceName(account: Account, region: Region, spec: ResourceSpec, draw: Draw): string {
  const drawn = draw.hex(17, account.id, region.name, spec.type, spec.name);
  switch (spec.type) {
    case "EBS":
      return `vol-${drawn}`;
    case "EC2":
      return `i-${drawn}`;
    case "EFS":
    case "FSx":
      return `fs-${drawn}`;
    case "VirtualMachine":
      return `vm-${drawn.slice(0, 16).toUpperCase()}`;
    case "Storage Gateway":
      return `vol-${drawn.toUpperCase()}`;
    default:
      return spec.name;
  }
}

function clusterInstances(accountId: string, region: string, spec: ResourceSpec, createdMs: number): ClusterInstance[] {
  return ["1", "2"].map((number) => ({
    identifier: `${spec.name}-${number}`,
    arn: `arn:aws:rds:${region}:${accountId}:db:${spec.name}-${number}`,
    instanceClass: "db.r6g.large",
    createdMs,
    tags: { ...spec.tags },
  }));
}

const engineVersions: Record<string, string> = {
  postgres: "17.5",
  mysql: "8.0.42",
  "sqlserver-se": "15.00.4430.1.v1",
  "oracle-se2": "19.0.0.0.ru-2025-04.rur-2025-04.r1",
  "aurora-postgresql": "16.8",
  "aurora-mysql": "8.0.mysql_aurora.3.08.2",
  docdb: "5.0.0",
  neptune: "1.4.5.0",
};

const enginePorts: Record<string, string> = {
  postgres: "5432",
  mysql: "3306",
  "sqlserver-se": "1433",
  "oracle-se2": "1521",
  "aurora-postgresql": "5432",
  "aurora-mysql": "3306",
  docdb: "27017",
  neptune: "8182",
};

function settingsOf(
  spec: ResourceSpec,
  region: string,
  keyArn: string,
  draw: Draw,
  name: string,
): Record<string, string> {
  const engine = spec.engine ?? "";
  const version = engineVersions[engine] ?? "";
  const vpcId = `vpc-${draw.hex(17, region, "vpc")}`;
  const groupIds = [`sg-${draw.hex(17, region, "data")}`];
  const groups = JSON.stringify(groupIds);
  const zone = `${region}${"abc".charAt(Math.floor(draw.fraction(name, "zone") * 3))}`;
  switch (spec.type) {
    case "RDS":
      return {
        Engine: engine,
        EngineVersion: version,
        DBInstanceClass: spec.sizeGib > 200 ? "db.r6g.large" : "db.t4g.medium",
        DBName: spec.name.replace(/-db$/, "").replaceAll("-", "_"),
        AllocatedStorage: String(Math.max(20, Math.ceil((spec.sizeGib * 1.6) / 10) * 10)),
        StorageType: "gp3",
        MultiAZ: String(spec.tags.criticality === "critical"),
        PubliclyAccessible: "false",
        Port: enginePorts[engine] ?? "5432",
        AvailabilityZone: zone,
        DBSubnetGroupName: "nordwind-data",
        DBParameterGroupName: `default.${engine}${version.split(".")[0]}`,
        VpcSecurityGroupIds: groups,
        DeletionProtection: String(spec.tags.environment === "production"),
        CopyTagsToSnapshot: "true",
        Encrypted: "true",
        KmsKeyId: keyArn,
        vpcId,
      };
    case "Aurora":
    case "DocumentDB":
    case "Neptune":
      return {
        engine,
        engineVersion: version,
        engineMode: "provisioned",
        databaseName: spec.name.replace(/-aurora$/, "").replaceAll("-", "_"),
        port: enginePorts[engine] ?? "5432",
        availabilityZones: JSON.stringify([`${region}a`, `${region}b`, `${region}c`]),
        dbSubnetGroupName: "nordwind-data",
        dbClusterParameterGroupName: `default.${engine}${version.split(".")[0]}`,
        vpcSecurityGroupIds: groups,
        copyTagsToSnapshot: "true",
        deletionProtection: "true",
        kmsKeyId: keyArn,
        vpcId,
      };
    case "DynamoDB":
      return { encryptionType: "KMS", kmsMasterKeyArn: keyArn, billingMode: "PAY_PER_REQUEST" };
    case "EBS":
      return {
        volumeType: "gp3",
        volumeSize: String(Math.ceil(spec.sizeGib * 1.5)),
        iops: "3000",
        throughput: "125",
        encrypted: "true",
        kmsKeyId: keyArn,
        availabilityZone: zone,
      };
    case "EC2":
      return {
        InstanceType: "m7g.large",
        SubnetId: `subnet-${draw.hex(17, region, zone)}`,
        SecurityGroupIds: groups,
        IamInstanceProfileName: "nordwind-instance",
        InstanceInitiatedShutdownBehavior: "stop",
        DisableApiTermination: "false",
        EbsOptimized: "true",
        Monitoring: "true",
        availabilityZone: zone,
        vpcId,
      };
    case "EFS":
      return {
        "file-system-id": name,
        Encrypted: "true",
        KmsKeyId: keyArn,
        PerformanceMode: "generalPurpose",
        newFileSystem: "false",
      };
    case "FSx":
      return {
        SubnetIds: JSON.stringify([`subnet-${draw.hex(17, region, zone)}`]),
        SecurityGroupIds: groups,
        StorageType: "SSD",
        StorageCapacity: String(Math.max(32, Math.ceil(spec.sizeGib * 1.4))),
        KmsKeyId: keyArn,
        WindowsConfiguration: JSON.stringify({
          ThroughputCapacity: 32,
          ActiveDirectoryId: `d-${draw.hex(10, region, "directory")}`,
        }),
      };
    case "S3":
      return { EncryptionType: "SSE-KMS", KMSKey: keyArn, Versioning: "Enabled" };
    case "Redshift":
      return {
        ClusterIdentifier: name,
        NodeType: "ra3.large",
        NumberOfNodes: "2",
        Encrypted: "true",
        KmsKeyId: keyArn,
        Port: "5439",
      };
    case "EKS":
      return {
        clusterName: name,
        eksClusterVersion: "1.33",
        clusterRole: `${keyArn.replace("arn:aws:kms", "arn:aws:iam").replace(/:[^:]*:(\d+):.*$/, "::$1")}:role/nordwind-eks-cluster`,
        clusterVpcConfig: JSON.stringify({
          subnetIds: [`subnet-${draw.hex(17, region, zone)}`],
          securityGroupIds: groupIds,
        }),
      };
    case "Timestream": {
      const [databaseName = "", tableName = ""] = name.split("/");
      return {
        DatabaseName: databaseName,
        TableName: tableName,
        MemoryStoreRetentionPeriodInHours: "24",
        MagneticStoreRetentionPeriodInDays: "400",
      };
    }
    case "VirtualMachine":
      return {
        RestoreTo: "VMware",
        VMName: spec.name,
        VMPath: "/Hamburg/vm",
        ComputeResourceName: "esx-hamburg",
        VMDatastore: "hh-san-2",
      };
    case "CloudFormation":
      return { StackName: name };
    default:
      return {};
  }
}
