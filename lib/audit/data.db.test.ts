import { createHmac, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserActor } from "@/lib/access/permissions";
import { writeCursor } from "@/lib/core/cursor";
import { db } from "@/lib/platform/db";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person, theWorker } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { beginRestore, startRestore } from "@/lib/restores/commands";
import { exportAudit, exportWholeLog, requestVerification } from "./commands";
import { countAudit, getAuditEvent, listAudit, readExportPage, trailOf } from "./data";
import { tellDenials } from "./denials";
import { sealingLagSeconds } from "./lag";
import { record, type Subject } from "./record";
import { getSealing, getVerification } from "./sealing";

let auditor: UserActor;
let lena: UserActor;
beforeAll(async () => {
  [auditor, lena] = [await person("auditor"), await person("operator")];
});
afterAll(() => ownerDb.$disconnect());

const write = (
  actor: UserActor,
  subject: Subject,
  action = "system.edit",
  outcome: "success" | "failure" = "success",
) =>
  db.$transaction((tx) => record(tx, { actor, action, outcome, subject, detail: { note: "zażółć" }, at: new Date() }));

const thing = (): Subject => ["system", randomUUID()];

describe("the log", () => {
  it("is read by auditors and administrators, and by nobody else", async () => {
    for (const role of ["auditor", "administrator"] as const)
      expect((await listAudit(await person(role), {})).rows).toBeInstanceOf(Array);
    for (const role of ["viewer", "operator", "approver", "security_approver", "break_glass"] as const)
      await expect(listAudit(await person(role), {})).rejects.toThrow("auditor or administrator");
  });

  it("is paged by key, newest first, to its end and back without a gap", async () => {
    const subject = thing();
    for (let n = 0; n < 53; n += 1) await write(lena, subject);
    const filter = { target: subject[1] };
    const first = await listAudit(auditor, filter);
    expect([first.rows.length, first.before]).toEqual([50, null]);
    const second = await listAudit(auditor, { ...filter, after: first.after });
    expect([second.rows.length, second.after]).toEqual([3, null]);
    const ids = [...first.rows, ...second.rows].map(({ id }) => id);
    expect(new Set(ids).size).toBe(53);
    expect(ids).toEqual([...ids].sort().reverse());
    const back = await listAudit(auditor, { ...filter, before: second.before });
    expect(back.rows.map(({ id }) => id)).toEqual(first.rows.map(({ id }) => id));
  });

  it("is narrowed by person, target, action, part, outcome and time", async () => {
    const mia = await person("operator");
    const [a, b] = [thing(), thing()];
    await write(mia, a);
    await write(mia, b, "tier.edit", "failure");
    await write(mia, b, "restore.start");
    const actionsOf = async (filter: object) =>
      (await listAudit(auditor, { person: mia.id, ...filter })).rows.map(({ action }) => action);
    expect(await actionsOf({})).toEqual(["restore.start", "tier.edit", "system.edit"]);
    expect(await actionsOf({ target: a[1] })).toEqual(["system.edit"]);
    expect(await actionsOf({ action: "tier.edit" })).toEqual(["tier.edit"]);
    expect(await actionsOf({ area: "restores" })).toEqual(["restore.start"]);
    expect(await actionsOf({ area: "estate" })).toEqual(["tier.edit", "system.edit"]);
    expect(await actionsOf({ outcome: "failure" })).toEqual(["tier.edit"]);
    expect(await actionsOf({ span: "1h" })).toHaveLength(3);
    expect(await actionsOf({ to: "2020-01-01T00:00" })).toEqual([]);
    expect(await actionsOf({ from: "2020-01-01T00:00" })).toHaveLength(3);
    expect(await actionsOf({ q: mia.name })).toHaveLength(3);
    expect(await actionsOf({ q: "tier.ed" })).toEqual(["tier.edit"]);
    expect(await actionsOf({ q: a[1].slice(0, 13) })).toEqual(["system.edit"]);
    expect(await actionsOf({ q: "100%_\\" })).toEqual([]);
    expect(await countAudit(auditor, { person: mia.id })).toEqual({ count: 3, more: false });
  });

  it("takes an address that makes no sense for one that narrows nothing", async () => {
    const asked = { outcome: "maybe", area: "moon", person: "nobody", span: "9y", from: "yesterday", after: "%%%" };
    expect((await listAudit(auditor, asked)).rows.length).toBeGreaterThan(0);
  });

  it("shows an auditor of one team that team's systems and their own deeds only", async () => {
    const team = await ownerDb.team.create({ data: { name: `Team ${randomUUID()}` } });
    const { system } = await restorable();
    const { system: other } = await restorable();
    await ownerDb.system.update({ where: { id: system.id }, data: { ownerTeamId: team.id } });
    const mine = await beginRestore(lena, { systemId: system.id });
    await beginRestore(lena, { systemId: other.id });
    await write(lena, ["system", system.id]);
    await write(lena, ["system", other.id]);
    const tom = await person("auditor", { kind: "team", teamId: team.id });
    await write(tom, thing());
    const { rows } = await listAudit(tom, {
      q: "\0",
      after: writeCursor(["Tue", tom.id]),
      from: "-200000-01-01T00:00:00Z",
    });
    expect(rows.map(({ action, actorId }) => [action, actorId])).toEqual([
      ["system.edit", tom.id],
      ["system.edit", lena.id],
      ["restore.begin", lena.id],
    ]);
    const all = await listAudit(auditor, { target: other.id });
    expect(await getAuditEvent(tom, { eventId: all.rows[0]?.id })).toBeNull();
    expect(mine.ok).toBe(true);
  });
});

describe("one event", () => {
  it("is shown with its text, its hash computed anew, and its names", async () => {
    const { system } = await restorable();
    await write(lena, ["system", system.id]);
    const { rows } = await listAudit(auditor, { target: system.id });
    const event = await getAuditEvent(auditor, { eventId: rows[0]?.id });
    expect(event?.sentence).toBe(`${lena.name} changed the system ${system.name}.`);
    expect(event?.leaf).toMatchObject({ matches: true, stored: event?.leaf.computed });
    expect(event?.text).toContain("zażółć");
    expect(event?.sealed).toBeNull();
  });

  it("shows that its text was changed behind our back", async () => {
    const subject = thing();
    await write(lena, subject);
    const { rows } = await listAudit(auditor, { target: subject[1] });
    const eventId = rows[0]?.id ?? "";
    await ownerDb.$transaction(async (tx) => {
      await tx.$executeRaw`set local session_replication_role = replica`;
      await tx.$executeRaw`update audit_events set body = replace(body, 'success', 'failure') where id = ${eventId}::uuid`;
    });
    const event = await getAuditEvent(auditor, { eventId });
    expect(event?.leaf.matches).toBe(false);
    expect(event?.leaf.stored).not.toBe(event?.leaf.computed);
  });
});

describe("a trail", () => {
  it("tells a viewer what was done to a restore they see, and no more", async () => {
    const { system } = await restorable();
    const begun = await beginRestore(lena, { systemId: system.id });
    if (!begun.ok) throw new Error(begun.message);
    const { restoreId } = begun.value;
    const { approvalId } = await db.restoreRequest.findUniqueOrThrow({ where: { id: restoreId } });
    await write(lena, ["approval", approvalId], "approval.vote");
    await startRestore(lena, { restoreId });
    const trail = await trailOf(await person("viewer"), { targetType: "restore", targetId: restoreId });
    expect(trail.map(({ action }) => action)).toEqual(["restore.begin", "approval.vote"]);
    expect(trail[0]?.sentence).toContain(`${lena.name} began to plan a restore of ${system.name}`);
    expect(Object.keys(trail[0] ?? {}).sort()).toEqual(["action", "at", "id", "outcome", "sentence"]);
    const team = await ownerDb.team.create({ data: { name: `Team ${randomUUID()}` } });
    const stranger = await person("viewer", { kind: "team", teamId: team.id });
    expect(await trailOf(stranger, { targetType: "restore", targetId: restoreId })).toEqual([]);
  });
});

describe("an export", () => {
  const pageOf = async (actor: UserActor, filter: object, most = 1_000, after?: string) => {
    const begun = await exportAudit(actor, filter);
    if (!begun.ok) throw new Error(begun.message);
    return readExportPage(actor, { ...filter, until: begun.value.until, most, ...(after ? { after } : {}) });
  };

  it("holds the exact bodies, and is itself written down with its filter and count", async () => {
    const subject = thing();
    await write(lena, subject);
    await write(lena, subject);
    const page = await pageOf(auditor, { target: subject[1] });
    const rows = await db.auditEvent.findMany({
      where: { targetId: subject[1] },
      orderBy: [{ ts: "desc" }, { id: "desc" }],
    });
    expect(page).toEqual({ text: rows.map(({ body }) => `${body}\n`).join(""), count: 2, after: null });
    const [written] = (await listAudit(auditor, { action: "audit.export", person: auditor.id })).rows;
    const event = await getAuditEvent(auditor, { eventId: written?.id });
    const filter = { target: subject[1] };
    expect(event?.body?.detail).toEqual({ count: 2, truncated: false, format: "ndjson", filter });
  });

  it("goes on page by page, without what happened after it began", async () => {
    const subject = thing();
    for (let n = 0; n < 3; n += 1) await write(lena, subject);
    const filter = { target: subject[1] };
    const begun = await exportAudit(auditor, filter);
    if (!begun.ok) throw new Error(begun.message);
    await write(lena, subject);
    const asked = { ...filter, until: begun.value.until, most: 2 };
    const first = await readExportPage(auditor, asked);
    const second = await readExportPage(auditor, { ...asked, after: first.after });
    expect([first.count, second.count, second.after]).toEqual([2, 1, null]);
  });

  it("tells a table what a spreadsheet must not take for a formula", async () => {
    const subject = thing();
    await db.$transaction((tx) =>
      record(tx, {
        actor: lena,
        action: "system.edit",
        outcome: "failure",
        subject,
        detail: {},
        at: new Date(),
        reason: "=HYPERLINK(1)",
      }),
    );
    const { text } = await pageOf(auditor, { target: subject[1], format: "csv" });
    const [head, row] = text.split("\r\n");
    expect(head).toContain('"time","what happened","action"');
    expect(row).toContain(`"'=HYPERLINK(1)"`);
    expect(row).toContain(lena.name);
  });

  it("speaks OCSF for those who collect events", async () => {
    const subject = thing();
    await write(lena, subject, "system.create");
    const { text } = await pageOf(auditor, { target: subject[1], format: "ocsf" });
    expect(JSON.parse(text)).toMatchObject({ class_uid: 3_004, activity_id: 1, actor: { user: { uid: lena.id } } });
  });

  it("is the auditor's alone, and the whole log is for those who see all of it", async () => {
    for (const role of ["administrator", "operator", "viewer"] as const) {
      const actor = await person(role);
      expect(await exportAudit(actor, {})).toMatchObject({ ok: false, code: "forbidden" });
      expect(await exportWholeLog(actor, {})).toMatchObject({ ok: false, code: "forbidden" });
      await expect(readExportPage(actor, { until: new Date().toISOString(), most: 1 })).rejects.toThrow("audit:export");
    }
    const team = await ownerDb.team.create({ data: { name: `Team ${randomUUID()}` } });
    const partial = await person("auditor", { kind: "team", teamId: team.id });
    expect(await exportWholeLog(partial, {})).toMatchObject({ ok: false, code: "forbidden" });
    expect(await requestVerification(partial, {})).toMatchObject({ ok: false, code: "forbidden" });
  });
});

describe("a verification", () => {
  it("is asked for once at a time, and that stands in the log", async () => {
    const asked = await requestVerification(auditor, {});
    expect(asked.ok).toBe(true);
    expect(await requestVerification(await person("administrator"), {})).toMatchObject({ ok: false, code: "conflict" });
    expect(await getVerification(auditor, {})).toMatchObject({ state: "waiting", report: null });
    expect((await listAudit(auditor, { action: "audit.verify", person: auditor.id })).rows[0]?.outcome).toBe("success");
    expect(await requestVerification(lena, {})).toMatchObject({ ok: false, code: "forbidden" });
  });
});

describe("the state of the seal", () => {
  it("says how many events wait and for how long", async () => {
    const sealing = await getSealing(auditor, {});
    expect(sealing).toMatchObject({ head: null, standing: "fresh" });
    expect(sealing.pending).toBe(await db.auditEvent.count());
    expect(sealing.lagSeconds).toBeGreaterThan(0);
  });

  it("is a fault when an event has waited too long", async () => {
    await ownerDb.$executeRaw`
      with event as (insert into audit_events (id, body, leaf, ts)
        values (uuid_v7(), '{}', sha256('x'), now() - interval '20 minutes') returning id)
      insert into audit_pending select id from event`;
    expect(await getSealing(auditor, {})).toMatchObject({ standing: "blocking" });
    expect(await db.$transaction((tx) => sealingLagSeconds(tx))).toBeGreaterThan(1_199);
  });
});

describe("what an event says", () => {
  const bodyFor = async (target: string) => {
    const row = await db.auditEvent.findFirstOrThrow({ where: { targetId: target }, orderBy: { ts: "desc" } });
    return { text: row.body, ...JSON.parse(row.body) };
  };

  it("never names a person: their name and address are hashes under a key of their own", async () => {
    const mia = await person("operator");
    const { email } = await db.user.findUniqueOrThrow({ where: { id: mia.id } });
    const detail = {
      displayName: mia.name,
      email,
      changed: [{ field: "email", from: "old@x.test", to: email }],
      role: "operator",
    };
    await db.$transaction((tx) =>
      record(tx, {
        actor: auditor,
        action: "person.invite",
        outcome: "success",
        subject: ["user", mia.id],
        detail,
        at: new Date(),
      }),
    );
    const body = await bodyFor(mia.id);
    for (const word of [mia.name, email, "old@x.test"]) expect(body.text).not.toContain(word);
    expect(body.detail.role).toBe("operator");
    const { hmacKey } = await db.auditSubject.findUniqueOrThrow({ where: { pseudonym: mia.id } });
    const hmac = createHmac("sha256", hmacKey ?? "")
      .update(email)
      .digest("base64url");
    expect(body.detail.email).toEqual({ hmac });
    const [row] = (await listAudit(auditor, { target: mia.id })).rows;
    expect(row?.sentence).toContain(`invited ${mia.name}`);
  });

  it("carries the mark of a single operator, and of broken glass", async () => {
    const subject = thing();
    await ownerDb.installation.updateMany({ data: { singleOperator: true } });
    await db.$transaction((tx) =>
      record(tx, {
        actor: lena,
        action: "restore.start",
        outcome: "success",
        subject,
        detail: {},
        at: new Date(),
        breakGlass: true,
      }),
    );
    await ownerDb.installation.updateMany({ data: { singleOperator: false } });
    expect(await bodyFor(subject[1])).toMatchObject({ singleOperator: true, breakGlass: true });
    await write(lena, subject);
    expect(await bodyFor(subject[1])).not.toHaveProperty("singleOperator");
  });
});

it("is not flooded by denied attempts: the first twenty of a minute are events, the others a count", async () => {
  const mia = await person("viewer");
  const deny = () =>
    db.$transaction((tx) =>
      record(tx, {
        actor: mia,
        action: "tier.edit",
        outcome: "denied",
        subject: ["command", "tier.edit"],
        detail: {},
        at: new Date(),
      }),
    );
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let n = 0; n < 5; n += 1) await deny();
    }),
  );
  const written = await db.auditEvent.count({ where: { actorId: mia.id, outcome: "denied" } });
  const counted = await db.auditDenial.findMany({ where: { actorId: mia.id } });
  expect(counted.reduce((sum, { hits }) => sum + hits, 0)).toBe(40);
  expect(written).toBe(counted.reduce((sum, { hits }) => sum + Math.min(hits, 20), 0));
  await db.auditDenial.updateMany({
    where: { actorId: mia.id },
    data: { windowStart: new Date(Date.now() - 120_000) },
  });
  await tellDenials(theWorker());
  const [told] = (await listAudit(auditor, { action: "audit.denied_many", target: mia.id })).rows;
  expect(told?.sentence).toContain("further denied attempts");
  expect(await tellDenials(theWorker())).toBe(0);
});
