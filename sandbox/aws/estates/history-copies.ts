import { parseVaultArn, pointArn, vaultArn } from "@/sandbox/aws/arns";
import { findTrouble } from "@/sandbox/aws/engine/troubles";
import { keepPoint, lengthOf, type Run } from "@/sandbox/aws/estates/history-parts";
import type { CopyJob, RecoveryPoint, Region, Vault } from "@/sandbox/aws/world";

const dayMs = 86_400_000;

/** A copy job and, where it succeeded and is still kept, the point it made. */
export function writeCopy(run: Run, point: RecoveryPoint, destinationVaultArn: string, keepDays: number): void {
  const { nowMs, draw, resource } = run;
  const { region, vault, arnOf } = destinationOf(run, destinationVaultArn);
  const completedMs = point.completedMs ?? nowMs;
  const id = draw.jobId("copy", point.arn, destinationVaultArn);
  const startsAtMs = completedMs + Math.round((5 + draw.fraction(id, "delay") * 55) * 1000);
  const endsAtMs = startsAtMs + lengthOf("copy", point.sizeBytes, draw.fraction(id, "length"));
  if (startsAtMs > nowMs) return;
  const failure = findTrouble(resource, "copy_fails", startsAtMs)?.message ?? null;
  const copy = copyOf(run, point, { arn: arnOf(id), vault, keepDays, startsAtMs, endsAtMs });
  const base = copyJobOf(run, point, { id, destinationVaultArn, keepDays, startsAtMs });
  if (endsAtMs > nowMs) {
    const program = { runsAtMs: startsAtMs, endsAtMs, outcome: "completed" as const, message: null };
    run.region.copyJobs[id] = { ...base, state: "RUNNING", program };
    return;
  }
  if (startsAtMs > nowMs - run.jobDays * dayMs)
    run.region.copyJobs[id] =
      failure === null
        ? {
            ...base,
            state: "COMPLETED",
            completedMs: endsAtMs,
            destinationRecoveryPointArn: copy.arn,
            sizeBytes: copy.sizeBytes,
          }
        : { ...base, state: "FAILED", completedMs: endsAtMs, statusMessage: failure };
  if (failure === null) keepPoint(run, region, copy);
}

function destinationOf(
  run: Run,
  destinationVaultArn: string,
): { region: Region; vault: Vault; arnOf: (jobId: string) => string } {
  const to = parseVaultArn(destinationVaultArn);
  const region = to && run.world.accounts[to.accountId]?.regions[to.region];
  const vault = to && region?.vaults[to.name];
  if (!to || !region || !vault) throw new Error(`No vault ${destinationVaultArn} to copy to.`);
  const { type, name } = run.resource;
  const arnOf = (jobId: string) => {
    const form = {
      accountId: to.accountId,
      region: to.region,
      jobId,
      hex: run.draw.hex(32, jobId),
      resourceName: name,
    };
    return pointArn(type, form, vault.type !== "BACKUP_VAULT");
  };
  return { region, vault, arnOf };
}

type CopyPlot = { arn: string; vault: Vault; keepDays: number; startsAtMs: number; endsAtMs: number };

/** A copy keeps the moment of its source's data. */
function copyOf(
  run: Run,
  point: RecoveryPoint,
  { arn, vault, keepDays, startsAtMs, endsAtMs }: CopyPlot,
): RecoveryPoint {
  return {
    ...point,
    arn,
    vaultName: vault.name,
    storageClass: "WARM",
    initiatedMs: startsAtMs,
    completedMs: endsAtMs,
    lifecycle: { DeleteAfterDays: keepDays },
    encryptionKeyArn: vault.encryptionKeyArn,
    sourceVaultArn: vaultArn(run.account.id, run.region.name, point.vaultName),
  };
}

function copyJobOf(
  run: Run,
  point: RecoveryPoint,
  {
    id,
    destinationVaultArn,
    keepDays,
    startsAtMs,
  }: { id: string; destinationVaultArn: string; keepDays: number; startsAtMs: number },
): CopyJob {
  return {
    id,
    sourceVaultArn: vaultArn(run.account.id, run.region.name, point.vaultName),
    sourceRecoveryPointArn: point.arn,
    destinationVaultArn,
    destinationRecoveryPointArn: null,
    resourceArn: run.resource.arn,
    resourceType: run.resource.type,
    resourceName: run.resource.name,
    state: "CREATED",
    statusMessage: null,
    createdMs: startsAtMs,
    completedMs: null,
    sizeBytes: 0,
    iamRoleArn: run.roleArn,
    createdBy: run.creator,
    lifecycle: { DeleteAfterDays: keepDays },
    isParent: false,
    parentJobId: null,
    program: null,
  };
}
