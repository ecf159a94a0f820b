import "server-only";
import { randomUUID } from "node:crypto";
import type { JobActor } from "@/lib/access/permissions";
import { db } from "@/lib/platform/db";
import { type AuditDetail, record, type Subject } from "./record";

/** Whoever is at the machine's own console: no person, and nothing that a person may do. */
export const consoleActor = (): JobActor => ({ kind: "job", id: "console", permissions: [], requestId: randomUUID() });

/** Writes down what was done at the machine itself, beside every door. */
export async function writeDown(action: string, subject: Subject, detail: AuditDetail): Promise<void> {
  const entry = { actor: consoleActor(), action, outcome: "success", subject, detail } as const;
  await db.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ now: Date }[]>`select now()`;
    await record(tx, { ...entry, at: row?.now ?? new Date() });
  });
}
