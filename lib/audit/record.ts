import "server-only";
import { createHmac } from "node:crypto";
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
  /** Done without the votes it needs, in an emergency. */
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
    : actor.kind === "display"
      ? { type: "display", id: actor.id, ip: actor.addressPrefix }
      : { type: "system", id: actor.id };

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Place = { id: string; install: string; single: boolean; hmac_key: Uint8Array | null };

/** What an event needs of the database besides its own words: an id, where it is, and the key of whom it is about. */
async function placeOf(tx: Pick<Tx, "$queryRaw">, [type, id]: Subject): Promise<Place> {
  const person = type === "user" && uuid.test(id) ? id : null;
  const [row] = await tx.$queryRaw<Place[]>`
    select uuid_v7()::text as id, coalesce(i.install_id::text, '') as install, coalesce(i.single_operator, false) as single,
      (select s.hmac_key from audit_subjects s where s.pseudonym = ${person}::uuid) as hmac_key
    from (select 1) x left join installation i on true`;
  if (!row) throw new Error("The database did not make an id.");
  return row;
}

/** The denied attempts of one kind in a minute that are events of their own. */
export const deniedMost = 20;

/** Counts a denied attempt; false for those that only the count of their minute tells of. */
async function isToldAlone(tx: Pick<Tx, "$queryRaw">, { actor, action }: AuditEntry): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ hits: number }[]>`
    insert into audit_denials as d (actor_id, action, window_start, hits)
    values (${actor.id}, ${action}, date_trunc('minute', now()), 1)
    on conflict (actor_id, action, window_start) do update set hits = d.hits + 1
    returning d.hits`;
  return (row?.hits ?? 0) <= deniedMost;
}

/**
 * Appends one event in the transaction of what it tells of: its exact canonical bytes, their RFC 6962 leaf hash, and
 * a place in the sealer's queue. One statement without RETURNING, since the role may insert and not read back. Names
 * and addresses of people go in as keyed hashes, so that a person can be forgotten and the log still holds.
 */
export async function record(tx: Pick<Tx, "$executeRaw" | "$queryRaw">, entry: AuditEntry): Promise<void> {
  if (entry.outcome === "denied" && !(await isToldAlone(tx, entry))) return;
  const { actor, action, outcome, subject, detail, at, reason, evidence, breakGlass } = entry;
  const place = await placeOf(tx, subject);
  const body = canonicalJson({
    v: 1,
    id: place.id,
    ts: at.toISOString(),
    install: place.install,
    actor: who(actor),
    action,
    target: { type: subject[0], id: subject[1] },
    outcome,
    request: { id: actor.requestId },
    detail: withoutNames(plain(detail), place.hmac_key),
    ...(reason === undefined ? {} : { reason }),
    ...(evidence === undefined ? {} : { evidence: plain(evidence) }),
    ...(place.single ? { singleOperator: true } : {}),
    ...(breakGlass ? { breakGlass: true } : {}),
  });
  const leaf = bytes(sha256(Buffer.concat([Buffer.of(0), Buffer.from(body)])));
  await tx.$executeRaw`
    with event as (insert into audit_events (id, body, leaf) values (${place.id}::uuid, ${body}, ${leaf}))
    insert into audit_pending (event_id) values (${place.id}::uuid)`;
}

/** Dates and bytes as text, so that what is hashed is what JSON can say. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? inner.toString() : inner)));

const personal = new Set(["displayName", "email"]);

/** A keyed hash instead of a name or an address: who holds the key can compare, and without it nothing is left. */
const blind = (text: string, key: Uint8Array | null) => ({
  hmac: key ? createHmac("sha256", key).update(text).digest("base64url") : null,
});

/** The detail with what would name a person blinded: their fields, and changes of them. */
function withoutNames(value: unknown, key: Uint8Array | null): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutNames(inner, key));
  if (typeof value !== "object" || value === null) return value;
  const change = "field" in value && typeof value.field === "string" && personal.has(value.field);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      typeof inner === "string" && (personal.has(name) || (change && name !== "field"))
        ? blind(inner, key)
        : withoutNames(inner, key),
    ]),
  );
}
