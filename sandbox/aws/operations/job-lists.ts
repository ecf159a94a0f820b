import type { Context } from "@/sandbox/aws/operations/context";
import { accessDenied } from "@/sandbox/aws/wire/errors";
import type { BackupJob, JobProgram } from "@/sandbox/aws/world";

/** Job lists reach back this far and no further. */
export const listedMs = 30 * 24 * 60 * 60 * 1000;

/** Asking for another account's jobs takes the management account; here nobody is it. */
export function demandOwnAccount(context: Context, accountId: string | undefined): void {
  if (accountId !== undefined && accountId !== context.account.id)
    throw accessDenied(`Account ${context.account.id} is not authorized to list jobs of ${accountId}.`);
}

/** How far a job has come, in AWS's form: a string. */
export function toPercent(percentDone: number, isRunning: boolean, program: JobProgram | null, nowMs: number): string {
  if (!isRunning || !program) return `${percentDone.toFixed(1)}`;
  const share = (nowMs - program.runsAtMs) / Math.max(1, program.endsAtMs - program.runsAtMs);
  return (Math.min(0.99, Math.max(0, share)) * 100).toFixed(1);
}

/** AWS's word for how a backup or copy job went. */
export function toMessageCategory(
  job: Pick<BackupJob, "state" | "statusMessage"> & { messageCategory?: string | null },
): string | undefined {
  if (job.messageCategory) return job.messageCategory;
  if (job.state === "COMPLETED" && job.statusMessage === null) return "SUCCESS";
  if (job.statusMessage === null) return undefined;
  if (/access denied|not authorized/i.test(job.statusMessage)) return "ACCESS_DENIED";
  if (/PITR already configured/.test(job.statusMessage)) return "PITR_ALREADY_CONFIGURED";
  if (/running job for the same resource/.test(job.statusMessage)) return "RUNNING_JOB_EXISTS";
  return job.state === "ABORTED" ? "ABORTED_BY_USER" : job.state;
}
