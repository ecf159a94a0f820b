import "server-only";
import type { Reader } from "@/lib/platform/db";
import type { Anchor, KeyEntry, SealedEvent, SealedHead, SealedLog } from "./verify.mjs";

const pageSize = 1_000;

/** How many events the newest head covers. */
export async function sealedSize(db: Reader): Promise<number> {
  const head = await db.auditCheckpoint.findFirst({ orderBy: { size: "desc" }, select: { size: true } });
  return Number(head?.size ?? 0);
}

/** The keys in the order of their succession. */
export async function keysOf(db: Reader): Promise<(KeyEntry & { createdAt: string })[]> {
  const keys = await db.auditKey.findMany({
    select: { id: true, previousId: true, vkey: true, handover: true, createdAt: true },
  });
  const after = new Map(keys.map((key) => [key.previousId, key]));
  const chain: (KeyEntry & { createdAt: string })[] = [];
  for (let key = after.get(null); key && chain.length < keys.length; key = after.get(key.id))
    chain.push({ vkey: key.vkey, handover: key.handover, createdAt: key.createdAt.toISOString() });
  return chain;
}

type AnchorRow = Anchor & { size: number; at: string; receipt: unknown };

const noteIn = (receipt: unknown) =>
  typeof receipt === "object" && receipt !== null && "note" in receipt && typeof receipt.note === "string"
    ? receipt.note
    : "";

/** What the places outside received, up to a size. */
export async function anchorsOf(db: Reader, size: number): Promise<AnchorRow[]> {
  const rows = await db.auditAnchor.findMany({
    where: { checkpointSize: { lte: size } },
    orderBy: [{ at: "asc" }, { id: "asc" }],
  });
  return rows.map(({ kind, target, at, checkpointSize, receipt }) => ({
    kind,
    target,
    at: at.toISOString(),
    size: Number(checkpointSize),
    note: noteIn(receipt),
    receipt,
  }));
}

/** The heads in order, a thousand at a time. */
export async function* headsOf(db: Reader, size: number): AsyncGenerator<Required<SealedHead>> {
  for (let after = 0n; ; ) {
    const rows = await db.auditCheckpoint.findMany({
      where: { size: { gt: after, lte: size } },
      orderBy: { size: "asc" },
      take: pageSize,
      select: { size: true, root: true, note: true },
    });
    for (const head of rows) yield { note: head.note, root: head.root, size: Number(head.size) };
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.size;
  }
}

type EventRow = { seq: bigint; leaf: Uint8Array; body: string };

/** The sealed events in order, a thousand at a time. */
export async function* eventsOf(db: Reader, size: number): AsyncGenerator<SealedEvent & { text: string }> {
  for (let from = 0; from < size; ) {
    const rows = await db.$queryRaw<EventRow[]>`
      select l.seq, l.leaf, e.body from audit_leaves l join audit_events e on e.id = l.event_id
      where l.seq >= ${from}::bigint and l.seq < ${size}::bigint order by l.seq limit ${pageSize}`;
    for (const { seq, leaf, body } of rows) yield { seq: Number(seq), leaf, text: body, body: Buffer.from(body) };
    const last = rows.at(-1);
    if (!last) return;
    from = Number(last.seq) + 1;
  }
}

/** The log of this database as the verifier takes it, up to the head of this moment. */
export async function sealedLog(db: Reader): Promise<SealedLog> {
  const size = await sealedSize(db);
  return {
    keys: await keysOf(db),
    anchors: await anchorsOf(db, size),
    checkpoints: headsOf(db, size),
    events: eventsOf(db, size),
    exportedAt: null,
  };
}
