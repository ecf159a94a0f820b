import { Client } from "pg";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "@/lib/platform/embedded-postgres";
import { migrate } from "@/lib/platform/migrate";

declare module "vitest" {
  interface ProvidedContext {
    /** The superuser's address of the run's own PostgreSQL. */
    databaseAdminUrl: string;
  }
}

export const template = "holdfast_template";
export const passwords = { app: "app-in-tests", worker: "worker-in-tests", sealer: "sealer-in-tests" };

/** One PostgreSQL for the whole run, with one migrated template that every test database is copied from (decisions 36). */
export default async function setup(project: TestProject) {
  const server = await startEmbedded({
    dataDir: `${process.env.HOLDFAST_TEST_HOME ?? ".holdfast/test"}/postgres`,
    durable: false,
  });
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    "select datname from pg_database where datname like 'test\\_%'",
  );
  for (const { datname } of [...rows, { datname: template }])
    await client.query(`drop database if exists "${datname}" with (force)`);
  await client.query(`create database ${template}`);
  const ownerUrl = server.url.replace(/\/postgres$/, `/${template}`);
  await migrate({ ownerUrl, passwords, dispatch: "web", factorCoolingSeconds: 0 });
  await client.end();
  project.provide("databaseAdminUrl", server.url);
  return () => server.stop();
}
