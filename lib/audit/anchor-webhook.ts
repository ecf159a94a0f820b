import "server-only";
import { createHmac, randomUUID } from "node:crypto";
import { seconds } from "@/lib/core/time";
import type { callOut } from "@/lib/platform/http-out";
import type { TargetOf } from "./anchor-targets";
import { readCheckpoint } from "./verify.mjs";

/** The signature of the Standard Webhooks form. */
export function webhookSignature(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

/** Posts a head to whoever keeps it, by the one client that calls out; only an answer that it was taken counts. */
export async function anchorByWebhook(
  { url, secret }: TargetOf<"webhook">,
  note: string,
  call: typeof callOut,
): Promise<Record<string, unknown>> {
  const id = randomUUID();
  const timestamp = Math.floor(Date.now() / 1_000);
  const { origin, size, root } = readCheckpoint(note);
  const data = { origin, size, root: root.toString("base64"), note };
  const body = JSON.stringify({ type: "audit.checkpoint", timestamp: new Date(timestamp * 1_000).toISOString(), data });
  const { status } = await call(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": webhookSignature(secret, id, timestamp, body),
    },
    body,
    totalMs: seconds(10),
  });
  if (status < 200 || status > 299) throw new Error(`The receiver answered ${status}.`);
  return { status, messageId: id };
}
