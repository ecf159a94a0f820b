import { randomUUID } from "node:crypto";
import { XMLBuilder } from "fast-xml-parser";
import type { ServiceAnswer } from "@/sandbox/aws/service";

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", suppressEmptyNode: true });

/** An XML answer with one root element. */
export function answerXml(status: number, root: string, content: object): ServiceAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: content })}`;
  return { status, headers: { "content-type": "text/xml" }, body };
}

/** A successful answer of AWS's Query protocol. */
export function answerQuery(action: string, namespace: string, result: object | null): ServiceAnswer {
  return answerXml(200, `${action}Response`, {
    "@xmlns": namespace,
    ...(result === null ? {} : { [`${action}Result`]: result }),
    ResponseMetadata: { RequestId: randomUUID() },
  });
}

/** A moment in the ISO form that XML services use; undefined leaves the element out. */
export function isoOf(ms: number | null | undefined): string | undefined {
  return ms === null || ms === undefined ? undefined : new Date(ms).toISOString();
}

/** Members of an object that have a value. */
export function present<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  ) as Partial<T>;
}
