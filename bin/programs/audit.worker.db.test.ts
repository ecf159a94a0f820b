import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childEnv } from "@/bin/env";
import { program } from "@/bin/stack/run-tool";
import { record } from "@/lib/audit/record";
import { closeSealer, sealPending } from "@/lib/audit/seal";
import { verifyBundle } from "@/lib/audit/verify.mjs";
import { db } from "@/lib/platform/db";
import { env } from "@/lib/platform/env";
import { auditKeyFile } from "@/lib/platform/secrets";
import { scratch } from "@/lib/platform/testing/audit-log";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";

const place = scratch();
const keyFile = auditKeyFile(place);

/** Runs the program as the command does: with the worker's settings, and the key by its file. */
async function run(...args: string[]): Promise<{ code: number | null; said: string }> {
  const settings = childEnv({
    HOLDFAST_ROLE: "worker",
    HOLDFAST_DB_WORKER_URL: env.HOLDFAST_DB_WORKER_URL ?? "",
    HOLDFAST_DB_SEALER_URL: env.HOLDFAST_DB_SEALER_URL ?? "",
    HOLDFAST_AUDIT_KEY_FILE: keyFile,
    HOLDFAST_WEB_KEYS: env.HOLDFAST_WEB_KEYS,
    NEXTAUTH_SECRET: env.NEXTAUTH_SECRET,
    NEXTAUTH_URL: env.NEXTAUTH_URL,
  });
  const child = spawn(process.execPath, program("bin/programs/audit.ts", ...args), { env: settings });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, troubles, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said: `${out}${troubles}`.trim() };
}

const write = () =>
  db.$transaction((tx) =>
    record(tx, {
      actor: theWorker(),
      action: "system.edit",
      outcome: "success",
      subject: ["system", randomUUID()],
      detail: {},
      at: new Date(),
    }),
  );

beforeAll(async () => {
  await write();
  await sealPending();
});
afterAll(async () => {
  fs.rmSync(place, { recursive: true, force: true });
  await Promise.all([closeSealer(), ownerDb.$disconnect()]);
});

describe("the key's file", () => {
  it("is made once, for its owner alone", () => {
    expect(fs.statSync(keyFile).mode & 0o777).toBe(0o600);
    const before = fs.readFileSync(keyFile, "utf8");
    expect(auditKeyFile(place)).toBe(keyFile);
    expect(fs.readFileSync(keyFile, "utf8")).toBe(before);
  });
});

describe("at the console", () => {
  it("the whole log is exported for its owner's eyes, never over another file, and that is written down", async () => {
    const out = path.join(place, "log.holdfastaudit");
    expect(await run("export", "--out", out)).toEqual({ code: 0, said: `1 event written to ${out}.` });
    expect(fs.statSync(out).mode & 0o777).toBe(0o600);
    expect(await verifyBundle({ bundle: out })).toMatchObject({ verdict: "ok", size: 1 });
    expect((await run("export", "--out", out)).code).toBe(1);
    const event = await db.auditEvent.findFirstOrThrow({ where: { action: "audit.export" } });
    expect(JSON.parse(event.body)).toMatchObject({ actor: { id: "console" }, detail: { format: "bundle", count: 1 } });
  });

  it("a key that is not in force hands over to nobody", async () => {
    const { code, said } = await run("rotate-key", "--file", keyFile);
    expect([code, said]).toEqual([1, expect.stringContaining("give it the key in force")]);
    expect(await db.auditKey.count()).toBe(1);
  });

  it("nobody is erased who can still sign in", async () => {
    const mia = await person("operator");
    expect(await run("erase-person", "--person", mia.id)).toEqual({
      code: 1,
      said: expect.stringContaining("Shut them out first"),
    });
  });

  it("the keys are told as verifier keys", async () => {
    const { said } = await run("key");
    expect(said).toMatch(/^holdfast\.audit\/[0-9a-f-]+\+[0-9a-f]{8}\+\S+ {2}since \d{4}-\d\d-\d\d$/);
  });
});
