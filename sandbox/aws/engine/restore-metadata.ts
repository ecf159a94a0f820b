import type { ResourceType } from "@/sandbox/aws/world";

export type RestoreForm = {
  /** Keys that must be given for a new resource. */
  required: string[];
  /** Keys that change something. */
  optional: string[];
  /** Keys that a backup remembers and a restore ignores. */
  informative: string[];
  /** The key that names the new resource; null where the service picks the name. */
  identifier: string | null;
};

const cluster: RestoreForm = {
  required: ["DBClusterIdentifier", "Engine"],
  optional:
    words(`AvailabilityZones BacktrackWindow CopyTagsToSnapshot DatabaseName DBClusterParameterGroupName DBSubnetGroupName
    EnableCloudwatchLogsExports EnableIAMDatabaseAuthentication EngineMode EngineVersion KmsKeyId OptionGroupName Port
    ScalingConfiguration ServerlessV2ScalingConfiguration VpcSecurityGroupIds RestoreTime RestoreToTime UseLatestRestorableTime
    DBClusterInstanceClass StorageType Iops PubliclyAccessible DeletionProtection NetworkType`),
  informative: words(
    "Encrypted vpcId AllocatedStorage MasterUsername DBName MultiAZ DBInstanceClass StorageEncrypted AvailabilityZone",
  ),
  identifier: "DBClusterIdentifier",
};

/** What StartRestoreJob takes for each resource type; keys are compared without regard to case. */
export const restoreForms: Record<ResourceType, RestoreForm> = {
  RDS: {
    required: ["DBInstanceIdentifier"],
    optional: words(`DBInstanceClass DBSubnetGroupName VpcSecurityGroupIds MultiAZ PubliclyAccessible Engine Port DBName
      DBParameterGroupName OptionGroupName StorageType StorageThroughput Iops AllocatedStorage LicenseModel AvailabilityZone
      AutoMinorVersionUpgrade DeletionProtection CopyTagsToSnapshot EnableIAMDatabaseAuthentication EnableCloudwatchLogsExports
      ProcessorFeatures UseDefaultProcessorFeatures Domain DomainIAMRoleName RestoreTime UseLatestRestorableTime TdeCredentialArn
      NetworkType`),
    informative: words("EngineVersion KmsKeyId Encrypted vpcId MasterUsername StorageEncrypted DbiResourceId"),
    identifier: "DBInstanceIdentifier",
  },
  Aurora: cluster,
  DocumentDB: cluster,
  Neptune: cluster,
  DynamoDB: {
    required: ["targetTableName"],
    optional: words("encryptionType kmsMasterKeyArn"),
    informative: words(
      "originalTableName billingMode tableClass readCapacityUnits writeCapacityUnits Encrypted KmsKeyId",
    ),
    identifier: "targetTableName",
  },
  EBS: {
    required: ["availabilityZone"],
    optional: words(`volumeType volumeSize iops throughput encrypted kmsKeyId temporaryRestoreDays restoreType
      destinationBucketName pathsToRestore encryptionType`),
    informative: words("volumeId"),
    identifier: null,
  },
  EC2: {
    required: [],
    optional: words(`InstanceType SubnetId SecurityGroupIds IamInstanceProfileName KeyName CpuOptions
      InstanceInitiatedShutdownBehavior HibernationOptions DisableApiTermination CreditSpecification Placement UserData Monitoring
      NetworkInterfaces CapacityReservationSpecification EbsOptimized RequireIMDSv2 BlockDeviceMappings ElasticInferenceAccelerators
      VpcEndpoint LicenseSpecifications`),
    informative: words("vpcId ImageId AvailabilityZone Encrypted KmsKeyId"),
    identifier: null,
  },
  EFS: {
    required: ["newFileSystem", "Encrypted", "PerformanceMode", "CreationToken"],
    optional: words("file-system-id KmsKeyId ItemsToRestore singleAzFilesystem availabilityZoneName"),
    informative: words("ThroughputMode vpcId"),
    identifier: null,
  },
  S3: {
    required: ["DestinationBucketName"],
    optional:
      words(`newBucket EncryptionType KMSKey ItemsToRestore RestoreACLs RestoreLatestVersionsUpTo RestoreTime Encrypted
      CreationToken`),
    informative: words("aws:backup:source-bucket Versioning bucketName KmsKeyId vpcId"),
    identifier: "DestinationBucketName",
  },
  FSx: {
    required: ["SubnetIds"],
    optional: words(`SecurityGroupIds StorageType StorageCapacity KmsKeyId VpcId DeploymentType WindowsConfiguration
      LustreConfiguration Name OntapConfiguration OpenZFSConfiguration FileSystemType FileSystemTypeVersion`),
    informative: words("Encrypted ThroughputCapacity"),
    identifier: null,
  },
  EKS: {
    required: ["clusterName"],
    optional: words(`newCluster eksClusterVersion clusterRole encryptionConfigProviderKeyArn clusterVpcConfig nodeGroups
      fargateProfiles podIdentityAssociations kubernetesRestoreOrder namespaceLevelRestore namespaces
      restoreKubernetesManifestsOnly nestedRestoreJobs`),
    informative: words("vpcId Encrypted KmsKeyId"),
    identifier: "clusterName",
  },
  Redshift: {
    required: ["ClusterIdentifier"],
    optional: words(`RestoreType NodeType NumberOfNodes Encrypted KmsKeyId Port AvailabilityZone AllowVersionUpgrade
      ClusterSubnetGroupName PubliclyAccessible ClusterParameterGroupName VpcSecurityGroupIds DatabaseName TableRestoreSettings
      EnhancedVpcRouting ElasticIp PreferredMaintenanceWindow AutomatedSnapshotRetentionPeriod MaintenanceTrackName`),
    informative: words("ClusterVersion MasterUsername vpcId"),
    identifier: "ClusterIdentifier",
  },
  "Redshift Serverless": {
    required: ["NamespaceIdentifier"],
    optional: words("RestoreType WorkgroupIdentifier KmsKeyId ManageAdminPassword"),
    informative: words("Encrypted vpcId"),
    identifier: "NamespaceIdentifier",
  },
  "SAP HANA on Amazon EC2": {
    required: ["aws:backup:TargetDatabaseArn"],
    optional: words("CatalogRestoreOption LocalCatalogPath RecoveryType RestoreTime"),
    informative: words("EarliestRestorablePitrTimestamp LatestRestorablePitrTimestamp Encrypted KmsKeyId"),
    identifier: null,
  },
  Timestream: {
    required: ["TableName", "DatabaseName"],
    optional: words(`DestinationDatabase MemoryStoreRetentionPeriodInHours MagneticStoreRetentionPeriodInDays
      MagneticStoreWriteProperties`),
    informative: words("Encrypted KmsKeyId"),
    identifier: "TableName",
  },
  CloudFormation: {
    required: ["ChangeSetName", "StackName"],
    optional: words("ChangeSetDescription StackParameters"),
    informative: words("Encrypted KmsKeyId"),
    identifier: "StackName",
  },
  VirtualMachine: {
    required: [],
    optional: words(`RestoreTo HypervisorArn VMName VMPath ComputeResourceName VMDatastore DisksToRestore ItemsToRestore
      InstanceType SubnetId SecurityGroupIds KeyName availabilityZone volumeType encrypted kmsKeyId`),
    informative: words("vmwareVersion"),
    identifier: "VMName",
  },
  "Storage Gateway": {
    required: ["gatewayArn", "gatewayType", "targetName"],
    optional: words("kmsKey volumeSize volumeSizeInBytes diskId"),
    informative: words("Encrypted KmsKeyId"),
    identifier: null,
  },
};

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

const everywhere = ["aws:backup:request-id"];

/** A value of the metadata, whatever the case of its key. */
export function readKey(metadata: Record<string, string>, key: string): string | undefined {
  const wanted = key.toLowerCase();
  return Object.entries(metadata).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The first fault of the metadata for a restore of this type, in words, or null. */
export function findMetadataFault(
  type: ResourceType,
  metadata: Record<string, string>,
  remembered: Record<string, string>,
): string | null {
  const form = restoreForms[type];
  const known = new Set(
    [...form.required, ...form.optional, ...form.informative, ...everywhere, ...Object.keys(remembered)].map(lower),
  );
  for (const key of Object.keys(metadata))
    if (!known.has(key.toLowerCase())) return `Unsupported metadata key for ${type}: ${key}`;
  const isExisting = type === "EFS" && readKey(metadata, "newFileSystem")?.toLowerCase() === "false";
  const required = isExisting ? ["newFileSystem", "file-system-id"] : form.required;
  for (const key of required)
    if ((readKey(metadata, key) ?? "") === "") return `Missing required restore metadata for ${type}: ${key}`;
  return null;
}

function lower(text: string): string {
  return text.toLowerCase();
}

/** Types whose restored resource cannot take the source's tags; asking for it fails the job. */
export const noTagCopy = new Set<ResourceType>([
  "VirtualMachine",
  "SAP HANA on Amazon EC2",
  "Timestream",
  "DynamoDB",
  "S3",
]);
