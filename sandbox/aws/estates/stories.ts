import { serviceRoleArn } from "@/sandbox/aws/estates/accounts";
import type { Draw } from "@/sandbox/aws/estates/draw";
import { homeRegion, productionId, secondRegion, sharedId, stagingId } from "@/sandbox/aws/estates/nordwind";
import { composeCluster } from "@/sandbox/aws/estates/story-composite";
import type { Account, BackupJob, Region, Resource, RestoreJob, World } from "@/sandbox/aws/world";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long before the start the staging orders were given wrong prices. */
export const accidentAgeMinutes = 40;

/** Lays out what goes wrong, before the history is written, so that the past already knows it and the future goes on with it. */
export function layTroubles(world: World, nowMs: number): void {
  const freight = findResource(world, productionId, secondRegion, "freight-aurora");
  freight.troubles.push({
    kind: "backup_fails",
    // Three runs of a three-hourly rule have ended since then, whatever the time of day.
    sinceMs: floorTo(nowMs - 5 * minuteMs, 3 * hourMs, 15 * minuteMs) - 6 * hourMs - minuteMs,
    message: `The role ${serviceRoleArn(productionId)} is not authorized to use the KMS key ${freight.settings.kmsKeyId ?? ""}: kms:CreateGrant was denied by the key policy.`,
  });
  findResource(world, productionId, homeRegion, "legacy-hr-db").troubles.push({
    kind: "runs_missed",
    sinceMs: nowMs - 2 * dayMs,
  });

  const payments = findResource(world, productionId, homeRegion, "payments-db");
  const continuousRule = Object.values(placeOf(world, productionId, homeRegion).region.plans)
    .flatMap((plan) => plan.versions.at(-1)?.rules ?? [])
    .find((rule) => rule.EnableContinuousBackup === true);
  payments.troubles.push({
    kind: "backup_fails",
    sinceMs: nowMs - 5 * hourMs - 20 * minuteMs,
    message:
      "Continuous backup was interrupted: automated backups were turned off on the DB instance (BackupRetentionPeriod is 0).",
    ...(continuousRule?.RuleId === undefined ? {} : { ruleId: continuousRule.RuleId }),
  });
  findResource(world, productionId, homeRegion, "edi-gateway-spool").troubles.push({
    kind: "copy_fails",
    sinceMs: nowMs - 3 * dayMs,
    message: "Copy job failed: the destination key is pending deletion.",
  });
  const monitoring = findResource(world, sharedId, homeRegion, "monitoring-dashboards");
  monitoring.troubles.push({ kind: "window_missed", sinceMs: nowMs - 19 * hourMs, untilMs: nowMs - 13 * hourMs });

  const orders = findResource(world, stagingId, homeRegion, "orders-staging-db");
  orders.database?.accidents.push({ atMs: nowMs - accidentAgeMinutes * minuteMs, kind: "wrong_prices" });
}

/** Adds what no plan's routine makes: an on-demand job that runs now, restores, a hold, a cluster in parts. */
export function tellStories(world: World, nowMs: number, draw: Draw): void {
  addLegalHold(world, nowMs, draw);
  addRunningJob(world, nowMs, draw);
  addStoppedJob(world, nowMs, draw);
  addRestores(world, nowMs, draw);
  composeCluster(placeOf(world, productionId, homeRegion), draw);
}

/** The resource of that readable name. */
function findResource(world: World, accountId: string, regionName: string, name: string): Resource {
  const { region } = placeOf(world, accountId, regionName);
  const found = Object.values(region.resources).find(
    (resource) => resource.name === name || resource.tags.Name === name,
  );
  if (!found) throw new Error(`The estate has no ${name}.`);
  return found;
}

function placeOf(world: World, accountId: string, regionName: string): { account: Account; region: Region } {
  const account = world.accounts[accountId];
  const region = account?.regions[regionName];
  if (!account || !region) throw new Error(`The estate has no ${regionName} in ${accountId}.`);
  return { account, region };
}

function floorTo(atMs: number, stepMs: number, offsetMs: number): number {
  return Math.floor((atMs - offsetMs) / stepMs) * stepMs + offsetMs;
}

/** The span of the ledger's points that the tax audit holds, in days before now. */
export const heldDays = { from: 70, to: 40 } as const;

function addLegalHold(world: World, nowMs: number, draw: Draw): void {
  const { account, region } = placeOf(world, productionId, homeRegion);
  const id = draw.uuid("legal-hold", "tax-audit");
  region.legalHolds[id] = {
    id,
    arn: `arn:aws:backup:${region.name}:${account.id}:legal-hold:${id}`,
    title: "Tax audit",
    description:
      "Fiscal authority Hamburg-Mitte asked for the ledger as it was; nothing of it may go before they are done.",
    status: "ACTIVE",
    createdMs: nowMs - 24 * dayMs,
    canceledMs: null,
    cancelDescription: null,
    retainRecordUntilMs: null,
    scope: {
      vaultNames: null,
      resourceArns: [findResource(world, productionId, homeRegion, "ledger-db").arn],
      fromMs: nowMs - heldDays.from * dayMs,
      toMs: nowMs - heldDays.to * dayMs,
    },
    tags: {},
  };
}

function addRunningJob(world: World, nowMs: number, draw: Draw): void {
  const { account, region } = placeOf(world, productionId, homeRegion);
  const resource = findResource(world, productionId, homeRegion, "reporting-warehouse");
  const id = draw.jobId("on-demand", resource.arn);
  const arn = `arn:aws:redshift:${region.name}:${account.id}:snapshot:${resource.name}/awsbackup:job-${id.toLowerCase()}`;
  const runsAtMs = nowMs - 7 * minuteMs;
  const endsAtMs = nowMs + 11 * minuteMs;
  const lifecycle = { DeleteAfterDays: 30 };
  const encryptionKeyArn = region.vaults["nordwind-standard"]?.encryptionKeyArn ?? null;
  region.backupJobs[id] = {
    ...onDemandJob(resource, account, id, nowMs - 8 * minuteMs),
    recoveryPointArn: arn,
    state: "RUNNING",
    expectedCompletionMs: endsAtMs,
    percentDone: 38,
    lifecycle,
    program: { runsAtMs, endsAtMs, outcome: "completed", message: null },
  };
  region.recoveryPoints[arn] = {
    arn,
    vaultName: "nordwind-standard",
    resourceArn: resource.arn,
    resourceType: resource.type,
    resourceName: resource.name,
    status: "CREATING",
    statusMessage: null,
    createdMs: runsAtMs,
    initiatedMs: nowMs - 8 * minuteMs,
    completedMs: null,
    sizeBytes: 0,
    lifecycle,
    storageClass: "WARM",
    iamRoleArn: serviceRoleArn(account.id),
    encryptionKeyArn,
    createdBy: null,
    sourceVaultArn: null,
    lastRestoreMs: null,
    isParent: false,
    parentArn: null,
    compositeMemberIdentifier: null,
    continuous: null,
    restoreMetadata: null,
    tags: null,
  };
}

function addStoppedJob(world: World, nowMs: number, draw: Draw): void {
  const { account, region } = placeOf(world, productionId, homeRegion);
  const resource = findResource(world, productionId, homeRegion, "nordwind-customer-uploads");
  const id = draw.jobId("stopped", resource.arn);
  const createdMs = nowMs - 6 * dayMs - 4 * hourMs;
  region.backupJobs[id] = {
    ...onDemandJob(resource, account, id, createdMs),
    state: "ABORTED",
    statusMessage: "Backup job was stopped by user.",
    completedMs: createdMs + 9 * minuteMs,
    percentDone: 12,
  };
}

function onDemandJob(resource: Resource, account: Account, id: string, createdMs: number): BackupJob {
  return {
    id,
    resourceArn: resource.arn,
    resourceType: resource.type,
    resourceName: resource.name,
    vaultName: "nordwind-standard",
    recoveryPointArn: null,
    state: "CREATED",
    statusMessage: null,
    messageCategory: null,
    createdMs,
    startByMs: createdMs + 8 * hourMs,
    completedMs: null,
    expectedCompletionMs: null,
    percentDone: 0,
    sizeBytes: 0,
    iamRoleArn: serviceRoleArn(account.id),
    createdBy: null,
    lifecycle: null,
    recoveryPointTags: null,
    backupOptions: null,
    isContinuous: false,
    isParent: false,
    parentJobId: null,
    program: null,
  };
}

/** Restores of the last weeks: what forecasts are measured by, and one that met a name already taken. */
const pastRestores = [
  { name: "crm-db", daysAgo: 27, minutes: 14, target: "crm-db-check", failure: null },
  { name: "ledger-db", daysAgo: 25, minutes: 21, target: "ledger-db-check", failure: null },
  { name: "identity-db", daysAgo: 20, minutes: 9, target: "identity-db-check", failure: null },
  {
    name: "support-db",
    daysAgo: 13,
    minutes: 1,
    target: "support-db",
    failure: "DB Instance already exists: support-db",
  },
  { name: "support-db", daysAgo: 13, minutes: 8, target: "support-db-0311", failure: null },
  { name: "wiki-db", daysAgo: 6, minutes: 6, target: "wiki-db-check", failure: null },
] as const;

function addRestores(world: World, nowMs: number, draw: Draw): void {
  const { account, region } = placeOf(world, productionId, homeRegion);
  for (const past of pastRestores) {
    const resource = findResource(world, productionId, homeRegion, past.name);
    const createdMs = nowMs - past.daysAgo * dayMs + (past.failure === null ? 20 * minuteMs : 0);
    const point = Object.values(region.recoveryPoints)
      .filter(
        (one) =>
          one.resourceArn === resource.arn && one.status === "COMPLETED" && (one.completedMs ?? nowMs) < createdMs,
      )
      .sort((left, right) => right.createdMs - left.createdMs)[0];
    if (!point) throw new Error(`No recovery point of ${past.name} is older than ${past.daysAgo} days.`);
    const id = draw.jobId("restore", resource.arn, past.target);
    const completedMs = createdMs + past.minutes * minuteMs;
    const createdResourceArn =
      past.failure === null ? `arn:aws:rds:${region.name}:${account.id}:db:${past.target}` : null;
    const job: RestoreJob = {
      id,
      recoveryPointArn: point.arn,
      vaultName: point.vaultName,
      resourceArn: resource.arn,
      resourceType: resource.type,
      status: past.failure === null ? "COMPLETED" : "FAILED",
      statusMessage: past.failure,
      createdMs,
      completedMs,
      percentDone: past.failure === null ? 100 : 0,
      sizeBytes: past.failure === null ? point.sizeBytes : 0,
      iamRoleArn: serviceRoleArn(account.id),
      metadata: { ...resource.settings, DBInstanceIdentifier: past.target },
      createdResourceArn,
      recoveryPointCreatedMs: point.createdMs,
      copySourceTags: false,
      validation: null,
      parentJobId: null,
      isParent: false,
      program: null,
    };
    region.restoreJobs[id] = job;
    if (createdResourceArn === null) continue;
    point.lastRestoreMs = completedMs;
    // They were looked at and taken down the same day.
    region.resources[createdResourceArn] = {
      ...resource,
      arn: createdResourceArn,
      name: past.target,
      createdMs: completedMs,
      deletedMs: completedMs + 5 * hourMs,
      tags: {},
      settings: { ...resource.settings },
      database: null,
      instances: [],
      restoredByJobId: id,
      troubles: [],
    };
  }
}
