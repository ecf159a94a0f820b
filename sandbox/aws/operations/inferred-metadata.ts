import type {
  GetRestoreTestingInferredMetadataInput,
  GetRestoreTestingInferredMetadataOutput,
} from "@aws-sdk/client-backup";
import { drawFraction, drawHex } from "@/sandbox/aws/engine/engine";
import { readKey, restoreForms } from "@/sandbox/aws/engine/restore-metadata";
import { findSource, latestRestorableMs } from "@/sandbox/aws/engine/run-restore";
import { type Context, define, type Handler } from "@/sandbox/aws/operations/context";
import { demandPoint } from "@/sandbox/aws/operations/recovery-points";
import { accessDenied, invalidValue } from "@/sandbox/aws/wire/errors";
import type { RecoveryPoint } from "@/sandbox/aws/world";

/** The least that a restore of the point needs, with secure defaults. */
function inferMetadata(context: Context, point: RecoveryPoint): Record<string, string> {
  const remembered = point.restoreMetadata ?? findSource(context, point)?.settings ?? {};
  const hex = drawHex(12, point.arn, String(context.nowMs));
  const testName = `awsbackup-restore-test-${hex}`;
  const read = (key: string) => readKey(remembered, key);
  const keep = (...keys: string[]) =>
    Object.fromEntries(keys.flatMap((key) => (read(key) === undefined ? [] : [[key, read(key) ?? ""]])));
  const momentOf = point.continuous ? { UseLatestRestorableTime: "true" } : {};
  switch (point.resourceType) {
    case "RDS":
      return {
        DBInstanceIdentifier: testName,
        DeletionProtection: "false",
        MultiAZ: "false",
        PubliclyAccessible: "false",
        Engine: read("Engine") ?? "postgres",
        ...keep("DBInstanceClass", "DBSubnetGroupName", "VpcSecurityGroupIds"),
        ...momentOf,
      };
    case "Aurora":
    case "DocumentDB":
    case "Neptune":
      return {
        DBClusterIdentifier: testName,
        Engine: read("Engine") ?? "aurora-postgresql",
        ...keep("DBSubnetGroupName", "VpcSecurityGroupIds"),
        ...momentOf,
      };
    case "EBS": {
      const zone = "abc"[Math.floor(drawFraction(point.arn, "zone") * 3)] ?? "a";
      return {
        availabilityZone: `${context.region.name}${zone}`,
        encrypted: "true",
        ...keep("volumeType", "volumeSize", "iops", "throughput"),
      };
    }
    case "EC2":
      return { ...keep("InstanceType", "SubnetId", "SecurityGroupIds"), RequireIMDSv2: "true" };
    case "DynamoDB":
      return { targetTableName: testName, encryptionType: "Default" };
    case "EFS":
      return {
        newFileSystem: "true",
        Encrypted: "true",
        PerformanceMode: read("PerformanceMode") ?? "generalPurpose",
        CreationToken: testName,
      };
    case "S3":
      return {
        DestinationBucketName: testName,
        newBucket: "true",
        EncryptionType: "original",
        ...(point.continuous ? { RestoreTime: latestOf(context, point) } : {}),
      };
    case "FSx":
      return keep(
        "SubnetIds",
        "SecurityGroupIds",
        "WindowsConfiguration",
        "OntapConfiguration",
        "LustreConfiguration",
        "OpenZFSConfiguration",
      );
    default:
      throw invalidValue(`Restore testing does not support ${point.resourceType}.`);
  }
}

function latestOf({ engine, nowMs }: Context, point: RecoveryPoint): string {
  return new Date(latestRestorableMs(engine.world.seed, point, nowMs)).toISOString();
}

/** What restore testing fills in for a point. */
export const inferredMetadataOperations: Record<string, Handler> = {
  GetRestoreTestingInferredMetadata: define<
    GetRestoreTestingInferredMetadataInput,
    GetRestoreTestingInferredMetadataOutput
  >((context, input) => {
    if (input.BackupVaultAccountId !== undefined && input.BackupVaultAccountId !== context.account.id)
      throw accessDenied();
    const point = demandPoint(context, input.BackupVaultName, input.RecoveryPointArn);
    const inferred = inferMetadata(context, point);
    const known = new Set(Object.values(restoreForms[point.resourceType]).flat());
    return { InferredMetadata: Object.fromEntries(Object.entries(inferred).filter(([key]) => known.has(key))) };
  }),
};
