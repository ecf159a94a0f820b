import "server-only";
import { z } from "zod";
import { read } from "@/lib/access/read";
import { fingerprintWords } from "@/lib/approvals/fingerprint";
import type { Reader } from "@/lib/platform/db";
import { sealingLagSeconds } from "./lag";
import { sealStanding } from "./rules";
import { keysOf } from "./sealed-log";
import { isSignedBy, readCheckpoint, readVerifierKey } from "./verify.mjs";

/** Whether the sealer keeps up; asked on every page of those who read the log. */
export const getSealStanding = read("audit:read", z.object({}), async ({ db }) =>
  sealStanding(await sealingLagSeconds(db)),
);

type HeadRow = { size: bigint; root: Uint8Array; note: string; created_at: Date };

async function headOf(db: Reader) {
  const [row] = await db.$queryRaw<HeadRow[]>`
    select size, root, note, created_at from audit_checkpoints order by size desc limit 1`;
  if (!row) return null;
  const root = Buffer.from(row.root);
  const key = await keyThatSigned(db, row.note);
  return {
    size: Number(row.size),
    rootHex: root.toString("hex"),
    words: fingerprintWords(root),
    sealedAt: row.created_at.toISOString(),
    note: row.note,
    key,
  };
}

/** The key of this log that a head carries a good signature of. */
async function keyThatSigned(db: Reader, text: string) {
  const { note } = readCheckpoint(text);
  const found = (await keysOf(db)).find(({ vkey }) => isSignedBy(note, readVerifierKey(vkey)));
  return found ? { id: readVerifierKey(found.vkey).keyId, vkey: found.vkey, since: found.createdAt } : null;
}

/** How far the log is sealed, under which key, where it is anchored, and how late the sealer is. */
export const getSealing = read("audit:read", z.object({}), async ({ db }) => {
  const [[clock], pending, lagSeconds, head, anchors] = await Promise.all([
    db.$queryRaw<{ now: Date }[]>`select now()`,
    db.auditPending.count(),
    sealingLagSeconds(db),
    headOf(db),
    db.auditAnchorTarget.findMany({ where: { active: true }, orderBy: [{ kind: "asc" }, { target: "asc" }] }),
  ]);
  return {
    now: (clock?.now ?? new Date()).toISOString(),
    head,
    pending,
    lagSeconds,
    standing: sealStanding(lagSeconds),
    anchors: anchors.map(({ kind, target, failures, lastError, anchoredAt, anchoredSize }) => ({
      kind,
      target,
      failures,
      lastError,
      anchoredAt: anchoredAt?.toISOString() ?? null,
      anchoredSize: anchoredSize === null ? null : Number(anchoredSize),
    })),
  };
});

const keptReport = z.object({
  size: z.number(),
  rootHex: z.string(),
  signed: z.number(),
  checkpoints: z.number(),
  key: z.object({ id: z.string() }).nullable(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), says: z.string() })),
  findings: z.array(
    z.object({ check: z.string(), message: z.string(), from: z.number().nullable(), to: z.number().nullable() }),
  ),
  notes: z.array(z.string()),
});

const stampOf = ({ id, state }: { id: string; state: string }) => `${id} ${state}`;

const verificationState = z.enum(["waiting", "running", "ok", "broken", "failed"]);

/** The newest verification, and what it found. */
export const getVerification = read("audit:read", z.object({}), async ({ db }) => {
  const last = await db.auditVerification.findFirst({ orderBy: [{ requestedAt: "desc" }, { id: "desc" }] });
  if (!last) return null;
  const report = keptReport.safeParse(last.report);
  const state = verificationState.parse(last.state);
  return {
    stamp: stampOf(last),
    state,
    at: last.stateAt.toISOString(),
    report: report.success ? report.data : null,
  };
});

/** Changes when a verification begins or ends. */
export const getVerificationStamp = read("audit:read", z.object({}), async ({ db }) => {
  const last = await db.auditVerification.findFirst({ orderBy: [{ requestedAt: "desc" }, { id: "desc" }] });
  return { stamp: last ? stampOf(last) : "none" };
});
