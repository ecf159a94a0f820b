import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { clean, cleanFields, redact } from "./log-lines";
import { childEnv, projectRoot } from "./testing/sources";

/** Put together here, so that no scanner takes them for real ones. */
const canaries = [
  ["AKIA", "CANARYCANARY1234"].join(""),
  ["ASIA", "CANARYCANARY5678"].join(""),
  ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJjYW5hcnkifQ", "c2lnbmF0dXJlLWNhbmFyeQ"].join("."),
  "postgres://holdfast_app:canary-password@db.example:5432/holdfast",
  "postgresql://db.example/holdfast?password=canary",
  "https://someone:canary-password@hooks.example/path",
  "redis://:canary-password@cache.example",
  "holdfast_ci_canary1_canarycanarycanary",
  "holdfast_wall_01988f6e-canary_canarycanary-canary_canary",
  "holdfast.sid=eyJcanarycanary.canary.canary",
  "__Host-holdfast.wall=canarycanary",
  "Bearer canary-canary-canary-canary",
  "Basic Y2FuYXJ5OmNhbmFyeQ==",
  "otpauth://totp/Holdfast:lena?secret=CANARY",
  "whsec_canarycanarycanarycanary",
  `k1:${Buffer.alloc(32, "canary").toString("base64")}`,
  `-----BEGIN ${"PRIVATE"} KEY-----\ncanarycanary\n-----END ${"PRIVATE"} KEY-----`,
  "AWS4-HMAC-SHA256 Credential=canary/20261125, Signature=canary",
];

/** The rest of each canary that must not be seen whichever part of it was recognised. */
const traces = ["CANARY", "canary", "Y2FuYXJ5", "Y2FuYXJ", "c2lnbmF0dXJl", "secret-by-name"];

const run = spawnSync(
  process.execPath,
  ["--conditions=react-server", "--import", "tsx", "lib/platform/testing/log-planter.ts"],
  {
    cwd: projectRoot,
    input: JSON.stringify(canaries),
    encoding: "utf8",
    env: childEnv({ HOLDFAST_LOG_LEVEL: "debug", NODE_ENV: "production" }),
  },
);
const lines = run.stdout.split("\n").filter((line) => line !== "");

describe("the output of a real process", () => {
  it("is all JSON lines, one for each that was meant", () => {
    const levels = lines.map((line) => JSON.parse(line).level);
    expect(lines.length).toBeGreaterThan(30);
    expect(levels.filter((level) => level === 60)).toHaveLength(1);
  });

  it("has none of the planted secrets, by name or by form", () => {
    const seen = lines.filter((line) => traces.some((trace) => line.includes(trace)));
    expect(seen).toEqual([]);
  });

  it("says nothing past the log, and ends when nobody caught an error", () => {
    expect(run.stderr).toBe("");
    expect(run.status).toBe(1);
    expect(lines.at(-1)).toContain("nobody caught this");
  });

  it("names what it left out", () => expect(run.stdout).toContain('"leftOut":["unlisted","password"'));

  it("shows control and direction characters instead of obeying them", () => {
    expect(run.stdout).toContain("⟨U+001B⟩[2Jcleared ⟨U+202E⟩gnp.exe");
    expect(run.stdout).toContain("first ⏎ {");
  });
});

describe("what is cleaned", () => {
  it.each([
    ["an error keeps its code", Object.assign(new Error("no"), { code: "ECONNREFUSED" }), { code: "ECONNREFUSED" }],
    ["a code that is no word is dropped", Object.assign(new Error("no"), { code: "123456" }), { name: "Error" }],
  ])("%s", (_, error, expected) => {
    const cleaned = clean(error) as Record<string, unknown>;
    expect(cleaned).toMatchObject(expected);
    expect("code" in cleaned).toBe("code" in expected);
  });

  it("stops at endless things", () => {
    const ring: { self?: unknown } = {};
    ring.self = ring;
    expect(JSON.stringify(clean(ring))).toContain("[deeper]");
    expect(clean(new Uint8Array(9))).toBe("[9 bytes]");
    expect(String(clean("a".repeat(10_000))).length).toBeLessThanOrEqual(4_000);
  });

  it("leaves plain words alone", () => {
    const said =
      "connect ECONNREFUSED 127.0.0.1:5432 while reading arn:aws:backup:eu-central-1:123456789012:vault/main";
    expect(redact(said)).toBe(said);
  });

  it("keeps listed fields only", () =>
    expect(cleanFields({ job: "audit.seal", odd: 1, gone: undefined })).toEqual({
      job: "audit.seal",
      leftOut: ["odd"],
    }));
});
