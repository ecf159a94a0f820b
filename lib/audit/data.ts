import "server-only";
import { read } from "@/lib/access/read";
import { readCursor, toPage } from "@/lib/core/cursor";
import { bytes, equalBytes, sha256 } from "@/lib/platform/crypto";
import type { Reader } from "@/lib/platform/db";
import { Prisma } from "@/lib/platform/prisma/client";
import { bundleOf } from "./bundle";
import { type Exported, exportText } from "./export-text";
import { namesOf } from "./names";
import { actorWords, type EventNames, exportMost, readBody, sentenceOf, targetHref, targetWords } from "./rules";
import { type AuditBody, auditFilter, auditQuery, bundleInput, eventRef, exportPageInput, trailRef } from "./schema";
import { sqlBeyond, sqlEventVisible, sqlWanted } from "./search-sql";

const pageSize = 50;
const trailMost = 200;

/** To the microsecond, so that a place in the list is exact. */
const exactTs = Prisma.sql`to_char(e.ts at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ts`;

type Found = { id: string; ts: string; action: string | null; outcome: string | null; body: string };

export type AuditRow = {
  id: string;
  at: string;
  action: string;
  outcome: AuditBody["outcome"];
  sentence: string;
  actorId: string | null;
  targetHref: string | null;
};

async function toRows(db: Reader, found: readonly Found[]): Promise<AuditRow[]> {
  const read = found.map((row) => ({ row, body: readBody(row.body) }));
  const nameOf = await namesOf(
    db,
    read.flatMap(({ body }) => body ?? []),
  );
  return read.map(({ row, body }) => ({
    id: row.id,
    at: row.ts,
    action: body?.action ?? row.action ?? "unknown",
    outcome: body?.outcome ?? "failure",
    sentence: body ? sentenceOf(body, nameOf(body)) : "This event cannot be read; open it to see its text.",
    actorId: body?.actor.type === "user" ? body.actor.id : null,
    targetHref: body ? targetHref(body.target) : null,
  }));
}

/** The log, newest first, fifty a page, narrowed by what the address says. */
export const listAudit = read(
  "audit:read",
  auditQuery,
  async ({ db, actor, visible }, { before, after, ...filter }) => {
    const cursor = readCursor(before ?? after, 2, before !== undefined);
    const direction = Prisma.raw(cursor?.back ? "asc" : "desc");
    const found = await db.$queryRaw<Found[]>`
    select e.id::text as id, ${exactTs}, e.action, e.outcome, e.body from audit_events e
    where ${sqlWanted(filter, visible, actor)} and ${sqlBeyond(cursor)}
    order by e.ts ${direction}, e.id ${direction} limit ${pageSize + 1}`;
    const page = toPage(found, pageSize, cursor, ({ ts, id }) => [ts, id]);
    return { rows: await toRows(db, page.rows), before: page.before, after: page.after };
  },
);

/** How many events a filter finds, counted no further than an export reaches. */
export const countAudit = read("audit:read", auditFilter, async ({ db, actor, visible }, filter) => {
  const [row] = await db.$queryRaw<{ n: number }[]>`
    select count(*)::int as n from (select 1 from audit_events e where ${sqlWanted(filter, visible, actor)} limit ${exportMost + 1}) x`;
  const count = row?.n ?? 0;
  return { count: Math.min(count, exportMost), more: count > exportMost };
});

type FoundEvent = Found & {
  leaf: Uint8Array;
  seq: bigint | null;
  sealed_leaf: Uint8Array | null;
  checkpoint: bigint | null;
  checkpoint_at: Date | null;
};

const hex = (data: Uint8Array) => Buffer.from(data).toString("hex");

/** One event with its exact text, its leaf hash computed anew and compared, and where it is sealed. */
export const getAuditEvent = read("audit:read", eventRef, async ({ db, actor, visible }, { eventId }) => {
  const [row] = await db.$queryRaw<FoundEvent[]>`
    select e.id::text as id, ${exactTs}, e.action, e.outcome, e.body, e.leaf, l.seq, l.leaf as sealed_leaf,
      c.size as checkpoint, c.created_at as checkpoint_at
    from audit_events e left join audit_leaves l on l.event_id = e.id
    left join lateral (select size, created_at from audit_checkpoints where size > l.seq order by size limit 1) c on true
    where e.id = ${eventId}::uuid and ${sqlEventVisible(visible, actor)}`;
  if (!row) return null;
  const body = readBody(row.body);
  const nameOf = await namesOf(db, body ? [body] : []);
  const names: EventNames = body ? nameOf(body) : {};
  const computed = bytes(sha256(Buffer.concat([Buffer.of(0), Buffer.from(row.body)])));
  return {
    id: row.id,
    at: row.ts,
    text: row.body,
    body,
    names,
    sentence: body ? sentenceOf(body, names) : "This event cannot be read.",
    targetHref: body ? targetHref(body.target) : null,
    leaf: { stored: hex(row.leaf), computed: hex(computed), matches: equalBytes(row.leaf, computed) },
    sealed:
      row.seq === null || row.sealed_leaf === null
        ? null
        : {
            seq: Number(row.seq),
            matches: equalBytes(row.sealed_leaf, computed),
            checkpoint: row.checkpoint === null ? null : Number(row.checkpoint),
            at: row.checkpoint_at?.toISOString() ?? null,
          },
  };
});

/** The ids that a target's trail is about: a restore's includes the approval of it. */
const relatedIds = (targetType: string, targetId: string): Prisma.Sql =>
  targetType === "restore"
    ? Prisma.sql`select ${targetId}::text union select q.approval_id::text from restore_requests q where q.id = ${targetId}::uuid`
    : Prisma.sql`select ${targetId}::text`;

/** Everything that was written down about one thing, oldest first, for its own page: sentences, no addresses or sessions. */
export const trailOf = read("restore:read", trailRef, async ({ db, actor, visible }, { targetType, targetId }) => {
  const found = await db.$queryRaw<Found[]>`
    select e.id::text as id, ${exactTs}, e.action, e.outcome, e.body from audit_events e
    where e.target_id in (${relatedIds(targetType, targetId)}) and ${sqlEventVisible(visible, actor)}
    order by e.ts desc, e.id desc limit ${trailMost}`;
  const rows = await toRows(db, found.reverse());
  return rows.map(({ id, at, action, outcome, sentence }) => ({ id, at, action, outcome, sentence }));
});

export type TrailEntry = Awaited<ReturnType<typeof trailOf>>[number];

type ExportRow = Found & { leaf: Uint8Array; seq: bigint | null; checkpoint: bigint | null };

async function toExported(db: Reader, found: readonly ExportRow[]): Promise<Exported[]> {
  const read = found.map((row) => ({ row, body: readBody(row.body) }));
  const nameOf = await namesOf(
    db,
    read.flatMap(({ body }) => body ?? []),
  );
  return read.map(({ row, body }) => {
    const names: EventNames = body ? nameOf(body) : {};
    return {
      id: row.id,
      ts: row.ts,
      text: row.body,
      body,
      actorName: body ? actorWords(body.actor, names.actor) : "",
      targetName: body ? targetWords(body.target, names.target) : "",
      sentence: body ? sentenceOf(body, names) : "This event cannot be read.",
      leafHex: hex(row.leaf),
      seq: row.seq === null ? null : Number(row.seq),
      checkpoint: row.checkpoint === null ? null : Number(row.checkpoint),
    };
  });
}

/** One page of an export, newest first, as text of its format; and where the next begins. */
export const readExportPage = read(
  "audit:export",
  exportPageInput,
  async ({ db, actor, visible }, { after, until, most, format, ...filter }) => {
    const cursor = readCursor(after, 2, false);
    const found = await db.$queryRaw<ExportRow[]>`
      select e.id::text as id, ${exactTs}, e.action, e.outcome, e.body, e.leaf, l.seq,
        (select min(c.size) from audit_checkpoints c where c.size > l.seq) as checkpoint
      from audit_events e left join audit_leaves l on l.event_id = e.id
      where ${sqlWanted(filter, visible, actor)} and e.ts <= ${until}::timestamptz and ${sqlBeyond(cursor)}
      order by e.ts desc, e.id desc limit ${most + 1}`;
    const page = toPage(found, most, cursor, ({ ts, id }) => [ts, id]);
    const text = exportText(format, await toExported(db, page.rows), after === undefined);
    return { text, count: page.rows.length, after: page.after };
  },
);

/** The whole sealed log as a bundle, piece by piece; for those who see all of it. */
export const streamBundle = read("audit:export", bundleInput, async ({ db, visible }, { size, at }) =>
  visible === "all" ? bundleOf(db, size, at) : null,
);
