import type { ServiceAnswer, ServiceRequest } from "@/sandbox/aws/service";
import { CloudError } from "@/sandbox/aws/wire/errors";

/** The operation of a request in AWS's JSON protocols. */
export function readTarget({ headers }: ServiceRequest): string {
  return headers["x-amz-target"]?.split(".").at(-1) ?? "";
}

/** The JSON document of a request. */
export function readDocument({ body }: ServiceRequest): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(body === "" ? "{}" : body);
    if (typeof document === "object" && document !== null) return document as Record<string, unknown>;
  } catch {
    // Falls through to the refusal.
  }
  throw new CloudError("SerializationException", "The body is not a valid JSON document.");
}

/** A successful answer in AWS's JSON protocols. */
export function answerJson(version: "1.0" | "1.1", content: object): ServiceAnswer {
  return {
    status: 200,
    headers: { "content-type": `application/x-amz-json-${version}` },
    body: JSON.stringify(content),
  };
}

/** A refusal in AWS's JSON protocols. */
export function answerJsonError(version: "1.0" | "1.1", error: CloudError): ServiceAnswer {
  return {
    status: error.status,
    headers: { "content-type": `application/x-amz-json-${version}`, "x-amzn-errortype": error.name },
    body: JSON.stringify({ __type: error.name, message: error.message }),
  };
}
