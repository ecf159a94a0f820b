import type { DatabaseEndpoint, DatabaseRef } from "@/sandbox/aws/world";

/** The real databases behind RDS and Aurora PostgreSQL resources, as the engine sees them. */
export type DatabasePort = {
  /** Makes the live database exist and brings its rows up to `upTo`. */
  ensureLive(ref: DatabaseRef, upTo: Date): Promise<DatabaseEndpoint>;
  /** A new database with exactly the content that `source` had at `moment`. Fails if the target exists. */
  restore(order: {
    source: DatabaseRef;
    moment: Date;
    target: DatabaseRef;
  }): Promise<DatabaseEndpoint & { sizeBytes: number }>;
  /** Breaks the live database on purpose, at a moment of the estate's story. */
  breakLive(ref: DatabaseRef, accident: { at: Date; kind: "wrong_prices" | "dropped_rows" }): Promise<void>;
  drop(ref: DatabaseRef): Promise<void>;
  stop(): Promise<void>;
};
