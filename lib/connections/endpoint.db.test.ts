import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { env } from "@/lib/platform/env";
import { parseExceptions } from "@/lib/platform/outbound-rules";
import { doAtOnce } from "@/lib/platform/testing/governing";
import { person } from "@/lib/platform/testing/people";
import { openSession } from "@/lib/providers/aws/session";
import { createConnection, editConnection } from "./commands";

const account = "123456789012";
const usual = { ...env };
const typed = (endpoint: string) => ({
  name: `Production ${randomUUID()}`,
  account,
  regions: "eu-central-1",
  endpoint,
  readRoleRef: `arn:aws:iam::${account}:role/read`,
});
const inProduction = () => Object.assign(env, { NODE_ENV: "production", HOLDFAST_DEMO: "0" });

afterEach(() => Object.assign(env, usual));

describe("a connection's own endpoint", () => {
  it.each([
    ["http://127.0.0.1:4566", /^Only https/],
    ["http://localhost:4566", /^Only https/],
    ["https://localhost", /this very machine/],
    ["https://127.1", /this very machine/],
    ["https://[::1]:8443", /this very machine/],
    ["https://10.2.3.4", /private and special/],
    ["https://192.168.0.1", /private and special/],
    ["https://[fd12::1]", /private and special/],
    ["https://169.254.169.254", /never called/],
    ["https://backup.example:9000", /Port 9000/],
  ])("%s is refused in production, at its field", async (endpoint, says) => {
    inProduction();
    const outcome = await doAtOnce(createConnection, await person("administrator"), typed(endpoint));
    expect(outcome).toMatchObject({ ok: false, code: "invalid", fields: { endpoint: expect.stringMatching(says) } });
  });

  it("in a private network is taken where the installation lists it", async () => {
    inProduction();
    env.HOLDFAST_OUTBOUND_ALLOW = parseExceptions("10.2.0.0/16:443");
    expect(await doAtOnce(createConnection, await person("administrator"), typed("https://10.2.3.4"))).toMatchObject({
      ok: true,
    });
  });

  it("on this very machine serves the demo", async () => {
    Object.assign(env, { NODE_ENV: "production", HOLDFAST_DEMO: "1" });
    const outcome = await doAtOnce(createConnection, await person("administrator"), typed("http://127.0.0.1:4566"));
    expect(outcome).toMatchObject({ ok: true });
  });

  it("is judged when it is changed, too", async () => {
    inProduction();
    const admin = await person("administrator");
    const before = typed("");
    const made = await doAtOnce(createConnection, admin, before);
    if (!made.ok) throw new Error(made.message);
    const { account: _, ...fields } = { ...before, actRoleRef: "", cleanupRoleRef: "", serviceRoleRef: "" };
    const outcome = await doAtOnce(editConnection, admin, {
      ...fields,
      connectionId: made.value.id,
      revision: 1,
      base: JSON.stringify({ ...fields, intervalSeconds: 300 }),
      endpoint: "https://10.2.3.4",
    });
    expect(outcome).toMatchObject({ ok: false, code: "invalid", fields: { endpoint: expect.any(String) } });
  });

  it("that was stored before the rules changed is not called", async () => {
    inProduction();
    const settings = {
      account,
      regions: ["eu-central-1"],
      endpoint: "https://127.0.0.1",
      readRoleRef: `arn:aws:iam::${account}:role/read`,
      actRoleRef: null,
      cleanupRoleRef: null,
      externalId: null,
      serviceRoleRef: null,
    };
    const session = openSession(settings, settings.readRoleRef, { connectMs: 500, answerMs: 500, maxAttempts: 1 });
    const { credentials } = session.in("eu-central-1").backup.config;
    await expect(credentials()).rejects.toThrow("https://127.0.0.1 is not called. Addresses of this very machine");
  });
});
