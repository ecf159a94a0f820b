import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import http, { type IncomingHttpHeaders } from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db, reader } from "@/lib/platform/db";
import { callOut } from "@/lib/platform/http-out";
import { scratch } from "@/lib/platform/testing/audit-log";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";
import { selfSigned } from "@/lib/platform/testing/self-signed";
import { putLocked } from "@/lib/providers/aws/object-lock";
import { anchorHeads, type Deliver } from "./anchor";
import { anchorInFile } from "./anchor-file";
import { anchorInSyslog } from "./anchor-syslog";
import { type AnchorTarget, targetName } from "./anchor-targets";
import { anchorByWebhook } from "./anchor-webhook";
import { record } from "./record";
import { closeSealer, sealPending } from "./seal";
import { anchorsOf, sealedLog } from "./sealed-log";
import { getSealing } from "./sealing";
import { readCheckpoint, verifyLog } from "./verify.mjs";

const place = scratch();
const servers: { close: () => unknown }[] = [];

async function seal(action = "system.edit", detail: Record<string, unknown> = {}): Promise<string> {
  const entry = { actor: theWorker(), action, outcome: "success", detail, at: new Date() } as const;
  await db.$transaction((tx) => record(tx, { ...entry, subject: ["restore", randomUUID()] }));
  await sealPending();
  return (await db.auditCheckpoint.findFirstOrThrow({ orderBy: { size: "desc" } })).note;
}

let note: string;
beforeAll(async () => {
  note = await seal();
});
afterAll(async () => {
  for (const server of servers) server.close();
  fs.rmSync(place, { recursive: true, force: true });
  await Promise.all([closeSealer(), ownerDb.$disconnect()]);
});

async function listen(server: net.Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

type Taken = { method?: string | undefined; url?: string | undefined; headers: IncomingHttpHeaders; body: string };

/** A place that takes what is sent, and answers as it is told. */
async function receiver(status = 200, headers: Record<string, string> = {}) {
  const taken: Taken[] = [];
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method, url, headers: sent } = request;
    taken.push({ method, url, headers: sent, body: Buffer.concat(parts).toString("utf8") });
    response.writeHead(status, headers).end();
  });
  return { port: await listen(server), taken };
}

describe("a file", () => {
  it("grows by one note after another, for its owner's eyes", async () => {
    const file = { kind: "file", path: path.join(place, "heads.notes") } as const;
    expect(await anchorInFile(file, note)).toEqual({ offset: 0 });
    const { offset } = await anchorInFile(file, note);
    expect(offset).toBeGreaterThan(100);
    expect(fs.readFileSync(file.path, "utf8")).toBe(`${note}\n${note}\n`);
    expect(fs.statSync(file.path).mode & 0o777).toBe(0o600);
  });

  it("is not reached through a link", async () => {
    const link = path.join(place, "link");
    fs.symlinkSync(path.join(place, "heads.notes"), link);
    await expect(anchorInFile({ kind: "file", path: link }, note)).rejects.toThrow();
  });
});

describe("a syslog receiver", () => {
  async function heard(server: net.Server, event: string): Promise<{ port: number; text: Promise<string> }> {
    const text = new Promise<string>((resolve) => {
      server.on(event, (socket: net.Socket) => {
        let said = "";
        socket.on("data", (part) => {
          said += part.toString("utf8");
        });
        socket.on("end", () => {
          resolve(said);
          socket.end();
        });
      });
    });
    return { port: await listen(server), text };
  }

  function judge(text: string): void {
    const [, length, message = ""] = /^(\d+) ([\s\S]*)$/.exec(text) ?? [];
    expect(Number(length)).toBe(Buffer.byteLength(message));
    expect(message).toMatch(
      /^<109>1 \d{4}-\d\d-\d\dT\S+Z \S+ holdfast \d+ audit-checkpoint \[checkpoint@32473 origin="holdfast\.audit\//,
    );
    expect(message).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(message.slice(message.indexOf("] {") + 2))).toEqual({ note });
  }

  it("hears one RFC 5424 message over TCP", async () => {
    const { port, text } = await heard(net.createServer(), "connection");
    expect(await anchorInSyslog({ kind: "syslog", host: "127.0.0.1", port, tls: false }, note)).toHaveProperty("bytes");
    judge(await text);
  });

  it("hears it over TLS, once its certificate is believed", async () => {
    const own = selfSigned("localhost");
    const caFile = path.join(place, "ca.pem");
    fs.writeFileSync(caFile, own.cert);
    const { port, text } = await heard(tls.createServer(own), "secureConnection");
    const target = { kind: "syslog", host: "localhost", port, tls: true } as const;
    await expect(anchorInSyslog(target, note)).rejects.toThrow(/self.signed/);
    await anchorInSyslog({ ...target, caFile }, note);
    judge(await text);
  });

  it("that is not there is a failure", async () => {
    await expect(anchorInSyslog({ kind: "syslog", host: "127.0.0.1", port: 1, tls: false }, note)).rejects.toThrow(
      "ECONNREFUSED",
    );
  });
});

describe("a locked bucket", () => {
  const bucket = (port: number) => ({
    bucket: "locked",
    region: "eu-central-1",
    prefix: "holdfast/",
    retainDays: 30,
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: "AKIAPUTONLY",
    secretAccessKey: "put-only",
  });

  it("is given the note under COMPLIANCE, until a day that nobody can bring forward", async () => {
    const { port, taken } = await receiver(200, { "x-amz-version-id": "v1", etag: '"e"' });
    const receipt = await putLocked(bucket(port), "log/000000000001.note", note, new Date("2026-11-25T00:00:00Z"));
    expect(receipt).toEqual({
      key: "holdfast/log/000000000001.note",
      versionId: "v1",
      etag: '"e"',
      retainUntil: "2026-12-25T00:00:00.000Z",
    });
    const [sent] = taken;
    expect([sent?.method, sent?.url?.split("?")[0]]).toEqual(["PUT", "/locked/holdfast/log/000000000001.note"]);
    expect(sent?.headers).toMatchObject({
      "x-amz-object-lock-mode": "COMPLIANCE",
      "x-amz-object-lock-retain-until-date": expect.stringMatching(/^2026-12-25T00:00:00/),
    });
    expect(sent?.headers.authorization).toContain("AKIAPUTONLY");
    expect(sent?.body).toContain(note);
  });

  it("that refuses is a failure", async () => {
    const { port } = await receiver(403);
    await expect(putLocked(bucket(port), "x", note, new Date())).rejects.toThrow();
  });
});

describe("a webhook", () => {
  const secret = `whsec_${Buffer.alloc(24, 5).toString("base64")}`;

  it("is called with the Standard Webhooks signature over what it is given", async () => {
    const { port, taken } = await receiver(202);
    await anchorByWebhook({ kind: "webhook", url: `http://127.0.0.1:${port}/in`, secret }, note, callOut);
    const [sent] = taken;
    const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signature } = sent?.headers ?? {};
    const mac = createHmac("sha256", Buffer.alloc(24, 5)).update(`${String(id)}.${String(at)}.${sent?.body ?? ""}`);
    expect(signature).toBe(`v1,${mac.digest("base64")}`);
    expect(JSON.parse(sent?.body ?? "")).toMatchObject({ type: "audit.checkpoint", data: { size: 1, note } });
  });

  it("that does not take it is a failure", async () => {
    const { port } = await receiver(500);
    await expect(
      anchorByWebhook({ kind: "webhook", url: `http://127.0.0.1:${port}/in`, secret }, note, callOut),
    ).rejects.toThrow("answered 500");
  });
});

describe("anchoring", () => {
  const good: AnchorTarget = { kind: "file", path: "/good" };
  const bad: AnchorTarget = { kind: "file", path: "/bad" };
  const given: string[] = [];
  const deliver: Deliver = async (target, text) => {
    if (target === bad) throw new Error("The disk of postgres://user:hush@host is full.");
    given.push(`${targetName(target)} ${readCheckpoint(text).size}`);
    return { ok: true };
  };
  const standing = async (target: string) => {
    const { anchors } = await getSealing(await person("auditor"), {});
    return anchors.find((anchor) => anchor.target === target);
  };

  it("gives every place the head, and no failure holds up another", async () => {
    await anchorHeads([good, bad], deliver);
    expect(given).toEqual(["/good 1"]);
    expect(await standing("/good")).toMatchObject({ failures: 0, anchoredSize: 1 });
    expect(await standing("/bad")).toMatchObject({
      failures: 1,
      anchoredAt: null,
      lastError: "The disk of [removed] is full.",
    });
  });

  it("waits with what is ordinary, and not with a restore at level 0", async () => {
    await seal("restore.start", { level: 2 });
    await anchorHeads([good, bad], deliver);
    expect(given).toHaveLength(1);
    await seal("restore.dispatch.intent", { level: 0 });
    await anchorHeads([good, bad], deliver);
    await anchorHeads([good, bad], deliver);
    expect(given).toEqual(["/good 1", "/good 3"]);
  });

  it("lets a place that fails rest, and tries again", async () => {
    expect(await standing("/bad")).toMatchObject({ failures: 1 });
    await ownerDb.auditAnchorTarget.updateMany({ where: { target: "/bad" }, data: { nextTryAt: new Date(0) } });
    await anchorHeads([good, bad], deliver);
    expect(await standing("/bad")).toMatchObject({ failures: 2 });
    await ownerDb.auditAnchorTarget.updateMany({ where: { target: "/bad" }, data: { nextTryAt: new Date(0) } });
    await anchorHeads([good, bad], async () => ({}));
    expect(await standing("/bad")).toMatchObject({ failures: 0, anchoredSize: 3, lastError: null });
  });

  it("keeps receipts that the verifier compares with the log", async () => {
    expect((await anchorsOf(reader, 3)).map(({ target, size }) => `${target} ${size}`)).toEqual([
      "/good 1",
      "/good 3",
      "/bad 3",
    ]);
    expect(await verifyLog(await sealedLog(reader))).toMatchObject({ verdict: "ok", anchors: 3 });
  });

  it("shows only places that are still named", async () => {
    await anchorHeads([good], deliver);
    expect(await standing("/bad")).toBeUndefined();
    await anchorHeads([], deliver);
    expect((await getSealing(await person("auditor"), {})).anchors).toEqual([]);
  });
});
