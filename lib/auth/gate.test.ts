import { expect, it, vi } from "vitest";
import { passageOf } from "./gate";

const ours = "http://localhost:3999";
const ask = (method: string, path: string, headers: Record<string, string> = {}, hasCookie = true) =>
  passageOf({ method, path, headers: new Headers(headers), hasCookie });

it.each([
  ["no origin", {}],
  ["another origin", { origin: "https://evil.example" }],
  ["another port", { origin: "http://localhost:3998" }],
  [
    "a forwarded host that agrees with another origin",
    { origin: "https://evil.example", "x-forwarded-host": "evil.example" },
  ],
  ["an opaque origin", { origin: "null" }],
  ["a bearer token beside the cookie", { authorization: "Bearer x" }],
])("refuses a write with %s", (_, headers) => {
  for (const method of ["POST", "PUT", "PATCH", "DELETE"])
    expect(ask(method, "/restores", headers).kind).toBe("refuse");
});

it("lets our own pages write, and machines that bring no cookies", () => {
  expect(ask("POST", "/restores", { origin: ours }).kind).toBe("pass");
  expect(ask("POST", "/api/v1/restores").kind).toBe("pass");
  expect(ask("POST", "/api/agent/poll").kind).toBe("pass");
  expect(ask("POST", "/api/auth/backchannel-logout").kind).toBe("pass");
  expect(ask("POST", "/api/auth/backchannel-logout/x").kind).toBe("refuse");
  expect(ask("POST", "/api/v1x").kind).toBe("refuse");
  expect(ask("POST", "/api/auth/callback/credentials").kind).toBe("refuse");
});

it("shows strangers the way in, and nothing else of a page", () => {
  expect(ask("GET", "/restores", {}, false).kind).toBe("sign-in");
  expect(ask("GET", "/sign-in-as", {}, false).kind).toBe("sign-in");
  for (const path of ["/sign-in", "/sign-in/confirm", "/enroll", "/api/live/restores/1"])
    expect(ask("GET", path, {}, false).kind).toBe("pass");
});

it("lets a paired wall through to the wall, and to nothing else of what strangers do not see", () => {
  const wall = (path: string) =>
    passageOf({ method: "GET", path, headers: new Headers(), hasCookie: false, hasWallCookie: true }).kind;
  expect(wall("/wall")).toBe("pass");
  for (const path of ["/", "/systems", "/wallpaper", "/wall/other", "/settings/wall-displays"])
    expect(wall(path), path).toBe("sign-in");
  expect(ask("GET", "/wall/pair", {}, false).kind).toBe("pass");
  expect(ask("GET", "/wall", {}, false).kind).toBe("sign-in");
  expect(ask("GET", "/wall/pairs", {}, false).kind).toBe("sign-in");
});

it("forgets the forwarded host and makes a nonce and a request id of its own for each request", () => {
  const sent = { "x-forwarded-host": "evil.example", "x-request-id": "forged", "x-nonce": "forged" };
  const [one, two] = [ask("GET", "/", sent), ask("GET", "/", sent)];
  if (one.kind !== "pass" || two.kind !== "pass") throw new Error("Both should pass.");
  expect(one.request.has("x-forwarded-host")).toBe(false);
  const nonce = one.request.get("x-nonce");
  expect(one.request.get("x-request-id")).not.toBe("forged");
  expect(nonce).not.toBe(two.request.get("x-nonce"));
  expect(one.headers["content-security-policy"]).toContain(`script-src 'nonce-${nonce}' 'strict-dynamic';`);
  expect(one.headers["content-security-policy"]).toContain("require-trusted-types-for 'script'");
  expect(one.headers["content-security-policy"]).not.toContain("unsafe-eval");
  expect(one.headers["strict-transport-security"]).toBeUndefined();
});

it("asks for TLS for two years where we are reached by it, and reports over it", async () => {
  vi.stubEnv("NEXTAUTH_URL", "https://holdfast.example");
  vi.resetModules();
  const { passageOf: overTls } = await import("./gate");
  const { headers } = overTls({ method: "GET", path: "/sign-in", headers: new Headers(), hasCookie: false });
  expect(headers["strict-transport-security"]).toBe("max-age=63072000; includeSubDomains");
  expect(headers["content-security-policy"]).toContain("report-to csp");
  expect(headers["reporting-endpoints"]).toBe('csp="/api/csp"');
  expect(ask("GET", "/sign-in", {}, false).headers["strict-transport-security"]).toBeUndefined();
  vi.unstubAllEnvs();
});
