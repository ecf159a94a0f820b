import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserActor } from "@/lib/access/permissions";
import { writeCursor } from "@/lib/core/cursor";
import { db } from "@/lib/platform/db";
import { ownerDb } from "@/lib/platform/testing/owner";
import { person } from "@/lib/platform/testing/people";
import { restorable } from "@/lib/platform/testing/restorable";
import { beginRestore, startRestore } from "@/lib/restores/commands";
import { exportAudit } from "./commands";
import { countAudit, getAuditEvent, getSealing, listAudit, trailOf } from "./data";
import { record, type Subject } from "./record";

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
  it("holds the exact bodies, and is itself written down with their hash", async () => {
    const subject = thing();
    await write(lena, subject);
    await write(lena, subject);
    const exported = await exportAudit(auditor, { target: subject[1] });
    if (!exported.ok) throw new Error(exported.message);
    const rows = await db.auditEvent.findMany({
      where: { targetId: subject[1] },
      orderBy: [{ ts: "desc" }, { id: "desc" }],
    });
    expect(exported.value).toMatchObject({ count: 2, truncated: false });
    expect(exported.value.text).toBe(rows.map(({ body }) => `${body}\n`).join(""));
    const [written] = (await listAudit(auditor, { action: "audit.export", person: auditor.id })).rows;
    const event = await getAuditEvent(auditor, { eventId: written?.id });
    expect(event?.body?.detail).toMatchObject({ count: 2, truncated: false, filter: { target: subject[1] } });
    expect(event?.body?.detail.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is the auditor's alone", async () => {
    for (const role of ["administrator", "operator", "viewer"] as const)
      expect(await exportAudit(await person(role), {})).toMatchObject({ ok: false, code: "forbidden" });
  });
});

it("says how many events wait for the sealer", async () => {
  const sealing = await getSealing(auditor, {});
  expect(sealing).toMatchObject({ size: 0, sealedAt: null });
  expect(sealing.pending).toBe(await db.auditEvent.count());
});
