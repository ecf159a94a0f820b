import { randomBytes } from "node:crypto";
import { parseArn } from "@/sandbox/aws/arns";
import type { Service, ServiceCall } from "@/sandbox/aws/service";
import {
  answerQueryError,
  demandField,
  readAction,
  readForm,
  refuseAction,
} from "@/sandbox/aws/services/query-protocol";
import { answerQuery } from "@/sandbox/aws/services/xml";
import { CloudError } from "@/sandbox/aws/wire/errors";
import type { Role, Session } from "@/sandbox/aws/world";

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
const leastSeconds = 900;
const mostSeconds = 43_200;

function assumeRole({ place, caller, request }: ServiceCall) {
  const form = readForm(request);
  const roleArn = demandField(form, "RoleArn");
  const sessionName = demandField(form, "RoleSessionName");
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw new CloudError("ValidationError", "RoleSessionName is not valid.");
  const durationSeconds = Number(form.get("DurationSeconds") ?? 3600);
  if (!Number.isInteger(durationSeconds) || durationSeconds < leastSeconds || durationSeconds > mostSeconds)
    throw new CloudError("ValidationError", `DurationSeconds must be between ${leastSeconds} and ${mostSeconds}.`);
  const { world } = place.engine;
  const accountId = parseArn(roleArn)?.accountId ?? "";
  const role = world.accounts[accountId]?.roles[roleArn];
  const isTrusted = role !== undefined && trusts(role, caller.accountId, caller.principalArn, form.get("ExternalId"));
  if (!isTrusted || !caller.allows("sts:AssumeRole"))
    throw new CloudError(
      "AccessDenied",
      `User: ${caller.principalArn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    );

  const session: Session = {
    accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
    sessionToken: randomBytes(96).toString("base64"),
    accountId,
    roleArn,
    sessionName,
    expiresMs: place.engine.clock.now() + durationSeconds * 1000,
  };
  forgetExpired(world.sessions, place.engine.clock.now());
  world.sessions[session.accessKeyId] = session;
  place.engine.isDirty = true;
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: randomBytes(30).toString("base64"),
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresMs).toISOString(),
    },
    AssumedRoleUser: {
      AssumedRoleId: `AROA${role.name.toUpperCase().replace(/[^A-Z0-9]/g, "")}:${sessionName}`,
      Arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${sessionName}`,
    },
  };
}

/** Expired sessions are kept for a day, so that their holder is told that they expired. */
function forgetExpired(sessions: Record<string, Session>, nowMs: number) {
  for (const [id, { expiresMs }] of Object.entries(sessions))
    if (expiresMs < nowMs - 24 * 60 * 60 * 1000) delete sessions[id];
}

function trusts(role: Role, accountId: string, principalArn: string, externalId: string | null): boolean {
  const names = ["*", accountId, `arn:aws:iam::${accountId}:root`, principalArn, toRoleArn(principalArn)];
  if (!role.trustedPrincipals.some((principal) => names.includes(principal))) return false;
  return role.externalId === null || role.externalId === externalId;
}

function toRoleArn(principalArn: string): string {
  const match = /^arn:aws:sts::(\d+):assumed-role\/([^/]+)\//.exec(principalArn);
  return match ? `arn:aws:iam::${match[1]}:role/${match[2]}` : principalArn;
}

/** Security Token Service. */
export const stsService: Service = {
  isGlobal: true,
  operationOf: readAction,
  answer: (call) => {
    const action = readAction(call.request);
    if (action === "AssumeRole") return answerQuery(action, namespace, assumeRole(call));
    if (action !== "GetCallerIdentity")
      throw new CloudError("UnknownOperationException", `Could not find operation ${action}`);
    const { accountId, principalArn, userId } = call.caller;
    return answerQuery(action, namespace, { Arn: principalArn, UserId: userId, Account: accountId });
  },
  answerError: answerQueryError,
};

/** Whether the caller's rights cover the action; otherwise a refusal is thrown. */
export function demandRight({ caller }: ServiceCall, action: string): void {
  if (!caller.allows(action)) throw refuseAction(caller.principalArn, action);
}
