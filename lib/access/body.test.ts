import { describe, expect, it } from "vitest";
import { actionMaxBytes, apiMaxBytes, contentTrouble, declaredTrouble } from "./body";

const form = "multipart/form-data; boundary=x";
const encoded = "application/x-www-form-urlencoded";

describe("what headers say of a body", () => {
  it.each<[string, string, Record<string, string>, number | null]>([
    ["a form with scripts", "/restores", { "next-action": "a", "content-type": form, "content-length": "9" }, null],
    [
      "plain arguments",
      "/restores",
      { "next-action": "a", "content-type": "text/plain;charset=UTF-8", "content-length": "9" },
      null,
    ],
    ["a form without scripts", "/restores", { "content-type": form, "content-length": "9" }, null],
    ["a small form without scripts", "/audit/export", { "content-type": encoded, "content-length": "9" }, null],
    ["nothing", "/restores", { "content-length": "0" }, null],
    [
      "the longest action",
      "/restores",
      { "next-action": "a", "content-type": form, "content-length": String(actionMaxBytes) },
      null,
    ],
    [
      "a longer action",
      "/restores",
      { "next-action": "a", "content-type": form, "content-length": String(actionMaxBytes + 1) },
      413,
    ],
    [
      "the longest call",
      "/api/auth/callback/credentials",
      { "content-type": encoded, "content-length": String(apiMaxBytes) },
      null,
    ],
    [
      "a longer call",
      "/api/auth/callback/credentials",
      { "content-type": encoded, "content-length": String(apiMaxBytes + 1) },
      413,
    ],
    ["no length", "/restores", { "content-type": form, "transfer-encoding": "chunked" }, 411],
    ["a length that is none", "/restores", { "content-type": form, "content-length": "1e999" }, 413],
    [
      "an action as JSON",
      "/restores",
      { "next-action": "a", "content-type": "application/json", "content-length": "9" },
      415,
    ],
    ["a page as JSON", "/restores", { "content-type": "application/json", "content-length": "9" }, 415],
    ["a page as text", "/restores", { "content-type": "text/plain", "content-length": "9" }, 415],
    ["no kind", "/restores", { "content-length": "9" }, 415],
    [
      "a sign-in as JSON",
      "/api/auth/callback/credentials",
      { "content-type": "application/json", "content-length": "9" },
      415,
    ],
    ["a report", "/api/csp", { "content-type": "application/csp-report", "content-length": "9" }, null],
    ["a report as a form", "/api/csp", { "content-type": encoded, "content-length": "9" }, 415],
  ])("%s", (_, path, headers, status) => {
    expect(declaredTrouble(path, new Headers(headers))?.status ?? null).toBe(status);
  });
});

const post = (body: string, headers: Record<string, string>) =>
  contentTrouble(
    new Request("http://localhost/restores", {
      method: "POST",
      body,
      headers: { "content-length": String(body.length), ...headers },
    }),
  );
const action = { "next-action": "a", "content-type": "text/plain;charset=UTF-8" };
const parts = (fields: Record<string, string>) =>
  `${Object.entries(fields)
    .map(([name, value]) => `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join("")}--x--\r\n`;
const multipart = { "content-type": form };

describe("what a body holds", () => {
  it.each<[string, string, Record<string, string>]>([
    ["plain arguments", '[{"code":"a","list":[1,null,true]},"$undefined","$D2026-01-01","$$5"]', action],
    ["a form", parts({ 0: '[null,"$K1"]', "1_name": "$F1 is a price" }), { ...multipart, "next-action": "a" }],
    [
      "a form without scripts",
      parts({ $ACTION_REF_1: "", "$ACTION_1:0": '{"id":"a","bound":"$@1"}', "$ACTION_1:1": "[null]" }),
      multipart,
    ],
    ["fields", "a=b&c=%F0%9F%98%80", { "content-type": encoded }],
  ])("is read: %s", async (_, body, headers) => expect(await post(body, headers)).toBeNull());

  it.each<[string, string, Record<string, string>]>([
    ["broken JSON", '[{"a":', action],
    ["a function", '["$F1"]', action],
    ["a promise", '["$@1"]', action],
    ["a part of another", '["$1:constructor:constructor"]', action],
    ["a blob", '["$B1"]', action],
    ["a map", '["$Q1"]', action],
    ["a reference deep inside", '[{"a":[{"b":"$1:__proto__:then"}]}]', action],
    ["a prototype", '[{"__proto__":{"admin":true}}]', action],
    [
      "a reference in a form's part",
      parts({ 0: '["$1:then"]', 1: '{"then":"$1:__proto__"}' }),
      { ...multipart, "next-action": "a" },
    ],
    ["a reference in an unused part", parts({ 0: '[null,"$K1"]', 7: '"$F1"' }), { ...multipart, "next-action": "a" }],
    [
      "a function bound without scripts",
      parts({ $ACTION_REF_1: "", "$ACTION_1:0": '{"id":"a","bound":"$F1"}' }),
      multipart,
    ],
    ["no parts at all", "rubbish", multipart],
    ["parts without a boundary", "rubbish", { "content-type": "multipart/form-data" }],
    ["an action of nothing", "", { "next-action": "a" }],
  ])("is refused: %s", async (_, body, headers) => expect((await post(body, headers))?.status).toBe(400));
});
