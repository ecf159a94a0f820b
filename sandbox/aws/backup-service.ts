import { backupJobOperations } from "@/sandbox/aws/operations/backup-jobs";
import type { Context, Handler } from "@/sandbox/aws/operations/context";
import { copyJobOperations } from "@/sandbox/aws/operations/copy-jobs";
import { inferredMetadataOperations } from "@/sandbox/aws/operations/inferred-metadata";
import { legalHoldOperations } from "@/sandbox/aws/operations/legal-holds";
import { planOperations } from "@/sandbox/aws/operations/plans";
import { pointOperations } from "@/sandbox/aws/operations/recovery-points";
import { resourceOperations } from "@/sandbox/aws/operations/resources";
import { restoreJobOperations } from "@/sandbox/aws/operations/restore-jobs";
import { restoreTestingOperations } from "@/sandbox/aws/operations/restore-testing";
import { selectionOperations } from "@/sandbox/aws/operations/selections";
import { summaryOperations } from "@/sandbox/aws/operations/summaries";
import { vaultOperations } from "@/sandbox/aws/operations/vaults";
import type { Service, ServiceAnswer, ServiceCall, ServiceRequest } from "@/sandbox/aws/service";
import { decodeRequest } from "@/sandbox/aws/wire/decode";
import { encodeAnswer } from "@/sandbox/aws/wire/encode";
import { accessDenied, CloudError, invalidRequest } from "@/sandbox/aws/wire/errors";
import { readOperations } from "@/sandbox/aws/wire/model";
import { createRouter, type Route } from "@/sandbox/aws/wire/router";

/** The operations of AWS Backup that this cloud carries out. */
export const backupHandlers: Record<string, Handler> = {
  ...vaultOperations,
  ...planOperations,
  ...selectionOperations,
  ...pointOperations,
  ...backupJobOperations,
  ...copyJobOperations,
  ...restoreJobOperations,
  ...restoreTestingOperations,
  ...inferredMetadataOperations,
  ...resourceOperations,
  ...legalHoldOperations,
  ...summaryOperations,
};

const router = createRouter(readOperations().values());

/** Operations newer than the pinned SDK, known by their path alone. */
const newerPaths = /^\/backup-access-point(\/|$)/;

function routeOf(request: ServiceRequest): Route {
  const route = router(request.method, request.rawPath, request.query);
  if (route) return route;
  if (newerPaths.test(request.rawPath)) throw invalidRequest("Backup access points are not available in this sandbox.");
  throw new CloudError(
    "UnknownOperationException",
    `No operation of AWS Backup has ${request.method} ${request.rawPath}`,
  );
}

function answer({ place, caller, pageTokens, request }: ServiceCall): ServiceAnswer {
  const route = routeOf(request);
  const { operation } = route;
  if (!caller.allows(`backup:${operation.name}`))
    throw accessDenied(`User: ${caller.principalArn} is not authorized to perform: backup:${operation.name}`);
  const input = decodeRequest(route, request.query, request.body);
  const handler = backupHandlers[operation.name];
  if (!handler) throw invalidRequest(`${operation.name} is not available in this sandbox.`);
  const context: Context = { ...place, caller, pageTokens, nowMs: place.engine.nowMs, operation: operation.name };
  const output = handler(context, input);
  if (operation.method !== "GET") place.engine.isDirty = true;
  const body = operation.output.members.size === 0 ? "" : encodeAnswer(operation.output, output);
  return { status: operation.status, headers: { "content-type": "application/json" }, body };
}

/** The error in AWS Backup's own form: its name in a header and in the body. */
function answerError(error: CloudError): ServiceAnswer {
  const body = {
    Code: error.name,
    Message: error.message,
    Type: error.type,
    message: error.message,
    __type: error.name,
    ...error.extra,
  };
  return {
    status: error.status,
    headers: { "content-type": "application/json", "x-amzn-errortype": error.name },
    body: JSON.stringify(body),
  };
}

/** AWS Backup. */
export const backupService: Service = {
  isGlobal: false,
  operationOf: ({ method, rawPath, query }) => router(method, rawPath, query)?.operation.name ?? "",
  answer,
  answerError,
};
