import fs from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { listServedActions } from "./authorisation/endpoints";
import { expect, test } from "./fixtures";
import { findProcess } from "./stack";

/** What every answer of ours says, whatever it is. */
const everywhere = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "same-origin",
};

const policyParts = [
  "default-src 'none'",
  "'strict-dynamic'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  "report-uri /api/csp",
];

type Kind = {
  what: string;
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
  status: number;
};

const cookie = { cookie: "holdfast.sid=not-one-of-ours" };
const form = { "content-type": "application/x-www-form-urlencoded" };

const dynamic: Kind[] = [
  { what: "a page", path: "/sign-in", status: 200 },
  { what: "a page's head", method: "HEAD", path: "/sign-in", status: 200 },
  { what: "a redirect to sign in", path: "/", status: 307 },
  { what: "a page that is not there", path: "/nowhere", headers: cookie, status: 404 },
  { what: "an address that cannot be read", path: "/%", status: 307 },
  { what: "an API answer for strangers", path: "/api/live/home", status: 401 },
  { what: "an API address that is not there", path: "/api/nowhere", status: 404 },
  { what: "a method that is not there", method: "PUT", path: "/api/live/home", status: 405 },
  { what: "next-auth's token", path: "/api/auth/csrf", status: 200 },
  { what: "next-auth's unused addresses", path: "/api/auth/session", status: 404 },
  {
    what: "a refused sign-in",
    method: "POST",
    path: "/api/auth/callback/credentials",
    headers: form,
    body: "email=a",
    status: 302,
  },
  {
    what: "a write from elsewhere",
    method: "POST",
    path: "/",
    headers: { origin: "https://evil.example" },
    status: 403,
  },
  { what: "an export for strangers", method: "POST", path: "/audit/export", headers: form, body: "q=a", status: 401 },
  {
    what: "an action that is not there",
    method: "POST",
    path: "/sign-in",
    headers: { "next-action": "00ff", "content-type": "text/plain" },
    body: "[]",
    status: 400,
  },
];

async function ask(origin: string, { method = "GET", path, headers = {}, body }: Kind): Promise<Response> {
  return fetch(`${origin}${path}`, {
    method,
    redirect: "manual",
    headers: { ...(method === "GET" || method === "HEAD" ? {} : { origin }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

test("every dynamic answer carries the headers and is kept nowhere", async ({ stack }) => {
  for (const kind of dynamic) {
    const answer = await ask(stack.url, kind);
    expect(answer.status, kind.what).toBe(kind.status);
    expect(Object.fromEntries(answer.headers), kind.what).toMatchObject(everywhere);
    expect(answer.headers.get("cache-control"), kind.what).toContain("no-store");
    expect(answer.headers.get("permissions-policy"), kind.what).toContain("publickey-credentials-get=(self)");
    for (const part of policyParts) expect(answer.headers.get("content-security-policy"), kind.what).toContain(part);
    // The pages are plain http here; behind TLS the header is there (lib/auth/gate.test.ts).
    expect(answer.headers.has("strict-transport-security"), kind.what).toBe(false);
    expect(answer.headers.has("x-powered-by"), kind.what).toBe(false);
  }
});

test("static answers carry them too, there or not", async ({ stack }) => {
  const page = await (await fetch(`${stack.url}/sign-in`)).text();
  const script = /\/_next\/static\/[^"]+\.js/.exec(page)?.[0] ?? "";
  for (const path of [
    script,
    "/icon.svg",
    "/favicon.ico",
    "/_next/static/nowhere.js",
    "/_next/image?url=%2Ficon.svg&w=64&q=75",
  ]) {
    const answer = await fetch(`${stack.url}${path}`);
    expect(Object.fromEntries(answer.headers), path).toMatchObject(everywhere);
    expect(answer.headers.get("content-security-policy"), path).toContain("default-src 'none'");
  }
});

test("no two pages share a nonce", async ({ stack }) => {
  const nonces = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const answer = await fetch(`${stack.url}/sign-in`);
      return /'nonce-([^']+)'/.exec(answer.headers.get("content-security-policy") ?? "")?.[1];
    }),
  );
  expect(new Set(nonces).size).toBe(20);
});

test("a write without our own origin is refused, whichever way it is forged", async ({ stack }) => {
  const forged: Record<string, string>[] = [
    {},
    { origin: "null" },
    { origin: "https://evil.example" },
    { origin: "https://evil.example", "x-forwarded-host": "evil.example" },
    {
      origin: "https://evil.example",
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      forwarded: "host=evil.example",
    },
    { origin: stack.url.replace("localhost", "localhost.evil.example") },
    { origin: `${stack.url}.evil.example` },
    { origin: stack.url.toUpperCase() },
    { "sec-fetch-site": "same-origin" },
    { authorization: "Bearer holdfast_ci_x" },
    { referer: `${stack.url}/` },
  ];
  const [action] = listServedActions();
  for (const headers of forged)
    for (const path of [
      "/",
      "/enroll",
      "/audit/export",
      "/api/auth/callback/credentials",
      "/api/csp",
      "/api/live/home",
    ])
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const answer = await fetch(`${stack.url}${path}`, {
          method,
          redirect: "manual",
          headers: { ...headers, "next-action": action?.id ?? "" },
        });
        expect(answer.status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(403);
      }
});

test("what takes no cookies is not there yet, with cookies or without", async ({ stack }) => {
  for (const path of ["/api/v1/restores", "/api/agent/poll"])
    for (const headers of [{}, cookie] as Record<string, string>[])
      expect((await fetch(`${stack.url}${path}`, { method: "POST", headers })).status).toBe(404);
});

test("rubbish is refused as rubbish, and never ends as our own failure", async ({ stack }) => {
  const action = listServedActions().find(({ key }) => key === "enroll#lookAtCodeAction")?.id ?? "";
  const multipart = { "content-type": "multipart/form-data; boundary=x" };
  const called = { "next-action": action, "content-type": "text/plain;charset=UTF-8" };
  const kinds: Kind[] = [
    { what: "broken JSON", path: "/enroll", headers: called, body: '[{"a":', status: 400 },
    { what: "a reference to a function", path: "/enroll", headers: called, body: '["$F1"]', status: 400 },
    {
      what: "a reference to another part",
      path: "/enroll",
      headers: called,
      body: '["$1:__proto__:then"]',
      status: 400,
    },
    {
      what: "an action as JSON",
      path: "/enroll",
      headers: { ...called, "content-type": "application/json" },
      body: "[1]",
      status: 415,
    },
    {
      what: "parts that are none",
      path: "/enroll",
      headers: { ...called, ...multipart },
      body: "rubbish",
      status: 400,
    },
    {
      what: "parts without a boundary",
      path: "/enroll",
      headers: { ...called, "content-type": "multipart/form-data" },
      body: "rubbish",
      status: 400,
    },
    { what: "a page's form that is none", path: "/enroll", headers: multipart, body: "rubbish", status: 400 },
    {
      what: "more than 256 kB to an action",
      path: "/enroll",
      headers: called,
      body: `["${"a".repeat(263_000)}"]`,
      status: 413,
    },
    {
      what: "more than 64 kB to the API",
      path: "/api/auth/callback/credentials",
      headers: form,
      body: "a".repeat(66_000),
      status: 413,
    },
    {
      what: "an export as JSON",
      path: "/audit/export",
      headers: { "content-type": "application/json" },
      body: "{}",
      status: 415,
    },
    { what: "an export in broken parts", path: "/audit/export", headers: multipart, body: "rubbish", status: 400 },
    {
      what: "a sign-in as JSON",
      path: "/api/auth/callback/credentials",
      headers: { "content-type": "application/json" },
      body: "{bad",
      status: 415,
    },
    {
      what: "a NUL in an argument",
      path: "/enroll",
      headers: called,
      body: JSON.stringify([{ code: "a\0b" }]),
      status: 200,
    },
    {
      what: "half a character in an argument",
      path: "/enroll",
      headers: called,
      body: '[{"code":"\\ud800"}]',
      status: 200,
    },
    {
      what: "an argument that is far too long",
      path: "/enroll",
      headers: called,
      body: JSON.stringify([{ code: "a".repeat(200_000) }]),
      status: 200,
    },
    {
      what: "deep nesting",
      path: "/enroll",
      headers: called,
      body: `[${"[".repeat(3_000)}${"]".repeat(3_000)}]`,
      status: 400,
    },
  ];
  for (const kind of kinds)
    expect((await ask(stack.url, { ...kind, method: "POST" })).status, kind.what).toBe(kind.status);
  for (const path of [
    "/api/search?q=%00",
    "/systems?q=%E0%A4%A",
    "/systems/%00",
    "/restores/..%2f..%2f",
    "/?a[]=1&a=2",
    `/${"a".repeat(4_000)}`,
  ])
    expect((await fetch(`${stack.url}${path}`, { headers: cookie, redirect: "manual" })).status, path).toBeLessThan(
      500,
    );
});

test("a body that does not say its length is refused", async ({ stack }) => {
  const { host, hostname, port, origin } = new URL(stack.url);
  const socket = connect(Number(port), hostname);
  socket.end(
    `POST /audit/export HTTP/1.1\r\nhost: ${host}\r\norigin: ${origin}\r\ncontent-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n1\r\na\r\n0\r\n\r\n`,
  );
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 411 /);
});

test("nothing leads to a foreign place", async ({ stack }) => {
  const foreign = "https://evil.example/";
  const paths = [
    `/sign-in?callbackUrl=${foreign}`,
    `/api/auth/csrf?callbackUrl=${foreign}`,
    `/api/auth/signin?callbackUrl=${foreign}`,
    `/api/auth/signout?callbackUrl=${foreign}`,
    "//evil.example/",
    "/\\evil.example/",
    "/%2f%2fevil.example/",
    "/systems/?next=//evil.example",
    `/?url=${foreign}`,
  ];
  const spoofed = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" };
  for (const path of paths)
    for (const headers of [{}, spoofed] as Record<string, string>[]) {
      const answer = await fetch(`${stack.url}${path}`, { headers, redirect: "manual" });
      const place = new URL(answer.headers.get("location") ?? "/", stack.url);
      expect(place.origin, `${path} ${JSON.stringify(headers)}`).toBe(stack.url);
      const cookies = answer.headers.getSetCookie().filter((one) => one.includes("evil.example"));
      expect(cookies, path).toEqual([]);
    }
  const posted = await ask(stack.url, {
    what: "a sign-in",
    method: "POST",
    path: "/api/auth/callback/credentials",
    headers: form,
    body: new URLSearchParams({ email: "a", password: "b", callbackUrl: foreign }).toString(),
    status: 302,
  });
  expect(new URL(posted.headers.get("location") ?? "/", stack.url).origin).toBe(stack.url);
});

test("a page's policy stops what it should, says so, and takes few reports of it", async ({ page, stack, db }) => {
  await db.$executeRaw`delete from rate_limits where key = 'csp'`;
  await page.goto("/sign-in");
  const reported = page.waitForResponse((answer) => new URL(answer.url()).pathname === "/api/csp");
  const stopped = await page.evaluate(() => {
    try {
      document.body.innerHTML = "<b>by string</b>";
      return false;
    } catch {
      return true;
    }
  });
  expect(stopped).toBe(true);
  await page
    .evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.wasRun = true";
      document.body.append(script);
    })
    .catch(() => undefined);
  expect(await page.evaluate(() => "wasRun" in globalThis)).toBe(false);
  expect((await reported).status()).toBe(204);

  const report = JSON.stringify({
    "csp-report": {
      "effective-directive": "script-src",
      "blocked-uri": "https://evil.example/a?token=1",
      "document-uri": stack.url,
    },
  });
  const kinds: [string, string, number][] = [
    ["application/csp-report", report, 204],
    ["application/csp-report", "{bad", 400],
    ["application/csp-report", JSON.stringify({ odd: 1 }), 400],
    ["application/reports+json", "[]", 400],
    ["application/csp-report", JSON.stringify({ "csp-report": { "blocked-uri": "a".repeat(66_000) } }), 413],
    ["text/plain", report, 415],
  ];
  for (const [type, body, status] of kinds) {
    const answer = await fetch(`${stack.url}/api/csp`, {
      method: "POST",
      body,
      headers: { origin: stack.url, "content-type": type },
    });
    expect(answer.status, `${type} ${body.slice(0, 40)}`).toBe(status);
  }
  const statuses = await Promise.all(
    Array.from({ length: 140 }, async () => {
      const headers = { origin: stack.url, "content-type": "application/csp-report" };
      return (await fetch(`${stack.url}/api/csp`, { method: "POST", body: report, headers })).status;
    }),
  );
  expect(statuses).toContain(429);
});

const environmentOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    fs
      .readFileSync(`/proc/${findProcess(name)}/environ`, "utf8")
      .split("\0")
      .map((entry) => [entry.split("=")[0] ?? "", entry.slice(entry.indexOf("=") + 1)]),
  );

test("the action key is this installation's own, and not the one that lies in the build", () => {
  const built = JSON.parse(fs.readFileSync(".next/server/server-reference-manifest.json", "utf8")).encryptionKey;
  const own = environmentOf("web").NEXT_SERVER_ACTIONS_ENCRYPTION_KEY ?? "";
  expect(Buffer.from(own, "base64")).toHaveLength(32);
  expect(own).not.toBe(built);
});

test("a hardened web process is told nothing that only the worker may know @hardened", () => {
  const web = environmentOf("web");
  const worker = environmentOf("worker");
  expect(web.HOLDFAST_DISPATCH).toBe("worker");
  for (const name of [
    "HOLDFAST_WORKER_KEYS",
    "HOLDFAST_DB_WORKER_URL",
    "HOLDFAST_DB_SEALER_URL",
    "DATABASE_URL",
    "HOLDFAST_DB_OWNER_URL",
  ])
    expect(Object.keys(web)).not.toContain(name);
  const secrets = [worker.HOLDFAST_WORKER_KEYS, worker.HOLDFAST_DB_WORKER_URL, worker.HOLDFAST_DB_SEALER_URL];
  for (const secret of secrets) expect(Object.values(web)).not.toContain(secret);
});
