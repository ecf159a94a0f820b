import type { Queue } from "pg-boss";

/** Every job the worker knows, with what it is told. Payloads hold ids alone: what a job needs it reads afresh. */
export type Jobs = {
  "connection.sync": { connectionId: string; kind: "incremental" | "full" | "restorable"; runId?: string };
  "runs.expect": { connectionId: string };
  "health.evaluate": { resourceIds?: string[]; systemIds?: string[] };
  "restore.dispatch": { itemId: string };
  "restore.follow": { restoreId: string };
  "backup.dispatch": { jobId: string };
  "change.apply": { changeId: string };
  "audit.seal": Record<string, never>;
  "audit.verify": { verificationId: string };
};

export type JobName = keyof Jobs;

type Settings = Omit<Queue, "name">;

/** How each queue retries, and how long a job may take before another worker picks it up. */
export const queues: Record<JobName, Settings> = {
  "connection.sync": { retryLimit: 2, retryDelay: 20, retryBackoff: true, expireInSeconds: 3_600, policy: "stately" },
  "runs.expect": { retryLimit: 5, retryDelay: 5, retryBackoff: true, expireInSeconds: 1_800, policy: "stately" },
  "health.evaluate": { retryLimit: 5, retryDelay: 2, retryBackoff: true, expireInSeconds: 600, policy: "standard" },
  "restore.dispatch": {
    retryLimit: 50,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 60,
    expireInSeconds: 120,
    policy: "stately",
  },
  "restore.follow": {
    retryLimit: 50,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 60,
    expireInSeconds: 600,
    policy: "stately",
  },
  "backup.dispatch": {
    retryLimit: 50,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 60,
    expireInSeconds: 120,
    policy: "stately",
  },
  // What a worker that died left behind is taken up by the sweep.
  "change.apply": { retryLimit: 5, retryDelay: 2, retryBackoff: true, expireInSeconds: 120, policy: "stately" },
  "audit.seal": { retryLimit: 5, retryDelay: 1, retryBackoff: true, expireInSeconds: 60, policy: "stately" },
  "audit.verify": { retryLimit: 1, retryDelay: 5, retryBackoff: true, expireInSeconds: 7_200, policy: "stately" },
};

/** The names alone. */
export const queueNames = Object.keys(queues) as JobName[];
