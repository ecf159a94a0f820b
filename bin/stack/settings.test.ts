import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { childEnv } from "@/bin/env";
import { type Installation, webSettings, workerSettings } from "@/bin/stack/settings";
import { loadSecrets } from "@/lib/platform/secrets";

const home = fs.mkdtempSync(path.join(os.tmpdir(), "holdfast-settings-"));
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

const installation = (dispatch: "web" | "worker"): Installation => ({
  secrets: loadSecrets(home),
  urls: { app: "postgres://app@h/d", worker: "postgres://worker@h/d", sealer: "postgres://sealer@h/d" },
  dispatch,
  origin: "http://localhost:3000",
  mode: "production",
  demo: false,
  secretsHome: home,
  cloud: {},
});

describe("the key that signs the audit log", () => {
  it("is told to the worker", () => {
    const told = workerSettings(installation("web"));
    expect(told.HOLDFAST_AUDIT_KEY ?? told.HOLDFAST_AUDIT_KEY_FILE).toBeTruthy();
  });

  it.each(["web", "worker"] as const)(
    "is told to no web process, dispatched by %s: neither key, nor anchors, nor the sealer's role",
    (dispatch) => {
      const told = Object.entries(webSettings(installation(dispatch)));
      expect(told.filter(([name]) => /AUDIT|SEALER/.test(name))).toEqual([]);
      expect(told.filter(([, value]) => value.includes("audit-key") || value.includes("sealer"))).toEqual([]);
    },
  );

  it("is not inherited by a child that is not told it by name", () => {
    vi.stubEnv("HOLDFAST_AUDIT_ANCHORS", "[]");
    vi.stubEnv("HOLDFAST_AUDIT_KEY_FILE", "/somewhere");
    expect(Object.keys(childEnv()).filter((name) => name.includes("AUDIT"))).toEqual([]);
    vi.unstubAllEnvs();
  });
});
