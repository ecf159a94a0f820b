import { parseArgs } from "node:util";
import { env } from "@/bin/env";
import { demandCurrent, deployedSecrets, originFor, urlOf } from "@/bin/stack/addresses";
import { ensureBuild } from "@/bin/stack/build";
import { type Command, parsePort, say } from "@/bin/stack/command";
import { withCrew } from "@/bin/stack/crew";
import { startWeb } from "@/bin/stack/demo-stack";
import { demandKeys } from "@/bin/stack/keys";
import { cloudCredentials } from "@/bin/stack/settings";

export const web: Command = {
  summary: "one web process of a deployment; its database is migrated elsewhere",
  usage: `  --port N      where it listens (3000)
  --host NAME   the address it listens on (localhost)`,
  async run(args) {
    const { values } = parseArgs({ args, options: { port: { type: "string" }, host: { type: "string" } } });
    const port = parsePort(values.port ?? "3000");
    const origin = originFor(port);
    const app = urlOf("app");
    await demandCurrent(app);
    const secrets = deployedSecrets("web");
    const dispatch = env.HOLDFAST_DISPATCH ?? "web";
    await demandKeys(app, {
      web: env.HOLDFAST_WEB_KEYS ?? secrets.web,
      ...(dispatch === "web" ? { worker: env.HOLDFAST_WORKER_KEYS ?? secrets.worker } : {}),
    });
    await ensureBuild();
    return withCrew({ logFolder: null }, async (crew) => {
      const installation = {
        secrets,
        urls: { app },
        dispatch,
        origin,
        mode: "production",
        demo: false,
        cloud: cloudCredentials(),
      } as const;
      await startWeb(crew, installation, port, values.host);
      say(`ready ${origin}`);
      await crew.failure;
      return 1;
    });
  },
};
