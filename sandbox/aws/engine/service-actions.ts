import type { ResourceType } from "@/sandbox/aws/world";

type JobKind = "backup" | "restore" | "delete";

/** The IAM action that a service role must hold for each kind of work on a resource type. */
export const serviceActions: Record<ResourceType, Record<JobKind, string>> = {
  Aurora: {
    backup: "rds:CreateDBClusterSnapshot",
    restore: "rds:RestoreDBClusterFromSnapshot",
    delete: "rds:DeleteDBClusterSnapshot",
  },
  CloudFormation: {
    backup: "cloudformation:GetTemplate",
    restore: "cloudformation:CreateChangeSet",
    delete: "backup:DeleteRecoveryPoint",
  },
  DocumentDB: {
    backup: "rds:CreateDBClusterSnapshot",
    restore: "rds:RestoreDBClusterFromSnapshot",
    delete: "rds:DeleteDBClusterSnapshot",
  },
  DynamoDB: {
    backup: "dynamodb:CreateBackup",
    restore: "dynamodb:RestoreTableFromBackup",
    delete: "dynamodb:DeleteBackup",
  },
  EBS: { backup: "ec2:CreateSnapshot", restore: "ec2:CreateVolume", delete: "ec2:DeleteSnapshot" },
  EC2: { backup: "ec2:CreateImage", restore: "ec2:RunInstances", delete: "ec2:DeregisterImage" },
  EFS: {
    backup: "elasticfilesystem:Backup",
    restore: "elasticfilesystem:Restore",
    delete: "backup:DeleteRecoveryPoint",
  },
  EKS: { backup: "eks:DescribeCluster", restore: "eks:CreateCluster", delete: "backup:DeleteRecoveryPoint" },
  FSx: { backup: "fsx:CreateBackup", restore: "fsx:CreateFileSystemFromBackup", delete: "fsx:DeleteBackup" },
  Neptune: {
    backup: "rds:CreateDBClusterSnapshot",
    restore: "rds:RestoreDBClusterFromSnapshot",
    delete: "rds:DeleteDBClusterSnapshot",
  },
  RDS: {
    backup: "rds:CreateDBSnapshot",
    restore: "rds:RestoreDBInstanceFromDBSnapshot",
    delete: "rds:DeleteDBSnapshot",
  },
  Redshift: {
    backup: "redshift:CreateClusterSnapshot",
    restore: "redshift:RestoreFromClusterSnapshot",
    delete: "redshift:DeleteClusterSnapshot",
  },
  "Redshift Serverless": {
    backup: "redshift-serverless:CreateSnapshot",
    restore: "redshift-serverless:RestoreFromSnapshot",
    delete: "redshift-serverless:DeleteSnapshot",
  },
  S3: { backup: "s3:GetObject", restore: "s3:PutObject", delete: "backup:DeleteRecoveryPoint" },
  "SAP HANA on Amazon EC2": {
    backup: "ssm-sap:BackupDatabase",
    restore: "ssm-sap:RestoreDatabase",
    delete: "backup:DeleteRecoveryPoint",
  },
  "Storage Gateway": {
    backup: "storagegateway:CreateSnapshot",
    restore: "storagegateway:CreateCachediSCSIVolume",
    delete: "ec2:DeleteSnapshot",
  },
  Timestream: {
    backup: "timestream:StartAwsBackupJob",
    restore: "timestream:StartAwsRestoreJob",
    delete: "timestream:DeleteBackup",
  },
  VirtualMachine: {
    backup: "backup-gateway:Backup",
    restore: "backup-gateway:Restore",
    delete: "backup:DeleteRecoveryPoint",
  },
};
