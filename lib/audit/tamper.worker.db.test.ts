import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db, reader } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { fixedKey, scratch } from "@/lib/platform/testing/audit-log";
import { ownerDb, ownerUrl } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";
import { bundleOf } from "./bundle";
import { signerOf } from "./keys";
import { record } from "./record";
import { closeSealer, sealPending } from "./seal";
import { sealedLog, sealedSize } from "./sealed-log";
import { getVerification } from "./sealing";
import { carryOutVerification } from "./verification";
import {
  append,
  checkpointText,
  emptyRange,
  leafHash,
  readVerifierKey,
  rootOf,
  verifyBundle,
  verifyLog,
} from "./verify.mjs";

const place = scratch();
const witness = path.join(place, "witness.json");

const write = (n: number) =>
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

async function takeBundle(): Promise<string> {
  const file = path.join(place, `${randomUUID()}.holdfastaudit`);
  for await (const piece of bundleOf(reader, await sealedSize(reader), new Date())) fs.appendFileSync(file, piece);
  return file;
}

const found = async () => {
  const { findings } = await verifyBundle({ bundle: await takeBundle(), witness });
  return findings.map(({ check, from, to }) => [check, from, to]);
};

/** What a superuser can do who switches the guards off; put back as it was afterwards. */
async function tampered(sql: string, look: () => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  const tables = ["audit_events", "audit_leaves", "audit_checkpoints", "audit_keys"];
  try {
    await client.query("set session_replication_role = replica");
    for (const table of tables) await client.query(`create table kept_${table} as table ${table}`);
    await client.query(sql);
    await look();
  } finally {
    for (const table of tables.toReversed()) await client.query(`delete from ${table}`);
    for (const table of tables) {
      const columns = table === "audit_events" ? "(id, ts, body, leaf)" : "";
      const from = table === "audit_events" ? "id, ts, body, leaf" : "*";
      await client.query(`insert into ${table} ${columns} select ${from} from kept_${table}`);
      await client.query(`drop table kept_${table}`);
    }
    await client.end();
  }
}

beforeAll(async () => {
  for (const n of [3, 4, 5]) {
    await write(n);
    await sealPending();
  }
});
afterAll(async () => {
  fs.rmSync(place, { recursive: true, force: true });
  await Promise.all([closeSealer(), ownerDb.$disconnect()]);
});

describe("an untouched log", () => {
  it("verifies as a bundle and in the database, by the same code", async () => {
    expect(await found()).toEqual([]);
    const report = await verifyLog(await sealedLog(reader));
    expect(report).toMatchObject({ verdict: "ok", size: 12, checkpoints: 3, signed: 3 });
  });
});

describe("a superuser who switches the guards off", () => {
  const altered =
    "update audit_events set body = replace(body, 'success', 'failure') where id = (select event_id from audit_leaves where seq = 5)";
  /** Makes the leaf fit the text again, as somebody would who knows how hashes are made. */
  const leafAnew = `update audit_leaves l set leaf = sha256('\\x00'::bytea || convert_to(e.body, 'utf8')) from audit_events e where e.id = l.event_id`;

  it.each([
    ["changes a text", altered, ["leaves", 5, 5]],
    ["changes a text and its hashes", `${altered}; ${leafAnew}`, ["tree", 3, 6]],
    ["deletes an event", "delete from audit_leaves where seq = 5", ["sequence", 5, 5]],
    [
      "closes the gap of a deleted event",
      "delete from audit_leaves where seq = 5; update audit_leaves set seq = seq - 1 where seq > 5",
      ["tree", 3, 6],
    ],
    ["empties the log", "truncate audit_leaves", ["sequence", 0, 2]],
    [
      "puts events into another order",
      "update audit_leaves set seq = case seq when 4 then 104 else 4 end where seq in (4, 5); update audit_leaves set seq = 5 where seq = 104",
      ["tree", 3, 6],
    ],
    ["drops the tail", "delete from audit_leaves where seq >= 10", ["sequence", 10, 11]],
    [
      "drops the tail with its head",
      "delete from audit_leaves where seq >= 7; delete from audit_checkpoints where size > 7",
      ["earlier", 7, 11],
    ],
    ["moves a head", "update audit_checkpoints set size = 6, root = sha256('x') where size = 7", ["tree", 6, 6]],
    [
      "takes a signature away",
      "update audit_checkpoints set note = split_part(note, E'\\n\\n', 1) || E'\\n' where size = 12",
      ["signatures", 7, 11],
    ],
  ])("%s, and is found", async (_, sql, where) => {
    await tampered(sql, async () => {
      const inBundle = await found();
      const { findings } = await verifyLog(await sealedLog(reader), { earlier: await rememberedHead() });
      expect([...inBundle, ...findings.map(({ check, from, to }) => [check, from, to])]).toContainEqual(where);
    });
    expect(await found()).toEqual([]);
  });

  it("makes the whole log anew without the key, and its heads are signed by nobody", async () => {
    const { events, note } = await forged();
    const notes = note(readVerifierKey((await db.auditKey.findFirstOrThrow()).vkey).name);
    await tampered(`${events}; ${leafAnew}; ${notes.head}`, async () => {
      expect((await found()).map(([check]) => check)).toContain("signatures");
    });
  });

  it("makes it anew under a key of their own, and it is not the key that was remembered", async () => {
    const { events, note } = await forged();
    const notes = note(readVerifierKey((await db.auditKey.findFirstOrThrow()).vkey).name);
    await tampered(`${events}; ${leafAnew}; ${notes.head}; ${notes.key}`, async () => {
      expect((await found()).map(([check]) => check).toSorted()).toEqual(["earlier", "keys"]);
      const bundle = await takeBundle();
      expect(await verifyBundle({ bundle })).toMatchObject({ verdict: "ok", key: { pinned: null } });
    });
  });
});

async function rememberedHead() {
  const [[origin, head]] = Object.entries(JSON.parse(fs.readFileSync(witness, "utf8"))) as [
    [string, { size: number; root: string }],
  ];
  return [{ what: "What was remembered", origin, size: head.size, root: Buffer.from(head.root, "hex") }];
}

/** The statements that give the log other texts, one fitting head, and where wanted a key of the forger's own. */
async function forged() {
  const rows = await db.auditLeaf.findMany({ orderBy: { seq: "asc" }, include: { event: true } });
  const bodies = rows.map(({ event }) => event.body.replace('"success"', '"failure"'));
  const root = rootOf(
    append(
      emptyRange,
      bodies.map((body) => leafHash(body)),
    ),
  );
  const hex = (bytes: Uint8Array) => `'\\x${Buffer.from(bytes).toString("hex")}'::bytea`;
  const note = (origin: string) => {
    const signer = signerOf(origin, fixedKey(99));
    const text = checkpointText(origin, bodies.length, root);
    return {
      head: `delete from audit_checkpoints where size < ${bodies.length}; update audit_checkpoints set root = ${hex(root)}, note = '${text}\n${signer.sign(text)}'`,
      key: `update audit_keys set id = '${signer.keyId}', vkey = '${signer.vkey}', public_key = ${hex(signer.publicKey)}`,
    };
  };
  return { events: `update audit_events set body = replace(body, '"success"', '"failure"')`, note };
}

describe("the owner with the guards on", () => {
  it.each(["audit_events", "audit_leaves", "audit_checkpoints", "audit_anchors", "audit_keys"])(
    "empties %s as little as anybody",
    async (table) => {
      await expect(ownerDb.$executeRawUnsafe(`truncate ${table} cascade`)).rejects.toThrow("append-only");
      if (table !== "audit_anchors")
        await expect(ownerDb.$executeRawUnsafe(`delete from ${table}`)).rejects.toThrow("append-only");
    },
  );
});

describe("the running roles", () => {
  const denied = expect.objectContaining({ code: "42501" });
  const tables = ["audit_events", "audit_leaves", "audit_checkpoints", "audit_anchors", "audit_keys", "audit_subjects"];
  const column: Record<string, string> = {
    audit_events: "body",
    audit_subjects: "display",
    audit_keys: "vkey",
    audit_anchors: "target",
    audit_checkpoints: "note",
    audit_leaves: "leaf",
  };
  const each = tables.flatMap((table) =>
    (["app", "worker", "sealer"] as const).flatMap((role) => [
      [role, `update ${table} set ${column[table]} = ${column[table]}`] as const,
      [role, `delete from ${table}`] as const,
      [role, `truncate ${table} cascade`] as const,
      [role, `alter table ${table} disable trigger all`] as const,
    ]),
  );
  const urls = { app: env.HOLDFAST_DB_APP_URL, worker: env.HOLDFAST_DB_WORKER_URL, sealer: env.HOLDFAST_DB_SEALER_URL };

  it.each(each)("%s is refused: %s", async (role, sql) => {
    const client = new Client({ connectionString: urls[role] ?? "" });
    await client.connect();
    await expect(client.query(sql)).rejects.toEqual(denied);
    await client.end();
  });

  it("are refused the guards' own switch, and the keys of the log", async () => {
    for (const role of ["app", "worker", "sealer"] as const) {
      const client = new Client({ connectionString: urls[role] ?? "" });
      await client.connect();
      await expect(client.query("set session_replication_role = replica")).rejects.toEqual(denied);
      if (role !== "sealer")
        await expect(
          client.query(
            "insert into audit_keys (id, vkey, public_key, from_size) values ('00000000', 'x', sha256('x'), 0)",
          ),
        ).rejects.toEqual(denied);
      await client.end();
    }
  });
});

describe("a verification by the worker", () => {
  const run = async () => {
    const [row] = await db.$queryRaw<{ id: string }[]>`
      insert into audit_verifications (requested_by_id) values (null) returning id::text as id`;
    await carryOutVerification(theWorker(), row?.id ?? "");
    return getVerification(await person("auditor"), {});
  };

  it("keeps a report that says what was checked, up to where, and under which key", async () => {
    const seen = await run();
    expect(seen).toMatchObject({ state: "ok", report: { size: 12, signed: 3, findings: [] } });
    expect(seen?.report?.key?.id).toMatch(/^[0-9a-f]{8}$/);
    const event = await db.auditEvent.findFirstOrThrow({ where: { action: "audit.verified" } });
    expect(JSON.parse(event.body)).toMatchObject({ outcome: "success", detail: { count: 12 } });
  });

  it("is written by nobody else: web may ask for one and not say how it ended", async () => {
    const client = new Client({ connectionString: env.HOLDFAST_DB_APP_URL ?? "" });
    await client.connect();
    const refused = expect.objectContaining({ code: "42501" });
    await expect(client.query("insert into audit_verifications (state) values ('ok')")).rejects.toEqual(refused);
    await expect(client.query("update audit_verifications set state = 'ok'")).rejects.toEqual(refused);
    await client.end();
  });

  it("remembers the head, and finds a log that has become shorter", async () => {
    await tampered(
      "delete from audit_leaves where seq >= 7; delete from audit_checkpoints where size > 7",
      async () => {
        const seen = await run();
        expect(seen?.state).toBe("broken");
        expect(seen?.report?.findings[0]).toMatchObject({ check: "earlier", from: 7, to: 11 });
      },
    );
  });
});
