import { randomUUID } from "node:crypto";
import type { ServiceAnswer, ServiceRequest } from "@/sandbox/aws/service";
import { answerXml } from "@/sandbox/aws/services/xml";
import { type CloudError, CloudError as Refusal } from "@/sandbox/aws/wire/errors";

/** The form of a request in AWS's Query protocol. */
export function readForm(request: ServiceRequest): URLSearchParams {
  return request.method === "POST" ? new URLSearchParams(request.body) : request.query;
}

/** The operation of a Query request. */
export function readAction(request: ServiceRequest): string {
  return readForm(request).get("Action") ?? "";
}

/** A list of plain values: `Name.1`, `Name.member.1`, `Name.Entry.1`. */
export function readList(form: URLSearchParams, name: string): string[] {
  return readEntries(form, name).flatMap((entry) => entry.get("") ?? []);
}

/** A list of structures, each as a map from the member's path to its value. */
export function readEntries(form: URLSearchParams, name: string): Map<string, string>[] {
  const entries = new Map<number, Map<string, string>>();
  for (const [key, value] of form) {
    if (!key.startsWith(`${name}.`)) continue;
    const match = /^(?:[A-Za-z]+\.)?(\d+)(?:\.(.+))?$/.exec(key.slice(name.length + 1));
    if (!match) continue;
    const position = Number(match[1]);
    const entry = entries.get(position) ?? new Map<string, string>();
    entry.set(match[2] ?? "", value);
    entries.set(position, entry);
  }
  return [...entries].sort(([left], [right]) => left - right).map(([, entry]) => entry);
}

/** Tags sent as `Tags.Tag.1.Key`. */
export function readTags(form: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    readEntries(form, "Tags").map((entry) => [entry.get("Key") ?? "", entry.get("Value") ?? ""]),
  );
}

/** A required member of the form. */
export function demandField(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === "")
    throw new Refusal("MissingParameter", `The request must contain the parameter ${name}.`);
  return value;
}

const queryNames: Record<string, string> = {
  AccessDeniedException: "AccessDenied",
  UnrecognizedClientException: "InvalidClientTokenId",
  ExpiredTokenException: "ExpiredToken",
  ThrottlingException: "Throttling",
  ServiceUnavailableException: "ServiceUnavailable",
  UnknownOperationException: "InvalidAction",
  MissingAuthenticationTokenException: "MissingAuthenticationToken",
};

/** A refusal in the Query protocol. */
export function answerQueryError(error: CloudError): ServiceAnswer {
  return answerXml(error.status, "ErrorResponse", {
    Error: {
      Type: error.type === "client" ? "Sender" : "Receiver",
      Code: queryNames[error.name] ?? error.name,
      Message: error.message,
    },
    RequestId: randomUUID(),
  });
}

/** The refusal of a caller whose rights do not cover the action. */
export function refuseAction(principalArn: string, action: string): CloudError {
  return new Refusal("AccessDeniedException", `User: ${principalArn} is not authorized to perform: ${action}`);
}
