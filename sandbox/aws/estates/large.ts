import { continuousPointArn, pointArn } from "@/sandbox/aws/arns";
import {
  addEstateAccount,
  connectionTo,
  type EstateConnection,
  type EstateCredentials,
  serviceRoleArn,
} from "@/sandbox/aws/estates/accounts";
import { type Draw, drawFrom } from "@/sandbox/aws/estates/draw";
import { addPlan, addVault, creatorOf, type RuleSpec } from "@/sandbox/aws/estates/plans";
import { addResource, keyArnOf } from "@/sandbox/aws/estates/resources";
import {
  type Account,
  type BackupJob,
  type Creator,
  createWorld,
  type RecoveryPoint,
  type Region,
  type Resource,
  type ResourceType,
  type World,
} from "@/sandbox/aws/world";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const regionNames = ["eu-central-1", "eu-west-1", "eu-north-1", "us-east-1", "us-west-2", "ap-southeast-2"];
const accountIds = ["110000000011", "120000000012", "130000000013", "140000000014"];
const vaultNames = ["estate-gold", "estate-silver", "estate-bronze"];
const types: readonly ResourceType[] = ["RDS", "Aurora", "DynamoDB", "EBS", "EBS", "EC2", "EFS", "S3"];
const engines: Partial<Record<ResourceType, string>> = { RDS: "mysql", Aurora: "aurora-mysql" };

/** How to reach the accounts of the large estate. */
export const largeEstateConnections: readonly EstateConnection[] = accountIds.map((accountId, position) =>
  connectionTo(`Large account ${position + 1}`, accountId, regionNames, `holdfast-large-${position + 1}-9a3c`),
);

/** The user that may assume their roles. */
export const largeEstateCredentials: EstateCredentials = {
  accountId: "110000000011",
  accessKeyId: "AKIALARGESANDBOX0001",
  secretAccessKey: "sandbox/secret/that/opens/nothing/outside",
};

/** How much the large estate holds. */
export type LargeEstateSize = { points: number; resources: number; jobs: number };

type Protected = {
  region: Region;
  account: Account;
  resource: Resource;
  creator: Creator;
  vaultName: string;
  keepDays: number;
};

/**
 * An estate of exactly the given size over four accounts and six regions: snapshots spread evenly backwards from now,
 * every eighth resource an RDS instance with a continuous point, one job in forty failed.
 */
export function buildLargeEstate({
  now,
  seed = "large",
  ...size
}: { now: Date; seed?: string } & LargeEstateSize): World {
  const nowMs = now.getTime();
  const draw = drawFrom(seed);
  const world = createWorld("large", seed, nowMs);
  const creators = new Map<string, Creator>();
  for (const connection of largeEstateConnections) {
    const account = addEstateAccount(world, connection, largeEstateCredentials);
    for (const region of Object.values(account.regions)) addHousekeeping(account, region, nowMs, draw, creators);
  }
  const fleet = Array.from({ length: size.resources }, (_, position) =>
    addProtected(world, position, nowMs, draw, creators),
  );
  if (fleet.length === 0) return world;
  addPoints(fleet, size.points, nowMs);
  addJobs(fleet, size.jobs, nowMs);
  return world;
}

const rules: readonly (RuleSpec & { everyMs: number })[] = vaultNames.map((vault, position) => ({
  name: vault.replace("estate-", ""),
  cron: ["10 * ? * * *", "20 0/3 ? * * *", "30 2 ? * * *"][position] ?? "",
  vault,
  keepDays: 400,
  everyMs: [hourMs, 3 * hourMs, dayMs][position] ?? dayMs,
}));

function addHousekeeping(
  account: Account,
  region: Region,
  nowMs: number,
  draw: Draw,
  creators: Map<string, Creator>,
): void {
  for (const rule of rules) {
    addVault(account, region, {
      name: rule.vault,
      createdMs: nowMs - 700 * dayMs,
      encryptionKeyArn: keyArnOf(account.id, region.name, draw),
    });
    const selection = {
      name: rule.name,
      roleArn: serviceRoleArn(account.id),
      tag: { key: "backup", value: rule.name },
    };
    const plan = addPlan(
      account,
      region,
      { name: rule.name, createdMs: nowMs - 700 * dayMs, rules: [rule], selections: [selection] },
      draw,
    );
    const version = plan.versions[0];
    const made = version?.rules[0];
    if (version && made) creators.set(`${account.id}/${region.name}/${rule.vault}`, creatorOf(plan, version, made));
  }
}

function addProtected(
  world: World,
  position: number,
  nowMs: number,
  draw: Draw,
  creators: Map<string, Creator>,
): Protected {
  const accountId = at(accountIds, Math.floor(position / types.length));
  const regionName = at(regionNames, Math.floor(position / (types.length * accountIds.length)));
  const rule = at(rules, position);
  const type = at(types, position);
  const account = world.accounts[accountId];
  const region = account?.regions[regionName];
  const creator = creators.get(`${accountId}/${regionName}/${rule.vault}`);
  if (!account || !region || !creator) throw new Error(`The large estate has no ${regionName} in ${accountId}.`);
  const engine = engines[type];
  const name = `${type.toLowerCase()}-${position}`;
  const tags = {
    system: `system-${Math.floor(position / 8)}`,
    environment: position % 5 === 4 ? "staging" : "production",
    team: `team-${position % 17}`,
    criticality: at(["critical", "important", "standard"], position),
    backup: rule.name,
  };
  const spec = { type, name, sizeGib: 4 + ((position * 37) % 900), ageDays: 600, tags, ...(engine ? { engine } : {}) };
  const resource = addResource(account, region, spec, nowMs, draw);
  return { region, account, resource, creator, vaultName: rule.vault, keepDays: rule.keepDays };
}

function addPoints(fleet: readonly Protected[], count: number, nowMs: number): void {
  for (let serial = 0; serial < count; serial += 1) {
    const place = at(fleet, serial);
    const round = Math.floor(serial / fleet.length);
    const createdMs = momentOf(place, serial, round, Math.ceil(count / fleet.length), nowMs);
    const isContinuous = round === 0 && place.resource.type === "RDS";
    const point = pointOf(place, serial, createdMs, isContinuous);
    place.region.recoveryPoints[point.arn] = point;
  }
}

/** Evenly spread over at most 380 days, so that none is past its 400 days, and never in the last two minutes. */
function momentOf(place: Protected, serial: number, round: number, rounds: number, nowMs: number): number {
  const everyMs = rules.find((rule) => rule.vault === place.vaultName)?.everyMs ?? dayMs;
  const stepMs = Math.min(everyMs, Math.floor((380 * dayMs) / Math.max(1, rounds)));
  return nowMs - round * stepMs - 20 * minuteMs - (scatter(serial) % (3 * minuteMs));
}

function pointOf(place: Protected, serial: number, createdMs: number, isContinuous: boolean): RecoveryPoint {
  const { account, region, resource, creator, vaultName, keepDays } = place;
  const form = {
    accountId: account.id,
    region: region.name,
    jobId: serialId("B", serial),
    hex: serialHex(serial),
    resourceName: resource.name,
  };
  const hasArnOfItsOwn = isContinuous ? continuousPointArn(resource.type, form) : pointArn(resource.type, form, false);
  return {
    arn: hasArnOfItsOwn,
    vaultName,
    resourceArn: resource.arn,
    resourceType: resource.type,
    resourceName: resource.name,
    status: isContinuous ? "AVAILABLE" : "COMPLETED",
    statusMessage: null,
    createdMs,
    initiatedMs: createdMs - minuteMs,
    completedMs: createdMs + 3 * minuteMs,
    sizeBytes: resource.sizeBytes,
    lifecycle: lifecycles[isContinuous ? 35 : keepDays] ?? null,
    storageClass: "WARM",
    iamRoleArn: serviceRoleArn(account.id),
    encryptionKeyArn: region.vaults[vaultName]?.encryptionKeyArn ?? null,
    createdBy: creator,
    sourceVaultArn: null,
    lastRestoreMs: null,
    isParent: false,
    parentArn: null,
    compositeMemberIdentifier: null,
    continuous: isContinuous ? { earliestMs: createdMs - 34 * dayMs, stoppedMs: null } : null,
    restoreMetadata: null,
    tags: null,
  };
}

function addJobs(fleet: readonly Protected[], count: number, nowMs: number): void {
  const stepMs = (29 * dayMs) / Math.max(1, count);
  for (let serial = 0; serial < count; serial += 1) {
    const place = at(fleet, serial);
    const createdMs = Math.floor(nowMs - 30 * minuteMs - serial * stepMs);
    const job = jobOf(place, serialId("A", serial), createdMs, serial % 40 === 39);
    place.region.backupJobs[job.id] = job;
  }
}

function jobOf(
  { account, resource, creator, vaultName, keepDays }: Protected,
  id: string,
  createdMs: number,
  hasFailed: boolean,
): BackupJob {
  return {
    id,
    resourceArn: resource.arn,
    resourceType: resource.type,
    resourceName: resource.name,
    vaultName,
    recoveryPointArn: null,
    state: hasFailed ? "FAILED" : "COMPLETED",
    statusMessage: hasFailed ? "An internal error occurred in the underlying service. Request a new backup." : null,
    messageCategory: null,
    createdMs,
    startByMs: createdMs + hourMs,
    completedMs: createdMs + 4 * minuteMs,
    expectedCompletionMs: null,
    percentDone: hasFailed ? 0 : 100,
    sizeBytes: hasFailed ? 0 : resource.sizeBytes,
    iamRoleArn: serviceRoleArn(account.id),
    createdBy: creator,
    lifecycle: lifecycles[keepDays] ?? null,
    recoveryPointTags: null,
    backupOptions: null,
    isContinuous: false,
    isParent: false,
    parentJobId: null,
    program: null,
  };
}

/** Shared by all points and jobs, because a hundred thousand equal objects cost memory. */
const lifecycles: Record<number, { DeleteAfterDays: number }> = {
  35: { DeleteAfterDays: 35 },
  400: { DeleteAfterDays: 400 },
};

/** Multiplying by an odd constant is reversible in 64 bits: ids look drawn and never meet, at a fraction of a hash's cost. */
function serialHex(serial: number): string {
  const mixed = BigInt.asUintN(64, (BigInt(serial) + 1n) * 0x9e3779b97f4a7c15n);
  return mixed.toString(16).padStart(16, "0");
}

function serialId(kind: "A" | "B", serial: number): string {
  const hex = serialHex(serial).toUpperCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${kind}${hex.slice(13, 16)}-${String(serial).padStart(12, "0")}`;
}

function scatter(serial: number): number {
  return Math.imul(serial + 1, 0x9e3779b1) >>> 1;
}

function at<Value>(list: readonly Value[], position: number): Value {
  const value = list[position % list.length];
  if (value === undefined) throw new Error("There is nothing to choose from.");
  return value;
}
