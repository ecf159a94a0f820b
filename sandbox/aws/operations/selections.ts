import { randomUUID } from "node:crypto";
import type {
  BackupSelection,
  CreateBackupSelectionInput,
  CreateBackupSelectionOutput,
  DeleteBackupSelectionInput,
  GetBackupSelectionInput,
  GetBackupSelectionOutput,
  ListBackupSelectionsInput,
  ListBackupSelectionsOutput,
} from "@aws-sdk/client-backup";
import { demandServiceRole } from "@/sandbox/aws/engine/roles";
import { type Context, define, demandPassRole, type Handler, pageOfKeys } from "@/sandbox/aws/operations/context";
import { demandPlan } from "@/sandbox/aws/operations/plans";
import { CloudError, invalidValue } from "@/sandbox/aws/wire/errors";
import type { Selection } from "@/sandbox/aws/world";

const mostArns = 500;
const mostConditions = 30;

function checkSelection(selection: BackupSelection) {
  if (!/^[a-zA-Z0-9\-_.]{1,50}$/.test(selection.SelectionName ?? "")) throw invalidValue("Invalid selection name.");
  const conditions = Object.values(selection.Conditions ?? {}).flatMap((list) => list ?? []);
  const tags = selection.ListOfTags ?? [];
  const arns = [...(selection.Resources ?? []), ...(selection.NotResources ?? [])];
  if (arns.length + tags.length + conditions.length === 0)
    throw invalidValue("A selection needs resources, tags or conditions.");
  if (arns.length > mostArns || tags.length + conditions.length > mostConditions)
    throw new CloudError("LimitExceededException", "The selection names too many resources or conditions.");
  for (const tag of tags)
    if (tag.ConditionType !== "STRINGEQUALS") throw invalidValue("ListOfTags only takes STRINGEQUALS.");
}

function demandSelection(context: Context, planId: string, selectionId: string): Selection {
  const plan = context.region.plans[planId];
  const selection = plan?.selections[selectionId];
  if (!plan || plan.deletedMs !== null) throw invalidValue(`Cannot find Backup plan with ID ${planId}`);
  if (!selection) throw invalidValue(`Cannot find Backup selection with ID ${selectionId}`);
  return selection;
}

/** Which resources a plan protects. */
export const selectionOperations: Record<string, Handler> = {
  CreateBackupSelection: define<CreateBackupSelectionInput, CreateBackupSelectionOutput>((context, input) => {
    const plan = demandPlan(context, input.BackupPlanId);
    const { BackupSelection: wanted, CreatorRequestId: creatorRequestId } = input;
    checkSelection(wanted);
    const role = demandServiceRole(context.account, wanted.IamRoleArn);
    demandPassRole(context, role.arn);
    const twin = Object.values(plan.selections).find(
      (one) =>
        one.selection.SelectionName === wanted.SelectionName ||
        (creatorRequestId !== undefined && one.creatorRequestId === creatorRequestId),
    );
    const isReplay =
      twin !== undefined &&
      twin.creatorRequestId === creatorRequestId &&
      JSON.stringify(twin.selection) === JSON.stringify(wanted);
    if (twin && !isReplay)
      throw new CloudError("AlreadyExistsException", "Backup selection with the same name already exists.", {
        ...(twin.creatorRequestId === null ? {} : { CreatorRequestId: twin.creatorRequestId }),
      });
    const selection = twin ?? {
      id: randomUUID(),
      createdMs: context.nowMs,
      creatorRequestId: creatorRequestId ?? null,
      selection: wanted,
    };
    plan.selections[selection.id] = selection;
    return { SelectionId: selection.id, BackupPlanId: plan.id, CreationDate: new Date(selection.createdMs) };
  }),

  GetBackupSelection: define<GetBackupSelectionInput, GetBackupSelectionOutput>((context, input) => {
    const selection = demandSelection(context, input.BackupPlanId, input.SelectionId);
    return {
      BackupSelection: selection.selection,
      SelectionId: selection.id,
      BackupPlanId: input.BackupPlanId,
      CreationDate: new Date(selection.createdMs),
      CreatorRequestId: selection.creatorRequestId ?? undefined,
    };
  }),

  DeleteBackupSelection: define<DeleteBackupSelectionInput, object>((context, input) => {
    const { id } = demandSelection(context, input.BackupPlanId, input.SelectionId);
    delete context.region.plans[input.BackupPlanId]?.selections[id];
    return {};
  }),

  ListBackupSelections: define<ListBackupSelectionsInput, ListBackupSelectionsOutput>((context, input) => {
    const plan = demandPlan(context, input.BackupPlanId);
    const page = pageOfKeys(
      context,
      input,
      Object.values(plan.selections),
      ({ id }) => id,
      (one) => ({
        SelectionId: one.id,
        SelectionName: one.selection.SelectionName,
        BackupPlanId: plan.id,
        CreationDate: new Date(one.createdMs),
        CreatorRequestId: one.creatorRequestId ?? undefined,
        IamRoleArn: one.selection.IamRoleArn,
      }),
    );
    return { BackupSelectionsList: page.entries, NextToken: page.nextToken };
  }),
};
