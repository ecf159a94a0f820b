import { randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { authenticate, type Caller, demandRegion } from "@/sandbox/aws/access";
import { type AdminPort, adminPrefix, answerAdmin } from "@/sandbox/aws/admin/admin";
import type { ReceivedCall } from "@/sandbox/aws/admin/calls";
import type { FaultEffect } from "@/sandbox/aws/admin/faults";
import { backupService } from "@/sandbox/aws/backup-service";
import { type Engine, findPlace, type Place } from "@/sandbox/aws/engine/engine";
import { catchUp } from "@/sandbox/aws/engine/live";
import type { Service, ServiceAnswer, ServiceRequest } from "@/sandbox/aws/service";
import { dynamodbService, ec2Service, efsService, s3Service } from "@/sandbox/aws/services/inventory";
import { rdsService } from "@/sandbox/aws/services/rds";
import { stsService } from "@/sandbox/aws/services/sts";
import { taggingService } from "@/sandbox/aws/services/tagging";
import { type CredentialScope, readCredentialScope } from "@/sandbox/aws/wire/credential-scope";
import { CloudError } from "@/sandbox/aws/wire/errors";
import { createPageTokens, type PageTokens } from "@/sandbox/aws/wire/page-tokens";

const mostBodyBytes = 2 * 1024 * 1024;

/** By the service name in the credential scope. */
const services: Record<string, Service> = {
  backup: backupService,
  sts: stsService,
  rds: rdsService,
  tagging: taggingService,
  ec2: ec2Service,
  dynamodb: dynamodbService,
  elasticfilesystem: efsService,
  s3: s3Service,
};

export type CloudServer = { url: string; stop(): Promise<void> };

/** Serves every service of the cloud and the sandbox's own side on one loopback port. */
export async function serveCloud(port: number, admin: AdminPort): Promise<CloudServer> {
  const pageTokens = createPageTokens();
  const server = http.createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    respond(admin, pageTokens, request, response).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
      response.end(JSON.stringify({ message: "The sandbox failed on this call." }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  const { port: chosen } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${chosen}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  admin: AdminPort,
  pageTokens: PageTokens,
  incoming: http.IncomingMessage,
  response: http.ServerResponse,
) {
  const request = await readRequest(incoming);
  if (request === null) {
    response.writeHead(413, { connection: "close" });
    response.end();
    return;
  }
  if (request.rawPath.startsWith(adminPrefix)) return send(response, await answerAdmin(admin, request));

  const call = describeCall(admin.engine(), request);
  admin.calls.add(call.received);
  const effect = call.scope && admin.faults.take({ ...call.received, accountId: call.received.accountId ?? "" });
  call.received.fault = effect?.kind ?? null;
  if (effect?.kind === "cut") return cut(incoming);
  if (effect?.kind === "timeout") return;
  if (effect?.kind === "delay") await pause(effect.delayMs);
  const answer = carryOut(admin.engine(), pageTokens, request, call, effect);
  call.received.status = answer.status;
  if (effect?.kind === "lost_answer") return cut(incoming);
  send(response, answer);
}

function cut(incoming: http.IncomingMessage) {
  incoming.socket.destroy();
}

function send(response: http.ServerResponse, { status, headers, body }: ServiceAnswer) {
  response.writeHead(status, {
    ...headers,
    "x-amzn-requestid": randomUUID(),
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

async function readRequest(incoming: http.IncomingMessage): Promise<ServiceRequest | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBodyBytes) return null;
    chunks.push(chunk);
  }
  const target = incoming.url ?? "/";
  const mark = target.indexOf("?");
  return {
    method: incoming.method ?? "GET",
    rawPath: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)),
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
    ),
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

type Call = {
  scope: CredentialScope | null;
  caller: Caller | null;
  service: Service;
  refusal: CloudError | null;
  received: ReceivedCall;
};

function describeCall(engine: Engine, request: ServiceRequest): Call {
  let scope: CredentialScope | null = null;
  let caller: Caller | null = null;
  let refusal: CloudError | null = null;
  try {
    scope = readCredentialScope(request.headers.authorization);
    caller = authenticate(engine, scope, request.headers["x-amz-security-token"]);
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    refusal = error;
  }
  const service = services[scope?.service ?? ""] ?? backupService;
  const received: ReceivedCall = {
    atMs: engine.clock.now(),
    service: scope?.service ?? "",
    operation: service.operationOf(request),
    method: request.method,
    path: request.rawPath,
    accountId: caller?.accountId ?? null,
    region: scope?.region ?? "",
    accessKeyId: scope?.accessKeyId ?? "",
    principalArn: caller?.principalArn ?? null,
    idempotencyToken: readToken(request),
    status: null,
    error: null,
    fault: null,
  };
  return { scope, caller, service, refusal, received };
}

function readToken({ body }: ServiceRequest): string | null {
  return /"(?:IdempotencyToken|CreatorRequestId|ClientToken)"\s*:\s*"([^"]*)"/.exec(body)?.[1] ?? null;
}

function carryOut(
  engine: Engine,
  pageTokens: PageTokens,
  request: ServiceRequest,
  call: Call,
  effect: FaultEffect | null,
): ServiceAnswer {
  try {
    if (call.refusal) throw call.refusal;
    if (!call.scope || !call.caller) throw new CloudError("IncompleteSignature", "The request is not signed.");
    if (!(call.scope.service in services))
      throw new CloudError(
        "UnknownOperationException",
        `The service ${call.scope.service} is not available in this sandbox.`,
      );
    if (effect?.kind === "throttle") throw new CloudError("ThrottlingException", "Rate exceeded");
    if (effect?.kind === "error") throw new CloudError(effect.name, effect.message);
    if (!call.service.isGlobal) demandRegion(engine, call.caller.accountId, call.scope.region);
    // A database that has to finish first holds up a virtual clock, never a call.
    void catchUp(engine);
    const place =
      findPlace(engine, call.caller.accountId, call.scope.region) ?? anyPlace(engine, call.caller.accountId);
    return call.service.answer({ place, caller: call.caller, pageTokens, request });
  } catch (error) {
    const refusal = error instanceof CloudError ? error : toInternalFailure(error);
    call.received.error = refusal.name;
    return call.service.answerError(refusal);
  }
}

function toInternalFailure(error: unknown): CloudError {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return new CloudError("InternalFailure", "The request processing has failed because of an internal error.");
}

/** Global services answer under any region name; their data hangs on the account. */
function anyPlace(engine: Engine, accountId: string): Place {
  const regionName = Object.keys(engine.world.accounts[accountId]?.regions ?? {})[0];
  const place = regionName === undefined ? null : findPlace(engine, accountId, regionName);
  if (!place)
    throw new CloudError("UnrecognizedClientException", "The security token included in the request is invalid.");
  return place;
}
