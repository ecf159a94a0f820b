import type {
  CreateRestoreTestingPlanInput,
  CreateRestoreTestingPlanOutput,
  CreateRestoreTestingSelectionInput,
  CreateRestoreTestingSelectionOutput,
  DeleteRestoreTestingPlanInput,
  DeleteRestoreTestingSelectionInput,
  GetRestoreTestingPlanInput,
  GetRestoreTestingPlanOutput,
  GetRestoreTestingSelectionInput,
  GetRestoreTestingSelectionOutput,
  ListRestoreTestingPlansInput,
  ListRestoreTestingPlansOutput,
  ListRestoreTestingSelectionsInput,
  ListRestoreTestingSelectionsOutput,
  UpdateRestoreTestingPlanInput,
  UpdateRestoreTestingPlanOutput,
  UpdateRestoreTestingSelectionInput,
  UpdateRestoreTestingSelectionOutput,
} from "@aws-sdk/client-backup";
import { parseAwsCron } from "@/sandbox/aws/engine/aws-cron";
import { demandServiceRole } from "@/sandbox/aws/engine/roles";
import { type Context, define, demandPassRole, type Handler, pageOfKeys } from "@/sandbox/aws/operations/context";
import { CloudError, invalidRequest, invalidValue, notFound } from "@/sandbox/aws/wire/errors";
import type { RestoreTestingPlan } from "@/sandbox/aws/world";

function demandPlan({ region }: Context, name: string): RestoreTestingPlan {
  const plan = region.restoreTestingPlans[name];
  if (!plan) throw notFound(`Restore testing plan ${name} does not exist.`);
  return plan;
}

function demandSelection(context: Context, planName: string, name: string) {
  const selection = demandPlan(context, planName).selections[name];
  if (!selection) throw notFound(`Restore testing selection ${name} does not exist.`);
  return selection;
}

function checkName(name: string | undefined): string {
  if (!/^[A-Za-z0-9_]{1,50}$/.test(name ?? "")) throw invalidValue(`Invalid name: ${name}`);
  return name ?? "";
}

function checkSchedule(expression: string | undefined) {
  if (expression !== undefined && !parseAwsCron(expression))
    throw invalidValue(`Invalid schedule expression: ${expression}`);
}

function toPlan(plan: RestoreTestingPlan) {
  return {
    CreationTime: new Date(plan.createdMs),
    LastUpdateTime: new Date(plan.updatedMs),
    RestoreTestingPlanArn: plan.arn,
    RestoreTestingPlanName: plan.name,
    ScheduleExpression: plan.plan.ScheduleExpression,
    ScheduleExpressionTimezone: plan.plan.ScheduleExpressionTimezone,
    StartWindowHours: plan.plan.StartWindowHours,
  };
}

/** Restore testing plans and selections as documents; this cloud does not run them by itself. */
export const restoreTestingOperations: Record<string, Handler> = {
  CreateRestoreTestingPlan: define<CreateRestoreTestingPlanInput, CreateRestoreTestingPlanOutput>((context, input) => {
    const { account, region, nowMs } = context;
    const wanted = input.RestoreTestingPlan;
    const name = checkName(wanted.RestoreTestingPlanName);
    checkSchedule(wanted.ScheduleExpression);
    if (region.restoreTestingPlans[name])
      throw new CloudError("AlreadyExistsException", `Restore testing plan ${name} already exists.`);
    const plan: RestoreTestingPlan = {
      name,
      arn: `arn:aws:backup:${region.name}:${account.id}:restore-testing-plan:${name}-${input.CreatorRequestId ?? "own"}`,
      createdMs: nowMs,
      updatedMs: nowMs,
      creatorRequestId: input.CreatorRequestId ?? null,
      plan: {
        ScheduleExpression: wanted.ScheduleExpression,
        ScheduleExpressionTimezone: wanted.ScheduleExpressionTimezone ?? "Etc/UTC",
        StartWindowHours: wanted.StartWindowHours ?? 24,
        RecoveryPointSelection: wanted.RecoveryPointSelection ?? {},
      },
      selections: {},
      tags: { ...input.Tags },
    };
    region.restoreTestingPlans[name] = plan;
    return { CreationTime: new Date(nowMs), RestoreTestingPlanArn: plan.arn, RestoreTestingPlanName: name };
  }),

  GetRestoreTestingPlan: define<GetRestoreTestingPlanInput, GetRestoreTestingPlanOutput>((context, input) => {
    const plan = demandPlan(context, input.RestoreTestingPlanName);
    return {
      RestoreTestingPlan: {
        ...toPlan(plan),
        CreatorRequestId: plan.creatorRequestId ?? undefined,
        RecoveryPointSelection: plan.plan.RecoveryPointSelection,
      },
    };
  }),

  UpdateRestoreTestingPlan: define<UpdateRestoreTestingPlanInput, UpdateRestoreTestingPlanOutput>((context, input) => {
    const plan = demandPlan(context, input.RestoreTestingPlanName);
    checkSchedule(input.RestoreTestingPlan.ScheduleExpression);
    Object.assign(plan.plan, input.RestoreTestingPlan);
    plan.updatedMs = context.nowMs;
    return {
      CreationTime: new Date(plan.createdMs),
      UpdateTime: new Date(plan.updatedMs),
      RestoreTestingPlanArn: plan.arn,
      RestoreTestingPlanName: plan.name,
    };
  }),

  DeleteRestoreTestingPlan: define<DeleteRestoreTestingPlanInput, object>((context, input) => {
    const plan = demandPlan(context, input.RestoreTestingPlanName);
    if (Object.keys(plan.selections).length > 0)
      throw invalidRequest("The selections of a restore testing plan must be deleted before the plan.");
    delete context.region.restoreTestingPlans[plan.name];
    return {};
  }),

  ListRestoreTestingPlans: define<ListRestoreTestingPlansInput, ListRestoreTestingPlansOutput>((context, input) => {
    const page = pageOfKeys(
      context,
      input,
      Object.values(context.region.restoreTestingPlans),
      ({ name }) => name,
      toPlan,
    );
    return { RestoreTestingPlans: page.entries, NextToken: page.nextToken };
  }),

  CreateRestoreTestingSelection: define<CreateRestoreTestingSelectionInput, CreateRestoreTestingSelectionOutput>(
    (context, input) => {
      const plan = demandPlan(context, input.RestoreTestingPlanName);
      const wanted = input.RestoreTestingSelection;
      const name = checkName(wanted.RestoreTestingSelectionName);
      const role = demandServiceRole(context.account, wanted.IamRoleArn);
      demandPassRole(context, role.arn);
      if (plan.selections[name])
        throw new CloudError("AlreadyExistsException", `Restore testing selection ${name} already exists.`);
      plan.selections[name] = {
        CreatorRequestId: input.CreatorRequestId,
        IamRoleArn: role.arn,
        ProtectedResourceArns: wanted.ProtectedResourceArns,
        ProtectedResourceConditions: wanted.ProtectedResourceConditions,
        ProtectedResourceType: wanted.ProtectedResourceType,
        RestoreMetadataOverrides: wanted.RestoreMetadataOverrides,
        RestoreTestingPlanName: plan.name,
        RestoreTestingSelectionName: name,
        ValidationWindowHours: wanted.ValidationWindowHours ?? 0,
        createdMs: context.nowMs,
        updatedMs: context.nowMs,
      };
      return {
        CreationTime: new Date(context.nowMs),
        RestoreTestingPlanArn: plan.arn,
        RestoreTestingPlanName: plan.name,
        RestoreTestingSelectionName: name,
      };
    },
  ),

  GetRestoreTestingSelection: define<GetRestoreTestingSelectionInput, GetRestoreTestingSelectionOutput>(
    (context, input) => {
      const found = demandSelection(context, input.RestoreTestingPlanName, input.RestoreTestingSelectionName);
      const { createdMs, updatedMs: _updatedMs, ...selection } = found;
      return { RestoreTestingSelection: { ...selection, CreationTime: new Date(createdMs) } };
    },
  ),

  UpdateRestoreTestingSelection: define<UpdateRestoreTestingSelectionInput, UpdateRestoreTestingSelectionOutput>(
    (context, input) => {
      const plan = demandPlan(context, input.RestoreTestingPlanName);
      const selection = demandSelection(context, input.RestoreTestingPlanName, input.RestoreTestingSelectionName);
      const changes = input.RestoreTestingSelection;
      if (changes.IamRoleArn !== undefined)
        demandPassRole(context, demandServiceRole(context.account, changes.IamRoleArn).arn);
      Object.assign(selection, changes, { updatedMs: context.nowMs });
      return {
        CreationTime: new Date(selection.createdMs),
        UpdateTime: new Date(selection.updatedMs),
        RestoreTestingPlanArn: plan.arn,
        RestoreTestingPlanName: plan.name,
        RestoreTestingSelectionName: input.RestoreTestingSelectionName,
      };
    },
  ),

  DeleteRestoreTestingSelection: define<DeleteRestoreTestingSelectionInput, object>((context, input) => {
    demandSelection(context, input.RestoreTestingPlanName, input.RestoreTestingSelectionName);
    delete demandPlan(context, input.RestoreTestingPlanName).selections[input.RestoreTestingSelectionName];
    return {};
  }),

  ListRestoreTestingSelections: define<ListRestoreTestingSelectionsInput, ListRestoreTestingSelectionsOutput>(
    (context, input) => {
      const plan = demandPlan(context, input.RestoreTestingPlanName);
      const page = pageOfKeys(
        context,
        input,
        Object.values(plan.selections),
        ({ RestoreTestingSelectionName: name }) => name ?? "",
        (one) => ({
          CreationTime: new Date(one.createdMs),
          IamRoleArn: one.IamRoleArn,
          ProtectedResourceType: one.ProtectedResourceType,
          RestoreTestingPlanName: plan.name,
          RestoreTestingSelectionName: one.RestoreTestingSelectionName,
          ValidationWindowHours: one.ValidationWindowHours,
        }),
      );
      return { RestoreTestingSelections: page.entries, NextToken: page.nextToken };
    },
  ),
};
