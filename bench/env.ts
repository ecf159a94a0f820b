import os from "node:os";
import path from "node:path";
import type { RoleUrls } from "@/lib/platform/migrate";

/** A folder of its own below the system's temporary one; the embedded database runs as another user and must reach it. */
export const benchHome = path.join(os.tmpdir(), `holdfast-bench-${process.pid}`);

type Cloud = { accessKeyId: string; secretAccessKey: string };

/** Gives this process the settings that the worker reads when its modules are loaded; to be called before that. */
export function becomeWorker(urls: RoleUrls, cloud: Cloud, more: Record<string, string> = {}): void {
  Object.assign(process.env, {
    HOLDFAST_ROLE: "worker",
    HOLDFAST_DB_APP_URL: urls.app,
    HOLDFAST_DB_WORKER_URL: urls.worker,
    HOLDFAST_DB_SEALER_URL: urls.sealer,
    HOLDFAST_AUDIT_KEY: Buffer.alloc(32, 3).toString("base64"),
    HOLDFAST_LOG_LEVEL: "warn",
    HOLDFAST_WEB_KEYS: `bench:${Buffer.alloc(32, 1).toString("base64")}`,
    HOLDFAST_WORKER_KEYS: `bench:${Buffer.alloc(32, 2).toString("base64")}`,
    NEXTAUTH_SECRET: "a-secret-for-measurements-that-is-long-enough",
    NEXTAUTH_URL: "http://localhost:3000",
    AWS_ACCESS_KEY_ID: cloud.accessKeyId,
    AWS_SECRET_ACCESS_KEY: cloud.secretAccessKey,
    ...more,
  });
}
