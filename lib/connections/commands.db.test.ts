import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { db } from "@/lib/platform/db";
import { doAtOnce } from "@/lib/platform/testing/governing";
import { person } from "@/lib/platform/testing/people";
import { changeConnectionState, createConnection, editConnection, requestSync } from "./commands";
import { getConnection, getConnectionProgress, listConnections } from "./data";

const account = "123456789012";
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const typed = (change: object = {}) => ({
  name: `Production ${randomUUID()}`,
  account,
  regions: "eu-central-1 eu-west-1",
  readRoleRef: role("read"),
  actRoleRef: role("act"),
  serviceRoleRef: role("service"),
  ...change,
});

const must = async <T>(outcome: Promise<{ ok: true; value: T } | { ok: false; message: string }>): Promise<T> => {
  const answer = await outcome;
  if (!answer.ok) throw new Error(answer.message);
  return answer.value;
};

const created = async (change: object = {}) => {
  const admin = await person("administrator");
  const { id } = await must(doAtOnce(createConnection, admin, typed(change)));
  const connection = await getConnection(admin, { connectionId: id });
  if (!connection) throw new Error("It is not there.");
  return { admin, id, connection };
};

const queued = (connectionId: string) =>
  db.$queryRaw<{ data: { kind: string; runId?: string } }[]>`
    select data from pgboss.job where name = 'connection.sync' and data->>'connectionId' = ${connectionId}`;

describe("connecting an account", () => {
  it("writes it down with an external id of its own, and begins to read it", async () => {
    const { id, connection } = await created();
    const other = await created();
    expect(connection).toMatchObject({ account, state: "active", revision: 1, isStale: true, isBeingRead: true });
    expect(connection.externalId).toMatch(/^holdfast-[0-9a-f-]{36}$/);
    expect(connection.externalId).not.toBe(other.connection.externalId);
    const [run] = connection.runs;
    expect(await queued(id)).toEqual([{ data: { connectionId: id, kind: "full", runId: run?.id } }]);
    const [event] = await db.auditEvent.findMany({ where: { targetId: id } });
    expect(event).toMatchObject({ action: "connection.create", outcome: "success" });
  });

  it("is for administrators, and says so", async () => {
    const outcome = await doAtOnce(createConnection, await person("operator"), typed());
    expect(outcome).toMatchObject({ ok: false, code: "forbidden" });
  });

  it("refuses a name that is taken", async () => {
    const { admin, connection } = await created();
    const outcome = await doAtOnce(createConnection, admin, typed({ name: connection.name }));
    expect(outcome).toMatchObject({
      ok: false,
      code: "invalid",
      fields: { name: expect.stringContaining("this name") },
    });
  });
});

describe("two administrators at one connection", () => {
  it("lose nothing: the second learns what the first changed, and keeps it where they changed nothing", async () => {
    const { admin, id, connection } = await created();
    const other = await person("administrator");
    const form = { connectionId: id, revision: 1, base: JSON.stringify(connection.decided), ...connection.decided };
    await must(doAtOnce(editConnection, admin, { ...form, actRoleRef: role("act-2") }));
    const refused = await doAtOnce(editConnection, other, { ...form, intervalSeconds: 600 });
    expect(refused).toMatchObject({
      ok: false,
      code: "conflict",
      fields: { revision: "2", actRoleRef: expect.any(String) },
    });
    await must(doAtOnce(editConnection, other, { ...form, intervalSeconds: 600, revision: 2 }));
    const now = await getConnection(admin, { connectionId: id });
    expect(now).toMatchObject({ revision: 3, decided: { actRoleRef: role("act-2"), intervalSeconds: 600 } });
  });

  it("of two at the very same moment one is refused", async () => {
    const { admin, id, connection } = await created();
    const form = { connectionId: id, revision: 1, base: JSON.stringify(connection.decided), ...connection.decided };
    const outcomes = await Promise.all([doAtOnce(editConnection, admin, form), doAtOnce(editConnection, admin, form)]);
    expect(outcomes.map(({ ok }) => ok).sort()).toEqual([false, true]);
  });
});

it("keeps what was seen of a region that is no longer read, and reads it again when it is listed again", async () => {
  const { admin, id, connection } = await created();
  const form = { connectionId: id, revision: 1, base: JSON.stringify(connection.decided), ...connection.decided };
  await must(doAtOnce(editConnection, admin, { ...form, regions: "eu-central-1" }));
  const states = async () =>
    (await getConnection(admin, { connectionId: id }))?.regions.map(({ region, state }) => [region, state]);
  expect(await states()).toEqual([
    ["eu-central-1", "waiting"],
    ["eu-west-1", "disabled"],
  ]);
  await must(doAtOnce(editConnection, admin, { ...form, base: "{}", revision: 2 }));
  expect(await states()).toEqual([
    ["eu-central-1", "waiting"],
    ["eu-west-1", "waiting"],
  ]);
});

it("refuses a role of another account, by its field", async () => {
  const { admin, id, connection } = await created();
  const form = { connectionId: id, revision: 1, base: JSON.stringify(connection.decided), ...connection.decided };
  const outcome = await doAtOnce(editConnection, admin, {
    ...form,
    readRoleRef: "arn:aws:iam::999999999999:role/read",
  });
  expect(outcome).toMatchObject({
    ok: false,
    code: "invalid",
    fields: { readRoleRef: expect.stringContaining(account) },
  });
});

describe("reading now", () => {
  it("is asked for once at a time, by an operator too", async () => {
    const { id } = await created();
    const operator = await person("operator");
    expect(await requestSync(operator, { connectionId: id })).toMatchObject({ ok: false, code: "conflict" });
    await db.syncRun.updateMany({ where: { connectionId: id }, data: { state: "succeeded" } });
    const { runId } = await must(requestSync(operator, { connectionId: id }));
    expect(await db.syncRun.findUniqueOrThrow({ where: { id: runId } })).toMatchObject({
      state: "queued",
      requestedById: operator.id,
    });
    expect(await requestSync(await person("viewer"), { connectionId: id })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
  });

  it("is refused for a disabled connection, whose waiting run is called off", async () => {
    const { admin, id } = await created();
    await must(doAtOnce(changeConnectionState, admin, { connectionId: id, state: "disabled" }));
    expect(await requestSync(admin, { connectionId: id })).toMatchObject({ ok: false, code: "conflict" });
    expect(await db.syncRun.count({ where: { connectionId: id, state: "cancelled" } })).toBe(1);
    await must(doAtOnce(changeConnectionState, admin, { connectionId: id, state: "active" }));
    expect(await db.syncRun.count({ where: { connectionId: id, state: "queued" } })).toBe(1);
    expect(await doAtOnce(changeConnectionState, admin, { connectionId: id, state: "active" })).toMatchObject({
      ok: false,
      code: "conflict",
    });
  });
});

describe("what may be seen", () => {
  it("is nothing of a connection in which one's scope holds nothing", async () => {
    const { id } = await created();
    const outsider = await person("viewer", { kind: "tag", key: "team", value: "nobody" });
    expect(await listConnections(outsider, {})).toEqual([]);
    expect(await getConnection(outsider, { connectionId: id })).toBeNull();
    expect(await getConnectionProgress(outsider, { connectionId: id })).toBeNull();
  });

  it("is the connection, for whoever sees something in it", async () => {
    const { id } = await created();
    const viewer = await person("viewer");
    expect((await listConnections(viewer, {})).map((one) => one.id)).toContain(id);
  });
});
