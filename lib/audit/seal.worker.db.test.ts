import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";
import { getAuditEvent, listAudit } from "./data";
import { inclusionPath, isIncluded } from "./merkle";
import { record } from "./record";
import { closeSealer, sealPending } from "./seal";
import { getSealing } from "./sealing";
import {
  append,
  checkpointText,
  emptyRange,
  isSignedBy,
  leafHash,
  namedKey,
  readCheckpoint,
  rootOf,
} from "./verify.mjs";

const write = (n = 1) =>
  db.$transaction(async (tx) => {
    for (let nth = 0; nth < n; nth += 1)
      await record(tx, {
        actor: theWorker(),
        action: "system.edit",
        outcome: "success",
        subject: ["system", randomUUID()],
        detail: { nth },
        at: new Date(),
      });
  });

const connect = async (url: string | undefined) => {
  const client = new Client({ connectionString: url ?? "" });
  await client.connect();
  return client;
};

let app: Client;
let worker: Client;
let sealer: Client;
beforeAll(async () => {
  app = await connect(env.HOLDFAST_DB_APP_URL);
  worker = await connect(env.HOLDFAST_DB_WORKER_URL);
  sealer = await connect(env.HOLDFAST_DB_SEALER_URL);
});
afterAll(async () => {
  await Promise.all([app.end(), worker.end(), sealer.end(), closeSealer(), ownerDb.$disconnect()]);
});

const leaves = () => db.auditLeaf.findMany({ orderBy: { seq: "asc" }, include: { event: true } });

/** The root of all sealed events, from their texts alone. */
const recomputed = async () =>
  rootOf(
    append(
      emptyRange,
      (await leaves()).map(({ event }) => leafHash(event.body)),
    ),
  );

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const newest = () => db.auditCheckpoint.findFirstOrThrow({ orderBy: { size: "desc" } });

describe("sealing", () => {
  it("does nothing where nothing waits", async () => {
    expect(await sealPending()).toBeNull();
    expect(await db.auditCheckpoint.count()).toBe(0);
  });

  it("puts what waits into the tree in one go, and the root is that of the texts", async () => {
    await write(3);
    expect(await sealPending()).toEqual({ sealed: 3, size: 3 });
    await write(4);
    expect(await sealPending()).toEqual({ sealed: 4, size: 7 });
    expect(await db.auditPending.count()).toBe(0);
    expect((await leaves()).map(({ seq }) => Number(seq))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const head = await newest();
    expect([Number(head.size), hexOf(head.root)]).toEqual([7, hexOf(await recomputed())]);
    const { installId } = await db.installation.findFirstOrThrow();
    const origin = `holdfast.audit/${installId}`;
    const [key] = await db.auditKey.findMany();
    const { note } = readCheckpoint(head.note);
    expect(note.text).toBe(checkpointText(origin, 7, head.root));
    expect(isSignedBy(note, namedKey(origin, key?.publicKey ?? new Uint8Array()))).toBe(true);
  });

  it("lets every sealed event be shown to be in the tree", async () => {
    const all = await leaves();
    const hashes = all.map(({ leaf }) => leaf);
    const head = await newest();
    for (const [at, { event }] of all.entries())
      expect(isIncluded(leafHash(event.body), at, all.length, inclusionPath(hashes, at), head.root)).toBe(true);
  });

  it("takes a thousand at a time", async () => {
    await write(1_001);
    expect(await sealPending()).toMatchObject({ sealed: 1_000 });
    expect(await sealPending()).toMatchObject({ sealed: 1 });
    expect(hexOf((await newest()).root)).toBe(hexOf(await recomputed()));
  });

  it("is done by one sealer at a time", async () => {
    await write(2);
    await sealer.query("begin");
    await sealer.query("select pg_advisory_xact_lock(7240113)");
    expect(await sealPending()).toBeNull();
    await sealer.query("rollback");
    expect(await sealPending()).toMatchObject({ sealed: 2 });
  });

  it("leaves an event that commits late to a later batch, and loses none", async () => {
    const { size } = await newest();
    await worker.query("begin");
    await worker.query(`insert into audit_events (id, body, leaf, ts)
      values ('00000000-0000-7000-8000-000000000001', '{"late":true}', sha256('\\x00'::bytea || convert_to('{"late":true}', 'utf8')), now() - interval '1 hour')`);
    await worker.query("insert into audit_pending values ('00000000-0000-7000-8000-000000000001')");
    await write(1);
    expect(await sealPending()).toMatchObject({ sealed: 1 });
    await worker.query("commit");
    expect(await sealPending()).toEqual({ sealed: 1, size: Number(size) + 2 });
    expect(hexOf((await newest()).root)).toBe(hexOf(await recomputed()));
  });

  it("shows on the page: what is sealed, under which head, and what waits", async () => {
    const auditor = await person("auditor");
    await write(1);
    const [waiting, sealed] = (await listAudit(auditor, { action: "system.edit" })).rows;
    expect((await getAuditEvent(auditor, { eventId: waiting?.id }))?.sealed).toBeNull();
    const seen = await getAuditEvent(auditor, { eventId: sealed?.id });
    expect(seen?.sealed).toMatchObject({ matches: true });
    expect(seen?.sealed?.checkpoint).toBeGreaterThan(seen?.sealed?.seq ?? 0);
    expect(await getSealing(auditor, {})).toMatchObject({ head: { size: Number((await newest()).size) }, pending: 1 });
  });
});

describe("who may write what", () => {
  const denied = expect.objectContaining({ code: "42501" });

  it.each([
    ["insert a leaf", "insert into audit_leaves (seq, event_id, leaf) values (0, uuid_v7(), sha256('x'))"],
    ["insert a checkpoint", "insert into audit_checkpoints (size, root, frontier, note) values (9, 'x', '{}', '')"],
    ["change an event", "update audit_events set body = '{}'"],
    ["delete an event", "delete from audit_events"],
    ["empty the log", "truncate audit_events cascade"],
    ["take an event out of the queue", "delete from audit_pending"],
    ["switch the triggers off", "alter table audit_events disable trigger all"],
  ])("neither app nor worker may %s", async (_, sql) => {
    await expect(app.query(sql)).rejects.toEqual(denied);
    await expect(worker.query(sql)).rejects.toEqual(denied);
  });

  it.each([
    ["write an event", "insert into audit_events (id, body, leaf) values (uuid_v7(), '{}', sha256('x'))"],
    ["change a leaf", "update audit_leaves set leaf = sha256('x')"],
    ["remove a checkpoint", "delete from audit_checkpoints"],
    ["read people", "select * from users"],
  ])("the sealer may not %s", async (_, sql) => {
    await expect(sealer.query(sql)).rejects.toEqual(denied);
  });

  it("not even the owner changes a row without switching the guard off", async () => {
    await expect(ownerDb.$executeRaw`delete from audit_leaves where seq = 0`).rejects.toThrow("append-only");
  });
});
