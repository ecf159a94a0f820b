import type { BackupRule } from "@aws-sdk/client-backup";
import { continuousPointArn } from "@/sandbox/aws/arns";
import { nextDueMs, parseAwsCron } from "@/sandbox/aws/engine/aws-cron";
import { resolveSelection } from "@/sandbox/aws/engine/coverage";
import { findTrouble } from "@/sandbox/aws/engine/troubles";
import { writeCopy } from "@/sandbox/aws/estates/history-copies";
import { type Failure, failureOf } from "@/sandbox/aws/estates/history-failures";
import {
  jobOf,
  keepPoint,
  lengthOf,
  type Past,
  pointOf,
  type Run,
  type Scene,
  sizeAt,
  snapshotOf,
} from "@/sandbox/aws/estates/history-parts";
import { creatorOf } from "@/sandbox/aws/estates/plans";
import type { BackupJob, Plan, RecoveryPoint, Region, Resource, ResourceType } from "@/sandbox/aws/world";

const minuteMs = 60_000;
const dayMs = 86_400_000;

const continuousTypes = new Set<ResourceType>(["RDS", "Aurora", "S3", "SAP HANA on Amazon EC2"]);

/** Writes what every plan of the world has done from `historyDays` ago until now. */
export function writeHistory(past: Past): void {
  for (const account of Object.values(past.world.accounts))
    for (const region of Object.values(account.regions))
      for (const plan of Object.values(region.plans)) writePlan({ ...past, account, region }, plan);
}

function writePlan(scene: Scene, plan: Plan): void {
  const version = plan.versions.at(-1);
  if (!version) return;
  const covered = coveredBy(scene.region, plan);
  const fromMs = Math.max(version.createdMs, scene.nowMs - scene.historyDays * dayMs);
  for (const rule of version.rules) {
    const dues = dueTimes(rule, fromMs, scene.nowMs);
    const creator = creatorOf(plan, version, rule);
    for (const { resource, roleArn } of covered) writeRule({ ...scene, resource, creator, rule, roleArn }, dues);
    const lastDue = dues.at(-1);
    if (lastDue !== undefined && covered.length > 0)
      plan.lastExecutionMs = Math.max(plan.lastExecutionMs ?? 0, lastDue);
  }
}

/** The resources that the plan's selections assign to it, each under the first that does. */
function coveredBy(region: Region, plan: Plan): { resource: Resource; roleArn: string }[] {
  const roles = new Map<Resource, string>();
  for (const { selection } of Object.values(plan.selections))
    for (const resource of resolveSelection(region, selection))
      if (!roles.has(resource)) roles.set(resource, selection.IamRoleArn ?? "");
  return [...roles].map(([resource, roleArn]) => ({ resource, roleArn }));
}

function writeRule(scene: Omit<Run, "dueMs">, dues: readonly number[]): void {
  const { resource, rule } = scene;
  if (rule.EnableContinuousBackup === true && continuousTypes.has(resource.type)) writeContinuous(scene, dues);
  else for (const dueMs of dues) if (dueMs > resource.createdMs) writeRun({ ...scene, dueMs });
}

function dueTimes(rule: BackupRule, fromMs: number, toMs: number): number[] {
  const cron = parseAwsCron(rule.ScheduleExpression ?? "");
  if (!cron) throw new Error(`The rule ${rule.RuleName} has no schedule.`);
  const dues: number[] = [];
  for (let due = nextDueMs(cron, fromMs); due !== null && due <= toMs; due = nextDueMs(cron, due)) dues.push(due);
  return dues;
}

/** A snapshot run: its job, its point while that is kept, and its copies. */
function writeRun(run: Run): void {
  const { resource, rule, dueMs, nowMs, draw } = run;
  if (findTrouble(resource, "runs_missed", dueMs, rule.RuleId ?? "")) return;
  const id = draw.jobId("backup", resource.arn, rule.RuleId ?? "", dueMs);
  const plot = plotOf(run, id);
  const isDone = plot.endsAtMs <= nowMs;
  const point = madePoint(run, id, plot);
  if (!isDone) run.region.backupJobs[id] = openJob(run, id, plot, point);
  else if (dueMs > nowMs - run.jobDays * dayMs) run.region.backupJobs[id] = closedJob(run, id, plot, point);
  if (!point) return;
  keepPoint(run, run.region, point);
  if (isDone)
    for (const action of rule.CopyActions ?? [])
      writeCopy(run, point, action.DestinationBackupVaultArn ?? "", action.Lifecycle?.DeleteAfterDays ?? 35);
}

function madePoint(run: Run, id: string, { runsAtMs, endsAtMs, failure }: Plot): RecoveryPoint | null {
  if (failure || runsAtMs > run.nowMs) return null;
  return snapshotOf(run, {
    id,
    runsAtMs,
    endsAtMs: endsAtMs <= run.nowMs ? endsAtMs : null,
    sizeBytes: sizeAt(run, id),
  });
}

/** How a run goes: when it starts and ends, and what it fails of. */
type Plot = { runsAtMs: number; endsAtMs: number; failure: Failure | null };

function plotOf(run: Run, id: string): Plot {
  const { dueMs, rule, resource, draw } = run;
  const failure = failureOf(run, id);
  if (failure?.state === "EXPIRED") {
    const endsAtMs = dueMs + (rule.StartWindowMinutes ?? 60) * minuteMs;
    return { runsAtMs: endsAtMs, endsAtMs, failure };
  }
  const runsAtMs = dueMs + Math.round((5 + draw.fraction(id, "delay") * 55) * 1000);
  const lengthMs = failure ? 30_000 : lengthOf("backup", resource.sizeBytes, draw.fraction(id, "length"));
  return { runsAtMs, endsAtMs: runsAtMs + lengthMs, failure };
}

function closedJob(run: Run, id: string, { endsAtMs, failure }: Plot, point: RecoveryPoint | null): BackupJob {
  return {
    ...jobOf(run, id),
    recoveryPointArn: point?.arn ?? null,
    state: failure?.state ?? "COMPLETED",
    statusMessage: failure?.message ?? null,
    completedMs: endsAtMs,
    percentDone: failure ? 0 : 100,
    sizeBytes: point?.sizeBytes ?? 0,
  };
}

function openJob(run: Run, id: string, { runsAtMs, endsAtMs, failure }: Plot, point: RecoveryPoint | null): BackupJob {
  const job = jobOf(run, id);
  const program = { runsAtMs, endsAtMs, outcome: outcomeOf(failure), message: failure?.message ?? null };
  if (runsAtMs > run.nowMs) return { ...job, program };
  return {
    ...job,
    recoveryPointArn: point?.arn ?? null,
    state: "RUNNING",
    expectedCompletionMs: endsAtMs,
    percentDone: Math.floor(((run.nowMs - runsAtMs) / (endsAtMs - runsAtMs)) * 100),
    program,
  };
}

function outcomeOf(failure: Failure | null): "completed" | "failed" | "expired" {
  if (!failure) return "completed";
  return failure.state === "FAILED" ? "failed" : "expired";
}

/** A continuous rule has one point that lives on; its daily runs only confirm it. */
function writeContinuous(scene: Omit<Run, "dueMs">, dues: readonly number[]): void {
  const { resource, nowMs, draw, account, region } = scene;
  const first = dues.find((due) => due > resource.createdMs);
  if (first === undefined) return;
  const hex = draw.hex(32, "continuous", resource.arn);
  const arn = continuousPointArn(resource.type, {
    accountId: account.id,
    region: region.name,
    hex,
    resourceName: resource.name,
  });
  const trouble = findTrouble(resource, "backup_fails", nowMs, scene.rule.RuleId ?? "");
  region.recoveryPoints[arn] = {
    ...pointOf({ ...scene, dueMs: first }, arn),
    status: trouble ? "STOPPED" : "AVAILABLE",
    statusMessage: trouble?.message ?? null,
    createdMs: first + minuteMs,
    completedMs: first + 4 * minuteMs,
    sizeBytes: resource.sizeBytes,
    continuous: { earliestMs: first + minuteMs, stoppedMs: trouble?.sinceMs ?? null },
  };
  for (const dueMs of dues) {
    const isListed = dueMs >= first && dueMs > nowMs - scene.jobDays * dayMs && dueMs + 6 * minuteMs <= nowMs;
    if (isListed) writeConfirmation({ ...scene, dueMs }, arn);
  }
}

function writeConfirmation(run: Run, pointArn: string): void {
  const { resource, rule, dueMs, draw } = run;
  const id = draw.jobId("backup", resource.arn, rule.RuleId ?? "", dueMs);
  const failure = failureOf(run, id);
  run.region.backupJobs[id] = {
    ...jobOf(run, id),
    recoveryPointArn: failure ? null : pointArn,
    state: failure?.state ?? "COMPLETED",
    statusMessage: failure?.message ?? null,
    completedMs: dueMs + Math.round((2 + draw.fraction(id, "length") * 3) * minuteMs),
    percentDone: failure ? 0 : 100,
    sizeBytes: failure ? 0 : resource.sizeBytes,
  };
}
