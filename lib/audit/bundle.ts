import "server-only";
import { createHash } from "node:crypto";
import type { Reader } from "@/lib/platform/db";
import { anchorsOf, eventsOf, headsOf, keysOf } from "./sealed-log";
import { type bundleFiles, eventLine, eventLineBytes, noteInFile, tarEnd, tarFill, tarHead } from "./verify.mjs";

type BundleFile = (typeof bundleFiles)[number];

const json = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

/** How many bytes the events and the notes take, known before they are read so that a tar can be streamed. */
async function measure(db: Reader, size: number) {
  const [row] = await db.$queryRaw<{ events: bigint; notes: bigint }[]>`
    select
      (select coalesce(sum(octet_length(e.body) + length(l.seq::text) + ${eventLineBytes}::int), 0)::bigint
       from audit_leaves l join audit_events e on e.id = l.event_id where l.seq < ${size}::bigint) as events,
      (select coalesce(sum(octet_length(c.note) + case when position(E'\n\n' in c.note) > 0 then 1 else 2 end), 0)::bigint
       from audit_checkpoints c where c.size <= ${size}::bigint) as notes`;
  return { events: Number(row?.events ?? 0), notes: Number(row?.notes ?? 0) };
}

async function* eventLines(db: Reader, size: number) {
  for await (const { seq, leaf, text } of eventsOf(db, size)) yield Buffer.from(eventLine(seq, leaf, text));
}

async function* notes(db: Reader, size: number) {
  for await (const { note } of headsOf(db, size)) yield Buffer.from(noteInFile(note));
}

const chunkBytes = 64 * 1_024;

/** Small pieces joined to larger ones. */
async function* joined(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const piece of pieces) {
    held.push(piece);
    heldBytes += piece.length;
    if (heldBytes < chunkBytes) continue;
    yield Buffer.concat(held);
    [held, heldBytes] = [[], 0];
  }
  yield Buffer.concat(held);
}

async function* once(piece: Buffer) {
  yield piece;
}

/** A file of the tar; its hash is noted as it goes by. */
async function* tarFile(
  name: BundleFile,
  sizeBytes: number,
  pieces: AsyncIterable<Buffer>,
  at: Date,
  hashes: Map<string, string>,
): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let sentBytes = 0;
  yield tarHead(name, sizeBytes, at);
  for await (const piece of joined(pieces)) {
    hash.update(piece);
    sentBytes += piece.length;
    yield piece;
  }
  if (sentBytes !== sizeBytes) throw new Error(`${name} has ${sentBytes} bytes, and ${sizeBytes} were announced.`);
  hashes.set(name, hash.digest("hex"));
  yield tarFill(sizeBytes);
}

/** The whole sealed log as one plain tar that the verifier reads, streamed: keys, notes, anchors, events, manifest. */
export async function* bundleOf(db: Reader, size: number, at: Date): AsyncGenerator<Buffer> {
  const hashes = new Map<string, string>();
  const small = async function* (name: BundleFile, value: unknown) {
    const bytes = json(value);
    yield* tarFile(name, bytes.length, once(bytes), at, hashes);
  };
  const bytes = await measure(db, size);
  yield* small("pubkeys.json", await keysOf(db));
  yield* tarFile("checkpoints.txt", bytes.notes, notes(db, size), at, hashes);
  yield* small("anchors.json", await anchorsOf(db, size));
  yield* tarFile("events.ndjson", bytes.events, eventLines(db, size), at, hashes);
  const manifest = { version: 1, exportedAt: at.toISOString(), events: size, files: Object.fromEntries(hashes) };
  yield* small("manifest.json", manifest);
  yield tarEnd;
}
