import { describe, expect, it } from "vitest";
import { parseVaultArn } from "@/sandbox/aws/arns";
import { buildEmptyEstate, emptyEstateConnections, emptyEstateCredentials } from "@/sandbox/aws/estates/empty";
import { buildLargeEstate, largeEstateConnections } from "@/sandbox/aws/estates/large";
import { buildSmallEstate } from "@/sandbox/aws/estates/small";
import type {
  Account,
  BackupJob,
  CopyJob,
  RecoveryPoint,
  Region,
  Resource,
  ResourceType,
  RestoreJob,
  World,
} from "@/sandbox/aws/world";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const now = new Date("2026-11-24T10:07:00Z");
const nowMs = now.getTime();
const small = buildSmallEstate({ now, seed: "estates-test" });
const large = buildLargeEstate({ now, points: 3000, resources: 200, jobs: 900 });

const regionsOf = (world: World): Region[] =>
  Object.values(world.accounts).flatMap(({ regions }) => Object.values(regions));
const listOf = <Key extends "recoveryPoints" | "backupJobs" | "copyJobs" | "resources">(world: World, key: Key) =>
  regionsOf(world).flatMap((region) => Object.values(region[key]) as Region[Key][string][]);
const pointsOf = (world: World): RecoveryPoint[] => listOf(world, "recoveryPoints");
const jobsOf = (world: World): BackupJob[] => listOf(world, "backupJobs");
const copiesOf = (world: World): CopyJob[] => listOf(world, "copyJobs");
const resourcesOf = (world: World): Resource[] =>
  listOf(world, "resources").filter((resource) => resource.deletedMs === null);

/** Everything that names something which is not there. */
function* brokenReferences(world: World): Iterable<string> {
  for (const account of Object.values(world.accounts))
    for (const region of Object.values(account.regions)) yield* brokenInRegion(account, region);
  for (const copy of copiesOf(world)) {
    const to = parseVaultArn(copy.destinationVaultArn);
    if (!to || !world.accounts[to.accountId]?.regions[to.region]?.vaults[to.name]) yield `${copy.id} destination`;
  }
}

function* brokenInRegion(account: Account, region: Region): Iterable<string> {
  for (const point of Object.values(region.recoveryPoints)) yield* brokenInPoint(account, region, point);
  for (const job of Object.values(region.backupJobs)) yield* brokenInJob(account, region, job);
  for (const job of Object.values(region.restoreJobs)) yield* brokenInRestore(region, job);
  for (const rule of Object.values(region.plans).flatMap((plan) => plan.versions[0]?.rules ?? []))
    if (!region.vaults[rule.TargetBackupVaultName ?? ""]) yield `${rule.RuleName} vault`;
}

function* brokenInPoint(account: Account, region: Region, point: RecoveryPoint): Iterable<string> {
  if (!region.vaults[point.vaultName]) yield `${point.arn} vault`;
  // A copy from elsewhere names the role, the resource and the plan of the place it comes from.
  if (point.sourceVaultArn !== null) return;
  if (!account.roles[point.iamRoleArn]) yield `${point.arn} role`;
  if (!region.resources[point.resourceArn]) yield `${point.arn} resource`;
  if (point.parentArn !== null && region.recoveryPoints[point.parentArn]?.isParent !== true)
    yield `${point.arn} parent`;
  const rules = point.createdBy ? region.plans[point.createdBy.planId]?.versions[0]?.rules : null;
  if (point.createdBy && !rules?.some((rule) => rule.RuleId === point.createdBy?.ruleId)) yield `${point.arn} rule`;
}

function* brokenInJob(account: Account, region: Region, job: BackupJob): Iterable<string> {
  if (!region.resources[job.resourceArn]) yield `${job.id} resource`;
  if (!region.vaults[job.vaultName]) yield `${job.id} vault`;
  if (!account.roles[job.iamRoleArn]) yield `${job.id} role`;
  if (job.parentJobId !== null && region.backupJobs[job.parentJobId]?.isParent !== true) yield `${job.id} parent`;
  if (job.state === "RUNNING" && region.recoveryPoints[job.recoveryPointArn ?? ""]?.status !== "CREATING")
    yield `${job.id} point`;
}

function* brokenInRestore(region: Region, job: RestoreJob): Iterable<string> {
  if (!region.recoveryPoints[job.recoveryPointArn]) yield `${job.id} point`;
  if (job.createdResourceArn !== null && !region.resources[job.createdResourceArn]) yield `${job.id} resource`;
}

/** The forms of clouds' own snapshots; an air-gapped vault holds AWS Backup's own kind only. */
const pointForms: Partial<Record<ResourceType, RegExp>> = {
  RDS: /^arn:aws:rds:[a-z0-9-]+:\d{12}:snapshot:awsbackup:(job|copyjob)-[0-9a-f-]{36}$/,
  Aurora: /^arn:aws:rds:[a-z0-9-]+:\d{12}:cluster-snapshot:awsbackup:(job|copyjob)-[0-9a-f-]{36}$/,
  DocumentDB: /^arn:aws:rds:[a-z0-9-]+:\d{12}:cluster-snapshot:awsbackup:job-[0-9a-f-]{36}$/,
  EBS: /^arn:aws:ec2:[a-z0-9-]+::snapshot\/snap-[0-9a-f]{17}$/,
  EC2: /^arn:aws:ec2:[a-z0-9-]+::image\/ami-[0-9a-f]{17}$/,
  FSx: /^arn:aws:fsx:[a-z0-9-]+:\d{12}:backup\/backup-[0-9a-f]{17}$/,
  Redshift: /^arn:aws:redshift:[a-z0-9-]+:\d{12}:snapshot:[a-z0-9-]+\/awsbackup:job-[0-9a-f-]{36}$/,
  EKS: /^arn:aws:backup:[a-z0-9-]+:\d{12}:recovery-point:composite:eks\//,
  EFS: /^arn:aws:backup:[a-z0-9-]+:\d{12}:recovery-point:[0-9A-F-]{36}$/,
  S3: /^arn:aws:backup:[a-z0-9-]+:\d{12}:recovery-point:[0-9A-F-]{36}$/,
};
const ownForm = /^arn:aws:backup:[a-z0-9-]+:\d{12}:recovery-point:/;

describe.each([
  ["small", small],
  ["large", large],
  ["empty", buildEmptyEstate({ now, seed: "estates-test" })],
])("the %s estate", { timeout: 30_000 }, (_, world) => {
  it("refers to nothing that does not exist", () => {
    expect([...brokenReferences(world)]).toEqual([]);
  });

  it("keeps its moments in order", () => {
    for (const point of pointsOf(world)) {
      expect(point.createdMs, point.arn).toBeLessThanOrEqual(nowMs);
      if (point.completedMs === null) expect(point.status).toBe("CREATING");
      else {
        expect(point.completedMs, point.arn).toBeGreaterThanOrEqual(Math.max(point.initiatedMs, point.createdMs));
        expect(point.completedMs, point.arn).toBeLessThanOrEqual(nowMs);
      }
    }
    for (const job of [...jobsOf(world), ...copiesOf(world)]) {
      expect(job.createdMs).toBeGreaterThan(nowMs - 30 * dayMs - hourMs);
      if (job.completedMs === null) expect(job.program?.endsAtMs, job.id).toBeGreaterThan(nowMs);
      else expect(job.completedMs >= job.createdMs && job.completedMs <= nowMs, job.id).toBe(true);
    }
  });

  it("gives every point the ARN form of its type", () => {
    for (const point of pointsOf(world)) {
      const vault = regionsOf(world).find((region) => region.recoveryPoints[point.arn])?.vaults[point.vaultName];
      const isOwn = point.continuous !== null || vault?.type === "LOGICALLY_AIR_GAPPED_BACKUP_VAULT";
      expect(point.arn).toMatch(isOwn ? ownForm : (pointForms[point.resourceType] ?? ownForm));
      if (point.continuous) expect(point.arn).toContain(":recovery-point:continuous:");
    }
  });

  it("is plain data", () => {
    const written = JSON.stringify(world);
    expect(JSON.stringify(JSON.parse(written)) === written).toBe(true);
  });
});

describe("the large estate", () => {
  it.each([
    { points: 3000, resources: 200, jobs: 900 },
    { points: 10, resources: 40, jobs: 0 },
    { points: 0, resources: 0, jobs: 0 },
  ])("has exactly the size asked for: $points points, $resources resources, $jobs jobs", (size) => {
    const world = buildLargeEstate({ now, ...size });
    expect({
      points: pointsOf(world).length,
      resources: resourcesOf(world).length,
      jobs: jobsOf(world).length,
    }).toEqual(size);
  });

  it("lies in every account and region, and none of its points is over", () => {
    expect(Object.keys(large.accounts)).toEqual(largeEstateConnections.map((connection) => connection.accountId));
    for (const region of regionsOf(large)) expect(Object.keys(region.recoveryPoints).length).toBeGreaterThan(0);
    for (const point of pointsOf(large))
      expect(nowMs - point.createdMs).toBeLessThan((point.lifecycle?.DeleteAfterDays ?? 0) * dayMs);
  });

  it("is built in seconds at two hundred thousand points", () => {
    const startedMs = performance.now();
    const world = buildLargeEstate({ now, points: 200_000, resources: 5000, jobs: 20_000 });
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect(pointsOf(world)).toHaveLength(200_000);
  }, 30_000);
});

describe("the empty estate", () => {
  it("has roles to connect by and nothing else", () => {
    const world = buildEmptyEstate({ now, seed: "estates-test" });
    const account = world.accounts[emptyEstateCredentials.accountId];
    expect(Object.keys(account?.roles ?? {})).toContain(emptyEstateConnections[0]?.readRoleArn);
    expect(resourcesOf(world)).toEqual([]);
    expect(pointsOf(world)).toEqual([]);
  });
});
