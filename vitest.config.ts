import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const shared = {
  resolve: { alias: { "@": at("."), "server-only": at("node_modules/server-only/empty.js") } },
};

const ours = ["lib", "components", "sandbox", "agent", "bin", "bench"];
const files = (ending: string) => ours.map((folder) => `${folder}/**/*${ending}`);
/** Tests of what only the worker does run under the worker's database role; all other database tests under web's. */
const workers = [...files("jobs.db.test.ts"), ...files(".worker.db.test.ts")];

export default defineConfig({
  ...shared,
  test: {
    globalSetup: ["lib/platform/testing/global.ts"],
    maxWorkers: 2,
    projects: [
      {
        ...shared,
        test: {
          name: "unit",
          include: files(".test.ts"),
          exclude: files(".db.test.ts"),
          setupFiles: ["lib/platform/testing/settings.ts"],
          testTimeout: 20_000,
        },
      },
      {
        ...shared,
        test: {
          name: "web",
          include: files(".db.test.ts"),
          exclude: workers,
          env: { HOLDFAST_ROLE: "web" },
          setupFiles: ["lib/platform/testing/settings.ts", "lib/platform/testing/database.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: "worker",
          include: workers,
          env: { HOLDFAST_ROLE: "worker" },
          setupFiles: ["lib/platform/testing/settings.ts", "lib/platform/testing/database.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
