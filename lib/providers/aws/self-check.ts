import {
  DeleteRecoveryPointCommand,
  DisassociateRecoveryPointCommand,
  GetRecoveryPointRestoreMetadataCommand,
  ListBackupJobsCommand,
  ListBackupPlansCommand,
  ListBackupVaultsCommand,
  ListRecoveryPointsByBackupVaultCommand,
  PutBackupVaultAccessPolicyCommand,
  StartRestoreJobCommand,
  UpdateRecoveryPointLifecycleCommand,
} from "@aws-sdk/client-backup";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { DescribeFileSystemsCommand } from "@aws-sdk/client-efs";
import { DescribeDBInstancesCommand } from "@aws-sdk/client-rds";
import { GetResourcesCommand } from "@aws-sdk/client-resource-groups-tagging-api";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { CapabilityCheck, CheckVerdict, ConnectionSettings, ProviderError } from "@/lib/providers/contract";
import { ask, toProviderError } from "./errors";
import type { AwsClients, AwsSession } from "./session";

type Sessions = { read: AwsSession; act: AwsSession | null; cleanUp: AwsSession | null };

const check = (
  id: string,
  verdict: CheckVerdict,
  title: string,
  detail: string,
  remedy: string | null = null,
): CapabilityCheck => ({
  id,
  verdict,
  title,
  detail,
  remedy,
});

const attempt = (call: () => Promise<unknown>): Promise<ProviderError | null> =>
  ask(call).then(
    () => null,
    (error) => toProviderError(error),
  );

/**
 * What the roles may and may not do. Rights that cannot be asked for are probed with a recovery point that cannot
 * exist: "denied" means that the right is missing, any other answer that it is there. Nothing is ever changed.
 */
export async function checkConnection(
  settings: ConnectionSettings,
  { read, act, cleanUp }: Sessions,
): Promise<CapabilityCheck[]> {
  const region = settings.regions[0];
  if (!region)
    return [
      check("regions", "bad", "Regions", "No region is listed, so nothing is read.", "List at least one region."),
    ];
  const clients = read.in(region);
  const role = await checkIdentity("read-role", "Read role", settings.readRoleRef, settings.account, clients);
  if (role.verdict === "bad") return [role];
  const vaultName = await firstVault(clients);
  const groups = await Promise.all([
    checkRegions(settings.regions, read).then(alone),
    checkInventory(clients),
    checkRestoreForm(clients, settings, region, vaultName).then(alone),
    checkCannotDelete("read-deletes", "Read role cannot delete backups", clients, settings, region, vaultName).then(
      alone,
    ),
    checkCannotStart(clients, settings, region).then(alone),
    checkActing(settings, region, vaultName, act),
    checkCleaning(settings, region, vaultName, cleanUp),
  ]);
  return [role, ...groups.flat()];
}

const alone = <T>(one: T): T[] => [one];

const impossiblePoint = ({ account }: ConnectionSettings, region: string) =>
  `arn:aws:backup:${region}:${account}:recovery-point:00000000-0000-0000-0000-000000000000`;

async function checkIdentity(
  id: string,
  title: string,
  roleRef: string,
  account: string,
  { sts }: AwsClients,
): Promise<CapabilityCheck> {
  try {
    const { Account, Arn } = await ask(() => sts.send(new GetCallerIdentityCommand({})));
    if (Account === account) return check(id, "ok", `${title} can be assumed`, `We are ${Arn ?? roleRef}.`);
    return check(
      id,
      "bad",
      `${title} is in another account`,
      `The role is in ${Account ?? "an unknown account"}, not in ${account}.`,
      "Correct the account or the role.",
    );
  } catch (error) {
    const remedy = "Compare the role's trust policy with the account and the external id shown on this page.";
    return check(id, "bad", `${title} cannot be assumed`, toProviderError(error).message, remedy);
  }
}

async function firstVault({ backup }: AwsClients): Promise<string | null> {
  const answer = await ask(() => backup.send(new ListBackupVaultsCommand({ MaxResults: 1 }))).catch(() => null);
  return answer?.BackupVaultList?.[0]?.BackupVaultName ?? null;
}

async function checkRegions(regions: readonly string[], read: AwsSession): Promise<CapabilityCheck> {
  const answers = await Promise.all(
    regions.map(async (region) => {
      const refused = await findUnreadable(read.in(region));
      return refused ? `${region}: ${refused.message}` : null;
    }),
  );
  const refused = answers.filter((one) => one !== null);
  if (refused.length === 0) return check("regions", "ok", "Backups can be read", `All of ${regions.join(", ")}.`);
  const verdict = refused.length === regions.length ? "bad" : "warn";
  const title = `Backups can be read in ${regions.length - refused.length} of ${regions.length} regions`;
  const remedy =
    "Allow backup:List*, backup:Describe* and backup:Get* to the read role, and take out regions that are switched off.";
  return check("regions", verdict, title, refused.join(" "), remedy);
}

/** The first refusal among the lists that a synchronisation reads. */
async function findUnreadable(clients: AwsClients): Promise<ProviderError | null> {
  const { backup } = clients;
  const vaultName = await firstVault(clients);
  const lists: (() => Promise<unknown>)[] = [
    () => backup.send(new ListBackupVaultsCommand({ MaxResults: 1 })),
    () => backup.send(new ListBackupPlansCommand({ MaxResults: 1 })),
    () => backup.send(new ListBackupJobsCommand({ MaxResults: 1 })),
  ];
  if (vaultName)
    lists.push(() =>
      backup.send(new ListRecoveryPointsByBackupVaultCommand({ BackupVaultName: vaultName, MaxResults: 1 })),
    );
  for (const list of lists) {
    const refused = await attempt(list);
    if (refused) return refused;
  }
  return null;
}

/** Without these we do not see resources that nobody backs up. */
async function checkInventory({ tagging, rds, ec2, dynamodb, efs, s3 }: AwsClients): Promise<CapabilityCheck[]> {
  const calls: [right: string, call: () => Promise<unknown>][] = [
    ["tag:GetResources", () => tagging.send(new GetResourcesCommand({ ResourcesPerPage: 1 }))],
    ["rds:DescribeDBInstances", () => rds.send(new DescribeDBInstancesCommand({ MaxRecords: 20 }))],
    ["ec2:DescribeVolumes", () => ec2.send(new DescribeVolumesCommand({ MaxResults: 5 }))],
    ["dynamodb:ListTables", () => dynamodb.send(new ListTablesCommand({ Limit: 1 }))],
    ["elasticfilesystem:DescribeFileSystems", () => efs.send(new DescribeFileSystemsCommand({ MaxItems: 1 }))],
    ["s3:ListAllMyBuckets", () => s3.send(new ListBucketsCommand({}))],
  ];
  const refused = (
    await Promise.all(calls.map(async ([right, call]) => ((await attempt(call)) ? right : null)))
  ).filter((one) => one !== null);
  if (refused.length === 0)
    return [check("inventory", "ok", "Resources can be listed", "Also those without tags and without backups.")];
  const detail = `Refused: ${refused.join(", ")}. Resources of these services that have no backup are not seen.`;
  return [
    check("inventory", "warn", "Not every service can be listed", detail, "Allow these rights to the read role."),
  ];
}

async function checkRestoreForm(
  { backup }: AwsClients,
  settings: ConnectionSettings,
  region: string,
  vaultName: string | null,
): Promise<CapabilityCheck> {
  const title = "Restores can be planned";
  if (!vaultName)
    return check("restore-form", "warn", title, "There is no vault to ask about, so this could not be tried.");
  const refused = await attempt(() =>
    backup.send(
      new GetRecoveryPointRestoreMetadataCommand({
        BackupVaultName: vaultName,
        RecoveryPointArn: impossiblePoint(settings, region),
      }),
    ),
  );
  if (refused?.kind !== "denied")
    return check("restore-form", "ok", title, "The settings a backup remembers can be read.");
  return check(
    "restore-form",
    "bad",
    "Restores cannot be planned",
    refused.message,
    "Allow backup:GetRecoveryPointRestoreMetadata to the read role.",
  );
}

/**
 * What a thief of our role would want: to delete backups, have them expire, take them out of the vault, or open the
 * vault to all that. The last is asked with a policy that is none; deleting a vault or its lock cannot be asked for
 * without doing it, and AWS refuses alike what is forbidden and what is not there.
 */
function destructiveCalls({ backup }: AwsClients, point: { BackupVaultName: string; RecoveryPointArn: string }) {
  const calls: [right: string, call: () => Promise<unknown>][] = [
    ["backup:DeleteRecoveryPoint", () => backup.send(new DeleteRecoveryPointCommand(point))],
    [
      "backup:UpdateRecoveryPointLifecycle",
      () => backup.send(new UpdateRecoveryPointLifecycleCommand({ ...point, Lifecycle: { DeleteAfterDays: 1 } })),
    ],
    ["backup:DisassociateRecoveryPoint", () => backup.send(new DisassociateRecoveryPointCommand(point))],
    [
      "backup:PutBackupVaultAccessPolicy",
      () =>
        backup.send(
          new PutBackupVaultAccessPolicyCommand({ BackupVaultName: point.BackupVaultName, Policy: "not a policy" }),
        ),
    ],
  ];
  return calls;
}

/** Whoever holds one of our roles must not be able to destroy what we watch. */
async function checkCannotDelete(
  id: string,
  title: string,
  clients: AwsClients,
  settings: ConnectionSettings,
  region: string,
  vaultName: string | null,
): Promise<CapabilityCheck> {
  if (!vaultName) return check(id, "warn", title, "There is no vault to ask about, so this could not be tried.");
  const point = { BackupVaultName: vaultName, RecoveryPointArn: impossiblePoint(settings, region) };
  const rights = await Promise.all(
    destructiveCalls(clients, point).map(async ([right, call]) => [right, await attempt(call)] as const),
  );
  const unanswered = rights.filter(
    ([, answer]) => answer && ["timed_out", "unreachable", "throttled", "broken"].includes(answer.kind),
  );
  const held = rights.filter(
    ([, answer]) => answer?.kind !== "denied" && !unanswered.some(([, one]) => one === answer),
  );
  if (held.length > 0) {
    const detail = `AWS did not refuse ${held.map(([right]) => right).join(", ")} when asked in a way that could not succeed.`;
    return check(
      id,
      "bad",
      `${title.replace("cannot", "may")}`,
      detail,
      "Deny backup:Delete*, backup:Disassociate*, backup:UpdateRecoveryPointLifecycle and backup:PutBackupVault* to this role.",
    );
  }
  if (unanswered.length > 0) return check(id, "warn", title, "AWS did not answer, so this could not be told.");
  return check(
    id,
    "ok",
    title,
    `Tried in vault ${vaultName} with a recovery point that does not exist. Other vaults may have policies of their own.`,
  );
}

const startImpossible = ({ backup }: AwsClients, settings: ConnectionSettings, region: string) =>
  attempt(() =>
    backup.send(
      new StartRestoreJobCommand({
        RecoveryPointArn: impossiblePoint(settings, region),
        IamRoleArn: settings.serviceRoleRef ?? undefined,
        Metadata: {},
      }),
    ),
  );

async function checkCannotStart(
  clients: AwsClients,
  settings: ConnectionSettings,
  region: string,
): Promise<CapabilityCheck> {
  const refused = await startImpossible(clients, settings, region);
  if (refused?.kind === "denied")
    return check("read-starts", "ok", "Read role cannot start restores", "AWS refuses it.");
  if (refused && ["timed_out", "unreachable", "throttled", "broken"].includes(refused.kind))
    return check(
      "read-starts",
      "warn",
      "Read role cannot start restores",
      "AWS did not answer, so this could not be told.",
    );
  return check(
    "read-starts",
    "warn",
    "Read role may start restores",
    "It can do more than look.",
    "Leave backup:Start* to the act role.",
  );
}

async function checkActing(
  settings: ConnectionSettings,
  region: string,
  vaultName: string | null,
  act: AwsSession | null,
): Promise<CapabilityCheck[]> {
  if (!act || !settings.actRoleRef)
    return [
      check(
        "act-role",
        "warn",
        "No act role",
        "This account can be looked at; restores and backups cannot be started in it.",
        "Name an act role to allow them.",
      ),
    ];
  const clients = act.in(region);
  const role = await checkIdentity("act-role", "Act role", settings.actRoleRef, settings.account, clients);
  if (role.verdict === "bad") return [role];
  return [
    role,
    await checkCannotDelete("act-deletes", "Act role cannot delete backups", clients, settings, region, vaultName),
    ...(await checkStarting(clients, settings, region)),
  ];
}

/** Deleting is this role's work, and a backup must still be out of its reach. */
async function checkCleaning(
  settings: ConnectionSettings,
  region: string,
  vaultName: string | null,
  cleanUp: AwsSession | null,
): Promise<CapabilityCheck[]> {
  if (!cleanUp || !settings.cleanupRoleRef) return [];
  const clients = cleanUp.in(region);
  const role = await checkIdentity("cleanup-role", "Clean-up role", settings.cleanupRoleRef, settings.account, clients);
  if (role.verdict === "bad") return [role];
  const title = "Clean-up role cannot delete backups";
  return [role, await checkCannotDelete("cleanup-deletes", title, clients, settings, region, vaultName)];
}

async function checkStarting(
  clients: AwsClients,
  settings: ConnectionSettings,
  region: string,
): Promise<CapabilityCheck[]> {
  if (!settings.serviceRoleRef)
    return [
      check(
        "service-role",
        "bad",
        "No service role",
        "AWS Backup needs a role of its own to restore with.",
        "Name the role, such as AWSBackupDefaultServiceRole.",
      ),
    ];
  const refused = await startImpossible(clients, settings, region);
  if (refused && ["timed_out", "unreachable", "throttled", "broken"].includes(refused.kind))
    return [check("act-starts", "warn", "Restores can be started", "AWS did not answer, so this could not be told.")];
  if (refused?.kind === "denied" && /PassRole/i.test(refused.message))
    return [
      check(
        "pass-role",
        "bad",
        "The act role may not hand on the service role",
        refused.message,
        "Allow iam:PassRole on the service role.",
      ),
    ];
  if (refused?.kind === "denied")
    return [
      check(
        "act-starts",
        "bad",
        "Restores cannot be started",
        refused.message,
        "Allow backup:StartRestoreJob, backup:StartBackupJob and iam:PassRole to the act role.",
      ),
    ];
  const detail =
    "AWS came as far as missing the recovery point. Whether the service role may make each kind of resource shows only in a restore.";
  return [check("act-starts", "ok", "Restores can be started", detail)];
}
