import { accept, type Outcome, refuse } from "@/lib/core/outcome";
import { minutes } from "@/lib/core/time";

export const backupStates = [
  "queued",
  "running",
  "cancelling",
  "succeeded",
  "succeeded_with_issues",
  "partial",
  "failed",
  "cancelled",
  "expired",
] as const;
export type BackupState = (typeof backupStates)[number];

/** States in which a backup is still on its way. */
export const liveStates = ["queued", "running", "cancelling"] as const satisfies readonly BackupState[];

/** Whether nothing more will come of a backup. */
export const isEnded = (state: BackupState): boolean => !liveStates.some((live) => live === state);

/** How many backups one person may start within an hour. */
export const startsAnHour = 10;

export const minReasonLength = 3;

/** Kinds that AWS Backup takes a single backup of when asked to. */
const onDemandKinds: ReadonlySet<string> = new Set([
  "Aurora",
  "CloudFormation",
  "DocumentDB",
  "DynamoDB",
  "EBS",
  "EC2",
  "EFS",
  "EKS",
  "FSx",
  "Neptune",
  "RDS",
  "Redshift",
  "S3",
  "SAP HANA on Amazon EC2",
  "Storage Gateway",
  "Timestream",
  "VirtualMachine",
]);

export type StartFacts = {
  resource: { name: string; kind: string; vanished: boolean };
  connection: { name: string; kind: string; active: boolean; actRole: boolean; serviceRole: boolean };
  /** A backup of it that somebody here asked for and that has not ended. */
  asked: boolean;
  /** A backup of it that its provider was seen running a short while ago. */
  seenRunning: boolean;
};

/** Whether a backup can be started now; the refusal says what stands in the way and who can change it. */
export function mayStart({ resource, connection, asked, seenRunning }: StartFacts): Outcome<null> {
  if (connection.kind !== "aws")
    return refuse("invalid", `Connections of the kind ${connection.kind} take no single backups from here yet.`);
  if (!onDemandKinds.has(resource.kind))
    return refuse(
      "invalid",
      `${resource.kind} is not backed up on demand: its own schedule or stream is all there is.`,
    );
  if (resource.vanished) return refuse("conflict", `${resource.name} is no longer at its provider.`);
  if (!connection.active)
    return refuse("conflict", `The connection ${connection.name} is switched off. An administrator switches it on.`);
  if (!connection.actRole)
    return refuse(
      "conflict",
      `The connection ${connection.name} has no act role: it can be looked at, and nothing started.`,
    );
  if (!connection.serviceRole)
    return refuse(
      "conflict",
      `The connection ${connection.name} names no service role for its backup service to take on.`,
    );
  if (asked) return refuse("conflict", `A backup of ${resource.name} is on its way already. Wait until it has ended.`);
  if (seenRunning) return refuse("conflict", `Its provider is backing ${resource.name} up at this moment.`);
  return accept(null);
}

export type VaultChoice = { name: string; minDays: number | null; maxDays: number | null };

/** The vault to use: the one asked for, else the one of its newest point, else the one its policy names. */
export function chooseVault(
  vaults: readonly VaultChoice[],
  wanted: { asked?: string | undefined; newestPoint: string | null; rules: readonly string[] },
): Outcome<VaultChoice> {
  const named = (name: string | null) => vaults.find((vault) => vault.name === name);
  if (wanted.asked !== undefined) {
    const vault = named(wanted.asked);
    const message = "This vault takes no backups of this resource.";
    return vault ? accept(vault) : refuse("invalid", message, { vault: message });
  }
  const usual = [wanted.newestPoint, ...wanted.rules].map(named).find((vault) => vault !== undefined);
  if (usual) return accept(usual);
  const message =
    vaults.length === 0
      ? "There is no vault in this region that takes backups."
      : "Nothing was backed up here before. Choose a vault.";
  return refuse("invalid", message, { vault: message });
}

/** The longest that any of these rules keeps what it makes; null is for good, and so is no rule. */
export const longestDays = (rules: readonly (number | null)[]): number | null =>
  rules.reduce<number | null>(
    (longest, days) => (days === null || longest === null ? null : Math.max(longest, days)),
    rules[0] ?? null,
  );

/** How many days the backup is kept: as its policy says for this vault, within what the vault allows; null is for good. */
export function retentionDays(policyDays: number | null, { minDays, maxDays }: VaultChoice): number | null {
  const least = minDays ?? 0;
  if (policyDays === null) return maxDays;
  return Math.max(least, Math.min(policyDays, maxDays ?? policyDays));
}

/** So long after it was sent, the same token still stands for the same call. */
export const tokenLifeMs = minutes(45);

/** Whether an unanswered call may be sent again with its token. */
export const mayResend = (sentAt: Date, now: Date): boolean => now.getTime() - sentAt.getTime() < tokenLifeMs;

/** How long to wait before looking at a running job again: a tenth of its age, between 3 s and a minute. */
export const nextLookSeconds = (ageSeconds: number): number => Math.min(60, Math.max(3, Math.floor(ageSeconds / 10)));

/** The same backup as a command for a shell, for whoever wants to see what is called. */
export function equivalentCommand(
  call: { region: string; resourceRef: string; roleRef: string },
  vault: { name: string; keptDays: number | null },
): string {
  const word = (text: string) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
  return [
    "aws backup start-backup-job",
    `--region ${word(call.region)}`,
    `--backup-vault-name ${word(vault.name)}`,
    `--resource-arn ${word(call.resourceRef)}`,
    `--iam-role-arn ${word(call.roleRef)}`,
    ...(vault.keptDays === null ? [] : [`--lifecycle DeleteAfterDays=${vault.keptDays}`]),
  ].join(" \\\n  ");
}

/** What the dialog and its polling know of a resource's backups on demand. */
export type BackupStanding = {
  resourceId: string;
  name: string;
  kind: string;
  /** Why none can be started now; null where one can. */
  refusal: string | null;
  vaults: { name: string; keptDays: number | null; usual: boolean }[];
  /** What the provider's call names beside the vault. */
  call: { region: string; resourceRef: string; roleRef: string } | null;
  latest: {
    id: string;
    state: BackupState;
    /** Whether the provider's answer is still missing. */
    unanswered: boolean;
    vault: string;
    jobRef: string | null;
    message: string | null;
    askedBy: string;
    at: string;
  } | null;
};
