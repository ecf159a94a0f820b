import "server-only";
import { Client } from "pg";
import { databaseUrl } from "@/lib/platform/env";
import { log } from "@/lib/platform/log";

/** Held by the one worker whose timers run. */
const lockKey = 7_240_130;

/** A lock that lasts as long as its connection: when this process dies, another worker's timers take over. */
export class Leadership {
  private client: Client | null = null;
  private isLeader = false;
  private trying: Promise<boolean> | null = null;

  /** Whether this worker leads; tries for it when nobody does. */
  async hold(): Promise<boolean> {
    if (this.isLeader) return true;
    this.trying ??= this.tryForIt().finally(() => {
      this.trying = null;
    });
    return this.trying;
  }

  private async tryForIt(): Promise<boolean> {
    const client = this.client ?? (await this.connect());
    const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock($1) as got", [lockKey]);
    this.isLeader = this.client === client && rows[0]?.got === true;
    if (this.isLeader) log.info("this worker keeps the timers");
    return this.isLeader;
  }

  async release(): Promise<void> {
    const client = this.client;
    this.forget();
    await client?.end();
  }

  private async connect(): Promise<Client> {
    const client = new Client({
      connectionString: databaseUrl(),
      application_name: "holdfast worker timers",
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    client.on("error", (error) => {
      log.warn({ error }, "the timers' connection broke");
      this.forget();
    });
    client.on("end", () => this.forget());
    await client.connect();
    this.client = client;
    return client;
  }

  private forget(): void {
    this.client = null;
    this.isLeader = false;
  }
}
