import "server-only";
import { PgBoss } from "pg-boss";
import { databaseUrl } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";

/** The worker's pg-boss: it fetches, retries and tidies up, and installs nothing (decisions 15). */
export async function openBoss(): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: databaseUrl(),
    application_name: "holdfast worker queue",
    max: 4,
    supervise: true,
    schedule: false,
    migrate: false,
    createSchema: false,
  });
  boss.on("error", (error) => log.error({ error }, "queue"));
  return boss.start();
}
