import { describe, expect, it } from "vitest";
import { isTestFile, listSources, readSource } from "./sources";

/** Law 9 in its outward part: whoever may open a connection, and why that one is not http-out's. */
const allowed: Record<string, string> = {
  "lib/platform/http-out.ts": "the one way out",
  "lib/platform/outbound-rules.ts": "judges addresses",
  "lib/platform/embedded-postgres.ts": "looks for a free port on this machine",
  "lib/auth/request.ts": "reads the form of a visitor's address",
  "lib/auth/relying-party.ts": "reads the form of an address",
  "lib/core/http.ts": "the browser asks its own server",
  "components/shell/search-palette.tsx": "the browser asks its own server",
  "app/(console)/audit/_components/save-export.ts": "the browser asks its own server",
  "lib/audit/anchor-syslog.ts": "speaks syslog over TCP and TLS, which is no HTTP, to the place the deployment names",
};

const ways =
  /\bfetch\s*\(|\bfrom "(?:node:)?(?:https?|http2|net|tls|dgram|dns)(?:\/promises)?"|\bimport\("(?:node:)?(?:https?|http2|net|tls|dgram|dns)|\bfrom "(?:undici|axios|got|node-fetch|ky)"|\bnew (?:WebSocket|EventSource|XMLHttpRequest)\b|\bsendBeacon\b/;

const opening = listSources("lib", "app", "components").filter(
  (file) => !isTestFile(file) && ways.test(readSource(file)),
);

describe("law 9: one way out", () => {
  it("is kept: whatever goes to the network goes through lib/platform/http-out.ts", () => {
    expect(opening.filter((file) => !(file in allowed))).toEqual([]);
  });

  it("lists no exception that is not needed", () => {
    expect(Object.keys(allowed).filter((file) => !opening.includes(file))).toEqual([]);
  });

  it.each([
    'await fetch("https://example.com")',
    'import https from "node:https";',
    'import { connect } from "tls";',
    'import { lookup } from "node:dns/promises";',
    'await import("node:net")',
    'import axios from "axios";',
    'new WebSocket("wss://example.com")',
  ])("would catch %s", (line) => expect(ways.test(line)).toBe(true));
});
