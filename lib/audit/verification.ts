import "server-only";
import { z } from "zod";
import type { JobActor } from "@/lib/access/permissions";
import { db, type Reader, reader } from "@/lib/platform/db";
import { record } from "./record";
import { sealedLog } from "./sealed-log";
import { type Report, readVerifierKey, type VerifyOptions, verifyLog } from "./verify.mjs";

const kept = z.object({
  origin: z.string(),
  size: z.number(),
  rootHex: z.string(),
  key: z.object({ vkey: z.string() }),
});

/** The last head that was verified here, and its key: every later log must go on from both. */
async function verifiedBefore(from: Reader): Promise<VerifyOptions> {
  const last = await from.auditVerification.findFirst({ where: { state: "ok" }, orderBy: { requestedAt: "desc" } });
  const read = kept.safeParse(last?.report);
  if (!last || !read.success) return {};
  const { origin, size, rootHex, key } = read.data;
  const what = `What was verified here on ${last.stateAt.toISOString().slice(0, 10)}`;
  const earlier = [{ what, origin, size, root: Buffer.from(rootHex, "hex") }];
  return { earlier, pinned: readVerifierKey(key.vkey), pinnedBy: "remembered" };
}

async function finish(actor: JobActor, id: string, report: Report): Promise<void> {
  await db.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ now: Date }[]>`
      update audit_verifications set state = ${report.verdict}, state_at = now(), events = ${report.size}::bigint,
        report = ${JSON.stringify(report)}::jsonb where id = ${id}::uuid and state = 'running' returning now() as now`;
    if (!row) return;
    const detail = { count: report.size, root: report.rootHex, findings: report.findings.slice(0, 10) };
    await record(tx, {
      actor,
      action: "audit.verified",
      outcome: report.verdict === "ok" ? "success" : "failure",
      subject: ["audit", id],
      detail,
      at: row.now,
      ...(report.findings[0] ? { reason: report.findings[0].message } : {}),
    });
  });
}

/** Verifies the whole log of this database with the verifier that auditors use, and keeps its report. */
export async function carryOutVerification(actor: JobActor, verificationId: string): Promise<void> {
  const begun = await db.$executeRaw`
    update audit_verifications set state = 'running', state_at = now()
    where id = ${verificationId}::uuid and state in ('waiting', 'running')`;
  if (begun === 0) return;
  try {
    const report = await verifyLog(await sealedLog(reader), await verifiedBefore(reader));
    await finish(actor, verificationId, report);
  } catch (error) {
    await db.$executeRaw`update audit_verifications set state = 'failed', state_at = now() where id = ${verificationId}::uuid`;
    throw error;
  }
}
