import type { BackupRuleInput, BackupSelection } from "@aws-sdk/client-backup";
import {
  BackupClient,
  type BackupJobState,
  CreateBackupPlanCommand,
  CreateBackupSelectionCommand,
  DescribeBackupJobCommand,
  DescribeRestoreJobCommand,
  StartBackupJobCommand,
  StartRestoreJobCommand,
} from "@aws-sdk/client-backup";
import type { DatabasePort } from "@/sandbox/aws/engine/ports";
import { arns, createTestWorld, frankfurt, homeKey, serviceRole, startMs } from "@/sandbox/aws/testing/test-world";
import type { World } from "@/sandbox/aws/world";
import { startSandbox } from "@/sandbox/main";

export const minutes = (count: number) => count * 60_000;
export const hours = (count: number) => minutes(count * 60);
export const days = (count: number) => hours(count * 24);

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** A client's settings for the sandbox: one attempt, so that a test sees each error as it comes. */
export function configOf(
  url: string,
  options: { region?: string; key?: string; credentials?: Credentials; maxAttempts?: number } = {},
) {
  return {
    endpoint: url,
    region: options.region ?? frankfurt,
    credentials: options.credentials ?? { accessKeyId: options.key ?? homeKey, secretAccessKey: "unused" },
    maxAttempts: options.maxAttempts ?? 1,
  };
}

export type TestCloud = Awaited<ReturnType<typeof startTestCloud>>;

/** A sandbox with the test world under a virtual clock, and the steps that tests repeat. */
export async function startTestCloud(options: { world?: World; databases?: DatabasePort; stateFile?: string } = {}) {
  const sandbox = await startSandbox({ clock: "virtual", startMs, world: createTestWorld(), ...options });
  const backup = new BackupClient(configOf(sandbox.url));
  const admin = async (method: string, topic: string, body?: object) => {
    const init: RequestInit = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${sandbox.url}/_sandbox/${topic}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const advance = (ms: number) => admin("POST", "clock", { advanceMs: ms });
  const startBackup = async (resourceArn: string, more: object = {}) => {
    const { BackupJobId: id } = await backup.send(
      new StartBackupJobCommand({
        BackupVaultName: "main",
        ResourceArn: resourceArn,
        IamRoleArn: serviceRole,
        ...more,
      }),
    );
    return id ?? "";
  };
  const jobOf = (id: string) => backup.send(new DescribeBackupJobCommand({ BackupJobId: id }));
  return {
    ...sandbox,
    get world() {
      return sandbox.world;
    },
    backup,
    admin,
    advance,
    startBackup,
    jobOf,
    /** A backup from its start to its end; answers the point's ARN. */
    backUp: async (resourceArn: string, more: object = {}, wanted: BackupJobState = "COMPLETED") => {
      const id = await startBackup(resourceArn, more);
      await advance(minutes(30));
      const job = await jobOf(id);
      if (job.State !== wanted) throw new Error(`The backup ended ${job.State}: ${job.StatusMessage}`);
      return job.RecoveryPointArn ?? "";
    },
    startRestore: async (pointArn: string, metadata: Record<string, string>, more: object = {}) => {
      const { RestoreJobId: id } = await backup.send(
        new StartRestoreJobCommand({
          RecoveryPointArn: pointArn,
          Metadata: metadata,
          IamRoleArn: serviceRole,
          ...more,
        }),
      );
      return id ?? "";
    },
    restoreOf: (id: string) => backup.send(new DescribeRestoreJobCommand({ RestoreJobId: id })),
    /** A plan with one rule and one selection. */
    plan: async (
      rule: Partial<BackupRuleInput>,
      selection: Partial<BackupSelection> = { Resources: [arns.orders] },
    ) => {
      const { BackupPlanId: planId } = await backup.send(
        new CreateBackupPlanCommand({
          BackupPlan: { BackupPlanName: "plan", Rules: [{ RuleName: "rule", TargetBackupVaultName: "main", ...rule }] },
        }),
      );
      await backup.send(
        new CreateBackupSelectionCommand({
          BackupPlanId: planId,
          BackupSelection: { SelectionName: "selection", IamRoleArn: serviceRole, ...selection },
        }),
      );
      return planId ?? "";
    },
  };
}

/** The error that a call was refused with. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ name: string; message: string; status: number | undefined }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as {
      name: string;
      message: string;
      $metadata?: { httpStatusCode?: number };
    };
    return { name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error("The call was answered, not refused.");
}

/** Databases without a server: every restore is noted, and ends when the test lets it. */
export function createFakeDatabases() {
  const orders: Parameters<DatabasePort["restore"]>[0][] = [];
  const dropped: string[] = [];
  let outcome: Promise<void> = Promise.resolve();
  const port: DatabasePort = {
    ensureLive: async ({ identifier }) => ({
      host: "127.0.0.1",
      port: 5999,
      databaseName: `live_${identifier}`,
      user: "probe",
    }),
    restore: async (order) => {
      orders.push(order);
      await outcome;
      return { host: "127.0.0.1", port: 5999, databaseName: `copy_${order.target.identifier}`, sizeBytes: 1 };
    },
    breakLive: async () => undefined,
    drop: async ({ identifier }) => {
      dropped.push(identifier);
    },
    stop: async () => undefined,
  };
  return {
    port,
    orders,
    dropped,
    endWith: (next: Promise<void>) => {
      outcome = next;
    },
  };
}
