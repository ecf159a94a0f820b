import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { db, reader } from "@/lib/platform/db";
import { fixedKey } from "@/lib/platform/testing/audit-log";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";
import { listAudit } from "./data";
import { eraseNow, erasePerson } from "./erase";
import { record } from "./record";
import { closeSealer, handOver, sealPending } from "./seal";
import { keysOf, sealedLog } from "./sealed-log";
import { readVerifierKey, verifyLog } from "./verify.mjs";

const held = vi.hoisted(() => ({ key: Buffer.alloc(32, 11).toString("base64") }));
vi.mock("@/lib/platform/env", async (load) => {
  const real = await load<typeof import("@/lib/platform/env")>();
  const env = new Proxy(real.env, {
    get: (target, name) => (name === "HOLDFAST_AUDIT_KEY" ? held.key : Reflect.get(target, name)),
  });
  return { ...real, env };
});

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

const seal = async () => {
  await write();
  return sealPending();
};

beforeAll(seal);
afterAll(() => Promise.all([closeSealer(), ownerDb.$disconnect()]));

describe("a rotation", () => {
  it("is handed over by the key in force, after which only the new key seals", async () => {
    await seal();
    const [first] = await keysOf(reader);
    const handover = await handOver(fixedKey(12));
    expect(handover).toMatchObject({ from: readVerifierKey(first?.vkey ?? "").keyId, size: 2 });
    await write();
    await expect(sealPending()).rejects.toThrow("give it the key in force");
    expect(await db.auditPending.count()).toBe(1);
    held.key = Buffer.alloc(32, 12).toString("base64");
    expect(await sealPending()).toMatchObject({ size: 3 });
    expect(await handOver(fixedKey(12))).toBe("already");
  });

  it("leaves a log that verifies from the first key and from the second", async () => {
    const keys = await keysOf(reader);
    expect(keys).toHaveLength(2);
    for (const { vkey } of keys)
      expect(await verifyLog(await sealedLog(reader), { pinned: readVerifierKey(vkey) })).toMatchObject({
        verdict: "ok",
        signed: 3,
      });
  });

  it("may be done by whoever holds the key in force, and by nobody else", async () => {
    held.key = Buffer.alloc(32, 13).toString("base64");
    await expect(handOver(fixedKey(14))).rejects.toThrow("give it the key in force");
    held.key = Buffer.alloc(32, 12).toString("base64");
    expect(await keysOf(reader)).toHaveLength(2);
  });

  it("makes a chain: no key has two successors", async () => {
    const [first] = await db.auditKey.findMany({ where: { previousId: null } });
    await expect(
      ownerDb.$executeRaw`insert into audit_keys (id, vkey, public_key, from_size, previous_id, handover)
        values ('00000001', 'x', sha256('x'), 0, ${first?.id}, 'x')`,
    ).rejects.toThrow();
    await expect(
      ownerDb.$executeRaw`insert into audit_keys (id, vkey, public_key, from_size) values ('00000002', 'y', sha256('y'), 0)`,
    ).rejects.toThrow();
  });
});

describe("somebody who is erased", () => {
  const nameIn = async (id: string) => {
    const [row] = (await listAudit(await person("auditor"), { target: id, action: "person.invite" })).rows;
    return row?.sentence;
  };

  it("is somebody who was shut out first", async () => {
    const mia = await person("operator");
    expect(await erasePerson(mia.id)).toBe("not disabled");
    await expect(eraseNow(mia.id)).rejects.toThrow("Shut them out first");
    await expect(eraseNow(randomUUID())).rejects.toThrow("no such person");
    await expect(eraseNow("mia")).rejects.toThrow("by their id");
  });

  it("leaves no name, no address and no key; the log holds, and the screens say so", async () => {
    const mia = await person("operator");
    const { email } = await db.user.findUniqueOrThrow({ where: { id: mia.id } });
    await db.$transaction((tx) =>
      record(tx, {
        actor: theWorker(),
        action: "person.invite",
        outcome: "success",
        subject: ["user", mia.id],
        detail: { displayName: mia.name, email, role: "operator" },
        at: new Date(),
      }),
    );
    expect(await nameIn(mia.id)).toContain(mia.name);
    await db.user.update({ where: { id: mia.id }, data: { status: "disabled" } });
    expect(await eraseNow(mia.id)).toContain("Erased");
    expect(await db.auditSubject.findUniqueOrThrow({ where: { pseudonym: mia.id } })).toMatchObject({
      display: null,
      email: null,
      hmacKey: null,
    });
    const kept = await db.user.findUniqueOrThrow({ where: { id: mia.id } });
    expect([kept.displayName, kept.email]).not.toContain(mia.name);
    expect(kept.email).not.toBe(email);
    expect(await nameIn(mia.id)).toContain("an erased person");
    await sealPending();
    expect(await verifyLog(await sealedLog(reader))).toMatchObject({ verdict: "ok" });
    await db.user.update({ where: { id: mia.id }, data: { displayName: "Mia again" } });
    expect(await nameIn(mia.id)).toContain("an erased person");
  });
});
