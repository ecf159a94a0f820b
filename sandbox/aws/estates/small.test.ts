import { describe, expect, it } from "vitest";
import { parseVaultArn } from "@/sandbox/aws/arns";
import { contents } from "@/sandbox/aws/databases/contents";
import { resolveSelection } from "@/sandbox/aws/engine/coverage";
import {
  smallEstateConnections,
  smallEstateCredentials,
  smallEstateSystems,
  stagingId,
} from "@/sandbox/aws/estates/nordwind";
import { buildSmallEstate, smallEstateBadRoles } from "@/sandbox/aws/estates/small";
import type { BackupJob, CopyJob, RecoveryPoint, Region, Resource, World } from "@/sandbox/aws/world";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const now = new Date("2026-11-24T10:07:00Z");
const nowMs = now.getTime();
const small = buildSmallEstate({ now, seed: "estates-test" });

const regionsOf = (world: World): Region[] =>
  Object.values(world.accounts).flatMap(({ regions }) => Object.values(regions));
const listOf = <Key extends "recoveryPoints" | "backupJobs" | "copyJobs" | "resources">(world: World, key: Key) =>
  regionsOf(world).flatMap((region) => Object.values(region[key]) as Region[Key][string][]);
const pointsOf = (world: World): RecoveryPoint[] => listOf(world, "recoveryPoints");
const jobsOf = (world: World): BackupJob[] => listOf(world, "backupJobs");
const copiesOf = (world: World): CopyJob[] => listOf(world, "copyJobs");
const resourcesOf = (world: World): Resource[] =>
  listOf(world, "resources").filter((resource) => resource.deletedMs === null);

const byName = new Map(resourcesOf(small).map((resource) => [resource.tags.Name ?? resource.name, resource]));

function newestFirst<Item extends { resourceArn: string; createdMs: number }>(items: Item[]): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items.sort((left, right) => right.createdMs - left.createdMs)) {
    const group = groups.get(item.resourceArn);
    if (group) group.push(item);
    else groups.set(item.resourceArn, [item]);
  }
  return groups;
}

const pointsByArn = newestFirst(pointsOf(small));
const jobsByArn = newestFirst(jobsOf(small));

function named(name: string): Resource {
  const found = byName.get(name);
  if (!found) throw new Error(`No resource ${name}.`);
  return found;
}

const pointsFor = (name: string): RecoveryPoint[] => pointsByArn.get(named(name).arn) ?? [];
const jobsFor = (name: string): BackupJob[] => jobsByArn.get(named(name).arn) ?? [];

function newestAgeMinutes(name: string): number {
  const newest = pointsFor(name).find((point) => point.status === "COMPLETED" && point.sourceVaultArn === null);
  return newest ? (nowMs - newest.createdMs) / minuteMs : Number.POSITIVE_INFINITY;
}

// Each of these worlds takes a second or two to build on a busy machine.
describe("the small estate", { timeout: 30_000 }, () => {
  it("is the same for the same moment and seed, and another for another seed", () => {
    const written = JSON.stringify(small);
    expect(JSON.stringify(buildSmallEstate({ now, seed: "estates-test" })) === written).toBe(true);
    expect(JSON.stringify(buildSmallEstate({ now, seed: "another" })) === written).toBe(false);
  });

  it("has three accounts in three regions, at least 80 resources of at least 12 types, about 20 systems", () => {
    expect(Object.keys(small.accounts)).toHaveLength(3);
    expect(regionsOf(small)).toHaveLength(9);
    const resources = resourcesOf(small);
    expect(resources.length).toBeGreaterThanOrEqual(80);
    expect(new Set(resources.map((resource) => resource.type)).size).toBeGreaterThanOrEqual(12);
    const tagged = new Set(resources.map((resource) => resource.tags.system).filter((slug) => slug !== undefined));
    expect(tagged).toEqual(new Set(smallEstateSystems.map((system) => system.slug)));
    expect(tagged.size).toBeGreaterThanOrEqual(20);
    for (const resource of resources.filter((one) => one.tags.system))
      expect(Object.keys(resource.tags)).toEqual(
        expect.arrayContaining(["system", "environment", "team", "criticality"]),
      );
    expect(resources.filter((resource) => Object.keys(resource.tags).length === 0).length).toBeGreaterThan(4);
  });

  it("needs only systems that exist, and none that needs itself", () => {
    const slugs = smallEstateSystems.map((system) => system.slug);
    const needs = new Map(smallEstateSystems.map((system) => [system.slug, system.needs]));
    const reach = (slug: string, seen: string[]): string[] =>
      (needs.get(slug) ?? []).flatMap((next) =>
        seen.includes(next) ? [next] : [next, ...reach(next, [...seen, next])],
      );
    for (const system of smallEstateSystems) {
      expect(slugs).toEqual(expect.arrayContaining(system.needs));
      expect(reach(system.slug, [])).not.toContain(system.slug);
    }
  });

  it("has real databases of known kinds, and the staging orders broken forty minutes ago", () => {
    const real = resourcesOf(small).filter((resource) => resource.database);
    expect(real.length).toBeGreaterThanOrEqual(6);
    for (const { database, name } of real) {
      expect([...contents.keys()]).toContain(database?.ref.kind);
      expect(database?.ref.identifier).toBe(name);
    }
    const postgres = resourcesOf(small).filter(({ settings }) =>
      /postgres/.test(settings.Engine ?? settings.engine ?? ""),
    );
    expect(postgres.filter((resource) => !resource.database)).toEqual([]);
    const broken = named("orders-staging-db");
    expect(broken.arn).toContain(stagingId);
    expect(broken.database?.accidents).toEqual([{ atMs: nowMs - 40 * minuteMs, kind: "wrong_prices" }]);
    const healthy = pointsFor("orders-staging-db").find((point) => point.createdMs < nowMs - 40 * minuteMs);
    expect(nowMs - (healthy?.createdMs ?? 0)).toBeLessThan(102 * minuteMs);
  });

  it("meets its tiers but for what its story says", () => {
    const late = smallEstateSystems.filter((system) =>
      resourcesOf(small).some((resource) => {
        if (resource.tags.system !== system.slug) return false;
        const name = resource.tags.Name ?? resource.name;
        if (pointsFor(name).some((point) => point.continuous && point.status === "AVAILABLE")) return false;
        return newestAgeMinutes(name) > { 1: 15, 2: 60, 3: 240 }[system.tier];
      }),
    );
    expect(late.map((system) => system.slug).sort()).toEqual([
      "catalogue-graph",
      "freight-tracking",
      "legacy-hr",
      "payments",
    ]);
  });

  it.each([14, 16, 180, 195, 199, 700])("tells that story %i minutes into a day, too", (minutes) => {
    const then = new Date(Date.UTC(2026, 10, 20) + minutes * minuteMs);
    const world = buildSmallEstate({ now: then, seed: "estates-test" });
    const freight = resourcesOf(world).find((resource) => resource.name === "freight-aurora");
    const jobs = jobsOf(world)
      .filter(
        (job) =>
          job.resourceArn === freight?.arn && job.createdBy?.ruleName === "three-hourly" && job.completedMs !== null,
      )
      .sort((left, right) => right.createdMs - left.createdMs);
    expect(jobs.slice(0, 3).map((job) => job.state)).toEqual(["FAILED", "FAILED", "FAILED"]);
  });

  it("has an Aurora whose last three snapshots failed for the key, and no more", () => {
    const jobs = jobsFor("freight-aurora").filter((job) => job.createdBy?.ruleName === "three-hourly");
    expect(jobs.slice(0, 4).map((job) => job.state)).toEqual(["FAILED", "FAILED", "FAILED", "COMPLETED"]);
    expect(jobs[0]?.statusMessage).toContain("KMS key");
    expect(named("freight-aurora").troubles[0]).not.toHaveProperty("untilMs");
  });

  it("has a plan that covers a resource for which nothing came in two days", () => {
    const region = regionsOf(small).find((one) => one.resources[named("legacy-hr-db").arn]);
    const plan = Object.values(region?.plans ?? {}).find((one) => one.name === "hr-plan-2019");
    const selection = Object.values(plan?.selections ?? {})[0]?.selection;
    expect(region && selection && resolveSelection(region, selection).map((one) => one.name)).toEqual(["legacy-hr-db"]);
    expect(nowMs - (jobsFor("legacy-hr-db")[0]?.createdMs ?? 0)).toBeGreaterThan(2 * dayMs);
    expect(nowMs - (jobsFor("legacy-hr-db")[0]?.createdMs ?? 0)).toBeLessThan(2 * dayMs + 4 * hourMs);
  });

  it("has resources nobody protects, one of them a system's own", () => {
    const covered = new Set(
      regionsOf(small).flatMap((region) =>
        Object.values(region.plans).flatMap((plan) =>
          Object.values(plan.selections).flatMap(({ selection }) =>
            resolveSelection(region, selection).map((one) => one.arn),
          ),
        ),
      ),
    );
    const bare = resourcesOf(small).filter((resource) => !covered.has(resource.arn));
    expect(bare.length).toBeGreaterThanOrEqual(6);
    expect(bare.map((resource) => resource.name)).toContain("catalogue-graph");
    for (const resource of bare) expect(pointsFor(resource.tags.Name ?? resource.name)).toEqual([]);
  });

  it("has a continuous backup that was interrupted, and others that live", () => {
    const continuous = pointsOf(small).filter((point) => point.continuous);
    expect(continuous.filter((point) => point.status === "STOPPED").map((point) => point.resourceName)).toEqual([
      "payments-db",
    ]);
    expect(continuous.filter((point) => point.status === "AVAILABLE").length).toBeGreaterThanOrEqual(6);
    for (const point of continuous) expect(point.continuous?.stoppedMs === null).toBe(point.status === "AVAILABLE");
  });

  it("has a parent of parts of which one is missing", () => {
    const partial = pointsOf(small).filter((point) => point.status === "PARTIAL");
    expect(partial).toHaveLength(1);
    const parts = pointsOf(small).filter((point) => point.parentArn === partial[0]?.arn);
    const job = jobsOf(small).find((one) => one.recoveryPointArn === partial[0]?.arn);
    const children = jobsOf(small).filter((one) => one.parentJobId === job?.id);
    expect(parts.length).toBeGreaterThan(0);
    expect(children.map((one) => one.state).sort()).toEqual([...parts.map(() => "COMPLETED"), "FAILED"]);
  });

  it("has cold points, expired ones that are still there, and some kept by the legal hold alone", () => {
    const cold = pointsOf(small).filter((point) => point.storageClass === "COLD");
    expect(cold.length).toBeGreaterThan(10);
    for (const point of cold) expect(nowMs - point.createdMs).toBeGreaterThanOrEqual(30 * dayMs);
    const expired = pointsOf(small).filter((point) => point.status === "EXPIRED");
    expect(expired.length).toBeGreaterThan(10);
    expect(new Set(expired.map((point) => point.resourceName))).toEqual(new Set(["legacy-hr-db"]));
    const hold = regionsOf(small).flatMap((region) => Object.values(region.legalHolds))[0];
    const held = pointsFor("ledger-db").filter(
      (point) =>
        !point.continuous && point.createdMs >= (hold?.scope.fromMs ?? 0) && point.createdMs < (hold?.scope.toMs ?? 0),
    );
    expect(hold?.status).toBe("ACTIVE");
    expect(held.length).toBeGreaterThan(10);
    expect(held.some((point) => nowMs - point.createdMs > (point.lifecycle?.DeleteAfterDays ?? 0) * dayMs)).toBe(true);
  });

  it("keeps nothing else beyond its time", () => {
    const overdue = pointsOf(small).filter(
      (point) =>
        !point.continuous &&
        point.status !== "EXPIRED" &&
        point.createdMs + (point.lifecycle?.DeleteAfterDays ?? 0) * dayMs <= nowMs,
    );
    expect(new Set(overdue.map((point) => point.resourceName))).toEqual(new Set(["ledger-db"]));
  });

  it("has vaults in compliance mode, in governance mode and air-gapped, whose locks admit what lies in them", () => {
    const vaults = regionsOf(small).flatMap((region) => Object.values(region.vaults));
    expect(
      vaults.some((vault) => vault.type === "BACKUP_VAULT" && vault.lock && (vault.lock.lockedAtMs ?? nowMs) < nowMs),
    ).toBe(true);
    expect(vaults.some((vault) => vault.lock?.lockedAtMs === null)).toBe(true);
    expect(vaults.filter((vault) => vault.type === "LOGICALLY_AIR_GAPPED_BACKUP_VAULT")).toHaveLength(1);
    for (const region of regionsOf(small))
      for (const point of Object.values(region.recoveryPoints)) {
        const lock = region.vaults[point.vaultName]?.lock;
        const days = point.lifecycle?.DeleteAfterDays ?? 0;
        if (lock)
          expect(days >= (lock.minRetentionDays ?? 0) && days <= (lock.maxRetentionDays ?? 36500), point.arn).toBe(
            true,
          );
      }
  });

  it("has copies in another region and in another account, and some that fail", () => {
    const to = copiesOf(small).map((copy) => ({
      copy,
      from: parseVaultArn(copy.sourceVaultArn),
      there: parseVaultArn(copy.destinationVaultArn),
    }));
    expect(to.some(({ from, there }) => from?.accountId === there?.accountId && from?.region !== there?.region)).toBe(
      true,
    );
    expect(to.some(({ from, there }) => from?.accountId !== there?.accountId)).toBe(true);
    expect(to.filter(({ copy }) => copy.state === "FAILED").length).toBeGreaterThan(0);
    for (const { copy, there } of to.filter(({ copy }) => copy.state === "COMPLETED"))
      if (nowMs - copy.createdMs < 13 * dayMs)
        expect(small.accounts[there?.accountId ?? ""]?.regions[there?.region ?? ""]?.recoveryPoints).toHaveProperty([
          copy.destinationRecoveryPointArn ?? "",
        ]);
  });

  it("has a backup under way and jobs that failed, expired and were stopped", () => {
    const states = new Set(jobsOf(small).map((job) => job.state));
    for (const state of ["RUNNING", "FAILED", "EXPIRED", "ABORTED", "COMPLETED", "PARTIAL"] as const)
      expect(states).toContain(state);
    const restores = regionsOf(small).flatMap((region) => Object.values(region.restoreJobs));
    expect(new Set(restores.map((job) => job.status))).toEqual(new Set(["COMPLETED", "FAILED"]));
  });

  it("lists thirty days of jobs and keeps points for longer", () => {
    expect(Math.min(...jobsOf(small).map((job) => job.createdMs))).toBeLessThan(nowMs - 29 * dayMs);
    expect(Math.min(...pointsOf(small).map((point) => point.createdMs))).toBeLessThan(nowMs - 70 * dayMs);
  });

  it("has the roles that its connections name, and two for mistakes", () => {
    for (const connection of smallEstateConnections) {
      const roles = small.accounts[connection.accountId]?.roles ?? {};
      for (const arn of [connection.readRoleArn, connection.actRoleArn, connection.cleanupRoleArn]) {
        expect(roles[arn]?.externalId).toBe(connection.externalId);
      }
      const [whole, worker] = [
        smallEstateCredentials.accountId,
        `arn:aws:iam::${smallEstateCredentials.accountId}:user/holdfast`,
      ];
      // Web's own user may assume the read role and none that changes anything.
      expect(roles[connection.readRoleArn]?.trustedPrincipals).toEqual([whole]);
      for (const arn of [connection.actRoleArn, connection.cleanupRoleArn])
        expect(roles[arn]?.trustedPrincipals).toEqual([worker]);
      expect(roles[connection.restoreRoleArn]?.trustedPrincipals).toEqual(["backup.amazonaws.com"]);
    }
    const production = smallEstateConnections[0];
    const roles = small.accounts[production?.accountId ?? ""]?.roles ?? {};
    expect(roles[smallEstateBadRoles.narrow]?.allowedActions).not.toContain("backup:List*");
    expect(roles[smallEstateBadRoles.otherExternalId]?.externalId).not.toBe(production?.externalId);
    const keys = small.accounts[smallEstateCredentials.accountId]?.accessKeys ?? {};
    expect(Object.keys(keys)).toEqual([smallEstateCredentials.accessKeyId, smallEstateCredentials.reader?.accessKeyId]);
  });
});
