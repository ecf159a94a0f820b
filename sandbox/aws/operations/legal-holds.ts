import { randomUUID } from "node:crypto";
import type {
  CancelLegalHoldInput,
  CreateLegalHoldInput,
  CreateLegalHoldOutput,
  GetLegalHoldInput,
  GetLegalHoldOutput,
  ListLegalHoldsInput,
  ListLegalHoldsOutput,
  ListRecoveryPointsByLegalHoldInput,
  ListRecoveryPointsByLegalHoldOutput,
} from "@aws-sdk/client-backup";
import { scheduleAt } from "@/sandbox/aws/engine/engine";
import { isHeldBy } from "@/sandbox/aws/engine/lifecycle";
import { answerOnce, type Context, define, type Handler, pageOfKeys, toDate } from "@/sandbox/aws/operations/context";
import { CloudError, invalidRequest, notFound } from "@/sandbox/aws/wire/errors";
import type { LegalHold } from "@/sandbox/aws/world";

const mostHolds = 50;
const settlingMs = 2000;

function demandHold(context: Context, id: string): LegalHold {
  const hold = context.region.legalHolds[id];
  if (!hold) throw notFound(`Legal hold ${id} does not exist.`);
  return hold;
}

function toScope({ scope }: LegalHold) {
  return {
    VaultNames: scope.vaultNames ?? undefined,
    ResourceIdentifiers: scope.resourceArns ?? undefined,
    DateRange:
      scope.fromMs !== null && scope.toMs !== null
        ? { FromDate: new Date(scope.fromMs), ToDate: new Date(scope.toMs) }
        : undefined,
  };
}

function toSummary(hold: LegalHold) {
  return {
    Title: hold.title,
    Status: hold.status,
    Description: hold.description,
    LegalHoldId: hold.id,
    LegalHoldArn: hold.arn,
    CreationDate: new Date(hold.createdMs),
  };
}

function addHold(
  context: Context,
  input: Omit<CreateLegalHoldInput, "Title" | "Description"> & { Title: string; Description: string },
) {
  const { account, region, nowMs } = context;
  const active = Object.values(region.legalHolds).filter(({ status }) => status === "ACTIVE" || status === "CREATING");
  if (active.length >= mostHolds)
    throw new CloudError("LimitExceededException", "An account has at most 50 legal holds.");
  const id = randomUUID();
  const selection = input.RecoveryPointSelection;
  const hold: LegalHold = {
    id,
    arn: `arn:aws:backup:${region.name}:${account.id}:legal-hold:${id}`,
    title: input.Title,
    description: input.Description,
    status: "CREATING",
    createdMs: nowMs,
    canceledMs: null,
    cancelDescription: null,
    retainRecordUntilMs: null,
    scope: {
      vaultNames: selection?.VaultNames ?? null,
      resourceArns: selection?.ResourceIdentifiers ?? null,
      fromMs: selection?.DateRange?.FromDate?.getTime() ?? null,
      toMs: selection?.DateRange?.ToDate?.getTime() ?? null,
    },
    tags: { ...input.Tags },
  };
  region.legalHolds[id] = hold;
  scheduleAt(context, nowMs + settlingMs, "settle", id);
  return { id };
}

/** Legal holds: points under one are not deleted. */
export const legalHoldOperations: Record<string, Handler> = {
  CreateLegalHold: define<CreateLegalHoldInput, CreateLegalHoldOutput>((context, input) => {
    const { IdempotencyToken: token, ...params } = input;
    const { id } = answerOnce(context, token, params, () => addHold(context, input));
    const hold = demandHold(context, String(id));
    return { ...toSummary(hold), RecoveryPointSelection: toScope(hold) };
  }),

  GetLegalHold: define<GetLegalHoldInput, GetLegalHoldOutput>((context, input) => {
    const hold = demandHold(context, input.LegalHoldId);
    return {
      ...toSummary(hold),
      CancelDescription: hold.cancelDescription ?? undefined,
      CancellationDate: toDate(hold.canceledMs),
      RetainRecordUntil: toDate(hold.retainRecordUntilMs),
      RecoveryPointSelection: toScope(hold),
    };
  }),

  CancelLegalHold: define<CancelLegalHoldInput, object>((context, input) => {
    const hold = demandHold(context, input.LegalHoldId);
    if (hold.status !== "ACTIVE" && hold.status !== "CREATING")
      throw invalidRequest(`Legal hold ${hold.id} is not active.`);
    hold.status = "CANCELING";
    hold.canceledMs = context.nowMs;
    hold.cancelDescription = input.CancelDescription;
    const days = input.RetainRecordInDays;
    hold.retainRecordUntilMs = days === undefined ? null : context.nowMs + days * 24 * 60 * 60 * 1000;
    scheduleAt(context, context.nowMs + settlingMs, "settle", hold.id);
    return {};
  }),

  ListLegalHolds: define<ListLegalHoldsInput, ListLegalHoldsOutput>((context, input) => {
    const page = pageOfKeys(
      context,
      input,
      Object.values(context.region.legalHolds),
      ({ id }) => id,
      (hold) => ({
        ...toSummary(hold),
        CancellationDate: toDate(hold.canceledMs),
      }),
    );
    return { LegalHolds: page.entries, NextToken: page.nextToken };
  }),

  ListRecoveryPointsByLegalHold: define<ListRecoveryPointsByLegalHoldInput, ListRecoveryPointsByLegalHoldOutput>(
    (context, input) => {
      const hold = demandHold(context, input.LegalHoldId);
      const points = Object.values(context.region.recoveryPoints).filter((point) => isHeldBy(hold, point));
      const page = pageOfKeys(
        context,
        input,
        points,
        ({ arn }) => arn,
        (point) => ({
          RecoveryPointArn: point.arn,
          ResourceArn: point.resourceArn,
          ResourceType: point.resourceType,
          BackupVaultName: point.vaultName,
        }),
      );
      return { RecoveryPoints: page.entries, NextToken: page.nextToken };
    },
  ),
};
