import type { RestoreField } from "@/lib/providers/contract";

/** What a kind of resource takes when it is restored, in the spelling that AWS Backup documents. */
export type RestoreKind = {
  fields: readonly FieldSpec[];
  /** Keys that AWS tells for information and does not take back. */
  informative: readonly string[];
  notRestored: readonly string[];
};

export type FieldSpec = Pick<RestoreField, "key" | "label" | "hint"> &
  Partial<Pick<RestoreField, "kind" | "choices" | "required" | "isTargetName">> & {
    /** Proposed where the source tells nothing. */
    fallback?: string;
    /** Proposed whatever the source has. */
    proposed?: string;
  };

const text = (key: string, label: string, hint: string, more: Partial<FieldSpec> = {}): FieldSpec => ({
  key,
  label,
  hint,
  ...more,
});
const flag = (key: string, label: string, hint: string, more: Partial<FieldSpec> = {}): FieldSpec =>
  text(key, label, hint, { kind: "boolean", ...more });
const whole = (key: string, label: string, hint: string): FieldSpec => text(key, label, hint, { kind: "number" });
const json = (key: string, label: string, hint: string): FieldSpec => text(key, label, hint, { kind: "json" });
const target = (key: string, label: string, hint: string): FieldSpec =>
  text(key, label, hint, { required: true, isTargetName: true });

const network =
  "Decides who can reach the restored database: keep it away from applications until it has been checked.";

const database: RestoreKind = {
  fields: [
    target(
      "DBInstanceIdentifier",
      "Name of the new instance",
      "The restore always makes a new instance; the original is not touched.",
    ),
    text("DBInstanceClass", "Instance class", "A smaller class restores just as well for a check.", {}),
    text("DBSubnetGroupName", "Subnet group", network),
    json("VpcSecurityGroupIds", "Security groups", network),
    flag("PubliclyAccessible", "Reachable from the internet", "Leave off unless the check needs it.", {
      proposed: "false",
    }),
    flag("MultiAZ", "Standby in another zone", "Not needed for a check; can be switched on later.", {}),
    flag(
      "DeletionProtection",
      "Protected against deletion",
      "Has to be switched off before the restored instance can be removed.",
      {},
    ),
    text("AvailabilityZone", "Availability zone", "Leave empty together with a standby in another zone."),
    text("Engine", "Engine", "As it was when the backup was made."),
    text("LicenseModel", "Licence model", "As it was when the backup was made."),
    text("DBName", "Database", "Only for engines that take one on restore."),
    whole("Port", "Port", "The port the new instance listens on."),
    text("DBParameterGroupName", "Parameter group", "The default group is used where it is left empty."),
    text("OptionGroupName", "Option group", "The default group is used where it is left empty."),
    text("StorageType", "Storage type", "As it was when the backup was made."),
    whole("Iops", "Provisioned I/O operations", "Only for storage types that take them."),
    whole("AllocatedStorage", "Storage in GiB", "Not less than at the source."),
    flag("CopyTagsToSnapshot", "Copy tags to its snapshots", "Concerns later backups of the restored instance."),
    flag("AutoMinorVersionUpgrade", "Upgrade minor versions by itself", "Concerns the time after the restore."),
    flag("EnableIAMDatabaseAuthentication", "Sign in with IAM", "As at the source."),
    json("EnableCloudwatchLogsExports", "Logs sent to CloudWatch", "As at the source."),
    json("ProcessorFeatures", "Processor features", "Only for classes that take them."),
    text("Domain", "Directory", "Only for databases joined to one."),
    text("DomainIAMRoleName", "Role for the directory", "Only for databases joined to one."),
  ],
  informative: [
    "EngineVersion",
    "KmsKeyId",
    "Encrypted",
    "vpcId",
    "MasterUsername",
    "StorageEncrypted",
    "DbiResourceId",
  ],
  notRestored: [
    "Applications keep their old address: nothing is pointed at the restored instance.",
    "Read replicas and their settings are not restored.",
    "The source's own automated backups and snapshots stay with the source.",
  ],
};

const cluster: RestoreKind = {
  fields: [
    target(
      "DBClusterIdentifier",
      "Name of the new cluster",
      "The restore always makes a new cluster; the original is not touched.",
    ),
    text("Engine", "Engine", "As it was when the backup was made.", { required: true }),
    text("DBSubnetGroupName", "Subnet group", network),
    json("VpcSecurityGroupIds", "Security groups", network),
    text("EngineVersion", "Engine version", "As it was when the backup was made."),
    text("EngineMode", "Engine mode", "As it was when the backup was made."),
    text("KmsKeyId", "Encryption key", "The source's key is used where it is left empty."),
    text("DatabaseName", "Database", "As at the source."),
    whole("Port", "Port", "The port the new cluster listens on."),
    json("AvailabilityZones", "Availability zones", "Chosen by AWS where it is left empty."),
    text("DBClusterParameterGroupName", "Parameter group", "The default group is used where it is left empty."),
    text("OptionGroupName", "Option group", "The default group is used where it is left empty."),
    flag(
      "DeletionProtection",
      "Protected against deletion",
      "Has to be switched off before the restored cluster can be removed.",
    ),
    flag("EnableIAMDatabaseAuthentication", "Sign in with IAM", "As at the source."),
    flag("CopyTagsToSnapshot", "Copy tags to its snapshots", "Concerns later backups of the restored cluster."),
    json("EnableCloudwatchLogsExports", "Logs sent to CloudWatch", "As at the source."),
    json("ScalingConfiguration", "Scaling", "Only for serverless clusters."),
    json("ServerlessV2ScalingConfiguration", "Serverless capacity", "Only for serverless clusters."),
    whole("BacktrackWindow", "Backtrack window in seconds", "Only for Aurora MySQL."),
    text("StorageType", "Storage type", "As it was when the backup was made."),
  ],
  informative: [
    "Encrypted",
    "StorageEncrypted",
    "vpcId",
    "AllocatedStorage",
    "MasterUsername",
    "DBName",
    "MultiAZ",
    "DBInstanceClass",
    "AvailabilityZone",
  ],
  notRestored: [
    "AWS restores the cluster without instances; Holdfast adds one, readers are not restored.",
    "Applications keep their old address: nothing is pointed at the restored cluster.",
    "Global databases, proxies and auto scaling are not restored.",
  ],
};

const encryption = "Left to the source's setting where it is empty.";

/** By AWS Backup's name of the resource's kind. */
export const restoreKinds: Readonly<Record<string, RestoreKind>> = {
  RDS: database,
  Aurora: cluster,
  DocumentDB: cluster,
  Neptune: cluster,
  DynamoDB: {
    fields: [
      target(
        "targetTableName",
        "Name of the new table",
        "The restore always makes a new table; the original is not touched.",
      ),
      text("encryptionType", "Encryption", encryption, {
        kind: "choice",
        choices: ["Default", "KMS"],
        fallback: "Default",
      }),
      text("kmsMasterKeyArn", "Encryption key", "Only for encryption with a key of one's own."),
    ],
    informative: [
      "originalTableName",
      "billingMode",
      "tableClass",
      "readCapacityUnits",
      "writeCapacityUnits",
      "Encrypted",
      "KmsKeyId",
    ],
    notRestored: [
      "Tags, auto scaling, alarms, streams, time to live and point-in-time recovery have to be set on the new table.",
      "Access policies that name the old table do not cover the new one.",
    ],
  },
  EBS: {
    fields: [
      text("availabilityZone", "Availability zone", "A volume can be attached only within its zone.", {
        required: true,
      }),
      text("volumeType", "Volume type", "As at the source."),
      whole("volumeSize", "Size in GiB", "Not less than at the source."),
      whole("iops", "Provisioned I/O operations", "Only for volume types that take them."),
      whole("throughput", "Throughput in MiB/s", "Only for volume types that take it."),
      flag("encrypted", "Encrypted", encryption, {}),
      text("kmsKeyId", "Encryption key", encryption),
      whole("temporaryRestoreDays", "Days out of the archive", "Only for archived snapshots: 0 takes it out for good."),
    ],
    informative: ["volumeId"],
    notRestored: ["The new volume is not attached to anything.", "AWS names the new volume."],
  },
  EC2: {
    fields: [
      text("InstanceType", "Instance type", "As at the source.", {}),
      text("SubnetId", "Subnet", "Decides the network the new instance wakes up in: its programs start at once."),
      json("SecurityGroupIds", "Security groups", "Decides who reaches the new instance, and whom it reaches."),
      text(
        "IamInstanceProfileName",
        "Instance profile",
        "UseBackedUpValue keeps the source's; AWS allows no other. Empty gives none.",
      ),
      text("KeyName", "Key pair", "As at the source."),
      flag(
        "DisableApiTermination",
        "Protected against termination",
        "Has to be switched off before the instance can be removed.",
      ),
      text("InstanceInitiatedShutdownBehavior", "When it shuts itself down", "As at the source.", {
        kind: "choice",
        choices: ["stop", "terminate"],
      }),
      flag("EbsOptimized", "Optimised for EBS", "As at the source."),
      flag("RequireIMDSv2", "Require IMDSv2", "Recommended."),
      json("CpuOptions", "Processor options", "As at the source."),
      json("CreditSpecification", "Credits", "Only for burstable types."),
      json("HibernationOptions", "Hibernation", "As at the source."),
      json("Placement", "Placement", "As at the source."),
      json("Monitoring", "Monitoring", "As at the source."),
      json("NetworkInterfaces", "Network interfaces", "Instead of subnet and security groups."),
      json("CapacityReservationSpecification", "Capacity reservation", "As at the source."),
      json("BlockDeviceMappings", "Volumes", "Needed where the key of another account or region is used."),
    ],
    informative: ["vpcId", "ImageId", "AvailabilityZone", "Encrypted", "KmsKeyId", "UserData"],
    notRestored: ["Elastic addresses and load balancer targets stay with the original.", "AWS names the new instance."],
  },
  EFS: {
    fields: [
      flag("newFileSystem", "Into a new file system", "Otherwise files go into a folder of the existing one.", {
        required: true,
        proposed: "true",
      }),
      target(
        "CreationToken",
        "Token of the new file system",
        "Finds the new file system again; AWS names it by an id of its own.",
      ),
      flag("Encrypted", "Encrypted", encryption, { required: true, fallback: "true" }),
      text("KmsKeyId", "Encryption key", encryption),
      text("PerformanceMode", "Performance mode", "As at the source.", {
        kind: "choice",
        choices: ["generalPurpose", "maxIO"],
        required: true,
        fallback: "generalPurpose",
      }),
      json("ItemsToRestore", "Only these paths", "Up to five paths; empty restores everything."),
      flag("singleAzFilesystem", "In one zone only", "As at the source."),
      text("availabilityZoneName", "Availability zone", "Only for file systems in one zone."),
    ],
    informative: ["file-system-id", "ThroughputMode", "vpcId"],
    notRestored: [
      "Mount targets are not restored: nothing can mount the new file system before they are made.",
      "Access points and policies are not restored.",
    ],
  },
  S3: {
    fields: [
      target("DestinationBucketName", "Name of the new bucket", "Bucket names are unique in the world."),
      flag("newBucket", "Into a new bucket", "In an existing bucket, present keys are skipped and never overwritten.", {
        proposed: "true",
      }),
      text("EncryptionType", "Encryption", encryption, {
        kind: "choice",
        choices: ["original", "SSE-S3", "SSE-KMS"],
        fallback: "original",
      }),
      text("KMSKey", "Encryption key", "Only for SSE-KMS."),
      json("ItemsToRestore", "Only these prefixes", "Up to five; empty restores everything."),
      flag("RestoreACLs", "Restore access lists", "Needs a bucket with access lists switched on."),
      text("RestoreLatestVersionsUpTo", "Versions an object", "1, a number, or all."),
    ],
    informative: [
      "aws:backup:source-bucket",
      "Versioning",
      "bucketName",
      "KmsKeyId",
      "vpcId",
      "CreationToken",
      "Encrypted",
    ],
    notRestored: [
      "Bucket policies, lifecycle rules, replication and notifications are not restored.",
      "A partial failure still ends as completed, with a message.",
    ],
  },
  FSx: {
    fields: [
      text("SubnetIds", "Subnets", "Where the new file system can be reached.", { kind: "json", required: true }),
      json("SecurityGroupIds", "Security groups", "Decides who can reach it."),
      text("StorageType", "Storage type", "As at the source."),
      whole("StorageCapacity", "Capacity in GiB", "Not less than at the source."),
      text("KmsKeyId", "Encryption key", encryption),
      json("WindowsConfiguration", "Windows settings", "Needed for Windows file systems, with their directory."),
      json("LustreConfiguration", "Lustre settings", "Only for Lustre."),
      json("OntapConfiguration", "ONTAP settings", "Only for ONTAP volumes."),
      json("OpenZFSConfiguration", "OpenZFS settings", "Only for OpenZFS."),
    ],
    informative: ["Encrypted", "ThroughputCapacity", "VpcId"],
    notRestored: ["DNS aliases and audit settings are not restored."],
  },
  EKS: {
    fields: [
      target(
        "clusterName",
        "Name of the cluster",
        "A new cluster, or an existing one in which present objects are skipped.",
      ),
      flag("newCluster", "Into a new cluster", "Otherwise objects are added to an existing one.", { proposed: "true" }),
      text("eksClusterVersion", "Kubernetes version", "As at the source."),
      text("clusterRole", "Cluster role", "The role the new cluster runs as."),
      json("clusterVpcConfig", "Network", "Subnets and security groups."),
      json("nodeGroups", "Node groups", "As at the source."),
      json("namespaces", "Only these namespaces", "Up to five; empty restores everything."),
    ],
    informative: ["vpcId", "Encrypted", "KmsKeyId"],
    notRestored: [
      "Container images are pulled afresh from their registries.",
      "Objects that exist already are skipped.",
    ],
  },
  Redshift: {
    fields: [
      target(
        "ClusterIdentifier",
        "Name of the new cluster",
        "The restore makes a new cluster; the original is not touched.",
      ),
      text("RestoreType", "What is restored", "The whole cluster.", { proposed: "CLUSTER_RESTORE" }),
      text("NodeType", "Node type", "As at the source."),
      whole("NumberOfNodes", "Nodes", "As at the source."),
      text("ClusterSubnetGroupName", "Subnet group", network),
      json("VpcSecurityGroupIds", "Security groups", network),
      flag("PubliclyAccessible", "Reachable from the internet", "Leave off unless the check needs it.", {
        proposed: "false",
      }),
      whole("Port", "Port", "The port the new cluster listens on."),
      text("KmsKeyId", "Encryption key", encryption),
    ],
    informative: ["ClusterVersion", "MasterUsername", "vpcId", "Encrypted"],
    notRestored: ["Applications keep their old address."],
  },
};

/** A kind that AWS Backup knows and we have no form for: its own settings, as they stand. */
export const otherKind: RestoreKind = {
  fields: [],
  informative: ["Encrypted", "KmsKeyId", "vpcId"],
  notRestored: ["Holdfast has no form of its own for this kind: the settings are shown as AWS gives them."],
};
