import { vaultArn } from "@/sandbox/aws/arns";
import {
  type Account,
  addAccount,
  addRegion,
  createWorld,
  type Region,
  type Resource,
  type ResourceType,
  type Vault,
  type World,
} from "@/sandbox/aws/world";

export const startMs = Date.parse("2026-03-02T08:00:00Z");
export const home = "111111111111";
export const other = "222222222222";
export const frankfurt = "eu-central-1";
export const virginia = "us-east-1";
export const homeKey = "AKIAHOME000000000001";
export const otherKey = "AKIAOTHER00000000001";
export const serviceRole = `arn:aws:iam::${home}:role/service-role/AWSBackupDefaultServiceRole`;
export const powerlessRole = `arn:aws:iam::${home}:role/powerless`;
export const readRole = `arn:aws:iam::${home}:role/reader`;
export const externalId = "the-agreed-words";

export const arns = {
  orders: `arn:aws:rds:${frankfurt}:${home}:db:orders`,
  ledger: `arn:aws:rds:${frankfurt}:${home}:cluster:ledger`,
  disk: `arn:aws:ec2:${frankfurt}:${home}:volume/vol-0aa`,
  host: `arn:aws:ec2:${frankfurt}:${home}:instance/i-0bb`,
  carts: `arn:aws:dynamodb:${frankfurt}:${home}:table/carts`,
  files: `arn:aws:elasticfilesystem:${frankfurt}:${home}:file-system/fs-0cc`,
  uploads: "arn:aws:s3:::uploads",
};

/** Two accounts with two regions each, seven resources in one of them, two vaults, and no history. */
export function createTestWorld(): World {
  const world = createWorld("test", "test-seed", startMs);
  const homeAccount = addPeopledAccount(world, home, homeKey);
  addPeopledAccount(world, other, otherKey);
  const region = homeAccount.regions[frankfurt];
  if (!region) throw new Error("The test world lacks its region.");
  addResource(region, "RDS", arns.orders, "orders", {
    settings: { Engine: "postgres", DBInstanceClass: "db.t4g.small", KmsKeyId: "k" },
    database: {
      ref: { accountId: home, region: frankfurt, identifier: "orders", kind: "orders" },
      endpoint: null,
      restoredFrom: null,
      accidents: [],
    },
  });
  addResource(region, "Aurora", arns.ledger, "ledger", {
    settings: { Engine: "aurora-postgresql" },
    instances: [
      {
        identifier: "ledger-1",
        arn: `arn:aws:rds:${frankfurt}:${home}:db:ledger-1`,
        instanceClass: "db.r6g.large",
        createdMs: startMs - 1e9,
        tags: {},
      },
    ],
  });
  addResource(region, "EBS", arns.disk, "vol-0aa", {
    settings: { volumeType: "gp3", availabilityZone: `${frankfurt}a` },
  });
  addResource(region, "EC2", arns.host, "i-0bb", { settings: { InstanceType: "t3.small", vpcId: "vpc-1" } });
  addResource(region, "DynamoDB", arns.carts, "carts", { tags: { system: "shop", environment: "production" } });
  addResource(region, "EFS", arns.files, "fs-0cc", { tags: { system: "shop", environment: "staging" } });
  addResource(region, "S3", arns.uploads, "uploads", {});
  return world;
}

function addPeopledAccount(world: World, id: string, key: string): Account {
  const account = addAccount(world, id, `Account ${id}`);
  account.accessKeys[key] = { id: key, userName: "admin", allowedActions: ["*"] };
  const role = (arn: string, trustedPrincipals: string[], allowedActions: string[], external: string | null = null) => {
    account.roles[arn] = {
      arn,
      name: arn.split("/").at(-1) ?? "",
      trustedPrincipals,
      externalId: external,
      allowedActions,
      deniedActions: [],
    };
  };
  role(`arn:aws:iam::${id}:role/service-role/AWSBackupDefaultServiceRole`, ["backup.amazonaws.com"], ["*"]);
  role(`arn:aws:iam::${id}:role/powerless`, ["backup.amazonaws.com"], ["backup:DescribeRecoveryPoint"]);
  role(`arn:aws:iam::${id}:role/reader`, [home], ["backup:List*", "backup:Describe*", "backup:Get*"], externalId);
  for (const name of [frankfurt, virginia]) addVault(account, addRegion(account, name), "main");
  const region = account.regions[frankfurt];
  if (region) addVault(account, region, "second");
  return account;
}

function addVault(account: Account, region: Region, name: string) {
  const vault: Vault = {
    name,
    arn: vaultArn(account.id, region.name, name),
    type: "BACKUP_VAULT",
    state: "AVAILABLE",
    createdMs: startMs - 1e9,
    creatorRequestId: null,
    encryptionKeyArn: `arn:aws:kms:${region.name}:${account.id}:key/own`,
    encryptionKeyType: "CUSTOMER_MANAGED_KMS_KEY",
    lock: null,
    accessPolicy: null,
    notifications: null,
    tags: {},
  };
  region.vaults[name] = vault;
}

function addResource(region: Region, type: ResourceType, arn: string, name: string, more: Partial<Resource>) {
  region.resources[arn] = {
    arn,
    type,
    name,
    createdMs: startMs - 1e9,
    deletedMs: null,
    sizeBytes: 50 * 1024 ** 3,
    tags: {},
    settings: {},
    database: null,
    instances: [],
    restoredByJobId: null,
    troubles: [],
    ...more,
  };
}
