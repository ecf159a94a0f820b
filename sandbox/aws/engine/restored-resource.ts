import { drawHex, type Place } from "@/sandbox/aws/engine/engine";
import { readKey, restoreForms } from "@/sandbox/aws/engine/restore-metadata";
import type { RecoveryPoint, Resource, ResourceType, RestoreJob } from "@/sandbox/aws/world";

export type Target = { arn: string; name: string };

/** What the restore job makes: named by the caller where the type lets them, else by the service. */
export function nameTarget(place: Place, job: RestoreJob): Target {
  const { account, region } = place;
  const identifierKey = restoreForms[job.resourceType].identifier;
  const hex = drawHex(17, place.engine.world.seed, job.id, "target");
  const given = identifierKey === null ? undefined : readKey(job.metadata, identifierKey);
  const existing = job.resourceType === "EFS" && readKey(job.metadata, "newFileSystem")?.toLowerCase() === "false";
  const name = existing ? (readKey(job.metadata, "file-system-id") ?? "") : given || serviceName(job.resourceType, hex);
  return { name, arn: resourceArn(job.resourceType, region.name, account.id, name, job) };
}

function serviceName(type: ResourceType, hex: string): string {
  const prefix: Partial<Record<ResourceType, string>> = {
    EBS: "vol-",
    EC2: "i-",
    EFS: "fs-",
    FSx: "fs-",
    VirtualMachine: "vm-",
  };
  return `${prefix[type] ?? "restored-"}${hex}`;
}

function resourceArn(type: ResourceType, region: string, accountId: string, name: string, job: RestoreJob): string {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${accountId}:${resource}`;
  switch (type) {
    case "RDS":
      return arn("rds", `db:${name.toLowerCase()}`);
    case "Aurora":
    case "DocumentDB":
    case "Neptune":
      return arn("rds", `cluster:${name.toLowerCase()}`);
    case "DynamoDB":
      return arn("dynamodb", `table/${name}`);
    case "EBS":
    case "Storage Gateway":
      return arn("ec2", `volume/${name}`);
    case "EC2":
      return arn("ec2", `instance/${name}`);
    case "EFS":
      return arn("elasticfilesystem", `file-system/${name}`);
    case "S3":
      return `arn:aws:s3:::${name}`;
    case "FSx":
      return arn("fsx", `file-system/${name}`);
    case "EKS":
      return arn("eks", `cluster/${name}`);
    case "Redshift":
      return arn("redshift", `cluster:${name}`);
    case "Redshift Serverless":
      return arn("redshift-serverless", `namespace/${name}`);
    case "SAP HANA on Amazon EC2":
      return readKey(job.metadata, "aws:backup:TargetDatabaseArn") ?? arn("ssm-sap", `DB/${name}`);
    case "Timestream":
      return arn("timestream", `database/${readKey(job.metadata, "DatabaseName") ?? "restored"}/table/${name}`);
    case "CloudFormation":
      return arn("cloudformation", `stack/${name}/${job.id.toLowerCase()}`);
    case "VirtualMachine":
      return arn("backup-gateway", `vm/${name}`);
  }
}

/** Restores that go into what is already there instead of making something new. */
export function mayTargetExist(job: RestoreJob): boolean {
  const says = (key: string, value: string) => readKey(job.metadata, key)?.toLowerCase() === value;
  if (job.resourceType === "EFS") return says("newFileSystem", "false");
  if (job.resourceType === "S3") return !says("newBucket", "true");
  if (job.resourceType === "EKS") return !says("newCluster", "true");
  return job.resourceType === "Redshift Serverless" || job.resourceType === "SAP HANA on Amazon EC2";
}

/** The restored resource's record, with the settings of the backup as far as the order does not change them. */
export function describeRestored(
  place: Place,
  job: RestoreJob,
  point: RecoveryPoint,
  source: Resource | undefined,
): Resource {
  const target = nameTarget(place, job);
  const settings = { ...(point.restoreMetadata ?? source?.settings) };
  // A restore does not inherit deletion protection.
  for (const key of Object.keys(settings)) if (key.toLowerCase() === "deletionprotection") delete settings[key];
  for (const [key, value] of Object.entries(job.metadata)) {
    const known = Object.keys(settings).find((name) => name.toLowerCase() === key.toLowerCase());
    if (!key.startsWith("aws:")) settings[known ?? key] = value;
  }
  return {
    arn: target.arn,
    type: job.resourceType,
    name: target.name,
    createdMs: place.engine.nowMs,
    deletedMs: null,
    sizeBytes: point.sizeBytes,
    tags: job.copySourceTags ? { ...(point.tags ?? source?.tags) } : {},
    settings,
    database: null,
    instances: [],
    restoredByJobId: job.id,
    troubles: [],
  };
}
