import { vaultArn } from "@/sandbox/aws/arns";
import { addEstateAccount, addRole, serviceRoleArn } from "@/sandbox/aws/estates/accounts";
import { type Draw, drawFrom } from "@/sandbox/aws/estates/draw";
import { writeHistory } from "@/sandbox/aws/estates/history";
import {
  americaRegion,
  belongings,
  homeRegion,
  productionId,
  secondRegion,
  sharedId,
  smallEstateConnections,
  smallEstateCredentials,
  smallEstateSystems,
  stagingId,
} from "@/sandbox/aws/estates/nordwind";
import { addPlan, addVault, type RuleSpec } from "@/sandbox/aws/estates/plans";
import { addResource, keyArnOf } from "@/sandbox/aws/estates/resources";
import { heldDays, layTroubles, tellStories } from "@/sandbox/aws/estates/stories";
import { type Account, createWorld, type RecoveryPoint, type Region, type World } from "@/sandbox/aws/world";

const dayMs = 86_400_000;
const historyDays = 75;
const jobDays = 30;

/** Roles that a connection may name by mistake. */
export const smallEstateBadRoles = {
  /** May list vaults and little more. */
  narrow: `arn:aws:iam::${productionId}:role/holdfast-narrow`,
  /** Expects an external id that no connection knows. */
  otherExternalId: `arn:aws:iam::${productionId}:role/holdfast-other-tenant`,
} as const;

/** Nordwind Handel with 75 days behind it, the same for the same moment and seed. */
export function buildSmallEstate({ now, seed }: { now: Date; seed: string }): World {
  const nowMs = now.getTime();
  const draw = drawFrom(seed);
  const world = createWorld("small", seed, nowMs);
  for (const connection of smallEstateConnections) addEstateAccount(world, connection, smallEstateCredentials);
  addBadRoles(world);
  addVaults(world, nowMs, draw);
  addBelongings(world, nowMs, draw);
  addPlans(world, nowMs, draw);
  layTroubles(world, nowMs);
  writeHistory({ world, nowMs, historyDays, jobDays, draw, keepsExpired: (point) => expiredFate(point, nowMs) });
  tellStories(world, nowMs, draw);
  return world;
}

/** The region of the estate; it is always there. */
function placeOf(world: World, accountId: string, regionName: string): { account: Account; region: Region } {
  const account = world.accounts[accountId];
  const region = account?.regions[regionName];
  if (!account || !region) throw new Error(`The estate has no ${regionName} in ${accountId}.`);
  return { account, region };
}

function addBadRoles(world: World): void {
  const { account } = placeOf(world, productionId, homeRegion);
  const trustedPrincipals = [smallEstateCredentials.accountId];
  const externalId = smallEstateConnections[0]?.externalId ?? null;
  addRole(account, {
    name: "holdfast-narrow",
    trustedPrincipals,
    externalId,
    allowedActions: ["sts:GetCallerIdentity", "backup:ListBackupVaults", "backup:ListBackupPlans"],
  });
  addRole(account, {
    name: "holdfast-other-tenant",
    trustedPrincipals,
    externalId: "somebody-else-0000",
    allowedActions: ["backup:*", "tag:GetResources", "rds:Describe*"],
  });
  addRole(account, {
    name: "nordwind-legacy-backup",
    trustedPrincipals: ["backup.amazonaws.com"],
    allowedActions: ["rds:CreateDBSnapshot", "rds:AddTagsToResource", "rds:Describe*", "tag:GetResources"],
  });
}

function addVaults(world: World, nowMs: number, draw: Draw): void {
  const copyAccess = (...principals: string[]) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "CopyFromTheOrganization",
          Effect: "Allow",
          Principal: { AWS: principals.map((id) => `arn:aws:iam::${id}:root`) },
          Action: "backup:CopyIntoBackupVault",
          Resource: "*",
        },
      ],
    });
  for (const account of Object.values(world.accounts))
    for (const region of Object.values(account.regions)) {
      const encryptionKeyArn = keyArnOf(account.id, region.name, draw);
      const createdMs = nowMs - 410 * dayMs;
      addVault(account, region, { name: "Default", createdMs, encryptionKeyArn });
      addVault(account, region, {
        name: "nordwind-standard",
        createdMs,
        encryptionKeyArn,
        tags: { owner: "platform" },
      });
      if (account.id !== productionId) continue;
      addVault(account, region, {
        name: "nordwind-critical",
        createdMs,
        encryptionKeyArn,
        lock: { minRetentionDays: 1, maxRetentionDays: 400, lockedAtMs: null },
        tags: { owner: "platform" },
      });
      addVault(account, region, {
        name: "nordwind-copies",
        createdMs,
        encryptionKeyArn,
        lock: { minRetentionDays: 14, maxRetentionDays: 400, lockedAtMs: nowMs - 120 * dayMs },
        tags: { owner: "platform", purpose: "copies from the other region" },
      });
    }
  const { account, region } = placeOf(world, sharedId, homeRegion);
  const encryptionKeyArn = keyArnOf(sharedId, homeRegion, draw);
  addVault(account, region, {
    name: "nordwind-offsite",
    createdMs: nowMs - 300 * dayMs,
    encryptionKeyArn,
    lock: { minRetentionDays: 7, maxRetentionDays: 400, lockedAtMs: null },
    accessPolicy: copyAccess(productionId, stagingId),
  });
  addVault(account, region, {
    name: "nordwind-airgap",
    createdMs: nowMs - 200 * dayMs,
    type: "LOGICALLY_AIR_GAPPED_BACKUP_VAULT",
    encryptionKeyArn: `arn:aws:kms:${homeRegion}:000000000000:key/${draw.uuid("aws-owned")}`,
    encryptionKeyType: "AWS_OWNED_KMS_KEY",
    lock: { minRetentionDays: 14, maxRetentionDays: 365, lockedAtMs: nowMs - 200 * dayMs },
    accessPolicy: copyAccess(productionId),
  });
}

const criticality = { 1: "critical", 2: "important", 3: "standard" } as const;

function addBelongings(world: World, nowMs: number, draw: Draw): void {
  const systems = new Map(smallEstateSystems.map((system) => [system.slug, system]));
  for (const { accountId, region: regionName, backup, spec, system: slug } of belongings) {
    const { account, region } = placeOf(world, accountId, regionName);
    const owner = slug === null ? null : systems.get(slug);
    if (owner === undefined) throw new Error(`No system is called ${slug}.`);
    const tags: Record<string, string> = owner
      ? {
          system: owner.slug,
          environment: owner.environment,
          team: owner.team,
          criticality: criticality[owner.tier],
          ...spec.tags,
        }
      : { ...spec.tags };
    if (backup !== "none") tags.backup = backup;
    const resource = addResource(account, region, { ...spec, tags }, nowMs, draw);
    // What nobody owns was never given a name tag either.
    if (!owner) resource.tags = tags;
  }
}

function addPlans(world: World, nowMs: number, draw: Draw): void {
  const createdMs = nowMs - 400 * dayMs;
  const offsite = { vaultArn: vaultArn(sharedId, homeRegion, "nordwind-offsite"), keepDays: 35 };
  const airgap = { vaultArn: vaultArn(sharedId, homeRegion, "nordwind-airgap"), keepDays: 35 };
  const copiesIn = (regionName: string) => ({
    vaultArn: vaultArn(productionId, regionName === homeRegion ? secondRegion : homeRegion, "nordwind-copies"),
    keepDays: 35,
  });
  const add = (accountId: string, regionName: string, name: string, backup: string, rules: readonly RuleSpec[]) => {
    const { account, region } = placeOf(world, accountId, regionName);
    const tag = { key: "backup", value: backup };
    addPlan(
      account,
      region,
      { name, createdMs, rules, selections: [{ name: `tagged-${backup}`, roleArn: serviceRoleArn(accountId), tag }] },
      draw,
    );
  };

  for (const regionName of [homeRegion, secondRegion]) {
    const isHome = regionName === homeRegion;
    add(productionId, regionName, "nordwind-continuous", "continuous", [
      { name: "continuous", cron: "30 1 ? * * *", vault: "nordwind-critical", keepDays: 35, isContinuous: true },
      {
        name: "daily",
        cron: "0 2 ? * * *",
        vault: "nordwind-critical",
        keepDays: 35,
        copies: isHome ? [copiesIn(regionName), airgap] : [copiesIn(regionName)],
      },
    ]);
    add(productionId, regionName, "nordwind-half-hourly", "half-hourly", [
      { name: "at-five-past", cron: "5 * ? * * *", vault: "nordwind-critical", keepDays: 2 },
      { name: "at-five-past-half", cron: "35 * ? * * *", vault: "nordwind-critical", keepDays: 2 },
      { name: "daily", cron: "20 3 ? * * *", vault: "nordwind-critical", keepDays: 35, copies: [copiesIn(regionName)] },
      {
        name: "weekly",
        cron: "50 4 ? * SUN *",
        vault: "nordwind-critical",
        keepDays: 365,
        coldAfterDays: 30,
        ...(isHome ? { copies: [offsite] } : {}),
      },
    ]);
  }
  for (const regionName of [homeRegion, secondRegion, americaRegion])
    add(productionId, regionName, "nordwind-three-hourly", "three-hourly", [
      { name: "three-hourly", cron: "15 0/3 ? * * *", vault: "nordwind-standard", keepDays: 5 },
      {
        name: "daily",
        cron: "40 5 ? * * *",
        vault: "nordwind-standard",
        keepDays: 35,
        ...(regionName === homeRegion ? { copies: [offsite] } : {}),
      },
      { name: "weekly", cron: "10 7 ? * SUN *", vault: "nordwind-standard", keepDays: 365, coldAfterDays: 30 },
    ]);
  addLegacyPlan(world, createdMs, draw);
  add(stagingId, homeRegion, "staging-hourly", "hourly", [
    { name: "hourly", cron: "20 * ? * * *", vault: "nordwind-standard", keepDays: 3 },
    { name: "daily", cron: "50 1 ? * * *", vault: "nordwind-standard", keepDays: 30 },
  ]);
  for (const regionName of [homeRegion, secondRegion, americaRegion]) {
    add(stagingId, regionName, "staging-three-hourly", "three-hourly", [
      { name: "three-hourly", cron: "55 1/3 ? * * *", vault: "nordwind-standard", keepDays: 3 },
      { name: "daily", cron: "50 0 ? * * *", vault: "nordwind-standard", keepDays: 30 },
    ]);
    add(sharedId, regionName, "shared-three-hourly", "three-hourly", [
      { name: "three-hourly", cron: "25 1/3 ? * * *", vault: "nordwind-standard", keepDays: 5 },
      { name: "daily", cron: "55 2 ? * * *", vault: "nordwind-standard", keepDays: 35 },
    ]);
  }
}

/** A plan from before the platform team, whose role may make snapshots but not delete them. */
function addLegacyPlan(world: World, createdMs: number, draw: Draw): void {
  const { account, region } = placeOf(world, productionId, homeRegion);
  const database = Object.values(region.resources).find((resource) => resource.name === "legacy-hr-db");
  if (!database) throw new Error("The estate has no legacy-hr-db.");
  const roleArn = `arn:aws:iam::${productionId}:role/nordwind-legacy-backup`;
  const rules: RuleSpec[] = [{ name: "every-three-hours", cron: "45 0/3 ? * * *", vault: "Default", keepDays: 7 }];
  addPlan(
    account,
    region,
    { name: "hr-plan-2019", createdMs, rules, selections: [{ name: "hr", roleArn, resources: [database.arn] }] },
    draw,
  );
}

/** The ledger's points of the tax audit stay under its hold; the legacy role cannot delete what it made. */
function expiredFate(point: RecoveryPoint, nowMs: number): "held" | "expired" | null {
  const ageDays = (nowMs - point.createdMs) / dayMs;
  // The right to delete was taken from the role a week ago; what expired before then is gone.
  if (point.iamRoleArn.endsWith("/nordwind-legacy-backup")) return ageDays < 7 + 7 ? "expired" : null;
  const isHeld = ageDays <= heldDays.from && ageDays > heldDays.to;
  return isHeld && point.resourceName === "ledger-db" && point.sourceVaultArn === null ? "held" : null;
}
