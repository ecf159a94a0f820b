import type { ResourceType } from "@/sandbox/aws/world";

export type ArnParts = { service: string; region: string; accountId: string; resource: string };

/** The parts of an ARN, or null where the text is none. */
export function parseArn(arn: string): ArnParts | null {
  const match = /^arn:aws:([^:]+):([^:]*):([^:]*):(.+)$/s.exec(arn);
  if (!match) return null;
  const [, service = "", region = "", accountId = "", resource = ""] = match;
  return { service, region, accountId, resource };
}

/** The ARN of a vault. */
export function vaultArn(accountId: string, region: string, name: string): string {
  return `arn:aws:backup:${region}:${accountId}:backup-vault:${name}`;
}

/** The region, account and name that a vault's ARN names, or null. */
export function parseVaultArn(arn: string): { region: string; accountId: string; name: string } | null {
  const parts = parseArn(arn);
  const name = parts?.service === "backup" ? /^backup-vault:(.+)$/.exec(parts.resource)?.[1] : undefined;
  return parts && name ? { region: parts.region, accountId: parts.accountId, name } : null;
}

type PointForm = { accountId: string; region: string; jobId: string; hex: string; resourceName: string };

/** The ARN of a new snapshot, in the form its service gives it; an air-gapped vault makes every point AWS Backup's own. */
export function pointArn(type: ResourceType, form: PointForm, isAirGapped: boolean): string {
  const { accountId, region, jobId, hex, resourceName } = form;
  const own = `arn:aws:backup:${region}:${accountId}:recovery-point:${jobId}`;
  if (isAirGapped) return own;
  switch (type) {
    case "RDS":
      return `arn:aws:rds:${region}:${accountId}:snapshot:awsbackup:job-${jobId.toLowerCase()}`;
    case "Aurora":
    case "DocumentDB":
    case "Neptune":
      return `arn:aws:rds:${region}:${accountId}:cluster-snapshot:awsbackup:job-${jobId.toLowerCase()}`;
    case "EBS":
    case "Storage Gateway":
      return `arn:aws:ec2:${region}::snapshot/snap-0${hex.slice(0, 16)}`;
    case "EC2":
      return `arn:aws:ec2:${region}::image/ami-0${hex.slice(0, 16)}`;
    case "FSx":
      return `arn:aws:fsx:${region}:${accountId}:backup/backup-0${hex.slice(0, 16)}`;
    case "Redshift":
      return `arn:aws:redshift:${region}:${accountId}:snapshot:${resourceName}/awsbackup:job-${jobId.toLowerCase()}`;
    case "Redshift Serverless":
      return `arn:aws:redshift-serverless:${region}:${accountId}:snapshot/${jobId.toLowerCase()}`;
    case "EKS":
      return `arn:aws:backup:${region}:${accountId}:recovery-point:composite:eks/${resourceName}-${hex.slice(0, 12)}`;
    default:
      return own;
  }
}

/** The ARN of a continuous recovery point. */
export function continuousPointArn(type: ResourceType, form: Omit<PointForm, "jobId">): string {
  const { accountId, region, resourceName, hex } = form;
  const short = hex.slice(0, 8);
  const name =
    type === "S3" ? `${resourceName}-${short}` : `${type === "Aurora" ? "cluster" : "db"}-${resourceName}-${short}`;
  return `arn:aws:backup:${region}:${accountId}:recovery-point:continuous:${name}`;
}
