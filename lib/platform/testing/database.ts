import { Client } from "pg";
import { afterAll, inject } from "vitest";
import { passwords, template } from "./global";

/** Gives this test file a database of its own, copied from the migrated template, under the real roles. */
const adminUrl = inject("databaseAdminUrl");
const name = `test_${process.pid}_${Math.random().toString(36).slice(2, 8)}`;

const admin = async (sql: string) => {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(7240111)");
    await client.query(sql);
  } finally {
    await client.end();
  }
};

await admin(`create database ${name} template ${template}`);

const urlAs = (kind: keyof typeof passwords) => {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  url.username = `holdfast_${kind}_${template}`;
  url.password = passwords[kind];
  return url.href;
};

Object.assign(process.env, {
  HOLDFAST_DB_APP_URL: urlAs("app"),
  HOLDFAST_DB_WORKER_URL: urlAs("worker"),
  HOLDFAST_DB_SEALER_URL: urlAs("sealer"),
  TEST_DATABASE_OWNER_URL: Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href,
});

afterAll(async () => {
  const { closeDatabase } = await import("@/lib/platform/db");
  const { closeQueue } = await import("@/lib/queue/enqueue");
  await closeQueue();
  await closeDatabase();
  await admin(`drop database if exists ${name} with (force)`);
});
