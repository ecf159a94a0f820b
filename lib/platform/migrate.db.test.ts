import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { checkDatabase, migrate, migrationLock } from "./migrate";

const name = `test_migrate_${process.pid}`;
const admin = new Client({ connectionString: inject("databaseAdminUrl") });
const ownerUrl = Object.assign(new URL(inject("databaseAdminUrl")), { pathname: `/${name}` }).href;
const passwords = { app: "a", worker: "w", sealer: "s" };

const ask = async (url: string, sql: string) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

beforeAll(() => admin.connect());
beforeEach(async () => {
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
});
afterAll(async () => {
  await admin.query(`drop database if exists ${name} with (force)`);
  for (const kind of ["app", "worker", "sealer"]) await admin.query(`drop role if exists holdfast_${kind}_${name}`);
  await admin.end();
});

describe("a start on a database", () => {
  it("that is empty lays everything, and a second start changes nothing", async () => {
    expect(await checkDatabase(ownerUrl)).toBe("empty");
    const lines: string[] = [];
    await migrate({ ownerUrl, passwords, dispatch: "web", say: (line) => lines.push(line) });
    expect(lines).not.toHaveLength(0);
    expect(await checkDatabase(ownerUrl)).toBe("current");
    lines.length = 0;
    await migrate({ ownerUrl, passwords, dispatch: "web", say: (line) => lines.push(line) });
    expect(lines).toEqual([]);
  });

  it("that another start is migrating waits for it", async () => {
    const other = new Client({ connectionString: ownerUrl });
    await other.connect();
    await other.query("select pg_advisory_lock($1)", [migrationLock]);
    let done = false;
    const waiting = migrate({ ownerUrl, passwords, dispatch: "web" }).then(() => {
      done = true;
    });
    await expect
      .poll(() => ask(ownerUrl, "select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted"))
      .toEqual([{ n: 1 }]);
    expect(done).toBe(false);
    await other.end();
    await waiting;
    expect(await checkDatabase(ownerUrl)).toBe("current");
  });

  it("that a newer version migrated names the version's migration and the way out", async () => {
    await migrate({ ownerUrl, passwords, dispatch: "web" });
    await ask(
      ownerUrl,
      "insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('x', 'x', '29990101000000_later', now())",
    );
    await expect(migrate({ ownerUrl, passwords, dispatch: "web" })).rejects.toThrow(
      /newer Holdfast \(29990101000000_later\).*Start that version/,
    );
  });

  it("that is half-migrated names what was begun and how to go on", async () => {
    await migrate({ ownerUrl, passwords, dispatch: "web" });
    await ask(ownerUrl, "update _prisma_migrations set finished_at = null");
    await expect(checkDatabase(ownerUrl)).rejects.toThrow(/was begun and not finished.*rolled_back_at/);
  });

  it.each([
    ["does not run", "postgres://holdfast:secret@127.0.0.1:1/holdfast"],
    ["refuses the password", ownerUrl.replace(/:[^:@/]+@/, ":wrong@")],
  ])("that %s says where it looked and what to check, never the password", async (_, url) => {
    const failure = await checkDatabase(url).catch((error: Error) => error.message);
    expect(failure).toMatch(/PostgreSQL at 127\.0\.0\.1:\d+\/\w+ does not let us in.*DATABASE_URL/s);
    expect(failure).not.toContain("secret");
    expect(failure).not.toContain("wrong@");
  });
});

describe("the right to dispatch", () => {
  const claim = "select * from claim_restore_item('018f0000-0000-7000-8000-000000000000', 'me', 30)";

  it("is the worker's alone in a hardened database, and web's too where web dispatches", async () => {
    const hardened = await migrate({ ownerUrl, passwords, dispatch: "worker" });
    await expect(ask(hardened.app, claim)).rejects.toThrow(/permission denied/);
    await expect(ask(hardened.app, "update restore_items set state = 'running'")).rejects.toThrow(/permission denied/);
    expect(await ask(hardened.worker, claim)).toEqual([]);
    const open = await migrate({ ownerUrl, passwords, dispatch: "web" });
    expect(await ask(open.app, claim)).toEqual([]);
  });
});

describe("the running roles", () => {
  const may = [
    [
      "app",
      "insert into resources (connection_id, region, provider_ref, kind, name, account, observed_at) values (uuid_v7(), 'r', 'x', 'k', 'n', 'a', now())",
    ],
    [
      "app",
      "insert into restore_items (request_id, ordinal, point_id, \"order\", target_name, state) values (uuid_v7(), 0, uuid_v7(), '{}', 'x', 'unknown')",
    ],
    ["app", "update restore_items set fence = 9"],
    ["app", "update audit_events set body = body"],
    ["app", "delete from audit_events"],
    ["worker", "truncate audit_events"],
    ["worker", "delete from approval_votes"],
    ["worker", "insert into audit_leaves (seq, event_id, leaf) values (0, uuid_v7(), '')"],
    ["sealer", "select * from users"],
    ["sealer", "insert into audit_events (id, body, leaf) values (uuid_v7(), '{}', '')"],
    ["app", "create table mine (id int)"],
    ["app", "alter table audit_events disable trigger all"],
  ] as const;

  it.each(may)("%s may not: %s", async (kind, sql) => {
    const urls = await migrate({ ownerUrl, passwords, dispatch: "web" });
    await expect(ask(urls[kind], sql)).rejects.toThrow(/permission denied|must be owner/);
  });

  it("cannot enter the database of another installation", async () => {
    const urls = await migrate({ ownerUrl, passwords, dispatch: "web" });
    await admin.query(`create role stranger_${process.pid} login password 'x'`);
    const stranger = Object.assign(new URL(urls.app), { username: `stranger_${process.pid}`, password: "x" }).href;
    await expect(ask(stranger, "select 1")).rejects.toThrow(/permission denied/);
    await admin.query(`drop role stranger_${process.pid}`);
  });
});
