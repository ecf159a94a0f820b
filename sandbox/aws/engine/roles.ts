import { matchesPattern } from "@/sandbox/aws/engine/coverage";
import { serviceActions } from "@/sandbox/aws/engine/service-actions";
import { invalidValue } from "@/sandbox/aws/wire/errors";
import type { Account, ResourceType, Role } from "@/sandbox/aws/world";

type Rights = { allowedActions: string[]; deniedActions?: string[] };

/** Whether the rights allow an action; an explicit denial wins. Actions are compared without regard to case. */
export function allows({ allowedActions, deniedActions = [] }: Rights, action: string): boolean {
  const matches = (pattern: string) => matchesPattern(pattern.toLowerCase(), action.toLowerCase());
  return allowedActions.some(matches) && !deniedActions.some(matches);
}

/** The service role that a job names; one that is unknown or does not trust AWS Backup cannot be assumed. */
export function demandServiceRole(account: Account, roleArn: string | undefined): Role {
  if (roleArn === undefined || roleArn === "")
    throw invalidValue("Invalid value for parameter: IamRoleArn must be given.");
  const role = account.roles[roleArn];
  if (!role?.trustedPrincipals.includes("backup.amazonaws.com"))
    throw invalidValue(`IAM Role ${roleArn} cannot be assumed by AWS Backup`);
  return role;
}

/** The message with which a job fails whose role lacks the right, or null where it holds it. */
export function findMissingRight(
  account: Account,
  roleArn: string,
  type: ResourceType,
  kind: "backup" | "restore" | "delete",
): string | null {
  const role = account.roles[roleArn];
  const action = serviceActions[type][kind];
  if (role && allows(role, action)) return null;
  return `Access Denied trying to call AWS Backup service: ${roleArn} is not authorized to perform: ${action}`;
}
