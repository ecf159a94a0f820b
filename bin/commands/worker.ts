import { env } from "@/bin/env";
import { demandCurrent, deployedSecrets, originFor, urlOf } from "@/bin/stack/addresses";
import { ensureClient } from "@/bin/stack/build";
import type { Command } from "@/bin/stack/command";
import { withCrew } from "@/bin/stack/crew";
import { demandKeys } from "@/bin/stack/keys";
import { demandTool, program } from "@/bin/stack/run-tool";
import { cloudCredentials, workerSettings } from "@/bin/stack/settings";

export const worker: Command = {
  summary: "one worker of a deployment: synchronises, restores, validates, seals the audit log",
  usage: "  Reads HOLDFAST_DB_WORKER_URL and HOLDFAST_DB_SEALER_URL, or DATABASE_URL.",
  async run() {
    const urls = { worker: urlOf("worker"), sealer: urlOf("sealer") };
    await demandCurrent(urls.worker);
    const secrets = deployedSecrets("worker");
    await demandKeys(urls.worker, {
      web: env.HOLDFAST_WEB_KEYS ?? secrets.web,
      worker: env.HOLDFAST_WORKER_KEYS ?? secrets.worker,
    });
    await ensureClient();
    return withCrew({ logFolder: null }, async (crew) => {
      const settings = workerSettings({
        secrets,
        urls,
        dispatch: env.HOLDFAST_DISPATCH ?? "web",
        origin: originFor(3000),
        mode: "production",
        demo: false,
        cloud: cloudCredentials(),
      });
      await demandTool("Preparing the installation", program("bin/programs/prepare-installation.ts"), {
        env: settings,
      });
      crew.start({ name: "worker", args: program("lib/worker/main.ts"), env: settings });
      await crew.failure;
      return 1;
    });
  },
};
