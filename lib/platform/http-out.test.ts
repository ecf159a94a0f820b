import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { callOut, OutboundFailed, OutboundRefused, outboundClient, type Resolver } from "./http-out";
import { type OutboundPolicy, parseExceptions } from "./outbound-rules";

const seen: { url: string; method: string; headers: http.IncomingHttpHeaders; body: string }[] = [];

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const body = Buffer.concat(await request.toArray()).toString();
  seen.push({ url: request.url ?? "", method: request.method ?? "", headers: request.headers, body });
  const routes: Record<string, () => unknown> = {
    "/ok": () => response.setHeader("x-many", ["a", "b"]).end("hello"),
    "/moved": () => response.writeHead(302, { location: "/ok" }).end(),
    "/full": () => response.end(Buffer.alloc(65_536)),
    "/endless": () => response.end(Buffer.alloc(65_537)),
    "/stalled": () => response.write("a"),
    "/cut": () => response.write("a", () => response.destroy()),
    "/mute": () => undefined,
    "/bad": () => response.writeHead(500).end("no"),
  };
  (routes[request.url ?? ""] ?? (() => response.writeHead(404).end()))();
}

const server = http.createServer((request, response) => void answer(request, response));
let port = 0;
const at = (path: string, host = "127.0.0.1") => `http://${host}:${port}${path}`;

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
});

const local: OutboundPolicy = { loopback: true, exceptions: [], database: null };
const strict: OutboundPolicy = { loopback: false, exceptions: [], database: null };
const always =
  (...addresses: string[]): Resolver =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

describe("a call", () => {
  it("carries method, headers and body, and brings back status, headers and bytes", async () => {
    const { status, headers, body } = await callOut(at("/ok"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"a":1}',
    });
    expect([status, headers["x-many"], Buffer.from(body).toString()]).toEqual([200, "a, b", "hello"]);
    expect(seen).toMatchObject([{ method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } }]);
  });

  it("tells a 500 as it is", async () => expect(await callOut(at("/bad"))).toMatchObject({ status: 500 }));

  it("follows no redirect", async () => {
    await expect(callOut(at("/moved"))).rejects.toThrow(OutboundRefused);
    expect(seen.map(({ url }) => url)).toEqual(["/moved"]);
  });

  it("takes 64 KiB and not one byte more", async () => {
    expect((await callOut(at("/full"))).body).toHaveLength(65_536);
    await expect(callOut(at("/endless"))).rejects.toThrow("longer than 65536 bytes");
    await expect(callOut(at("/ok"), { maxBytes: 4 })).rejects.toThrow(OutboundFailed);
  });

  it.each(["/mute", "/stalled"])("gives up on %s in its total time", async (path) => {
    const startedMs = performance.now();
    await expect(callOut(at(path), { totalMs: 300 })).rejects.toThrow("within 0.3 s");
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it("does not take half an answer for a whole one", () => expect(callOut(at("/cut"))).rejects.toThrow(OutboundFailed));

  it("says which host is out of reach, and nothing of the path", async () => {
    const failed = callOut("http://127.0.0.1:2/secret-path?token=abc");
    await expect(failed).rejects.toThrow("127.0.0.1 could not be reached (ECONNREFUSED).");
  });

  it("speaks TLS where https is said", () =>
    expect(callOut(`https://127.0.0.1:${port}/ok`)).rejects.toThrow(OutboundFailed));
});

describe("a header", () => {
  it.each([
    { "x-note": "a\r\nhost: evil" },
    { "x-note": "a\nb" },
    { "x-note": "a\0b" },
    { "x-note": "ünïcode ⏎" },
    { "x note": "a" },
    { "x-note\r\nevil": "a" },
    { "": "a" },
    { Host: "internal" },
    { "Content-Length": "0" },
    { "transfer-encoding": "chunked" },
  ])("%o is refused before anything is sent", async (headers) => {
    await expect(callOut(at("/ok"), { headers })).rejects.toThrow(OutboundRefused);
    expect(seen).toEqual([]);
  });
});

describe("a name", () => {
  it("that stands for a private address is refused", () =>
    expect(
      outboundClient({ policy: strict, resolve: always("10.0.0.1") })("https://hooks.example.com/"),
    ).rejects.toThrow(OutboundRefused));

  it("that stands for a public and a private address is refused", () =>
    expect(
      outboundClient({ policy: strict, resolve: always("8.8.8.8", "::ffff:127.0.0.1") })("https://hooks.example.com/"),
    ).rejects.toThrow("this very machine"));

  it("that stands for nothing is a failure", () =>
    expect(outboundClient({ policy: strict, resolve: always() })("https://hooks.example.com/")).rejects.toThrow(
      OutboundFailed,
    ));

  it("that stands for the database is refused, whichever exception covers it", () => {
    const policy = { ...strict, exceptions: parseExceptions("10.0.0.0/8:443"), database: { host: "db", port: 5_432 } };
    const call = outboundClient({ policy, resolve: always("10.0.0.1") });
    return expect(call("https://hooks.example.com/")).rejects.toThrow("database");
  });

  it("is looked up once, and the address that was judged is the one connected to", async () => {
    const answers = [["127.0.0.1"], ["10.0.0.1"]];
    let asked = 0;
    const resolve: Resolver = (host) => always(...(answers[asked++] ?? []))(host);
    const call = outboundClient({ policy: local, resolve });
    expect((await call(at("/ok", "rebinding.localhost"))).status).toBe(200);
    expect(asked).toBe(1);
    await expect(call(at("/ok", "rebinding.localhost"))).rejects.toThrow(OutboundRefused);
    expect(seen).toHaveLength(1);
  });

  it("is never asked about where the address is a number: the rules judge that by itself", async () => {
    let asked = 0;
    const resolve: Resolver = (host) => {
      asked += 1;
      return always("8.8.8.8")(host);
    };
    const call = outboundClient({ policy: strict, resolve });
    await expect(call(`https://127.0.0.1:${port}/ok`)).rejects.toThrow(OutboundRefused);
    await expect(call(`https://[::ffff:7f00:1]:${port}/ok`)).rejects.toThrow(OutboundRefused);
    expect([asked, seen.length]).toEqual([0, 0]);
  });
});
