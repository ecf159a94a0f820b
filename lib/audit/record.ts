import "server-only";
import type { Actor } from "@/lib/access/permissions";
import { canonicalJson } from "@/lib/core/canonical";
import { bytes, sha256 } from "@/lib/platform/crypto";
import type { Tx } from "@/lib/platform/db";

export type Subject = readonly [type: string, id: string];
export type AuditDetail = Record<string, unknown>;

export type AuditEntry = {
  actor: Actor;
  action: string;
  outcome: "success" | "failure" | "denied";
  subject: Subject;
  detail: AuditDetail;
  at: Date;
  reason?: string;
  evidence?: Record<string, unknown>;
  /** Done past the votes it would have needed. */
  breakGlass?: boolean;
};

const who = (actor: Actor) =>
  actor.kind === "user"
    ? {
        type: "user",
        id: actor.id,
        sessionId: actor.sessionId,
        aal: actor.aal,
        amr: [...actor.amr],
        ip: actor.addressPrefix,
      }
    : { type: "system", id: actor.id };

/**
 * Appends one event in the transaction of what it tells of: its exact canonical bytes, their RFC 6962 leaf hash, and
 * a place in the sealer's queue. One statement without RETURNING, since the role may insert and not read back.
 */
export async function record(tx: Pick<Tx, "$executeRaw" | "$queryRaw">, entry: AuditEntry): Promise<void> {
  const [row] = await tx.$queryRaw<{ id: string; install: string }[]>`
    select uuid_v7()::text as id, coalesce((select install_id::text from installation), '') as install`;
  if (!row) throw new Error("The database did not make an id.");
  const { actor, action, outcome, subject, detail, at, reason, evidence, breakGlass } = entry;
  const body = canonicalJson({
    v: 1,
    id: row.id,
    ts: at.toISOString(),
    install: row.install,
    actor: who(actor),
    action,
    target: { type: subject[0], id: subject[1] },
    outcome,
    request: { id: actor.requestId },
    detail: plain(detail),
    ...(reason === undefined ? {} : { reason }),
    ...(evidence === undefined ? {} : { evidence: plain(evidence) }),
    ...(breakGlass ? { breakGlass } : {}),
  });
  const leaf = bytes(sha256(Buffer.concat([Buffer.of(0), Buffer.from(body)])));
  await tx.$executeRaw`
    with event as (insert into audit_events (id, body, leaf) values (${row.id}::uuid, ${body}, ${leaf}))
    insert into audit_pending (event_id) values (${row.id}::uuid)`;
}

/** Dates and bytes as text, so that what is hashed is what JSON can say. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? inner.toString() : inner)));
